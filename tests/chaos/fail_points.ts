/** Named places at which a process kills itself as `kill -9` would; put around a store by tests alone. */
import type { Store, Turn } from "../../src/store/store.ts";

const WHENS = ["before", "during", "after"] as const;

/**
 * Calls of the store, and how often a process may pass them alive. `commit.after` is before the answer and before
 * anybody is notified; `lease.after` is before the call to the outside, `acknowledge.before` after it.
 */
const CALLS = {
  worker: { claim: 40, commit: 25, lease: 8, acknowledge: 4, heartbeat: 1 },
  api: { append: 8, lock: 25, commit: 25 },
} as const;

export interface FailPoint {
  readonly name: string;
  readonly passesMax: number;
}

/** Every fail point of a kind of process. */
export function failPointsOf(kind: keyof typeof CALLS): readonly FailPoint[] {
  return Object.entries(CALLS[kind]).flatMap(([call, passesMax]) =>
    WHENS.map((when) => ({ name: `${call}.${when}`, passesMax }))
  );
}

export interface FailPointDeps {
  /** A fail point, and how many times it is passed alive: `commit.during:12`. */
  readonly armed: string;
  readonly random: () => number;
  /** The process has begun to work. */
  readonly onReady: () => void;
  /** Does not return. */
  readonly die: (point: string) => void;
}

/** A call that is under way is cut off within this time. */
const DURING_MS_MAX = 4;

export function withFailPoints(inner: Store, deps: FailPointDeps): Store {
  const [point = "", count = "0"] = deps.armed.split(":");
  let left = Number(count);

  function hit(name: string): boolean {
    if (name !== point) return false;
    left -= 1;
    return left < 0;
  }

  async function pass<T>(call: string, run: () => Promise<T>): Promise<T> {
    if (hit(`${call}.before`)) deps.die(point);
    const answer = run();
    if (hit(`${call}.during`)) setTimeout(() => deps.die(point), deps.random() * DURING_MS_MAX);
    const result = await answer;
    // An idle look at the queue is not what the point is named after.
    const isIdle = result === null || (Array.isArray(result) && result.length === 0);
    if (!isIdle && hit(`${call}.after`)) deps.die(point);
    return result;
  }

  function watched<T extends Turn | null>(turn: T): T {
    if (turn === null) return turn;
    return { ...turn, commit: (write) => pass("commit", () => turn.commit(write)) };
  }
  return {
    ...inner,
    turns: {
      ...inner.turns,
      claim: async (request) => watched(await pass("claim", () => inner.turns.claim(request))),
      lock: async (request) => watched(await pass("lock", () => inner.turns.lock(request))),
    },
    inbox: { ...inner.inbox, append: (events) => pass("append", () => inner.inbox.append(events)) },
    outbox: {
      ...inner.outbox,
      claim: (options) => pass("lease", () => inner.outbox.claim(options)),
      acknowledge: (ack) => pass("acknowledge", () => inner.outbox.acknowledge(ack)),
    },
    operations: {
      ...inner.operations,
      heartbeat: async (worker) => {
        await pass("heartbeat", () => inner.operations.heartbeat(worker));
        deps.onReady();
      },
    },
  };
}
