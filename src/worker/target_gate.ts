/** Lets deliveries through to each receiver as its policy says: so many at once, so many in a while, none while it rests. */
import type { TargetPolicy } from "../orchestrator/action_target.ts";

export type Admission =
  | { readonly type: "go"; readonly end: (outcome: DeliveryEnd) => void }
  /** Not now: the action goes back and is due again in this many ms. */
  | { readonly type: "wait"; readonly ms: number };

export interface DeliveryEnd {
  /** `unknown`: nothing is known about the receiver. */
  readonly receiver: "well" | "broken" | "unknown";
  /** What it asked for; null = nothing. */
  readonly pauseMs: number | null;
}

export interface TargetGate {
  /** `go` must be ended. A place that is soon free is waited for, at most `concurrency` deliveries at a time. */
  admit(actionId: string, policy: TargetPolicy, signal: AbortSignal): Promise<Admission>;
  /** Deliveries that wait for a place and occupy none. */
  queued(): number;
  /** Called whenever a delivery begins to wait for a place; returns an unsubscribe. */
  onQueued(listener: () => void): () => void;
}

/** Receivers that are remembered; those that nobody calls are forgotten first. */
const TARGETS_MAX = 5_000;
const PAUSE_MS_MAX = 3_600_000;
/** How far ahead actions are told their time; later ones are spread over the last part. */
const AHEAD_MS_MAX = 60_000;
const PROMISES_MAX = 50_000;
const SPACING_MS_MIN = 20;
const STARTS_MAX = 1_000;
/** Their leases are held while they wait. */
const QUEUED_MAX = 200;
const PROBE_WAIT_MS = 1_000;

interface Target {
  running: number;
  readonly queue: Queued[];
  /** Times of the latest starts, oldest first. */
  readonly starts: number[];
  failures: number;
  openUntilMs: number;
  isProbed: boolean;
  pausedUntilMs: number;
  /** The latest time that was told to an action that had to wait. */
  promisedMs: number;
  /** How long a delivery takes, smoothed. */
  takesMs: number;
}

interface Queued {
  readonly policy: TargetPolicy;
  readonly give: (admission: Admission) => void;
}

export function createTargetGate(deps: {
  readonly clock: { nowMs(): number };
  readonly random: () => number;
}): TargetGate {
  const { clock, random } = deps;
  const targets = new Map<string, Target>();
  /** Actions that were told a time: they do not go to the end of the line again. */
  const promised = new Set<string>();
  let queuedCount = 0;
  const listeners = new Set<() => void>();

  return {
    admit,
    queued: () => queuedCount,
    onQueued(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  function admit(actionId: string, policy: TargetPolicy, signal: AbortSignal): Promise<Admission> {
    const target = targetOf(policy.key);
    const nowMs = clock.nowMs();
    const freeAtMs = Math.max(restUntilMs(target, policy, nowMs), rateFreeAtMs(target, policy));
    const isBehind = policy.rateLimit !== null && target.promisedMs > nowMs && !promised.has(actionId);
    if (freeAtMs > nowMs || isBehind) {
      const ms = promise(actionId, { target, policy, fromMs: Math.max(freeAtMs, nowMs) }) - nowMs;
      return Promise.resolve({ type: "wait", ms });
    }
    const { concurrency } = policy;
    if (concurrency !== null && target.running >= concurrency) {
      const hasRoom = target.queue.length < concurrency && queuedCount < QUEUED_MAX;
      if (hasRoom && !signal.aborted) return enqueue(target, policy, signal);
      const ms = promise(actionId, { target, policy, fromMs: nowMs + spacingOf(target, policy) }) - nowMs;
      return Promise.resolve({ type: "wait", ms });
    }
    promised.delete(actionId);
    return Promise.resolve(start(target, policy));
  }

  function start(target: Target, policy: TargetPolicy): Admission {
    const startedMs = clock.nowMs();
    target.running += 1;
    target.starts.push(startedMs);
    if (target.starts.length > STARTS_MAX) target.starts.shift();
    const isProbe = policy.breaker !== null && target.failures >= policy.breaker.failures;
    if (isProbe) target.isProbed = true;
    let isEnded = false;
    return {
      type: "go",
      end(outcome) {
        if (isEnded) return;
        isEnded = true;
        target.running -= 1;
        if (isProbe) target.isProbed = false;
        learn(target, policy, { ...outcome, tookMs: clock.nowMs() - startedMs });
        letNextIn(target);
      },
    };
  }

  function learn(target: Target, policy: TargetPolicy, end: DeliveryEnd & { readonly tookMs: number }): void {
    const nowMs = clock.nowMs();
    target.takesMs += (end.tookMs - target.takesMs) / 8;
    if (end.receiver === "well") target.failures = 0;
    if (end.receiver === "broken") {
      target.failures += 1;
      if (policy.breaker !== null && target.failures >= policy.breaker.failures) {
        target.openUntilMs = nowMs + policy.breaker.openForMs;
      }
    }
    if (end.pauseMs !== null && policy.isPaused) {
      target.pausedUntilMs = Math.max(target.pausedUntilMs, nowMs + Math.min(PAUSE_MS_MAX, end.pauseMs));
    }
  }

  /** Whoever waits in line goes on, or back when the receiver rests by now. */
  function letNextIn(target: Target): void {
    const next = target.queue[0];
    if (next === undefined) return;
    const nowMs = clock.nowMs();
    const freeAtMs = Math.max(restUntilMs(target, next.policy, nowMs), rateFreeAtMs(target, next.policy));
    if (freeAtMs > nowMs) next.give({ type: "wait", ms: freeAtMs - nowMs });
    else next.give(start(target, next.policy));
  }

  function enqueue(target: Target, policy: TargetPolicy, signal: AbortSignal): Promise<Admission> {
    return new Promise((resolve) => {
      const giveUp = () => entry.give({ type: "wait", ms: 0 });
      const entry: Queued = {
        policy,
        give(admission) {
          signal.removeEventListener("abort", giveUp);
          target.queue.splice(target.queue.indexOf(entry), 1);
          queuedCount -= 1;
          resolve(admission);
        },
      };
      target.queue.push(entry);
      queuedCount += 1;
      for (const listener of listeners) listener();
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** A time of its own for each action that waits, so that they do not all come back at once. */
  function promise(
    actionId: string,
    { target, policy, fromMs }: {
      readonly target: Target;
      readonly policy: TargetPolicy;
      readonly fromMs: number;
    },
  ): number {
    const spacingMs = spacingOf(target, policy);
    if (promised.has(actionId)) return fromMs + Math.floor(random() * spacingMs);
    promised.add(actionId);
    for (const oldest of promised) {
      if (promised.size <= PROMISES_MAX) break;
      promised.delete(oldest);
    }
    const nextMs = Math.max(fromMs, target.promisedMs + spacingMs);
    if (nextMs > fromMs + AHEAD_MS_MAX) return fromMs + Math.ceil(AHEAD_MS_MAX * (0.5 + random() / 2));
    target.promisedMs = nextMs;
    return nextMs;
  }

  function targetOf(key: string): Target {
    const known = targets.get(key);
    if (known !== undefined) {
      targets.delete(key);
      targets.set(key, known);
      return known;
    }
    const target: Target = {
      running: 0,
      queue: [],
      starts: [],
      failures: 0,
      openUntilMs: 0,
      isProbed: false,
      pausedUntilMs: 0,
      promisedMs: 0,
      takesMs: 0,
    };
    targets.set(key, target);
    for (const [oldest, { running }] of targets) {
      if (targets.size <= TARGETS_MAX) break;
      if (running === 0) targets.delete(oldest);
    }
    return target;
  }
}

/** Until when the receiver is left alone; after the rest one delivery goes first, the others wait for its end. */
function restUntilMs(target: Target, policy: TargetPolicy, nowMs: number): number {
  const isOpen = policy.breaker !== null && target.failures >= policy.breaker.failures;
  const openUntilMs = !isOpen
    ? 0
    : target.isProbed
    ? Math.max(target.openUntilMs, nowMs + PROBE_WAIT_MS)
    : target.openUntilMs;
  return Math.max(target.pausedUntilMs, openUntilMs);
}

/** When one more start keeps to the limit, whatever moment one looks at. */
function rateFreeAtMs(target: Target, { rateLimit }: TargetPolicy): number {
  if (rateLimit === null) return 0;
  const oldest = target.starts[target.starts.length - rateLimit.count];
  return oldest === undefined ? 0 : oldest + rateLimit.perMs;
}

/** The time between two deliveries when all places are always taken. */
function spacingOf(target: Target, { rateLimit, concurrency }: TargetPolicy): number {
  const byRateMs = rateLimit === null ? 0 : rateLimit.perMs / rateLimit.count;
  const byPlacesMs = concurrency === null ? 0 : target.takesMs / concurrency;
  return Math.max(rateLimit === null ? SPACING_MS_MIN : 1, Math.ceil(byRateMs), Math.ceil(byPlacesMs));
}
