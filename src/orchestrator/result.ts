/** The answer to an event in the predecessor's data form: what was left, done and entered, or why nothing was. */
import type { JsonObject } from "../json.ts";
import type { ActionRow, Microstep, Refusal, Step, TakenTransition } from "../engine/step.ts";
import { type LoadedMachine, stateTextOf } from "./loaded_machine.ts";
import { guardDataOf, refusalFacts } from "./refusal_facts.ts";
import { type StateTree, stateTreeOf } from "./state_tree.ts";

/** An action as data: `params` only when there are some, `custom` only when true. */
export interface ActionData {
  readonly name: string;
  readonly params?: JsonObject;
  readonly custom?: true;
}

export interface ErrorData {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly context: JsonObject;
}

/** What one transition did, or why none was taken. */
export interface ResultData {
  readonly success: boolean;
  /** State that was left; in a region the state of the region; with several leaves the stored text of them. */
  readonly source_state: string;
  /** null when refused. */
  readonly target_state: string | null;
  readonly trigger: string;
  readonly on_exit_actions: readonly ActionData[];
  readonly actions_to_execute: readonly ActionData[];
  readonly on_enter_actions: readonly ActionData[];
  readonly error: ErrorData | null;
  readonly metadata: JsonObject;
}

/** One result with the rows of all actions behind it, nested ones included. */
export interface ResultReport {
  readonly result: ResultData;
  readonly actions: readonly ActionRow[];
}

/**
 * Results of one step: first those of the transitions that the event took (several only in regions), or the one that
 * says why it took none, then one for each eventless transition that followed.
 */
export function reportsOf(loaded: LoadedMachine, step: Step): readonly ResultReport[] {
  if (step.refusal !== null) return [bare(refusedResult(loaded, step, step.refusal))];
  const taken = step.microsteps.flatMap((microstep, index) => {
    const before = step.microsteps[index - 1]?.states ?? step.before;
    return reportsOfMicrostep(loaded, microstep, before);
  });
  if (step.event === null) return taken;
  if (!isTaken(step)) return [bare(untakenResult(loaded, step)), ...taken];
  const { fallback } = step;
  const [first, ...others] = taken;
  if (fallback === undefined || first === undefined) return taken;
  return [
    { ...first, result: fallbackResult(loaded, step, { result: first.result, ...fallback }) },
    ...others,
  ];
}

/** The reports of what the event itself caused, without the eventless transitions that followed. */
export function triggeredReportsOf(loaded: LoadedMachine, step: Step): readonly ResultReport[] {
  const own = step.refusal === null && isTaken(step) ? step.microsteps[0]?.transitions.length ?? 1 : 1;
  return reportsOf(loaded, step).slice(0, own);
}

/** The one result that answers the sender: the first that the event caused. */
export function resultOf(loaded: LoadedMachine, step: Step): ResultData {
  return reportsOf(loaded, step)[0]?.result ?? untakenResult(loaded, step);
}

function bare(result: ResultData): ResultReport {
  return { result, actions: [] };
}

/** A step whose event took a transition; the microsteps of others are all eventless or internal. */
function isTaken(step: Step): boolean {
  return step.outcome === "transitioned" || step.outcome === "internal";
}

/** One result for each transition of the microstep, in the order they ran; `before` = leaves before it. */
function reportsOfMicrostep(
  loaded: LoadedMachine,
  microstep: Microstep,
  before: readonly string[],
): readonly ResultReport[] {
  const tree = stateTreeOf(loaded.spec);
  const owners = ownersOf(tree, microstep);
  return microstep.transitions.map((taken, index) => {
    const actions = microstep.actions.filter((row) => owners.ofAction(row) === index);
    const rows = actions.filter((row) => row.isNested !== true);
    const source = sourceStateOf(loaded, taken, before);
    const result = {
      success: true,
      source_state: source,
      target_state: targetStateOf(tree, { taken, microstep, source, entered: owners.entered(index) }),
      trigger: taken.trigger,
      on_exit_actions: rows.filter((row) => row.phase === "exit").map(actionDataOf),
      actions_to_execute: rows.filter((row) => row.phase === "transition").map(actionDataOf),
      on_enter_actions: rows.filter((row) => row.phase === "enter").map(actionDataOf),
      error: null,
      metadata: metadataOf(tree, taken, microstep),
    };
    return { result, actions };
  });
}

/** Which of several transitions left, entered or did something: the one whose source is nearest in the tree. */
function ownersOf(tree: StateTree, microstep: Microstep) {
  const { transitions } = microstep;
  return {
    ofAction: (row: ActionRow) => nearest(row.owner),
    entered: (index: number) => microstep.entered.filter((name) => nearest(name) === index),
  };

  function nearest(name: string): number {
    if (transitions.length < 2) return 0;
    const path = tree.pathOf(name);
    const distances = transitions.map((taken) => {
      const sources = tree.pathOf(taken.source);
      const distance = path.findIndex((place) => sources.includes(place));
      return distance === -1 ? path.length : distance;
    });
    return distances.indexOf(Math.min(...distances));
  }
}

/** The leaf that the transition was taken from, or the text of all leaves when it stands above several. */
function sourceStateOf(loaded: LoadedMachine, taken: TakenTransition, before: readonly string[]): string {
  if (before.length === 1 && before[0] !== undefined && !isInParallel(loaded, before[0])) return before[0];
  const tree = stateTreeOf(loaded.spec);
  const inside = before.filter((leaf) => tree.isInside(leaf, taken.source));
  return inside.length === 1 && inside[0] !== undefined && taken.region !== null
    ? inside[0]
    : stateTextOf(loaded, before);
}

function isInParallel(loaded: LoadedMachine, leaf: string): boolean {
  const tree = stateTreeOf(loaded.spec);
  return tree.pathOf(leaf).some((place) => isParallel(tree, place));
}

function isParallel(tree: StateTree, place: string): boolean {
  return tree.stateOf(place)?.type === "parallel";
}

function targetStateOf(
  tree: StateTree,
  input: {
    readonly taken: TakenTransition;
    readonly microstep: Microstep;
    readonly source: string;
    readonly entered: readonly string[];
  },
): string {
  const { taken, microstep, source, entered } = input;
  if (taken.isInternal || taken.targets.length === 0) return source;
  const target = taken.targets[0];
  const named = target?.type === "state" ? target.name : target?.of;
  const isActive = named !== undefined && microstep.states.some((leaf) => tree.isInside(leaf, named));
  if (isActive) return tree.restingIn(named, microstep.states);
  const outermost = entered[0];
  return outermost === undefined ? source : tree.restingIn(outermost, microstep.states);
}

function metadataOf(tree: StateTree, taken: TakenTransition, microstep: Microstep): JsonObject {
  const guards: JsonObject = taken.guards.length === 0 ? {} : { guards: taken.guards.map(guardDataOf) };
  if (taken.isInternal) return { internal: true, ...guards };
  if (taken.region !== null) {
    const parallel = tree.pathOf(taken.source).find((place) => isParallel(tree, place));
    return {
      parallel_state: parallel ?? null,
      region: taken.region,
      transition_description: taken.description,
      ...guards,
    };
  }
  const updates = Object.entries(microstep.historyUpdates).filter(([parent]) => !isParallel(tree, parent));
  const history: JsonObject = updates.length === 0 ? {} : { _history_updates: Object.fromEntries(updates) };
  return { transition_description: taken.description, ...guards, ...history };
}

function actionDataOf(row: ActionRow): ActionData {
  return {
    name: row.name,
    ...(Object.keys(row.params).length === 0 ? {} : { params: row.params }),
    ...(row.isCustom ? { custom: true } : {}),
  };
}

/** An event that nothing took and that is no error: put off, or a no-op of a lenient machine. */
function untakenResult(loaded: LoadedMachine, step: Step): ResultData {
  const state = stateTextOf(loaded, step.before);
  const reason = step.outcome === "deferred" ? "deferred" : "no_matching_transition";
  return {
    ...emptyResult(step),
    success: true,
    source_state: state,
    target_state: state,
    error: null,
    metadata: { no_op: true, reason },
  };
}

function refusedResult(loaded: LoadedMachine, step: Step, refusal: Refusal): ResultData {
  const state = stateTextOf(loaded, step.before);
  const { type, context, metadata } = refusalFacts(step, refusal, state);
  const hint: JsonObject = step.fallback?.mode !== "hint" ? {} : {
    orchestrator_default_fallback: step.fallback.state,
    orchestrator_recovery_kind: "hint",
  };
  return {
    ...emptyResult(step),
    success: false,
    source_state: state,
    target_state: null,
    error: { type, code: refusal.code, message: refusal.message, context: { ...context, ...hint } },
    metadata: { ...metadata, ...hint },
  };
}

/** The event led to the fallback state of the machine: the metadata tells so, and what would have been answered. */
function fallbackResult(
  loaded: LoadedMachine,
  step: Step,
  fallback: { readonly result: ResultData; readonly state: string; readonly refusal: Refusal },
): ResultData {
  const { refusal, state } = fallback;
  const { type, context } = refusalFacts(step, refusal, stateTextOf(loaded, step.before));
  return {
    ...fallback.result,
    actions_to_execute: [],
    metadata: {
      orchestrator_applied_default_fallback: true,
      orchestrator_recovery_kind: "default_fallback",
      orchestrator_default_fallback: state,
      orchestrator_original_error: { type, code: refusal.code, message: refusal.message, context },
      orchestrator_skip_apply_history: true,
    },
  };
}

function emptyResult(step: Step) {
  return {
    trigger: step.event?.trigger ?? "",
    on_exit_actions: [],
    actions_to_execute: [],
    on_enter_actions: [],
  };
}

/** The body of the REST answer to a stateless call. */
export interface Outcome extends Omit<ResultData, "error"> {
  readonly error: OutcomeError | null;
}

export interface OutcomeError {
  readonly code: string;
  readonly type: string;
  readonly message: string;
  /** What is in `metadata`, and the facts of the error under `error_context`. */
  readonly details: JsonObject;
}

/** `result` as REST shows it: the error carries its details. */
export function outcomeOf(result: ResultData): Outcome {
  return { ...result, error: outcomeErrorOf(result) };
}

/** The error object of a refused event; null when it was not refused. */
export function outcomeErrorOf(result: ResultData): OutcomeError | null {
  if (result.error === null) return null;
  const { code, type, message, context } = result.error;
  return { code, type, message, details: { ...result.metadata, error_context: context } };
}
