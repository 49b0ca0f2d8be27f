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
  /** Calls at which it could have died. */
  crashPoints(): number;
}

export interface CrashOptions {
  readonly random: () => number;
  /** Chance to die at each point; asked every time, so that crashes can be switched off. */
  readonly crashChance: () => number;
  /** What a call takes; others get on in the meantime. */
  readonly delay: () => Promise<void>;
}

/** Wraps what a process calls; reading for reports goes past it. */
export function createCrashingStore(inner: Store, options: CrashOptions): CrashingStore {
  const openTurns = new Set<Turn>();
  let isDead = false;
  let points = 0;

  async function point(): Promise<void> {
    points += 1;
    await options.delay();
    if (!isDead && options.random() < options.crashChance()) {
      isDead = true;
      for (const turn of openTurns) await turn.rollback();
      openTurns.clear();
    }
    if (isDead) throw new ProcessDied("The process died");
  }

  async function call<T>(run: () => Promise<T>): Promise<T> {
    await point();
    const result = await run();
    await point();
    return result;
  }

  /** A turn that was opened while the process died must not stay open. */
  async function open<T extends Turn | null>(run: () => Promise<T>): Promise<T> {
    await point();
    const turn = await run();
    if (turn === null) return turn;
    if (isDead) await turn.rollback();
    else openTurns.add(turn);
    await point();
    return { ...turn, commit: (write) => end(turn, () => turn.commit(write)), rollback: () => leave(turn) };
  }

  async function end<T>(turn: Turn, run: () => Promise<T>): Promise<T> {
    await point();
    openTurns.delete(turn);
    const result = await run();
    await point();
    return result;
  }

  /** Rolling back what the crash rolled back already is nothing. */
  async function leave(turn: Turn): Promise<void> {
    if (openTurns.delete(turn)) await turn.rollback();
  }

  const store: Store = {
    ...inner,
    turns: {
      claim: (request) => open(() => inner.turns.claim(request)),
      lock: (request) => open(() => inner.turns.lock(request)),
      nextReadyAtMs: () => call(() => inner.turns.nextReadyAtMs()),
    },
    inbox: { ...inner.inbox, append: (events) => call(() => inner.inbox.append(events)) },
    outbox: {
      ...inner.outbox,
      claim: (request) => call(() => inner.outbox.claim(request)),
      acknowledge: (ack) => call(() => inner.outbox.acknowledge(ack)),
    },
    machines: {
      ...inner.machines,
      revision: () => call(() => inner.machines.revision()),
      find: (name, version) => call(() => inner.machines.find(name, version)),
      list: (query) => call(() => inner.machines.list(query)),
    },
  };
  return { store, isDead: () => isDead, crashPoints: () => points };
}
