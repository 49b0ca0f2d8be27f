/** One instance of a machine in memory: send it events, ask it what it can do, save it, bring it back. */
import { applyData } from "./apply_data.ts";
import { dispatch } from "./dispatch.ts";
import type { Machine } from "./machine.ts";
import { start } from "./start.ts";
import type { DeferredEvent, Instance, Snapshot } from "./snapshot.ts";
import { type ActionExecutor, carryOut } from "./carry_out.ts";
import type { EngineEvent, EngineOptions, GuardFunction, Refusal, Run } from "./step.ts";
import { decodeStates, encodeStates } from "./stored_text.ts";
import { nodeAt } from "./machine.ts";
import {
  availableTriggers,
  can,
  isActive,
  isTerminal,
  type WorkflowStatus,
  workflowStatusOf,
} from "./query.ts";
import type { JsonObject } from "../json.ts";

/** Events a session puts off; one more is not kept. */
export const SESSION_DEFERRED_MAX = 100;
/** Runs a session remembers; the oldest are forgotten. */
export const SESSION_HISTORY_MAX = 10_000;

export interface SessionOptions {
  readonly entityId: string;
  /** Wall time in ms since the epoch; asked once for each event. */
  readonly nowMs: () => number;
  /** At creation; the defaults of the machine are laid under it. */
  readonly context?: JsonObject;
  /** Stored text of the state to stand in, instead of entering the initial one. Nothing is run for it. */
  readonly initialState?: string;
  /** Refused events that may fit later are kept and tried again after each change of state. */
  readonly isDeferring?: boolean;
  readonly guards?: ReadonlyMap<string, GuardFunction>;
  /** Carries out the actions for the world; without it they are only listed in the run. */
  readonly execute?: ActionExecutor;
}

/** All of a session as plain JSON. */
export interface SessionSnapshot {
  readonly entity_id: string;
  /** Stored text of the configuration, for readers; `engine` is what counts. */
  readonly current_state: string;
  readonly context: JsonObject;
  readonly machine_name: string;
  readonly machine_version: string;
  readonly is_terminal: boolean;
  readonly workflow_status: WorkflowStatus;
  readonly deferred_events: readonly DeferredEvent[];
  readonly defer_unhandled: boolean;
  readonly execute_actions: boolean;
  readonly engine: Snapshot;
}

export interface Session {
  readonly entityId: string;
  readonly machine: Machine;
  /** Stored text of the configuration: a leaf, or `parallel:a=x,b=y`. */
  state(): string;
  /** Whether the state is active, itself or through a state inside it. */
  is(state: string): boolean;
  context(): JsonObject;
  /** Lays keys over the context; no transition follows. */
  setContext(changes: JsonObject): void;
  /**
   * Runs one event to rest. A refused run changes nothing. The generated trigger of a delay that runs makes it fire.
   * Throws `TypeError` when `trigger` is empty.
   */
  send(trigger: string, payload?: JsonObject): Run;
  /** Lays data over the context and takes what follows from it. */
  applyData(data: JsonObject): Run;
  /** Whether the event would be taken now; nothing is changed. */
  can(trigger: string, payload?: JsonObject): boolean;
  /** Triggers of all transitions from here, sorted, whether their guards hold or not. */
  allowedTriggers(): readonly string[];
  isDone(): boolean;
  workflowStatus(): WorkflowStatus;
  /** Runs that changed something, oldest first. */
  history(): readonly Run[];
  deferred(): readonly DeferredEvent[];
  snapshot(): SessionSnapshot;
}

/**
 * A fresh instance, entered for real: entry actions, eventless transitions and effects of the initial state run.
 *
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { loadMachine } from "../definition/load.ts";
 * import { createSession, restoreSession } from "./session.ts";
 *
 * const loaded = loadMachine({
 *   text: `
 *     meta: { machine_name: order }
 *     states: [{ name: draft, type: initial }, { name: placed }]
 *     transitions: [{ trigger: place, source: draft, dest: placed, guards: [{ expr: total > 0 }] }]
 *   `,
 * });
 * if (!loaded.ok) throw new Error("the machine has findings");
 * const { machine } = loaded;
 *
 * const session = createSession(machine, { entityId: "o-1", nowMs: () => 0, context: { total: 5 } });
 * strictEqual(session.can("ship"), false);
 * session.send("place", { by: "ann" });
 * strictEqual(session.state(), "placed");
 *
 * const copy = restoreSession(machine, { snapshot: session.snapshot(), nowMs: () => 0 });
 * strictEqual(copy.context()["by"], "ann");
 * ```
 */
export function createSession(machine: Machine, options: SessionOptions): Session {
  const { entityId, context = {}, initialState } = options;
  if (initialState !== undefined) {
    const instance = { snapshot: snapshotOfText(machine, initialState), context };
    return openSession(machine, { ...options, instance, deferred: [] });
  }
  const entered = start(machine, context, engineOptionsOf({ ...options, entityId }));
  if (entered.refusal !== null) throw new SessionError(entered.refusal);
  const run = options.execute === undefined ? entered : carryOut(entered, options.execute);
  return openSession(machine, { ...options, instance: run.instance, deferred: [] });
}

/** The session that `snapshot` was taken of; history of runs is not part of a snapshot. */
export function restoreSession(
  machine: Machine,
  options: Pick<SessionOptions, "nowMs" | "guards" | "execute"> & { readonly snapshot: SessionSnapshot },
): Session {
  const { snapshot } = options;
  return openSession(machine, {
    ...options,
    entityId: snapshot.entity_id,
    isDeferring: snapshot.defer_unhandled,
    instance: { snapshot: snapshot.engine, context: snapshot.context },
    deferred: snapshot.deferred_events,
  });
}

/** The machine refused to be entered. */
export class SessionError extends Error {
  override readonly name = "SessionError";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

interface OpenOptions extends SessionOptions {
  readonly instance: Instance;
  readonly deferred: readonly DeferredEvent[];
}

function openSession(machine: Machine, options: OpenOptions): Session {
  const { entityId, isDeferring = false, execute } = options;
  const history: Run[] = [];
  let instance = options.instance;
  let deferred = options.deferred;

  return {
    entityId,
    machine,
    state,
    is: (name) => isActive(machine, instance.snapshot.states, name),
    context: () => instance.context,
    setContext,
    send,
    applyData: (data) => keep(applyData(machine, instance, data, engineOptionsOf(options))),
    can: (trigger, payload) =>
      can(machine, instance, eventOf({ trigger, payload: payload ?? {} }), engineOptionsOf(options)),
    allowedTriggers: () => availableTriggers(machine, instance.snapshot.states),
    isDone: () => isTerminal(machine, instance.snapshot),
    workflowStatus: () => workflowStatusOf(machine, instance.snapshot),
    history: () => history,
    deferred: () => deferred,
    snapshot,
  };

  function state(): string {
    return encodeStates(machine, instance.snapshot.states);
  }

  function setContext(changes: JsonObject): void {
    instance = { ...instance, context: { ...instance.context, ...changes } };
  }

  function send(trigger: string, payload: JsonObject = {}): Run {
    const before = state();
    const run = attempt({ trigger, payload });
    if (run.refusal !== null) {
      if (isDeferring && mayFitLater(run.refusal)) putOff({ trigger, payload });
      return run;
    }
    if (state() !== before) recall();
    return run;
  }

  function attempt(event: DeferredEvent): Run {
    const timer = runningTimer(machine, instance.snapshot, event.trigger);
    const engineEvent = { ...eventOf(event), ...(timer === null ? {} : { timer }) };
    return keep(dispatch(machine, instance, engineEvent, engineOptionsOf(options)));
  }

  function keep(run: Run): Run {
    if (run.refusal !== null) return run;
    const done = execute === undefined ? run : carryOut(run, execute);
    instance = done.instance;
    if (done.steps.some((step) => step.microsteps.length > 0)) {
      history.push(done);
      if (history.length > SESSION_HISTORY_MAX) history.shift();
    }
    return done;
  }

  function putOff(event: DeferredEvent): void {
    if (deferred.length < SESSION_DEFERRED_MAX) deferred = [...deferred, event];
  }

  /** Tries what was put off, oldest first, round by round; no event is tried twice in the same state. */
  function recall(): void {
    const tried = new Map<DeferredEvent, number>();
    let changes = 0;
    for (let isChanged = true; isChanged;) {
      isChanged = false;
      const waiting = deferred;
      deferred = [];
      for (const event of waiting) {
        if (tried.get(event) === changes) {
          deferred = [...deferred, event];
          continue;
        }
        tried.set(event, changes);
        const before = state();
        const run = attempt(event);
        if (run.refusal !== null) {
          if (mayFitLater(run.refusal)) deferred = [...deferred, event];
        } else if (state() !== before) {
          changes++;
          isChanged = true;
        }
      }
    }
  }

  function snapshot(): SessionSnapshot {
    return {
      entity_id: entityId,
      current_state: state(),
      context: instance.context,
      machine_name: machine.spec.name,
      machine_version: machine.spec.version,
      is_terminal: isTerminal(machine, instance.snapshot),
      workflow_status: workflowStatusOf(machine, instance.snapshot),
      deferred_events: deferred,
      defer_unhandled: isDeferring,
      execute_actions: execute !== undefined,
      engine: instance.snapshot,
    };
  }
}

/**
 * The running timer of an active state that fires with `trigger`; null when there is none. Sending the generated trigger
 * of a delay makes its timer fire: a session has no clock of its own.
 */
export function runningTimer(
  machine: Machine,
  snapshot: Snapshot,
  trigger: string,
): EngineEvent["timer"] | null {
  if (snapshot.timers === undefined || !machine.systemTriggers.has(trigger)) return null;
  for (const leaf of snapshot.states) {
    const index = machine.indexOfName.get(leaf);
    const path = index === undefined ? [] : nodeAt(machine, index).path;
    for (const timer of path.flatMap((place) => nodeAt(machine, place).timers)) {
      const generation = snapshot.timers[timer.key];
      if (timer.trigger === trigger && generation !== undefined) return { key: timer.key, generation };
    }
  }
  return null;
}

function snapshotOfText(machine: Machine, text: string): Snapshot {
  const snapshot = decodeStates(machine, text);
  if ("code" in snapshot) throw new SessionError(snapshot);
  return snapshot;
}

function eventOf({ trigger, payload }: DeferredEvent): EngineEvent {
  if (trigger === "") throw new TypeError('Cannot send event "": a trigger is not empty');
  return { trigger, payload };
}

function engineOptionsOf(options: Pick<SessionOptions, "entityId" | "nowMs" | "guards">): EngineOptions {
  const { entityId, nowMs, guards } = options;
  return { nowMs: nowMs(), entityId, ...(guards === undefined ? {} : { guards }) };
}

/** No transition here, or guards that do not hold now; an event that no state knows never fits. */
function mayFitLater(refusal: Refusal): boolean {
  if (refusal.code === "invalid_trigger") return refusal.details["available_triggers"] === undefined;
  return refusal.code === "guard_rejected" || refusal.code === "guard_error";
}
