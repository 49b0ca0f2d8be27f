/** What a new version of a machine means for entities and callers of the old one; what breaks them comes first. */
import type { InvariantSpec, MachineSpec, StateSpec, VariableSpec } from "../engine/spec.ts";
import { canonicalJson } from "./canonical.ts";
import type { Impact, MachineChange } from "./machine_change.ts";
import { diffSchedules } from "./diff_schedules.ts";
import { diffTransitions } from "./diff_transitions.ts";
import { durationText } from "./duration_text.ts";
import { actionText, conditionText } from "./export/labels.ts";

const RANK: Readonly<Record<Impact, number>> = { breaking: 0, behaviour: 1, neutral: 2 };

/** Breaking first, then in the order machine, states, transitions, variables, invariants, schedules of the new file. */
export function diffMachines(before: MachineSpec, after: MachineSpec): readonly MachineChange[] {
  const changes = [
    ...machineChanges(before, after),
    ...stateChanges(before, after),
    ...diffTransitions(before, after),
    ...variableChanges(before, after),
    ...invariantChanges(before, after),
    ...diffSchedules(before, after),
  ];
  return changes.toSorted((left, right) => RANK[left.impact] - RANK[right.impact]);
}

function machineChanges(before: MachineSpec, after: MachineSpec): readonly MachineChange[] {
  const rows: readonly (readonly [name: string, impact: Impact, old: unknown, now: unknown])[] = [
    ["semantics", "breaking", before.profile, after.profile],
    ["event_normalizer", "breaking", before.eventNormalizer, after.eventNormalizer],
    [
      "reject_invalid_events",
      after.isStrictEvents ? "breaking" : "behaviour",
      before.isStrictEvents,
      after.isStrictEvents,
    ],
    ["strict_guard_registry", "behaviour", before.isStrictGuards, after.isStrictGuards],
    [
      "validate_context",
      after.isContextValidated ? "breaking" : "behaviour",
      before.isContextValidated,
      after.isContextValidated,
    ],
    ["auto_route", "behaviour", before.isAutoRouted, after.isAutoRouted],
    ["fallback", "behaviour", fallbackText(before), fallbackText(after)],
    ["initial", "behaviour", before.initial.join(", "), after.initial.join(", ")],
    [
      "microsteps_max",
      after.microstepsMax < before.microstepsMax ? "breaking" : "behaviour",
      before.microstepsMax,
      after.microstepsMax,
    ],
    ["description", "neutral", before.description, after.description],
  ];
  return rows.flatMap(([name, impact, old, now]) =>
    old === now ? [] : [{
      impact,
      subject: "machine",
      name,
      message: `"${name}" is ${String(now)} instead of ${String(old)}`,
    }]
  );
}

function fallbackText({ fallback }: MachineSpec): string {
  return fallback.mode === "off" ? "off" : `${fallback.mode} ${fallback.state ?? ""}`.trimEnd();
}

function stateChanges(before: MachineSpec, after: MachineSpec): readonly MachineChange[] {
  const old = new Map(before.states.map((state) => [state.name, state]));
  const now = new Map(after.states.map((state) => [state.name, state]));
  const gone = before.states.filter(({ name, type }) =>
    !now.has(name) && type !== "choice" && type !== "history"
  );
  return [
    ...gone.map(({ name }) =>
      stateChange("breaking", name, `State "${name}" is gone: entities in it need another one`)
    ),
    ...after.states.flatMap((state) => {
      const previous = old.get(state.name);
      return previous === undefined
        ? [stateChange("behaviour", state.name, `State "${state.name}" is new`)]
        : changesOfState(previous, state);
    }),
  ];
}

function changesOfState(before: StateSpec, after: StateSpec): readonly MachineChange[] {
  const { name } = after;
  const is = (impact: Impact, text: string) => stateChange(impact, name, `State "${name}" ${text}`);
  const changes: MachineChange[] = [];
  if (before.type !== after.type) {
    const isHarmless = [before.type, after.type].every((type) =>
      type === "stable" || type === "initial" || type === "error"
    );
    changes.push(is(isHarmless ? "behaviour" : "breaking", `is ${after.type} instead of ${before.type}`));
  }
  if (before.parent !== after.parent) {
    changes.push(
      is("breaking", after.parent === null ? "lies inside no other state" : `lies inside "${after.parent}"`),
    );
  }
  if (canonicalJson(regionsOf(before)) !== canonicalJson(regionsOf(after))) {
    changes.push(is("breaking", "has other regions"));
  }
  if (before.initialChild.join() !== after.initialChild.join()) {
    changes.push(
      is(
        "behaviour",
        after.initialChild.length === 0 ? "starts nowhere" : `starts in "${after.initialChild.join('", "')}"`,
      ),
    );
  }
  if (
    before.timeout?.ms !== after.timeout?.ms || before.timeout?.destination !== after.timeout?.destination
  ) {
    const { timeout } = after;
    changes.push(
      is(
        "behaviour",
        timeout === null
          ? "has no timeout"
          : `is left for "${timeout.destination}" after ${durationText(timeout.ms)}`,
      ),
    );
  }
  const lists = [["enter", before.onEnter, after.onEnter], ["exit", before.onExit, after.onExit]] as const;
  for (const [when, old, now] of lists) {
    if (canonicalJson(plain(old)) === canonicalJson(plain(now))) continue;
    changes.push(is("behaviour", `does on ${when}: ${now.map(actionText).join(", ") || "nothing"}`));
  }
  if (before.defer.join() !== after.defer.join()) {
    changes.push(is("behaviour", `defers ${after.defer.join(", ") || "nothing"}`));
  }
  if (canonicalJson(plain(before.invoke)) !== canonicalJson(plain(after.invoke))) {
    changes.push(is("behaviour", "runs other services"));
  }
  if (canonicalJson(plain(before.when)) !== canonicalJson(plain(after.when))) {
    changes.push(
      is(
        "behaviour",
        `is routed to when ${after.when.map(conditionText).join(" and ") || "nothing says so"}`,
      ),
    );
  }
  if (before.description !== after.description) changes.push(is("neutral", "has another description"));
  return changes;
}

function stateChange(impact: Impact, name: string, message: string): MachineChange {
  return { impact, subject: "state", name, message };
}

function regionsOf({ regions }: StateSpec) {
  return regions.map(({ name, initial, states, final }) => ({
    name,
    initial,
    states: states.toSorted(),
    final,
  }));
}

/** Specs are plain data; this says so to the type checker. */
function plain(value: readonly unknown[]) {
  return JSON.parse(JSON.stringify(value));
}

function variableChanges(before: MachineSpec, after: MachineSpec): readonly MachineChange[] {
  const old = new Map(before.variables.map((variable) => [variable.key, variable]));
  const now = new Set(after.variables.map(({ key }) => key));
  const change = (impact: Impact, key: string, text: string): MachineChange => ({
    impact,
    subject: "variable",
    name: key,
    message: `Variable "${key}" ${text}`,
  });
  const isStrict = after.isContextValidated;
  return [
    ...before.variables.filter(({ key }) => !now.has(key)).map(({ key }) =>
      change("behaviour", key, "is not declared any more")
    ),
    ...after.variables.flatMap((variable) => {
      const { key } = variable;
      const previous = old.get(key);
      const isMissing = isStrict && variable.isRequired && !hasDefault(variable);
      if (previous === undefined) {
        return [
          change(
            isMissing ? "breaking" : "behaviour",
            key,
            isMissing ? "is new and required: running entities lack it" : "is new",
          ),
        ];
      }
      const changes: MachineChange[] = [];
      if (previous.type !== variable.type) {
        changes.push(
          change(
            isStrict ? "breaking" : "behaviour",
            key,
            `is of type ${variable.type ?? "any"} instead of ${previous.type ?? "any"}`,
          ),
        );
      }
      if (previous.isRequired !== variable.isRequired) {
        changes.push(
          change(
            isMissing ? "breaking" : "behaviour",
            key,
            variable.isRequired ? "is required" : "is not required any more",
          ),
        );
      }
      if (defaultText(previous) !== defaultText(variable)) {
        changes.push(change("behaviour", key, `begins with ${defaultText(variable)}`));
      }
      return changes;
    }),
  ];
}

function hasDefault({ default: value, defaultExpr }: VariableSpec): boolean {
  return (value !== undefined && value !== null) || defaultExpr !== null;
}

function defaultText({ default: value, defaultExpr }: VariableSpec): string {
  return defaultExpr ?? (value === undefined ? "nothing" : canonicalJson(value));
}

function invariantChanges(before: MachineSpec, after: MachineSpec): readonly MachineChange[] {
  const textOf = ({ condition }: InvariantSpec) => conditionText(condition);
  const old = new Set(before.invariants.map(textOf));
  const now = new Set(after.invariants.map(textOf));
  return [
    ...before.invariants.filter((one) => !now.has(textOf(one))).map((one): MachineChange => ({
      impact: "behaviour",
      subject: "invariant",
      name: one.label,
      message: `Invariant "${one.label}" is gone: ${textOf(one)}`,
    })),
    ...after.invariants.filter((one) => !old.has(textOf(one))).map((one): MachineChange => ({
      impact: after.isContextValidated ? "breaking" : "neutral",
      subject: "invariant",
      name: one.label,
      message: `Invariant "${one.label}" must hold: ${textOf(one)}`,
    })),
  ];
}
