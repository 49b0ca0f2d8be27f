/** Questions about a machine and where an instance stands; nothing is changed by asking. */
import { configurationOf, has, illegalityOf, leafNames } from "./configuration.ts";
import { dispatch } from "./dispatch.ts";
import { endedLeaf } from "./done.ts";
import type { JsonObject } from "../json.ts";
import { isInside, type Machine, nodeAt, NONE } from "./machine.ts";
import { plan } from "./plan.ts";
import { reachOf } from "./reach.ts";
import type { Instance, Snapshot } from "./snapshot.ts";
import type { TransitionSpec } from "./spec.ts";
import type { EngineOptions, Step } from "./step.ts";
import { workOf } from "./work.ts";

export type WorkflowStatus = "active" | "complete" | "failed";

/** An event that one may ask about. */
export interface Question {
  readonly trigger: string;
  readonly payload?: JsonObject;
}

export interface DestinationAnswer {
  readonly isAllowed: boolean;
  readonly candidateCount: number;
  readonly passingCount: number;
  readonly isAmbiguous: boolean;
  readonly reason: "undefined_destination" | "no_transition_to_destination" | null;
  readonly candidates: readonly {
    readonly trigger: string;
    readonly isExecutable: boolean;
    /** `target_mismatch` or the code of the refusal; null when executable. */
    readonly reason: string | null;
  }[];
}

/** Leaves in which a new instance would stand before anything eventless; choices take no branch here. */
export function initialLeaves(machine: Machine): readonly string[] {
  const instance: Instance = { snapshot: { v: 1, states: [] }, context: {} };
  const work = workOf(machine, instance, { active: [], options: { nowMs: 0 } });
  const reach = reachOf(work, machine.initial, { floor: NONE, isOpened: () => true });
  if (reach === null || illegalityOf(machine, reach.needs) !== null) return machine.spec.initial;
  return leafNames(machine, reach.needs);
}

/** Transitions from the leaves `states` and everything around them, in file order; those of `timeout` are left out. */
export function availableTransitions(machine: Machine, states: readonly string[]): readonly TransitionSpec[] {
  const active = configurationOf(machine, states);
  if (active === null) return [];
  const indexes = new Set<number>();
  for (const node of active) {
    for (const { index, spec } of nodeAt(machine, node).transitions) {
      if (spec.origin !== "timeout") indexes.add(index);
    }
  }
  return machine.spec.transitions.filter((_, index) => indexes.has(index));
}

/** Their triggers, sorted, each once, generated ones too; guards are not asked. */
export function availableTriggers(machine: Machine, states: readonly string[]): readonly string[] {
  const active = configurationOf(machine, states) ?? [];
  const triggers = active.flatMap((node) =>
    nodeAt(machine, node).transitions
      .filter(({ spec }) => spec.origin !== "timeout")
      .flatMap((transition) => transition.triggers)
  );
  return [...new Set(triggers)].sort();
}

/** Whether the event would go through now; a no-op counts. */
export function can(
  machine: Machine,
  instance: Instance,
  question: Question,
  options: EngineOptions,
): boolean {
  const { trigger, payload = {} } = question;
  return dispatch(machine, instance, { trigger, payload }, options).refusal === null;
}

/** Whether some transition of the present states that names `destination` would lead there now. */
export function evaluateDestination(
  machine: Machine,
  instance: Instance,
  destination: string,
  options: EngineOptions,
): DestinationAnswer {
  const wanted = machine.indexOfName.get(destination);
  if (wanted === undefined) return noCandidates("undefined_destination");
  const candidates = availableTransitions(machine, instance.snapshot.states)
    .filter((transition) => transition.dest === destination)
    .map((transition) => {
      const trigger = transition.triggers[0] ?? "";
      const reason = reasonAgainst(
        machine,
        wanted,
        plan(machine, instance, { trigger, payload: {} }, options),
      );
      return { trigger, isExecutable: reason === null, reason };
    });
  if (candidates.length === 0) return noCandidates("no_transition_to_destination");
  const passingCount = candidates.filter(({ isExecutable }) => isExecutable).length;
  return {
    isAllowed: passingCount > 0,
    candidateCount: candidates.length,
    passingCount,
    isAmbiguous: passingCount > 1,
    reason: null,
    candidates,
  };
}

/** `complete` when it has ended, `failed` when it rests in a single leaf of type `error`. */
export function workflowStatusOf(machine: Machine, snapshot: Snapshot): WorkflowStatus {
  if (isTerminal(machine, snapshot)) return "complete";
  const [only, ...others] = snapshot.states;
  const index = machine.indexOfName.get(only ?? "");
  const isError = others.length === 0 && index !== undefined && nodeAt(machine, index).spec?.type === "error";
  return isError ? "failed" : "active";
}

/** Whether the instance has ended. */
export function isTerminal(machine: Machine, snapshot: Snapshot): boolean {
  if (snapshot.isDone === true) return true;
  const active = configurationOf(machine, snapshot.states);
  return active !== null && !machine.isScxml && endedLeaf(machine, active) !== NONE;
}

/** Whether `state` is active: itself a leaf of `states`, or around one. */
export function isActive(machine: Machine, states: readonly string[], state: string): boolean {
  const active = configurationOf(machine, states);
  const index = machine.indexOfName.get(state);
  return active !== null && index !== undefined && has(active, index);
}

function noCandidates(reason: NonNullable<DestinationAnswer["reason"]>): DestinationAnswer {
  return {
    isAllowed: false,
    candidateCount: 0,
    passingCount: 0,
    isAmbiguous: false,
    reason,
    candidates: [],
  };
}

/** Why the planned step does not come to rest where the node rests by default; null when it does. */
function reasonAgainst(machine: Machine, wanted: number, step: Step): string | null {
  if (step.refusal !== null) return step.refusal.code;
  const resting = restingPlace(machine, wanted);
  const { kind, initial } = nodeAt(machine, resting);
  const isOpen = kind === "parallel" || initial.length > 0;
  const isThere = step.after.some((leaf) => {
    const index = machine.indexOfName.get(leaf);
    return index !== undefined && (index === resting || (isOpen && isInside(machine, index, resting)));
  });
  return isThere ? null : "target_mismatch";
}

/** The node itself, or its default child and so on, down to a leaf, a parallel, or where only an event can tell. */
function restingPlace(machine: Machine, wanted: number): number {
  let place = wanted;
  for (let steps = 0; steps < machine.nodes.length; steps++) {
    const [first, ...others] = nodeAt(machine, place).initial;
    if (first === undefined || others.length > 0 || first.type !== "node") return place;
    const { kind } = nodeAt(machine, first.node);
    if (kind === "choice" || kind === "history" || kind === "region") return place;
    place = first.node;
  }
  return place;
}
