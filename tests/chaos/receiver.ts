/** Stands for the outside world: remembers every key it was called with, and is not always in the mood. */

export interface Receiver {
  readonly port: number;
  /** Calls that were answered well, by key. */
  readonly deliveries: Map<string, number>;
  close(): Promise<void>;
}

const BUSY_CHANCE = 0.1;

export function startReceiver(random: () => number): Receiver {
  const deliveries = new Map<string, number>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await request.text();
    if (random() < BUSY_CHANCE) return new Response("busy", { status: 503 });
    const key = request.headers.get("idempotency-key") ?? "none";
    deliveries.set(key, (deliveries.get(key) ?? 0) + 1);
    return new Response("ok");
  });
  return { port: server.addr.port, deliveries, close: () => server.shutdown() };
}
