/** Which of several wishes run together, by the rules of each profile. */
import { assert } from "../assert.ts";
import { has } from "./configuration.ts";
import { forcedFor, reachFor } from "./lead.ts";
import { isInside, type Machine, nodeAt, NONE } from "./machine.ts";
import { domainOf, EMPTY_REACH, exitsBelow, exitsBesides, type Reach, resolve } from "./reach.ts";
import type { Wish } from "./select.ts";
import type { Work } from "./work.ts";

/** A wish whose reach and exits are known. */
export interface Settled {
  readonly wish: Wish;
  readonly reach: Reach;
  readonly exits: readonly number[];
}

/** The wishes to run, in document order of their transitions, and those that lost. */
export function resolveConflicts(
  work: Work,
  wishes: readonly Wish[],
): { readonly kept: readonly Settled[]; readonly lost: readonly Wish[] } {
  const settled = wishes.map((wish) => settle(work, wish));
  if (settled.length < 2) return { kept: settled, lost: [] };
  const kept = work.machine.isScxml ? keepInner(work.machine, settled) : keepByRank(work, settled);
  const lost = wishes.filter((wish) => !kept.some((one) => one.wish === wish));
  return {
    kept: [...kept].sort((left, right) => left.wish.transition.place - right.wish.transition.place),
    lost,
  };
}

/** Works out what the wish needs and leaves, in the configuration as it is. */
export function settle(work: Work, wish: Wish): Settled {
  const { transition } = wish;
  if (transition.targets.length === 0) return { wish, reach: EMPTY_REACH, exits: [] };
  const { machine } = work;
  if (machine.isScxml) {
    const targets = resolve(work, transition.targets)?.targets ?? [];
    return {
      wish,
      reach: { ...EMPTY_REACH, targets },
      exits: exitsBelow(machine, work.active, domainOf(work, transition, targets)),
    };
  }
  const forced = forcedFor(work, transition);
  const reach = reachFor(work, transition, forced);
  assert(reach !== null, "a transition that leads nowhere is not enabled");
  return { wish, reach, exits: exitsBesides(work, reach.needs, forced) };
}

/** Profile `scxml`: the inner source wins, then document order of the leaves. */
function keepInner(machine: Machine, settled: readonly Settled[]): readonly Settled[] {
  let kept: Settled[] = [];
  for (const one of settled) {
    const beaten = new Set<Settled>();
    let isDropped = false;
    for (const other of kept) {
      if (!meets(one.exits, other.exits)) continue;
      if (isInside(machine, one.wish.transition.source, other.wish.transition.source)) beaten.add(other);
      else {
        isDropped = true;
        break;
      }
    }
    if (isDropped) continue;
    kept = kept.filter((other) => !beaten.has(other));
    kept.push(one);
  }
  return kept;
}

/** Profile `pystator`: inner handling consumes the event, leaving beats moving, a living leaf beats an ended one. */
function keepByRank(work: Work, settled: readonly Settled[]): readonly Settled[] {
  const { machine } = work;
  const inner = settled.filter((one) =>
    !settled.some((other) => isInside(machine, other.wish.transition.source, one.wish.transition.source))
  );
  if (inner.length < 2) return inner;
  const ranked = inner.map((one) => ({
    one,
    depth: one.exits.length === 0
      ? Infinity
      : Math.min(...one.exits.map((node) => nodeAt(machine, node).depth)),
    isEnded: nodeAt(machine, one.wish.leaf).kind === "terminal",
  })).sort((left, right) =>
    (left.depth === right.depth ? 0 : left.depth - right.depth) ||
    Number(left.isEnded) - Number(right.isEnded) || left.one.wish.leaf - right.one.wish.leaf
  );
  const kept: Settled[] = [];
  for (const { one } of ranked) if (!kept.some((other) => isConflict(machine, one, other))) kept.push(one);
  return kept;
}

function isConflict(machine: Machine, left: Settled, right: Settled): boolean {
  return meets(left.exits, right.exits) || meets(left.exits, right.reach.needs) ||
    meets(left.reach.needs, right.exits) || isSplit(machine, left.reach.needs, right.reach.needs);
}

/** Whether both need different children of one node that can have only one. */
function isSplit(machine: Machine, left: readonly number[], right: readonly number[]): boolean {
  return left.some((node) => {
    const { parent } = nodeAt(machine, node);
    if (parent === NONE || nodeAt(machine, parent).kind === "parallel" || has(right, node)) return false;
    return right.some((other) => nodeAt(machine, other).parent === parent);
  });
}

function meets(left: readonly number[], right: readonly number[]): boolean {
  return left.some((node) => has(right, node));
}
