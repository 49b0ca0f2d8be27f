/** What a label may look like, and how labels change. */
import type { Labels } from "./entity.ts";

export const LABELS_MAX = 64;
const KEY = /^[a-z0-9][a-z0-9_.]{0,62}$/;
const VALUE_LENGTH_MAX = 255;

/** Applies a change; the text says what is wrong with it. */
export function changeLabels(
  labels: Labels,
  change: { readonly set: Labels; readonly remove: readonly string[]; readonly isReplace: boolean },
): Labels | string {
  const next = new Map(change.isReplace ? [] : Object.entries(labels));
  for (const key of change.remove) next.delete(key);
  for (const [key, value] of Object.entries(change.set)) {
    if (!KEY.test(key)) {
      return `Cannot set label "${key}": keys are a-z, 0-9, "_" and ".", at most 63 characters`;
    }
    if (value.length > VALUE_LENGTH_MAX) {
      return `Cannot set label "${key}": values have at most ${VALUE_LENGTH_MAX} characters`;
    }
    next.set(key, value);
  }
  if (next.size > LABELS_MAX) return `Cannot set labels: an entity has at most ${LABELS_MAX}`;
  return Object.fromEntries(next);
}
