/** The audit trail of refusals: one entry a minute for each caller and operation, so that nobody floods it. */
import type { ApiDeps } from "../env.ts";
import type { Refusal } from "./operation.ts";

const QUIET_MS = 60_000;
const REMEMBERED_MAX = 10_000;

export function createRefusalTrail(
  { store, clock, newId }: Pick<ApiDeps, "store" | "clock" | "newId">,
): (refusal: Refusal) => Promise<void> {
  const notedAtMs = new Map<string, number>();
  return async ({ caller, operation, requestId }) => {
    const key = `${caller.name}\u0000${operation}`;
    const nowMs = clock.nowMs();
    if (nowMs - (notedAtMs.get(key) ?? -Infinity) < QUIET_MS) return;
    if (notedAtMs.size >= REMEMBERED_MAX) notedAtMs.clear();
    notedAtMs.set(key, nowMs);
    await store.operations.audit({
      id: newId(),
      atMs: nowMs,
      actor: caller.name,
      action: "access.refused",
      resource: operation,
      requestId,
      details: { role: caller.role },
    });
  };
}
