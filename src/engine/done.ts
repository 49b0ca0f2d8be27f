/** What is finished: done events of compounds and parallels, joins, and the end of the instance. */
import { leavesOf } from "./configuration.ts";
import { stopInvokes } from "./invoke.ts";
import type { JsonValue } from "../json.ts";
import { type Machine, type Node, nodeAt, NONE, ROOT } from "./machine.ts";
import type { Move } from "./move.ts";
import { raise } from "./queue.ts";
import { payloadOf, runBlock } from "./run_actions.ts";
import { cancelAllTimers } from "./timer.ts";
import { isActiveNow, type Work } from "./work.ts";

/** Raises what follows from entering a terminal or the `final` of a region. `fail` hears of bad done data. */
export function announceEntry(work: Work, node: Node, fail: (error: unknown) => void): void {
  const { machine } = work;
  if (node.kind === "terminal") {
    const data = doneDataOf(work, node, fail);
    if (node.doneData.type !== "none" || node.parent === ROOT) work.doneData = data;
    if (node.parent !== ROOT) announceDone(work, nodeAt(machine, node.parent), data);
  }
  if (node.joinOf === NONE) return;
  const parallel = nodeAt(machine, node.joinOf);
  if (regionsAtFinal(work, parallel)) raise(work, `_join_${parallel.name}`, {});
}

/** Ends an instance of profile `scxml` that has entered a terminal child of the root. */
export function endIfTopLevel(work: Work, move: Move): void {
  const { machine } = work;
  if (!machine.isScxml || work.isPlan) return;
  const isOver = move.enters.some((index) => {
    const node = nodeAt(machine, index);
    return node.kind === "terminal" && node.parent === ROOT;
  });
  if (!isOver) return;
  for (let place = work.active.length - 1; place >= 0; place--) {
    const node = nodeAt(machine, work.active[place] ?? ROOT);
    if (node.invokes.length > 0) stopInvokes(work, node.index);
    runBlock(work, node.onExit, { phase: "exit", owner: node.name });
  }
  end(work);
}

/** Ends an instance of profile `pystator` that rests in a single terminal leaf. */
export function endIfAtRest(work: Work): void {
  const leaf = endedLeaf(work.machine, work.active);
  if (leaf !== NONE) end(work);
}

/** The terminal that is the only leaf; `NONE` otherwise. */
export function endedLeaf(machine: Machine, active: readonly number[]): number {
  const last = active[active.length - 1] ?? ROOT;
  if (nodeAt(machine, last).kind !== "terminal") return NONE;
  return nodeAt(machine, last).depth === active.length - 1 || leavesOf(machine, active).length === 1
    ? last
    : NONE;
}

function end(work: Work): void {
  work.isDone = true;
  work.deferred = [];
  work.internal.length = 0;
  work.external = [];
  cancelAllTimers(work);
}

function announceDone(work: Work, parent: Node, data: JsonValue): void {
  if (parent.name !== "") raise(work, `done.state.${parent.name}`, data);
  if (parent.parent === NONE) return;
  const around = nodeAt(work.machine, parent.parent);
  if (around.kind === "parallel" && isFinished(work, around)) raise(work, `done.state.${around.name}`, {});
}

/** A compound with an active terminal child; a parallel whose regions are all finished. */
function isFinished(work: Work, node: Node): boolean {
  const { machine } = work;
  if (node.kind === "parallel") {
    return node.children.every((child) => isFinished(work, nodeAt(machine, child)));
  }
  return node.children.some((child) =>
    nodeAt(machine, child).kind === "terminal" && isActiveNow(work, child)
  );
}

function regionsAtFinal(work: Work, parallel: Node): boolean {
  return parallel.joinNodes.length > 0 && parallel.joinNodes.every((node) => isActiveNow(work, node));
}

function doneDataOf(work: Work, node: Node, fail: (error: unknown) => void): JsonValue {
  try {
    return node.doneData.type === "none" ? {} : payloadOf(work, node.doneData);
  } catch (error) {
    fail(error);
    return null;
  }
}
