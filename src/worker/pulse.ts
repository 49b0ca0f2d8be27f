/** Whether the loops of this worker still move, for the health server. */
import type { Clock } from "../clock.ts";
import type { Store } from "../store/store.ts";

/** A loop that has not come round for so long is stuck: waits end after minutes at the latest. */
const ROUND_AGE_MS_MAX = 60_000;
/** A store that cannot answer in this time cannot be worked on. */
const PING_MS_MAX = 2_000;

export interface Pulse {
  start(): void;
  isStarted(): boolean;
  beat(outcome: "worked" | "idle" | "failed"): void;
  counts(): { readonly worked: number; readonly idle: number; readonly failed: number };
  /** A few fixed words that are safe to show; null = all is well. */
  problem(store: Pick<Store, "ping" | "schema">): Promise<string | null>;
}

export function createPulse(clock: Clock): Pulse {
  const counts = { worked: 0, idle: 0, failed: 0 };
  let isStarted = false;
  let beatAtMs = clock.nowMs();

  return {
    start() {
      isStarted = true;
      beatAtMs = clock.nowMs();
    },
    isStarted: () => isStarted,
    beat(outcome) {
      counts[outcome] += 1;
      if (outcome !== "failed") beatAtMs = clock.nowMs();
    },
    counts: () => ({ ...counts }),
    async problem(store) {
      if (clock.nowMs() - beatAtMs > ROUND_AGE_MS_MAX) return "no turn for a minute";
      return await Promise.race([
        storeProblem(store),
        clock.sleep(PING_MS_MAX).then(() => "store does not answer"),
      ]);
    },
  };
}

async function storeProblem(store: Pick<Store, "ping" | "schema">): Promise<string | null> {
  try {
    await store.ping();
    const schema = await store.schema();
    return schema.applied === schema.expected ? null : "schema version differs";
  } catch {
    return "store cannot be reached";
  }
}
