/** A store as one process sees it that may die at every await: before a call took effect, or after it and unheard. */
import type { Store, Turn } from "../../src/store/store.ts";

/** The process is gone; whatever it was doing ends here. */
export class ProcessDied extends Error {
  override readonly name = "ProcessDied";
}

export interface CrashingStore {
  readonly store: Store;
  /** The process is dead: its locks are gone with it, and no call of it will do anything. */
  isDead(): boolean;
}

export interface CrashOptions {
  /** Asked before and after every call: whether the process dies there. */
  readonly isDeath: (point: string) => boolean;
  /** What a call takes; others get on in the meantime. Null = nothing. */
  readonly delay: () => Promise<void> | null;
}

const CALLS = [
  "claim",
  "lock",
  "commit",
  "next_ready",
  "append",
  "lease",
  "extend",
  "postpone",
  "acknowledge",
  "revision",
  "find",
  "list",
];

/** Every point at which a process can die. */
export const CRASH_POINTS: readonly string[] = CALLS.flatMap((call) => [`${call}.before`, `${call}.after`]);

/** Wraps what a process calls; reading for reports goes past it. */
export function createCrashingStore(inner: Store, options: CrashOptions): CrashingStore {
  const openTurns = new Set<Turn>();
  let isDead = false;

  async function point(name: string): Promise<void> {
    const delay = options.delay();
    if (delay !== null) await delay;
    if (!isDead && options.isDeath(name)) {
      isDead = true;
      for (const turn of openTurns) await turn.rollback();
      openTurns.clear();
    }
    if (isDead) throw new ProcessDied("The process died");
  }

  async function call<T>(name: string, run: () => Promise<T>): Promise<T> {
    await point(`${name}.before`);
    const result = await run();
    await point(`${name}.after`);
    return result;
  }

  /** A turn that was opened while the process died must not stay open. */
  async function open<T extends Turn | null>(name: string, run: () => Promise<T>): Promise<T> {
    await point(`${name}.before`);
    const turn = await run();
    if (turn === null) return turn;
    if (isDead) await turn.rollback();
    else openTurns.add(turn);
    await point(`${name}.after`);
    return { ...turn, commit: (write) => end(turn, () => turn.commit(write)), rollback: () => leave(turn) };
  }

  async function end<T>(turn: Turn, run: () => Promise<T>): Promise<T> {
    await point("commit.before");
    openTurns.delete(turn);
    const result = await run();
    await point("commit.after");
    return result;
  }

  /** Rolling back what the crash rolled back already is nothing. */
  async function leave(turn: Turn): Promise<void> {
    if (openTurns.delete(turn)) await turn.rollback();
  }

  const { turns, inbox, outbox, machines } = inner;
  const store: Store = {
    ...inner,
    turns: {
      claim: (request) => open("claim", () => turns.claim(request)),
      lock: (request) => open("lock", () => turns.lock(request)),
      nextReadyAtMs: () => call("next_ready", () => turns.nextReadyAtMs()),
    },
    inbox: { ...inbox, append: (events) => call("append", () => inbox.append(events)) },
    outbox: {
      ...outbox,
      claim: (request) => call("lease", () => outbox.claim(request)),
      extend: (action, leaseMs) => call("extend", () => outbox.extend(action, leaseMs)),
      postpone: (action, untilMs) => call("postpone", () => outbox.postpone(action, untilMs)),
      acknowledge: (ack) => call("acknowledge", () => outbox.acknowledge(ack)),
    },
    machines: {
      ...machines,
      revision: () => call("revision", () => machines.revision()),
      find: (name, version) => call("find", () => machines.find(name, version)),
      list: (query) => call("list", () => machines.list(query)),
    },
  };
  return { store, isDead: () => isDead };
}
