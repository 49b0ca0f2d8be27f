/** Locks of lanes inside one process: taken in key order, first come first served, with a time limit. */
import { AppError } from "../errors.ts";

export interface LaneLocks {
  /** Takes all of them or throws `conflict`; never holds some while it fails. */
  acquire(entityIds: readonly string[], timeoutMs: number): Promise<void>;
  /** Takes the lock at once or answers false. */
  tryAcquire(entityId: string): boolean;
  release(entityIds: readonly string[]): void;
  heldCount(): number;
}

type Waiter = () => void;

export function createLaneLocks(): LaneLocks {
  /** A key stands here while it is held, with those who wait for it. */
  const held = new Map<string, Waiter[]>();

  return {
    async acquire(entityIds, timeoutMs) {
      const taken: string[] = [];
      for (const entityId of [...new Set(entityIds)].toSorted()) {
        if (!await waitFor(entityId, timeoutMs)) {
          release(taken);
          throw new AppError("conflict", `Cannot lock entity "${entityId}": it is busy for ${timeoutMs} ms`);
        }
        taken.push(entityId);
      }
    },
    tryAcquire(entityId) {
      if (held.has(entityId)) return false;
      held.set(entityId, []);
      return true;
    },
    release,
    heldCount: () => held.size,
  };

  function waitFor(entityId: string, timeoutMs: number): Promise<boolean> {
    const waiters = held.get(entityId);
    if (waiters === undefined) {
      held.set(entityId, []);
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const waiter = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        waiters.splice(waiters.indexOf(waiter), 1);
        resolve(false);
      }, timeoutMs);
      waiters.push(waiter);
    });
  }

  function release(entityIds: readonly string[]): void {
    for (const entityId of new Set(entityIds)) {
      const next = held.get(entityId)?.shift();
      if (next === undefined) held.delete(entityId);
      else next();
    }
  }
}
