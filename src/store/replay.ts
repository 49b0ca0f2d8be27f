/** A dead letter of an event as the event it once was. */
import { AppError } from "../errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import type { DeadLetter } from "../orchestrator/dead_letter.ts";
import type { Command, NewEvent } from "../orchestrator/event.ts";

/** What a person asks for when a letter is put back. */
export interface ReplayRequest {
  readonly recordId: string;
  readonly eventId: string;
  readonly actor: string | null;
  readonly payload?: JsonObject;
}

/** Throws `validation_failed` when the letter does not hold everything that the event needs. */
export function replayedEvent(letter: DeadLetter, request: ReplayRequest): NewEvent {
  return {
    eventId: request.eventId,
    entityId: letter.entityId,
    machineName: letter.machineName === "" ? null : letter.machineName,
    machineVersion: null,
    command: commandOf(letter, request.payload),
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: letter.attemptsMax,
    traceparent: textOrNull(letter.metadata["traceparent"]),
    actor: request.actor,
  };
}

/** The event id that an earlier replay of this letter gave; null = it was never replayed. */
export function replayedAs(letter: DeadLetter): string | null {
  return textOrNull(letter.metadata["replay_event_id"]);
}

/** The letter after its replay. */
export function resolvedLetter(letter: DeadLetter, request: ReplayRequest, nowMs: number): DeadLetter {
  return {
    ...letter,
    status: "resolved",
    retryCount: letter.retryCount + 1,
    updatedAtMs: nowMs,
    metadata: { ...letter.metadata, replay_event_id: request.eventId, replayed_by: request.actor },
  };
}

/** The letter after it was given up; other states than `pending` and `retrying` stay. */
export function ignoredLetter(letter: DeadLetter, actor: string | null, nowMs: number): DeadLetter {
  if (letter.status !== "pending" && letter.status !== "retrying") return letter;
  return {
    ...letter,
    status: "ignored",
    updatedAtMs: nowMs,
    metadata: { ...letter.metadata, discarded_by: actor },
  };
}

/** What a lane says while it waits for this letter. */
export function parkedReasonOf(recordId: string): string {
  return `dead_letter:${recordId}`;
}

/** Number that the event had in its lane; null = it never had one. */
export function originalSeq(letter: DeadLetter): number | null {
  const seq = letter.metadata["seq"];
  return typeof seq === "number" ? seq : null;
}

function commandOf(letter: DeadLetter, payload: JsonObject | undefined): Command {
  const { trigger, context, data } = letter.payload;
  if (letter.stage === "worker_apply_data" && isJsonObject(data)) {
    return { type: "data", data: payload ?? data };
  }
  if (letter.stage === "worker" && typeof trigger === "string" && isJsonObject(context)) {
    const birth = birthOf(letter.payload["birth"]);
    return { type: "event", trigger, payload: payload ?? context, ...(birth === null ? {} : { birth }) };
  }
  const born = birthOf(letter.payload);
  if (letter.payload["command"] === "create" && born !== null) {
    const isIfAbsent = letter.payload["if_absent"] === true;
    return { type: "create", ...born, ...(isIfAbsent ? { isIfAbsent } : {}) };
  }
  throw new AppError(
    "validation_failed",
    `Cannot replay dead letter "${letter.recordId}": its payload does not say which event it was`,
  );
}

/** What an entity begins with; null when it is not told. */
function birthOf(
  value: JsonValue | undefined,
): { readonly context: JsonObject; readonly labels: Readonly<Record<string, string>> } | null {
  if (!isJsonObject(value) || !isJsonObject(value["context"]) || !isJsonObject(value["labels"])) return null;
  const labels = Object.entries(value["labels"]).map(([key, label]) => [key, String(label)] as const);
  return { context: value["context"], labels: Object.fromEntries(labels) };
}

function textOrNull(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}
