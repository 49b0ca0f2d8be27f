/** What holds a lane: a dead letter that somebody must settle, or a person who parked it. */
import type { JsonValue } from "../json.ts";

export type LaneHold =
  | { readonly type: "dead_letter"; readonly recordId: string }
  | { readonly type: "person"; readonly actor: string | null; readonly reason: string };

/** A lane parked by a person has a reason that begins so. */
export const PARKED_PREFIX = "person:";
const LETTER_PREFIX = "dead_letter:";

/** The text that a store keeps as the reason. */
export function parkedReasonOf(hold: LaneHold): string {
  switch (hold.type) {
    case "dead_letter":
      return `${LETTER_PREFIX}${hold.recordId}`;
    case "person":
      return `${PARKED_PREFIX}${JSON.stringify([hold.actor, hold.reason])}`;
  }
}

/** Reads a stored reason; null = the lane is not held. */
export function holdOf(parkedReason: string | null): LaneHold | null {
  if (parkedReason === null) return null;
  if (parkedReason.startsWith(LETTER_PREFIX)) {
    return { type: "dead_letter", recordId: parkedReason.slice(LETTER_PREFIX.length) };
  }
  if (!parkedReason.startsWith(PARKED_PREFIX)) return { type: "person", actor: null, reason: parkedReason };
  const parts: JsonValue = JSON.parse(parkedReason.slice(PARKED_PREFIX.length));
  const [actor, reason] = Array.isArray(parts) ? parts : [];
  return {
    type: "person",
    actor: typeof actor === "string" ? actor : null,
    reason: typeof reason === "string" ? reason : "",
  };
}

/** What holds it, in a sentence about the lane. */
export function holdText(hold: LaneHold): string {
  return hold.type === "dead_letter"
    ? `it waits until dead letter "${hold.recordId}" is replayed or discarded`
    : `it was parked by ${hold.actor ?? "somebody"}: ${hold.reason}`;
}
