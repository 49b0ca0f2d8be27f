/** CloudEvents 1.0 of what happens here, for whoever reads them: feeds, streams and webhooks. */
import type { JsonObject } from "../json.ts";
import type { HistoryRow } from "./history.ts";

/** One event in structured form; extensions stand beside the attributes. */
export interface CloudEvent {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly machine?: string;
  readonly machineversion?: string;
  /** Position in the history of the entity: of two events of one subject the greater came later. */
  readonly sequence?: string;
  readonly data: JsonObject;
}

export const CLOUD_EVENT_TYPE = "application/cloudevents+json";
export const CLOUD_EVENT_BATCH_TYPE = "application/cloudevents-batch+json";

/**
 * Any message about an entity. `source` and `id` together name it once and for all: a repeated delivery has the same.
 */
export function cloudEventOf(message: {
  readonly id: string;
  /** What happened, in words of this service, for example `entity.transitioned`. */
  readonly name: string;
  /** Empty = of no machine. */
  readonly machineName: string;
  readonly machineVersion?: string;
  readonly subject: string;
  readonly atMs: number;
  readonly position?: number;
  readonly data: JsonObject;
}): CloudEvent {
  const { machineName, machineVersion = "", position } = message;
  return {
    specversion: "1.0",
    id: message.id,
    source: machineName === "" ? "urn:stator" : `urn:stator:machine:${machineName}`,
    type: `stator.${message.name}`,
    subject: message.subject,
    time: new Date(message.atMs).toISOString(),
    datacontenttype: "application/json",
    ...(machineName === "" ? {} : { machine: machineName }),
    ...(machineVersion === "" ? {} : { machineversion: machineVersion }),
    ...(position === undefined ? {} : { sequence: String(position).padStart(SEQUENCE_DIGITS, "0") }),
    data: message.data,
  };
}

/** Fixed width, so that the order of the texts is the order of the numbers. */
const SEQUENCE_DIGITS = 16;

/** One row of history: what an entity was sent and what came of it. */
export function transitionCloudEvent(row: HistoryRow): CloudEvent {
  return cloudEventOf({
    id: row.id,
    name: row.type === "created" && row.isSuccess ? "entity.created" : `entity.${row.outcome}`,
    machineName: row.machineName,
    machineVersion: row.machineVersion,
    subject: row.entityId,
    atMs: row.createdAtMs,
    position: row.position,
    data: {
      trigger: row.trigger,
      source_state: row.fromState,
      target_state: row.toState,
      success: row.isSuccess,
      reason: row.reason,
      error_message: row.errorMessage,
      payload: row.payload,
      context: row.context,
      actions: row.actions.map((action) => action.name),
    },
  });
}
