/** Names that can be derived again: UUID version 5 for history rows, actions, timer fires and commands. */
import { sha1 } from "./sha1.ts";

/** Namespace of every id that Stator derives (a random UUID, fixed for ever). */
const NAMESPACE = "6f1f3f0e-5c0a-4b53-9f0e-2f5c3f1b7a41";
const NAMESPACE_BYTES = Uint8Array.from(
  NAMESPACE.replaceAll("-", "").match(/../g) ?? [],
  (pair) => parseInt(pair, 16),
);

/** Id of the history row at `position`: the `transition_id` of the API. */
export function historyIdOf(entityId: string, position: number): string {
  return uuidV5(`history:${entityId}:${position}`);
}

/** Id of one action: the `Idempotency-Key` its receiver sees, the same at every attempt. */
export function actionIdOf(entityId: string, position: number, ordinal: number): string {
  return uuidV5(`action:${entityId}:${position}:${ordinal}`);
}

/** Event id of one timer fire; `seq` is the number it took in its lane. */
export function timerEventIdOf(entityId: string, seq: number): string {
  return uuidV5(`timer:${entityId}:${seq}`);
}

/** Record id of the dead letter of one event or action: 32 hex digits. */
export function deadLetterIdOf(eventOrActionId: string): string {
  return uuidV5(`dead_letter:${eventOrActionId}`).replaceAll("-", "");
}

/** Event id of the result of one action, so that a result is accepted once however often it is reported. */
export function followUpIdOf(actionId: string): string {
  return uuidV5(`follow_up:${actionId}`);
}

/** Event id of what an action `send` gives to another entity: another one than its own result has. */
export function sentEventIdOf(actionId: string): string {
  return uuidV5(`sent:${actionId}`);
}

/** RFC 9562 §5.5 over the namespace of Stator. */
export function uuidV5(name: string): string {
  const words = sha1(NAMESPACE_BYTES, name);
  const second = words[1] ?? 0;
  const third = words[2] ?? 0;
  const fourth = words[3] ?? 0;
  return `${upper(words[0] ?? 0)}${lower(words[0] ?? 0)}-${upper(second)}-${
    lower(second & 0x0fff | 0x5000)
  }-` +
    `${upper(third & 0x3fffffff | 0x80000000)}-${lower(third)}${upper(fourth)}${lower(fourth)}`;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function upper(word: number): string {
  return `${HEX[word >>> 24]}${HEX[word >>> 16 & 0xff]}`;
}

function lower(word: number): string {
  return `${HEX[word >>> 8 & 0xff]}${HEX[word & 0xff]}`;
}
