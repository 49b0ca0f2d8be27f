/** Delivers actions: lease, run outside any transaction, acknowledge under the same lease together with what follows. */
import type { Clock } from "../clock.ts";
import { AppError, messageOf } from "../errors.ts";
import { actionOutcomeOf } from "../orchestrator/action_outcome.ts";
import { targetPolicyOf } from "../orchestrator/action_target.ts";
import type { ActionResult, LeasedAction } from "../orchestrator/outbox.ts";
import type { RetryPolicy } from "../orchestrator/retry.ts";
import type { Catalog } from "../runtime/catalog.ts";
import type { OutboxStore } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import { unreachable } from "../assert.ts";
import { createBackoff } from "./backoff.ts";
import type { Admission, DeliveryEnd, TargetGate } from "./target_gate.ts";
import type { Wake } from "./wake.ts";

/** Carries out one action; never throws on purpose, ends soon after the signal. */
export interface Actions {
  run(action: LeasedAction, signal: AbortSignal): Promise<ActionResult>;
}

export type DeliveryOutcome = "ok" | "failed" | "dead" | "lost";

export interface DispatcherDeps {
  readonly outbox: OutboxStore;
  readonly machines: Catalog;
  readonly actions: Actions;
  readonly wake: Wake;
  /** Woken when a result was appended for an entity. */
  readonly turnWake: Wake;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly retry: RetryPolicy;
  readonly gate: TargetGate;
  readonly workerId: string;
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly pollIntervalMs: number;
  /** No new deliveries. */
  readonly signal: AbortSignal;
  /** Deliveries in hand are given up. */
  readonly abandonSignal: AbortSignal;
  /** Its receiver has no place for it now. */
  readonly onPostponed: (action: LeasedAction) => void;
  /** A lease ran out: its holder is gone. */
  readonly onTakeover: () => void;
  readonly onDelivery: (action: LeasedAction, outcome: DeliveryOutcome, lagMs: number) => void;
}

const IDLE_FIRST_MS = 5;

/** Runs until the signal; resolves when every delivery in hand is acknowledged. */
export async function runDispatcher(deps: DispatcherDeps): Promise<void> {
  const { signal, wake, concurrency } = deps;
  const inHand = new Set<Promise<void>>();
  const backoff = createBackoff({ ...deps, what: "actions" });
  let idleRounds = 0;
  while (!signal.aborted) {
    try {
      // Whoever waits for a place at a receiver occupies none here.
      const busy = inHand.size - deps.gate.queued();
      if (busy >= concurrency) {
        await placeFreed(inHand, deps);
        continue;
      }
      const actions = await deps.outbox.claim({
        limit: concurrency - busy,
        leaseMs: deps.leaseMs,
        owner: deps.workerId,
      });
      backoff.succeeded();
      for (const action of actions) {
        if (action.isTakenOver) deps.onTakeover();
        const delivery = deliver(action, deps).finally(() => {
          inHand.delete(delivery);
          // The next action of the same entity may be ready now.
          wake.wakeOne();
        });
        inHand.add(delivery);
      }
      idleRounds = actions.length > 0 ? 0 : idleRounds + 1;
      if (actions.length === 0) await wake.wait(await idleWaitMs(idleRounds, deps));
    } catch (error) {
      await backoff.failed(error);
    }
  }
  await Promise.all(inHand);
}

/** One of them ended, or began to wait for a place elsewhere. */
async function placeFreed(inHand: ReadonlySet<Promise<void>>, { gate }: DispatcherDeps): Promise<void> {
  const queued = Promise.withResolvers<void>();
  const unsubscribe = gate.onQueued(queued.resolve);
  await Promise.race([...inHand, queued.promise]);
  unsubscribe();
}

async function idleWaitMs(idleRounds: number, deps: DispatcherDeps): Promise<number> {
  const nextAtMs = await deps.outbox.nextDueAtMs();
  if (nextAtMs === null) return deps.pollIntervalMs;
  const floorMs = Math.min(deps.pollIntervalMs, IDLE_FIRST_MS * 2 ** Math.min(idleRounds, 20));
  return Math.min(deps.pollIntervalMs, Math.max(floorMs, nextAtMs - deps.clock.nowMs()));
}

/** One delivery, from lease to acknowledgement. Never throws: an unreachable store leaves the lease to run out. */
async function deliver(action: LeasedAction, deps: DispatcherDeps): Promise<void> {
  const claimedAtMs = deps.clock.nowMs();
  const storeNowMs = () => action.leaseUntilMs - deps.leaseMs + (deps.clock.nowMs() - claimedAtMs);
  const lost = new AbortController();
  const ended = new AbortController();
  const heartbeat = keepLease(action, { deps, lost, ended: ended.signal });
  try {
    const admission = await admit(action, deps, AbortSignal.any([lost.signal, deps.signal]));
    if (admission.type === "wait") {
      ended.abort();
      await heartbeat;
      await deps.outbox.postpone(action, storeNowMs() + admission.ms);
      deps.onPostponed(action);
      return;
    }
    const told = AbortSignal.any([lost.signal, deps.abandonSignal]);
    const result = await runAction(action, deps, told);
    admission.end(told.aborted ? NOTHING_KNOWN : endOf(result));
    ended.abort();
    await heartbeat;
    if (lost.signal.aborted) return deps.onDelivery(action, "lost", 0);
    const outcome = await acknowledgeInLease(action, { result, deps, storeNowMs });
    deps.onDelivery(action, outcome, Math.max(0, action.leaseUntilMs - deps.leaseMs - action.dueAtMs));
  } catch (error) {
    deps.log.error("Cannot acknowledge an action, it will be delivered again", {
      action: action.actionId,
      error: messageOf(error),
    });
    deps.onDelivery(action, "lost", 0);
  } finally {
    ended.abort();
  }
}

/** The receiver's limits are those of the machine version that the action comes from. */
async function admit(action: LeasedAction, deps: DispatcherDeps, signal: AbortSignal): Promise<Admission> {
  const loaded = await deps.machines.find(action.machineName, action.machineVersion);
  const policy = targetPolicyOf(action, loaded?.spec.targetPolicies ?? []);
  // One receiver alone never takes all places: one is left for the others.
  const shareMax = Math.max(1, deps.concurrency - 1);
  const concurrency = Math.min(policy.concurrency ?? shareMax, shareMax);
  return await deps.gate.admit(action.actionId, { ...policy, concurrency }, signal);
}

const NOTHING_KNOWN: DeliveryEnd = { receiver: "unknown", pauseMs: null };

function endOf(result: ActionResult): DeliveryEnd {
  switch (result.type) {
    case "done":
      return { receiver: result.receiver ?? "well", pauseMs: null };
    case "skipped":
      return NOTHING_KNOWN;
    case "failed":
      return {
        receiver: result.receiver ?? (result.isFinal ? "unknown" : "broken"),
        pauseMs: result.retryAfterMs,
      };
    default:
      return unreachable(result);
  }
}

/** The result, or a failure when the action does not end although it was told to. */
async function runAction(
  action: LeasedAction,
  deps: DispatcherDeps,
  signal: AbortSignal,
): Promise<ActionResult> {
  const ended = new AbortController();
  try {
    return await Promise.race([
      deps.actions.run(action, signal),
      abortedFor(TOLD_MS_MAX, { signal, ended: ended.signal, clock: deps.clock }),
    ]);
  } catch (error) {
    return { type: "failed", error: messageOf(error), isFinal: false, retryAfterMs: null };
  } finally {
    ended.abort();
  }
}

/** What an action may still take after it was told to end. */
const TOLD_MS_MAX = 1_000;

async function abortedFor(
  durationMs: number,
  { signal, ended, clock }: {
    readonly signal: AbortSignal;
    readonly ended: AbortSignal;
    readonly clock: Clock;
  },
): Promise<ActionResult> {
  if (!signal.aborted) {
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true, signal: ended });
    });
  }
  await clock.sleep(durationMs, ended);
  return { type: "failed", error: "It was told to end and did not", isFinal: false, retryAfterMs: null };
}

/** A result must not be lost to a store that is away for a moment: as long as the lease holds it is told again. */
async function acknowledgeInLease(
  action: LeasedAction,
  { result, deps, storeNowMs }: {
    readonly result: ActionResult;
    readonly deps: DispatcherDeps;
    readonly storeNowMs: () => number;
  },
): Promise<DeliveryOutcome> {
  // The last heartbeat is at most one interval old, and kept the lease from then on.
  const untilMs = storeNowMs() + deps.leaseMs - deps.heartbeatMs;
  while (true) {
    try {
      return await acknowledge(action, { result, deps, nowMs: storeNowMs() });
    } catch (error) {
      const isAway = error instanceof AppError && error.code === "store_unavailable";
      if (!isAway || deps.abandonSignal.aborted || storeNowMs() > untilMs) throw error;
    }
    await deps.clock.sleep(ACKNOWLEDGE_PAUSE_MS, deps.abandonSignal);
  }
}

const ACKNOWLEDGE_PAUSE_MS = 250;

async function acknowledge(
  action: LeasedAction,
  { result, deps, nowMs }: {
    readonly result: ActionResult;
    readonly deps: DispatcherDeps;
    readonly nowMs: number;
  },
): Promise<DeliveryOutcome> {
  const loaded = await deps.machines.find(action.machineName, action.machineVersion);
  const outcome = deps.abandonSignal.aborted && result.type === "failed"
    ? { retryAtMs: nowMs, deadLetter: null, followUp: null }
    : actionOutcomeOf({ action, result, loaded }, { nowMs, retry: deps.retry, random: deps.random() });
  const isKept = await deps.outbox.acknowledge({ action, result, ...outcome });
  if (!isKept) return "lost";
  if (outcome.followUp !== null) deps.turnWake.wakeOne();
  if (result.type !== "failed") return "ok";
  return outcome.deadLetter === null ? "failed" : "dead";
}

/** Extends the lease until the delivery ended; aborts it when the lease went to somebody else. */
async function keepLease(
  action: LeasedAction,
  { deps, lost, ended }: {
    readonly deps: DispatcherDeps;
    readonly lost: AbortController;
    readonly ended: AbortSignal;
  },
): Promise<void> {
  while (true) {
    await deps.clock.sleep(deps.heartbeatMs, ended);
    if (ended.aborted) return;
    const isKept = await deps.outbox.extend(action, deps.leaseMs).catch((error: unknown) => {
      deps.log.warning("Cannot extend a lease for now", { action: action.actionId, error: messageOf(error) });
      return true;
    });
    if (!isKept) {
      lost.abort();
      return;
    }
  }
}
