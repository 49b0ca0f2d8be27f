/** One microstep: leave, act, enter, and tell what was finished by it. */
import type { Settled } from "./conflict.ts";
import { type Machine, nodeAt, NONE } from "./machine.ts";
import { remember } from "./memory.ts";
import { type Move, moveOf, reserve } from "./move.ts";
import { announceEntry, endIfTopLevel } from "./done.ts";
import { stopInvokes } from "./invoke.ts";
import { livelock } from "./queue.ts";
import { domainOf, type Reach, reachOf, resolve } from "./reach.ts";
import { failStep, runBlock } from "./run_actions.ts";
import { assert } from "../assert.ts";
import { encodeConfiguration } from "./stored_text.ts";
import type { TakenTransition } from "./step.ts";
import { cancelTimers, startTimers } from "./timer.ts";
import { showStatus, type Work } from "./work.ts";

/** Runs the transitions together and adds the rows of what happened. */
export function microstep(work: Work, settled: readonly Settled[], trigger: string | null): void {
  if (work.microstepsLeft-- <= 0) throw livelockOf(work);
  const { machine } = work;
  const memory = remember(machine, work.history, { exits: exitsOf(settled), active: work.active });
  const before = work.history;
  const move = moveFor(work, settled, memory);
  work.history = before;
  run(work, move, { settled, trigger, memory });
}

/** Enters the initial targets of the machine: only the second half of a microstep. */
export function enterInitial(work: Work, reach: Reach): void {
  const { needs, defaults, historyDefaults } = reach;
  const move = moveOf(work.machine, [], { exits: [], needs, defaults, historyDefaults });
  run(work, move, { settled: [], trigger: null, memory: work.history });
}

interface Taken {
  readonly settled: readonly Settled[];
  readonly trigger: string | null;
  readonly memory: Work["history"];
}

function run(work: Work, move: Move, taken: Taken): void {
  const { machine } = work;
  const { settled } = taken;
  work.move = move;
  work.actions = [];
  if (!work.isPlan && !machine.isScxml && (move.hasActions || settled.some(hasActions))) {
    showStatus(work, encodeConfiguration(machine, move.after));
  }
  leave(work, move);
  work.history = taken.memory;
  work.phase = "transition";
  for (const { wish, reach } of settled) {
    const { transition } = wish;
    const place = { phase: "transition" as const, owner: nodeAt(machine, transition.source).name };
    runBlock(work, transition.actions, place);
    for (const branch of reach.branches) {
      runBlock(work, branch.actions, { ...place, owner: nodeAt(machine, branch.source).name });
    }
  }
  enter(work, move);
  work.active = move.after;
  work.move = null;
  work.phase = "rest";
  endIfTopLevel(work, move);
  work.rows.microsteps.push({
    trigger: taken.trigger,
    transitions: settled.map((one) => takenOf(machine, one, taken.trigger)),
    exited: move.exitedNames,
    entered: move.enteredNames,
    actions: work.actions,
    states: move.names,
    historyUpdates: move.historyUpdates,
  });
}

function leave(work: Work, move: Move): void {
  const { machine, isPlan } = work;
  work.phase = "exit";
  for (let place = move.exits.length - 1; place >= 0; place--) {
    const index = move.exits[place] ?? NONE;
    const node = nodeAt(machine, index);
    work.cursor = index;
    if (!isPlan && node.invokes.length > 0) stopInvokes(work, index);
    runBlock(work, node.onExit, { phase: "exit", owner: node.name });
    if (!isPlan && node.timers.length > 0) cancelTimers(work, node);
  }
}

function enter(work: Work, move: Move): void {
  const { machine, isPlan } = work;
  work.phase = "enter";
  for (const index of move.enters) {
    const node = nodeAt(machine, index);
    const place = { phase: "enter" as const, owner: node.name };
    work.cursor = index;
    runBlock(work, node.onEnter, place);
    if (node.initialActions.length > 0 && move.defaults.includes(index)) {
      runBlock(work, node.initialActions, place);
    }
    for (const history of move.historyDefaults) {
      const { parent, historyActions } = nodeAt(machine, history);
      if (parent === index) runBlock(work, historyActions, place);
    }
    if (isPlan) continue;
    if (node.timers.length > 0) startTimers(work, node);
    if (node.invokes.length > 0) (work.enteredInvokes ??= new Set()).add(index);
    if (node.kind === "terminal" || node.joinOf !== NONE) {
      announceEntry(work, node, (error) => failStep(work, error, { ...place, action: "done_data" }));
    }
  }
}

/** The move of these transitions; from a single leaf it is worked out once. */
function moveFor(work: Work, settled: readonly Settled[], memory: Work["history"]): Move {
  const { machine, active } = work;
  const [only] = settled;
  const last = active[active.length - 1] ?? NONE;
  if (settled.length !== 1 || only === undefined || nodeAt(machine, last).depth !== active.length - 1) {
    return moveAmongRegions(work, settled, memory);
  }
  const { moves, parallelsAbove } = only.wish.transition;
  const known = moves.get(last);
  if (known !== undefined && known !== null) return known;
  const entries = entriesOf(work, settled, memory);
  const move = combined(work, settled, entries);
  if (known === undefined && reserve(machine, move)) {
    const isFixed = parallelsAbove !== null && entries.every((entry) => entry.isStatic);
    moves.set(last, isFixed ? move : null);
  }
  return move;
}

/** The same from several leaves, where the whole configuration counts. */
function moveAmongRegions(work: Work, settled: readonly Settled[], memory: Work["history"]): Move {
  const { memo } = work.machine;
  const isFixed = !work.isPlan && settled.every(({ wish }) => wish.transition.parallelsAbove !== null);
  const key = isFixed ? keyOf(settled, work.active) : "";
  const known = isFixed ? memo.movesByKey.get(key) : undefined;
  if (known !== undefined) return known;
  const entries = entriesOf(work, settled, memory);
  const move = combined(work, settled, entries);
  if (isFixed && entries.every((entry) => entry.isStatic) && reserve(work.machine, move)) {
    memo.movesByKey.set(key, move);
    memo.standings.set(move.names, move.after);
  }
  return move;
}

function keyOf(settled: readonly Settled[], active: readonly number[]): string {
  let key = "";
  for (const { wish } of settled) key += `${wish.transition.place} `;
  return `${key}@${active.join()}`;
}

/** What the transitions enter; profile `scxml` looks at histories as they are after leaving. */
function entriesOf(
  work: Work,
  settled: readonly Settled[],
  memory: Work["history"],
): readonly Reach[] {
  if (!work.machine.isScxml) return settled.map((one) => one.reach);
  work.history = memory;
  return settled.flatMap(({ wish }) => entryOf(work, wish.transition));
}

function combined(work: Work, settled: readonly Settled[], entries: readonly Reach[]): Move {
  return moveOf(work.machine, work.active, {
    isUnchecked: work.isPlan,
    exits: exitsOf(settled),
    needs: unite(entries.map((entry) => entry.needs)),
    defaults: unite(entries.map((entry) => entry.defaults)),
    historyDefaults: unite(entries.map((entry) => entry.historyDefaults)),
  });
}

/** What profile `scxml` enters for a transition, with histories as they are after leaving. */
function entryOf(work: Work, transition: Settled["wish"]["transition"]): readonly Reach[] {
  if (transition.targets.length === 0) return [];
  const targets = resolve(work, transition.targets)?.targets ?? [];
  const floor = domainOf(work, transition, targets);
  const reach = reachOf(work, transition.targets, { floor, isOpened: () => true });
  assert(reach !== null, "profile scxml has no choices");
  return [reach];
}

function exitsOf(settled: readonly Settled[]): readonly number[] {
  return settled.length === 1 ? settled[0]?.exits ?? [] : unite(settled.map((one) => one.exits));
}

/** Sorted lists as one sorted list without repetitions. */
function unite(lists: readonly (readonly number[])[]): readonly number[] {
  const [only] = lists;
  if (only === undefined || lists.length === 1) return only ?? [];
  let united = only;
  for (let place = 1; place < lists.length; place++) united = merge(united, lists[place] ?? []);
  return united;
}

function merge(left: readonly number[], right: readonly number[]): readonly number[] {
  if (left.length === 0) return right;
  if (right.length === 0) return left;
  const merged: number[] = [];
  let from = 0;
  for (const node of left) {
    for (; from < right.length && (right[from] ?? node) < node; from++) merged.push(right[from] ?? node);
    if (right[from] === node) from++;
    merged.push(node);
  }
  for (; from < right.length; from++) merged.push(right[from] ?? NONE);
  return merged;
}

function hasActions({ wish, reach }: Settled): boolean {
  return wish.transition.actions.length > 0 || reach.branches.some((branch) => branch.actions.length > 0);
}

function takenOf(machine: Machine, { wish }: Settled, trigger: string | null): TakenTransition {
  const { transition, guards } = wish;
  const { spec } = transition;
  return {
    transition: transition.index,
    trigger: trigger ?? transition.label,
    source: nodeAt(machine, transition.source).name,
    targets: spec.targets,
    description: spec.description,
    region: spec.region,
    isInternal: transition.targets.length === 0,
    guards,
  };
}

function livelockOf(work: Work): Error {
  const { spec } = work.machine;
  const texts = work.rows.microsteps.map((row) => row.states.join(","));
  const last = texts.at(-1) ?? "";
  const from = texts.lastIndexOf(last, texts.length - 2);
  const cycle = from < 0 ? texts.slice(-10) : texts.slice(from + 1);
  return livelock(`more than ${spec.microstepsMax} microsteps`, cycle);
}
