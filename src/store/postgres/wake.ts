/** Hints between processes: LISTEN and NOTIFY on one connection; the first at once, many in one moment as one more. */
import type { WakeSignal } from "../wake_signal.ts";
import type { PostgresClient } from "./client.ts";
import type { PostgresDatabase } from "./connect.ts";

export interface PostgresWake {
  /** Tells the other processes: now, or together with others a moment after the last time. */
  notify(): void;
  close(): Promise<void>;
}

const CHANNEL = "stator_wake";
/** Channels that producers of the predecessor notify. */
const PRODUCER_CHANNELS = ["pystator_worker_events", "pystator_worker_apply_data_events"];
/** At most one NOTIFY in this time. */
const COALESCE_MS = 10;
const RECONNECT_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const;

/** Polling alone is correct, so a failure here costs time and nothing else. */
export function createPostgresWake(
  database: PostgresDatabase,
  options: { readonly signal: WakeSignal; readonly channelPrefix: string },
): PostgresWake {
  const { signal } = options;
  const channels = [CHANNEL, ...PRODUCER_CHANNELS.map((channel) => `${options.channelPrefix}${channel}`)];
  const listens = channels.map((channel) => `listen "${channel.replaceAll('"', "")}"`).join("; ");
  let client: PostgresClient | null = null;
  let isClosed = false;
  let failures = 0;
  let notifyTimer: ReturnType<typeof setTimeout> | null = null;
  let isWanted = false;
  let reconnectTimer: ReturnType<typeof setTimeout> | null = null;
  void connect();

  return {
    notify() {
      isWanted = true;
      if (!isClosed && notifyTimer === null) tell();
    },
    async close() {
      isClosed = true;
      if (notifyTimer !== null) clearTimeout(notifyTimer);
      if (reconnectTimer !== null) clearTimeout(reconnectTimer);
      await client?.destroy();
    },
  };

  /** What was wanted meanwhile is told when the pause is over. */
  function tell(): void {
    notifyTimer = null;
    if (!isWanted) return;
    isWanted = false;
    notifyTimer = setTimeout(tell, COALESCE_MS);
    void client?.run([{ sql: `select pg_notify('${CHANNEL}', '')` }], database.limits.deadlineMs).catch(
      () => {},
    );
  }

  async function connect(): Promise<void> {
    reconnectTimer = null;
    const opened = database.connect({ onNotify: () => signal.wake(), onClose: () => retry(opened) });
    client = opened;
    try {
      await opened.run([{ sql: listens }], database.limits.deadlineMs);
      failures = 0;
      // Whatever was said meanwhile was not heard.
      signal.wake();
    } catch {
      retry(opened);
    }
  }

  function retry(lost: PostgresClient): void {
    if (isClosed || client !== lost || reconnectTimer !== null) return;
    void lost.destroy();
    const waitMs = RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)] ?? RECONNECT_MS[0];
    failures += 1;
    reconnectTimer = setTimeout(() => void connect(), waitMs);
  }
}
