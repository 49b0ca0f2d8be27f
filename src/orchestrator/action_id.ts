/** Names that can be derived again: UUID version 5 for history rows, actions, timer fires and commands. */
import { createHash } from "node:crypto";

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
  const digest = createHash("sha1").update(NAMESPACE_BYTES).update(name).digest("hex");
  const variant = ((parseInt(digest.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `5${digest.slice(13, 16)}`,
    variant + digest.slice(18, 20),
    digest.slice(20, 32),
  ].join("-");
}
