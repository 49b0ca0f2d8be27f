/** Finds the event that ends every process which touches it, and counts that as a failed attempt. */
import type { Clock } from "../clock.ts";
import type { JsonObject } from "../json.ts";
import { keptLane } from "../orchestrator/lane.ts";
import { retryDelayMs, type RetryPolicy } from "../orchestrator/retry.ts";
import type { DocumentStore, StoredDocument, TurnStore } from "../store/store.ts";

/**
 * A process that dies takes its open turns with it and leaves no trace in them. So each process keeps a mark while it
 * lives; one that starts and finds the mark of a dead process writes down which lanes it holds before it computes. If
 * it dies too, the next one sees what it held, takes fewer lanes at a time until a single one is left, and counts the
 * death as an attempt of that lane.
 */
export interface CrashGuard {
  /** Leaves this process's mark and looks for the marks of dead ones. */
  start(): Promise<void>;
  /** Refreshes the mark and settles what dead processes held; call it every `BEAT_MS`. */
  beat(): Promise<void>;
  stop(): Promise<void>;
  /** Most lanes a turn may claim now; null = no limit of its own. */
  lanesMax(): number | null;
  /** Writes down what a turn holds, when there is reason to; the answer is to be called after the turn. */
  hold(entityIds: readonly string[]): Promise<() => Promise<void>>;
}

export interface CrashGuardDeps {
  readonly documents: DocumentStore;
  readonly turns: TurnStore;
  readonly clock: Clock;
  readonly workerId: string;
  readonly retry: RetryPolicy;
  readonly random: () => number;
  /** Time of the store. */
  readonly storeNowMs: () => Promise<number>;
}

export const BEAT_MS = 5_000;
/** A mark or a hold that was not refreshed for so long belongs to a dead process; no turn lasts as long. */
const STALE_MS = 15_000;
/** Marks of the dead are evidence for so long. */
const EVIDENCE_MS = 300_000;
/** A process that started on evidence is careful for so long. */
const CAREFUL_MS = 120_000;
/** Each death inside a turn divides the lanes of the next turns. */
const SHRINK = 8;
const DOCUMENTS_MAX = 100;

const RUN_KIND = "worker_run";
const HOLD_KIND = "worker_hold";

export function createCrashGuard(deps: CrashGuardDeps): CrashGuard {
  const { documents, clock, workerId } = deps;
  let carefulUntilMs = -Infinity;
  let lanesMax: number | null = null;
  let holdCount = 0;

  return {
    async start() {
      await mark();
      const { items } = await documents.list(RUN_KIND, { limit: DOCUMENTS_MAX, isNewestFirst: false });
      const nowMs = await deps.storeNowMs();
      if (items.some((item) => isStale(item, nowMs))) carefulUntilMs = clock.nowMs() + CAREFUL_MS;
      await settle(nowMs);
    },
    async beat() {
      await mark();
      await settle(await deps.storeNowMs());
    },
    async stop() {
      await documents.delete(RUN_KIND, workerId);
    },
    lanesMax: () => (isCareful() ? lanesMax : null),
    async hold(entityIds) {
      if (!isCareful() || entityIds.length === 0) return () => Promise.resolve();
      holdCount += 1;
      const id = `${workerId}:${holdCount}`;
      await documents.put(HOLD_KIND, id, { entity_ids: [...entityIds] }, {
        expectedVersion: null,
        expiresAtMs: null,
      });
      return async () => {
        await documents.delete(HOLD_KIND, id);
      };
    },
  };

  function isCareful(): boolean {
    return clock.nowMs() < carefulUntilMs;
  }

  async function mark(): Promise<void> {
    await documents.put(RUN_KIND, workerId, {}, { expectedVersion: null, expiresAtMs: null });
  }

  async function settle(nowMs: number): Promise<void> {
    const runs = await documents.list(RUN_KIND, { limit: DOCUMENTS_MAX, isNewestFirst: false });
    for (const run of runs.items) {
      if (nowMs - run.updatedAtMs > EVIDENCE_MS) await documents.delete(RUN_KIND, run.id);
    }
    const holds = await documents.list(HOLD_KIND, { limit: DOCUMENTS_MAX, isNewestFirst: false });
    for (const hold of holds.items) {
      if (isStale(hold, nowMs)) await settleHold(hold);
    }
  }

  /** Whoever deletes the hold settles it, so that a death is counted once. */
  async function settleHold(hold: StoredDocument): Promise<void> {
    if (!(await documents.delete(HOLD_KIND, hold.id))) return;
    const entityIds = entityIdsOf(hold.body);
    carefulUntilMs = clock.nowMs() + CAREFUL_MS;
    if (entityIds.length === 1) {
      for (const entityId of entityIds) await countDeath(entityId, deps);
    } else {
      lanesMax = Math.max(1, Math.min(lanesMax ?? Infinity, Math.floor(entityIds.length / SHRINK)));
    }
  }
}

/** One more failed attempt for what stands at the head of the lane; the fold gives up when they are used up. */
async function countDeath(entityId: string, deps: CrashGuardDeps): Promise<void> {
  const turn = await deps.turns.lock({ entityIds: [entityId], keys: [], eventsPerLaneMax: 1 });
  const lane = turn.lanes[0];
  const isIdle = lane === undefined || lane.parkedReason !== null ||
    (lane.events.length === 0 && !lane.timers.some((timer) => timer.dueAtMs <= turn.nowMs));
  if (isIdle) return await turn.rollback();
  const attempts = lane.attempts + 1;
  const delayMs = retryDelayMs(deps.retry, { attemptsFailed: attempts, random: deps.random() });
  await turn.commit({
    answers: [],
    lanes: [{ ...keptLane(lane, turn.nowMs + delayMs), attempts }],
  });
}

function isStale(document: StoredDocument, nowMs: number): boolean {
  return nowMs - document.updatedAtMs > STALE_MS;
}

function entityIdsOf(body: JsonObject): readonly string[] {
  const { entity_ids: entityIds } = body;
  return Array.isArray(entityIds) ? entityIds.filter((id) => typeof id === "string") : [];
}
