/** Who lies inside whom: the questions that rules and the builder ask about the states of a draft. */
import type { DocumentDraft, RegionDraft, StateDraft, TransitionDraft } from "./draft.ts";

export interface StatesIndex {
  readonly byName: ReadonlyMap<string, StateDraft>;
  readonly names: readonly string[];
  childrenOf(name: string): readonly string[];
  /** Members of a region: its list, else its share of the children of the parallel. */
  membersOf(parallel: StateDraft, region: RegionDraft): readonly string[];
  /** Whether something lies inside it. */
  isParent(name: string): boolean;
}

export function indexStates(draft: DocumentDraft): StatesIndex {
  const byName = new Map<string, StateDraft>();
  const children = new Map<string, string[]>();
  for (const state of draft.states) {
    if (!byName.has(state.name)) byName.set(state.name, state);
    if (state.parent === null) continue;
    const siblings = children.get(state.parent);
    if (siblings === undefined) children.set(state.parent, [state.name]);
    else siblings.push(state.name);
  }
  const shares = new Map<StateDraft, ReadonlyMap<RegionDraft, readonly string[]>>();

  return {
    byName,
    names: [...byName.keys()],
    childrenOf: (name) => children.get(name) ?? [],
    isParent: (name) => children.has(name) || (byName.get(name)?.regions.length ?? 0) > 0,
    membersOf(parallel, region) {
      if (region.states.length > 0) return region.states;
      let share = shares.get(parallel);
      if (share === undefined) {
        share = sharesOf(parallel, children.get(parallel.name) ?? [], draft.transitions);
        shares.set(parallel, share);
      }
      return share.get(region) ?? [region.initial];
    },
  };
}

/**
 * Which children belong to which region, where regions name no members. With one such region: all that no other region
 * lists. With several: what can be reached from the initial state of each, in file order of the regions.
 */
function sharesOf(
  parallel: StateDraft,
  children: readonly string[],
  transitions: readonly TransitionDraft[],
): ReadonlyMap<RegionDraft, readonly string[]> {
  const open = parallel.regions.filter((region) => region.states.length === 0);
  const listed = new Set(parallel.regions.flatMap((region) => region.states));
  const free = new Set(children.filter((name) => !listed.has(name)));
  const [only] = open;
  if (only !== undefined && open.length === 1) {
    return new Map([[only, free.has(only.initial) ? [...free] : [only.initial, ...free]]]);
  }
  const next = new Map<string, string[]>();
  for (const { source, dest } of transitions) {
    for (const name of source) {
      if (free.has(name)) next.set(name, [...next.get(name) ?? [], ...dest ?? []]);
    }
  }
  const owner = new Map(open.map((region) => [region.initial, region]));
  const queue = [...owner.keys()];
  // Each state enters the queue once.
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    for (const target of next.get(name) ?? []) {
      const region = owner.get(name);
      if (!free.has(target) || owner.has(target) || region === undefined) continue;
      owner.set(target, region);
      queue.push(target);
    }
  }
  return new Map(open.map((region) => {
    const members = [...free].filter((name) => owner.get(name) === region);
    return [region, members.includes(region.initial) ? members : [region.initial, ...members]];
  }));
}
