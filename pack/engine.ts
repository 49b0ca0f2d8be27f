/**
 * The engine as a library: machines from YAML, decisions as values. Nothing here does I/O, waits, reads a clock or draws a
 * random number; whoever calls it stores what comes out.
 *
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 * import { createSession, dispatch, explain, loadMachine, start } from "@stator/engine";
 *
 * const loaded = loadMachine({
 *   text: `
 * meta: { machine_name: door }
 * states: [{ name: closed, type: initial }, { name: open, on_enter: [{ increment: visits }] }]
 * transitions:
 *   - { trigger: push, source: closed, dest: open, guards: [{ expr: "not locked" }] }
 *   - { after: 30s, source: open, dest: closed }
 * `,
 * });
 * if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
 * const { machine } = loaded;
 *
 * // Functions from value to value: keep `instance` where you like.
 * const options = { nowMs: 0, entityId: "door-1" };
 * const entered = start(machine, { locked: true }, options);
 * const push = { trigger: "push", payload: {} };
 * strictEqual(dispatch(machine, entered.instance, push, options).refusal?.code, "guard_rejected");
 * deepStrictEqual(explain(machine, entered.instance, push, options).values, { locked: true });
 *
 * // Or a session, which keeps it for you.
 * const session = createSession(machine, { entityId: "door-2", nowMs: () => 0, context: { locked: false } });
 * strictEqual(session.can("push"), true);
 * strictEqual(session.send("push").timersStarted[0]?.delayMs, 30_000);
 * deepStrictEqual([session.state(), session.context()["visits"]], ["open", 1]);
 * ```
 *
 * @module
 */
export { type LoadInput, loadMachine, type LoadOptions, type LoadResult } from "../src/definition/load.ts";
export { EMPTY_REGISTRY, lintMachine, type LintRegistry } from "../src/definition/lint.ts";
export type { Diagnostic, Severity } from "../src/definition/diagnostic.ts";
export { compileMachine } from "../src/engine/compile.ts";
export type { Machine } from "../src/engine/machine.ts";
export type { MachineSpec, StateSpec, TransitionSpec } from "../src/engine/spec.ts";
export { start } from "../src/engine/start.ts";
export { dispatch } from "../src/engine/dispatch.ts";
export { applyData } from "../src/engine/apply_data.ts";
export { plan } from "../src/engine/plan.ts";
export { explain, type Explanation } from "../src/engine/explain.ts";
export { availableTransitions, availableTriggers, can, isActive, isTerminal } from "../src/engine/query.ts";
export type { DeferredEvent, Instance, Snapshot } from "../src/engine/snapshot.ts";
export type {
  ActionRequest,
  CandidateRow,
  EngineEvent,
  EngineOptions,
  GuardFunction,
  GuardRow,
  Microstep,
  Outcome,
  Refusal,
  Run,
  Step,
  TimerStart,
} from "../src/engine/step.ts";
export {
  createSession,
  restoreSession,
  type Session,
  SessionError,
  type SessionOptions,
  type SessionSnapshot,
} from "../src/engine/session.ts";
export { createRecorder, type Recorder, type Recording, replay } from "../src/engine/recorder.ts";
export type { JsonObject, JsonValue } from "../src/json.ts";
