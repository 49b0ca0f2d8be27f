/** The context of a session as the predecessor's session shows it, which lets actions change it only when it executes them. */
import type { Run } from "../../src/engine/step.ts";
import type { JsonObject, JsonValue } from "../../src/json.ts";

export interface ContextView {
  /** Takes note of the context after some runs. */
  follow(context: JsonObject, runs: readonly Run[]): void;
  context(): JsonObject;
}

/** A session that executes merges what actions leave and never loses a key; one that does not keeps what callers gave. */
export function createContextView(initial: JsonObject, isExecuting: boolean): ContextView {
  let shown = initial;
  const effects = createEffects();
  return {
    follow: (context, runs) => {
      shown = isExecuting ? { ...shown, ...context } : effects.undone(context, runs);
    },
    context: () => shown,
  };
}

/** Undoes what effects did, as the rows of the runs tell it; what a caller writes afterwards stays. */
function createEffects() {
  const before = new Map<string, JsonValue | undefined>();
  const after = new Map<string, JsonValue | undefined>();

  return { undone };

  function undone(context: JsonObject, runs: readonly Run[]): JsonObject {
    const microsteps = runs.flatMap((run) => run.steps).flatMap((step) => step.microsteps);
    for (const change of microsteps.flatMap((one) => one.actions).flatMap((row) => row.changes ?? [])) {
      const isUntouched = before.has(change.key) && isSame(after.get(change.key), change.before);
      if (!isUntouched) before.set(change.key, change.before);
      after.set(change.key, change.after);
    }
    for (const key of [...before.keys()]) {
      if (!isSame(after.get(key), context[key])) before.delete(key);
    }
    const kept = Object.entries(context).filter(([key]) => !before.has(key));
    const restored = [...before].filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
    return Object.fromEntries([...kept, ...restored]);
  }
}

function isSame(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
