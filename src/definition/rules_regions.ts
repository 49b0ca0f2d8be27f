/** Rules about the regions of parallel states, and transitions that belong to one. */
import type { RegionDraft, StateDraft, TransitionDraft } from "./draft.ts";
import { pointOf } from "./points.ts";
import { REGIONS_MAX } from "./limits.ts";
import type { RuleInput } from "./rule_input.ts";

/** `V15` to `V21`, `B05`. */
export function regionRules(input: RuleInput): void {
  const { draft, findings } = input;
  for (const state of draft.states) {
    if (state.regions.length === 0 || state.type === "parallel") continue;
    findings.error(
      "V15",
      [...state.path, "regions"],
      `Cannot use regions on state "${state.name}": it is not parallel`,
      {
        hint: "Write type: parallel",
        data: { names: [state.name] },
      },
    );
  }
  for (const state of draft.states) {
    if (state.type !== "parallel") continue;
    if (state.regions.length > REGIONS_MAX) {
      findings.error(
        "L01",
        [...state.path, "regions"],
        `Cannot use ${state.regions.length} regions: at most ${REGIONS_MAX}`,
      );
    }
    const seen = new Set<string>();
    for (const region of state.regions) {
      if (seen.has(region.name)) {
        findings.error(
          "V16",
          region.path,
          `Cannot use region name "${region.name}" twice in "${state.name}"`,
          {
            data: { names: [state.name, region.name] },
          },
        );
      }
      seen.add(region.name);
      regionRule(input, state, region);
    }
  }
  sharedNameRule(input);
}

function regionRule({ states, findings }: RuleInput, state: StateDraft, region: RegionDraft): void {
  const missing = (code: string, key: string, name: string) =>
    findings.error(
      code,
      [...region.path, key],
      `Cannot find state "${name}" of region "${region.name}": no such state`,
      {
        nearest: findings.meant(name, states.names),
        data: { names: [state.name, region.name, name] },
      },
    );
  if (!states.byName.has(region.initial)) missing("V17", "initial", region.initial);
  for (const name of region.states) if (!states.byName.has(name)) missing("V18", "states", name);
  const members = states.membersOf(state, region);
  const isListed = region.states.length > 0;
  if (isListed && !members.includes(region.initial)) {
    findings.error(
      "V19",
      [...region.path, "initial"],
      `Cannot start region "${region.name}" in "${region.initial}": it is not among its states`,
      { data: { names: [state.name, region.name, region.initial] } },
    );
  }
  for (const name of isListed ? region.states : [region.initial]) {
    const parent = states.byName.get(name)?.parent ?? null;
    if (parent === null || parent === state.name) continue;
    findings.error(
      "V20",
      [...region.path, "states"],
      `Cannot put state "${name}" into region "${region.name}": its parent is "${parent}"`,
      { data: { names: [name, state.name, region.name] } },
    );
  }
  if (region.final !== null && !members.includes(region.final)) {
    findings.error(
      "B05",
      [...region.path, "final"],
      `Cannot end region "${region.name}" in "${region.final}": it is not among its states`,
      {
        nearest: findings.meant(region.final, members),
        data: { names: [state.name, region.name, region.final] },
      },
    );
  }
}

function sharedNameRule({ draft, findings }: RuleInput): void {
  const owners = new Map<string, Set<string>>();
  for (const state of draft.states) {
    if (state.type !== "parallel") continue;
    for (const region of state.regions) {
      owners.set(region.name, (owners.get(region.name) ?? new Set()).add(state.name));
    }
  }
  for (const [name, states] of owners) {
    if (states.size < 2) continue;
    const second = draft.states.find((state) => state.name === [...states][1]);
    const region = second?.regions.find((one) => one.name === name);
    findings.error(
      "V21",
      region?.path ?? ["states"],
      `Cannot use region name "${name}" in several parallel states: ${[...states].join(", ")}`,
      { data: { names: [name], states: [...states] } },
    );
  }
}

/** `V22` to `V25`. */
export function transitionRegionRules(input: RuleInput): void {
  const owners = new Map<string, { state: StateDraft; region: RegionDraft }[]>();
  for (const state of input.draft.states) {
    for (const region of state.regions) {
      const known = owners.get(region.name);
      if (known === undefined) owners.set(region.name, [{ state, region }]);
      else known.push({ state, region });
    }
  }
  for (const transition of input.draft.transitions) {
    if (transition.region !== null) transitionRegionRule(input, transition, owners);
  }
}

type Owners = ReadonlyMap<string, readonly { readonly state: StateDraft; readonly region: RegionDraft }[]>;

function transitionRegionRule(
  { states, findings }: RuleInput,
  transition: TransitionDraft,
  owners: Owners,
): void {
  const { region: name, label } = transition;
  if (name === null) return;
  const path = [...transition.path, "region"];
  const [owner, other] = owners.get(name) ?? [];
  if (owner === undefined) {
    findings.error("V22", path, `Cannot find region "${name}" of transition "${label}": no such region`, {
      nearest: findings.meant(name, owners.keys()),
      data: { names: [label, name] },
    });
    return;
  }
  if (other !== undefined && owner.state.name !== other.state.name) {
    findings.error(
      "V23",
      path,
      `Cannot tell which region "${name}" transition "${label}" means: several have it`,
      {
        data: { names: [label, name] },
      },
    );
    return;
  }
  const members = new Set(states.membersOf(owner.state, owner.region));
  if (members.size === 0) {
    findings.error("V24", path, `Cannot use region "${name}" in transition "${label}": it has no states`, {
      data: { names: [label, name] },
    });
    return;
  }
  for (const source of transition.source) {
    if (source === "*" || isInRegion(states, source, members)) continue;
    if (pointOf(source) !== null) continue;
    findings.error(
      "V25",
      path,
      `Cannot take transition "${label}" in region "${name}": "${source}" is not in it`,
      {
        data: { names: [label, source, name] },
      },
    );
  }
}

/** A state deep inside a member is in the region too. */
function isInRegion(states: RuleInput["states"], source: string, members: ReadonlySet<string>): boolean {
  const seen = new Set<string>();
  for (let name: string | null = source; name !== null && !seen.has(name);) {
    if (members.has(name)) return true;
    seen.add(name);
    name = states.byName.get(name)?.parent ?? null;
  }
  return false;
}
