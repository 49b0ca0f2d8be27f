/** A first order, so that there is something to look at. */
import type { Runtime } from "../runtime/runtime.ts";

const ENTITY_ID = "order-1";

/** Creates it once; null when it is there already. */
export async function createSampleEntity(runtime: Runtime, newId: () => string): Promise<string | null> {
  const result = await runtime.submit({
    event: {
      eventId: newId(),
      entityId: ENTITY_ID,
      machineName: "order",
      machineVersion: null,
      command: { type: "create", context: { total: 40 }, labels: { demo: "true" } },
      notBeforeMs: null,
      idempotency: null,
      attemptsMax: 1,
      traceparent: null,
      actor: "dev",
    },
  });
  return result.type === "decided" && result.decision.type === "consumed" ? ENTITY_ID : null;
}
