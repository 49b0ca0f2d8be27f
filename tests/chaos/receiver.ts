/** Stands for the outside world: remembers what it was called with under each key, and is not always in the mood. */
import { createHash } from "node:crypto";

export interface Delivery {
  /** Calls that were answered well. */
  readonly calls: number;
  /** Hashes of the bodies of all calls. */
  readonly bodies: ReadonlySet<string>;
}

export interface Receiver {
  readonly port: number;
  /** By idempotency key. */
  readonly deliveries: ReadonlyMap<string, Delivery>;
  close(): Promise<void>;
}

const BUSY_CHANCE = 0.1;

export function startReceiver(random: () => number): Receiver {
  const deliveries = new Map<string, { calls: number; bodies: Set<string> }>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const key = request.headers.get("idempotency-key") ?? "none";
    const delivery = deliveries.get(key) ?? { calls: 0, bodies: new Set() };
    deliveries.set(key, delivery);
    delivery.bodies.add(createHash("sha256").update(await request.text()).digest("base64"));
    if (random() < BUSY_CHANCE) return new Response("busy", { status: 503 });
    delivery.calls += 1;
    return new Response("ok");
  });
  return { port: server.addr.port, deliveries, close: () => server.shutdown() };
}
