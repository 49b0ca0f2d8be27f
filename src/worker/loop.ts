/** Turn loops: at once again while there is work, otherwise wait for a hint or for the next thing that is due. */
import type { Clock } from "../clock.ts";
import type { TurnReport } from "../runtime/observer.ts";
import type { Log } from "../telemetry/log.ts";
import { createBackoff } from "./backoff.ts";
import type { Wake } from "./wake.ts";

export interface LoopDeps {
  readonly turn: () => Promise<TurnReport | null>;
  /** By the clock of the store; null = nothing is planned. */
  readonly nextReadyAtMs: () => Promise<number | null>;
  readonly wake: Wake;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly pollIntervalMs: number;
  readonly concurrency: number;
  /** Called after every round, successful or not. */
  readonly onRound: (outcome: "worked" | "idle" | "failed") => void;
}

/** An idle scout looks again after this long at first, then after twice as long, up to the poll interval. */
const IDLE_FIRST_MS = 5;
/** Loops that are not the scout look by themselves this much more seldom; the scout wakes them. */
const RESERVE_FACTOR = 20;

/** Runs `concurrency` loops until the signal; resolves when each has finished what it had in hand. */
export async function runTurnLoops(deps: LoopDeps): Promise<void> {
  await Promise.all(Array.from({ length: deps.concurrency }, (_, index) => runLoop(index === 0, deps)));
}

async function runLoop(isScout: boolean, deps: LoopDeps): Promise<void> {
  const { signal, wake } = deps;
  const backoff = createBackoff({ ...deps, what: "turns", onFailure: () => deps.onRound("failed") });
  let idleRounds = 0;
  while (!signal.aborted) {
    try {
      const report = await deps.turn();
      backoff.succeeded();
      deps.onRound(report === null ? "idle" : "worked");
      if (report !== null) {
        idleRounds = 0;
        if (report.isFull) wake.wakeOne();
        continue;
      }
      const waitMs = isScout ? await scoutWaitMs(idleRounds, deps) : deps.pollIntervalMs * RESERVE_FACTOR;
      idleRounds += 1;
      await wake.wait(waitMs);
    } catch (error) {
      await backoff.failed(error);
    }
  }
}

/** Something due that was not claimed is held by somebody else: look again soon, but less and less often. */
async function scoutWaitMs(idleRounds: number, deps: LoopDeps): Promise<number> {
  const nextAtMs = await deps.nextReadyAtMs();
  const floorMs = Math.min(deps.pollIntervalMs, IDLE_FIRST_MS * 2 ** Math.min(idleRounds, 20));
  if (nextAtMs === null) return deps.pollIntervalMs;
  return Math.min(deps.pollIntervalMs, Math.max(floorMs, nextAtMs - deps.clock.nowMs()));
}
