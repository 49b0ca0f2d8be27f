/** What was sent to a session, kept so that it can be sent again to a fresh one. */
import type { Machine } from "./machine.ts";
import { restoreSession, type Session, type SessionOptions, type SessionSnapshot } from "./session.ts";
import type { Run } from "./step.ts";
import type { JsonObject } from "../json.ts";

/** Events of one recording; one more is sent but not recorded. */
export const RECORDED_EVENTS_MAX = 10_000;

/** Plain JSON. */
export interface Recording {
  readonly initial_state: string;
  readonly initial_context: JsonObject;
  /** All of the session as it was when recording began. */
  readonly initial: SessionSnapshot;
  readonly events: readonly RecordedEvent[];
}

export interface RecordedEvent {
  readonly trigger: string;
  readonly payload: JsonObject;
  /** Milliseconds since recording began. */
  readonly after_ms: number;
}

export interface Recorder {
  /** Sends to the session and keeps the event, whether it is taken or refused. */
  send(trigger: string, payload?: JsonObject): Run;
  recording(): Recording;
}

/**
 * Records what is sent through it from now on.
 *
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { compileMachine } from "./compile.ts";
 * import { createRecorder, replay } from "./recorder.ts";
 * import { createSession } from "./session.ts";
 * import { buildSpec } from "./testing/build_spec.ts";
 *
 * const machine = compileMachine(
 *   buildSpec({ states: ["a", "b"], transitions: [{ on: "go", from: "a", to: "b" }] }),
 * );
 * const session = createSession(machine, { entityId: "e-1", nowMs: () => 0 });
 * const recorder = createRecorder(session, { nowMs: () => 0 });
 * recorder.send("go");
 * const again = replay(machine, { recording: recorder.recording(), nowMs: () => 0 });
 * strictEqual(again.state(), session.state());
 * ```
 */
export function createRecorder(session: Session, options: Pick<SessionOptions, "nowMs">): Recorder {
  const begunMs = options.nowMs();
  const initial = session.snapshot();
  const events: RecordedEvent[] = [];

  return {
    send: (trigger, payload = {}) => {
      const run = session.send(trigger, payload);
      if (events.length < RECORDED_EVENTS_MAX) {
        events.push({ trigger, payload, after_ms: options.nowMs() - begunMs });
      }
      return run;
    },
    recording: () => ({
      initial_state: initial.current_state,
      initial_context: initial.context,
      initial,
      events: [...events],
    }),
  };
}

/** A fresh session that stands where the recording began, with all of its events sent again. */
export function replay(
  machine: Machine,
  options: Pick<SessionOptions, "nowMs" | "guards" | "execute"> & { readonly recording: Recording },
): Session {
  const { recording, ...others } = options;
  const session = restoreSession(machine, { ...others, snapshot: recording.initial });
  for (const { trigger, payload } of recording.events) session.send(trigger, payload);
  return session;
}
