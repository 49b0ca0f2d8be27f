/** Where a transition of profile `pystator` leads in the present configuration, worked out once where it is always the same. */
import { has } from "./configuration.ts";
import { isInside, NONE, type Transition } from "./machine.ts";
import { forcedBy, isForced, type Reach, reachOf, resolve } from "./reach.ts";
import type { Work } from "./work.ts";

/** Parallels around the targets up to which reaches are kept, one for each set of active ones. */
const PARALLELS_MAX = 16;

/** What `reenter` forces out for the transition as things are. */
export function forcedFor(work: Work, transition: Transition): readonly number[] {
  if (!transition.isReentering) return [];
  return forcedBy(work, transition, resolve(work, transition.targets)?.targets ?? []);
}

/** What the transition needs; null when a choice on the way has no branch that holds. */
export function reachFor(work: Work, transition: Transition, forced: readonly number[]): Reach | null {
  const { machine, active } = work;
  const key = forced.length > 0 ? null : openMask(work, transition);
  const known = key === null ? undefined : transition.reaches.get(key);
  if (known !== undefined) return known;
  const reach = reachOf(work, transition.targets, {
    floor: NONE,
    isOpened: (parallel, targets) =>
      !has(active, parallel) || isForced(machine, parallel, forced) ||
      !targets.some((target) => isInside(machine, target, parallel)),
  });
  if (key !== null && reach !== null && reach.isStatic) transition.reaches.set(key, reach);
  return reach;
}

/** Which of the parallels around the targets are active, as bits; null when that is not the whole truth. */
function openMask(work: Work, transition: Transition): number | null {
  const { parallelsAbove } = transition;
  if (parallelsAbove === null || parallelsAbove.length > PARALLELS_MAX) return null;
  let mask = 0;
  for (const [bit, parallel] of parallelsAbove.entries()) if (has(work.active, parallel)) mask |= 1 << bit;
  return mask;
}

/** Whether every choice on the way has a branch that holds. */
export function isReachable(work: Work, transition: Transition): boolean {
  if (transition.targets.length === 0) return true;
  return reachFor(work, transition, forcedFor(work, transition)) !== null;
}
