/** How an entity comes to be: a real entry of the initial states, with its own history row, timers and actions. */
import { start } from "../engine/start.ts";
import type { Run } from "../engine/step.ts";
import type { JsonObject } from "../json.ts";
import { type DecideInput, engineOptionsOf, nextPosition } from "./decide_input.ts";
import type { Entity } from "./entity.ts";
import { CREATED_TRIGGER, runRow } from "./history_rows.ts";
import type { HistoryRow } from "./history.ts";
import { type LoadedMachine, standingOf, stateTextOf } from "./loaded_machine.ts";
import type { OutboxRow } from "./outbox.ts";
import { outboxRowsOf } from "./outbox_rows.ts";
import { type TimerChanges, timerChangesOf } from "./timers.ts";

export type Birth =
  | {
    readonly type: "born";
    readonly entity: Entity;
    readonly row: HistoryRow;
    readonly run: Run;
    readonly timers: TimerChanges;
    readonly outbox: readonly OutboxRow[];
  }
  | { readonly type: "refused"; readonly run: Run };

/** Enters the initial states for the event of `input`; refused when the machine cannot be entered with this context. */
export function birthOf(loaded: LoadedMachine, input: DecideInput, context: JsonObject): Birth {
  const run = start(loaded.machine, context, engineOptionsOf(input));
  if (run.outcome === "refused") return { type: "refused", run };
  const { nowMs, event } = input;
  const position = nextPosition(input);
  const entity: Entity = {
    entityId: event.entityId,
    machineName: loaded.name,
    machineVersion: loaded.version,
    snapshot: run.instance.snapshot,
    context: run.instance.context,
    currentState: stateTextOf(loaded, run.instance.snapshot.states),
    version: 1,
    position,
    status: "active",
    ...standingOf(loaded, run.instance.snapshot),
    labels: {},
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    archivedAtMs: null,
    deletedAtMs: null,
  };
  return {
    type: "born",
    entity,
    run,
    row: runRow(loaded, input, { type: "created", trigger: CREATED_TRIGGER, entity, run }),
    timers: timerChangesOf(run, { nowMs, fired: null }),
    outbox: outboxRowsOf(run, { entity, position, traceparent: event.traceparent, nowMs }),
  };
}
