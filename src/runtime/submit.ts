/** Events whose sender waits: concurrent ones share a turn, each comes after what its entity has queued already. */
import type { LaneWrite } from "../orchestrator/lane.ts";
import { AppError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { Decision } from "../orchestrator/decision.ts";
import type { NewEvent } from "../orchestrator/event.ts";
import { isByHand } from "../orchestrator/fold.ts";
import type { Folded, FoldedItem, FoldObstacle } from "../orchestrator/lane_fold.ts";
import type { StoredAnswer, Turn } from "../store/store.ts";
import { foldLanes, type TurnDeps } from "./turn.ts";

export interface SubmitRequest {
  readonly event: NewEvent;
  /** The answer that is kept for the idempotency key and given again; default: null. */
  readonly answerOf?: (item: FoldedItem) => JsonValue;
  /** Decided only while the entity has this version (0 = does not exist), after everything that was queued before it. */
  readonly ifVersion?: number | null;
}

export type SubmitResult =
  | {
    readonly type: "decided";
    readonly eventId: string;
    readonly decision: Decision;
    readonly answer: JsonValue;
  }
  /** The same key with the same request was answered before. */
  | { readonly type: "replayed"; readonly eventId: string; readonly answer: JsonValue }
  /** The same key with another request. */
  | { readonly type: "key_conflict"; readonly eventId: string }
  /** The entity has another version than the one asked for (0 = it does not exist). Nothing was kept. */
  | { readonly type: "stale"; readonly version: number }
  /** Not decided: the entity waits for a person (`parked`), for a retry, or has too much queued. Nothing was kept. */
  | { readonly type: "held"; readonly obstacle: FoldObstacle };

/** Runs a batch, in order for each entity. All or nothing for what shares a turn; a busy lane fails only its own. */
export async function submitBatch(
  requests: readonly SubmitRequest[],
  deps: TurnDeps,
): Promise<readonly SubmitResult[]> {
  try {
    return await runRounds(requests, deps);
  } catch (error) {
    const groups = Map.groupBy(requests, (request) => request.event.entityId);
    const isLaneBusy = error instanceof AppError && error.code === "conflict";
    if (!isLaneBusy) throw error;
    if (groups.size === 1) return requests.map((): SubmitResult => ({ type: "held", obstacle: "behind" }));
    return await runApart(requests, groups, deps);
  }
}

/** Each entity in a turn of its own, a few at a time. */
async function runApart(
  requests: readonly SubmitRequest[],
  groups: ReadonlyMap<string, readonly SubmitRequest[]>,
  deps: TurnDeps,
): Promise<readonly SubmitResult[]> {
  const results = new Map<SubmitRequest, SubmitResult>();
  const waiting = [...groups.values()];
  await Promise.all(Array.from({ length: deps.limits.submitConcurrency }, async () => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
      const groupResults = await runGroup(group, deps);
      group.forEach((request, index) => {
        const result = groupResults[index];
        if (result !== undefined) results.set(request, result);
      });
    }
  }));
  return requests.map((request) => results.get(request) ?? { type: "held", obstacle: "behind" });
}

/** A lane that stays busy is an answer; anything else that goes wrong is thrown. */
async function runGroup(
  group: readonly SubmitRequest[],
  deps: TurnDeps,
): Promise<readonly SubmitResult[]> {
  try {
    return await runRounds(group, deps);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "conflict") throw error;
    return group.map((): SubmitResult => ({ type: "held", obstacle: "behind" }));
  }
}

/** Repeats the turn for those whose lane has more queued than one turn takes, and when it was fenced. */
async function runRounds(
  requests: readonly SubmitRequest[],
  deps: TurnDeps,
): Promise<readonly SubmitResult[]> {
  const results = new Map<SubmitRequest, SubmitResult>();
  let pending = requests;
  let fenced = 0;
  for (let round = 0; round < deps.limits.roundsMax && pending.length > 0; round++) {
    const outcome = await runRound(pending, deps);
    if (outcome === "fenced") {
      fenced += 1;
      deps.observer.onFenced();
      if (fenced >= deps.limits.fencedMax) break;
      continue;
    }
    for (const [request, result] of outcome) results.set(request, result);
    pending = pending.filter((request) => {
      const result = results.get(request);
      return result === undefined || (result.type === "held" && result.obstacle === "behind");
    });
  }
  return requests.map((request) => results.get(request) ?? { type: "held", obstacle: "behind" });
}

async function runRound(
  requests: readonly SubmitRequest[],
  deps: TurnDeps,
): Promise<ReadonlyMap<SubmitRequest, SubmitResult> | "fenced"> {
  const startedMs = deps.fold.stopwatchMs();
  const turn = await deps.turns.lock({
    entityIds: [...new Set(requests.map((request) => request.event.entityId))].toSorted(),
    keys: requests.map((request) => request.event.idempotency).filter((key) => key !== null),
    eventsPerLaneMax: deps.limits.eventsPerLane,
  });
  let computed: {
    readonly results: ReadonlyMap<SubmitRequest, SubmitResult>;
    readonly write: ReturnType<typeof writeOf>;
  };
  let folded: readonly Folded[];
  try {
    const { answered, fresh } = sortByKey(requests, turn.answers);
    const { ready, refused } = sortByVersion(fresh, turn);
    const awaited = Map.groupBy(ready.map((request) => request.event), (event) => event.entityId);
    folded = await foldLanes(turn, deps, awaited);
    computed = resultsOf({ turn, folded, fresh: ready, refused, answered, requests });
  } catch (error) {
    await turn.rollback();
    throw error;
  }
  if (computed.write.lanes.length === 0) {
    await turn.rollback();
    return computed.results;
  }
  const outcome = await turn.commit(computed.write);
  if (outcome.type === "fenced") return "fenced";

  const items = folded.flatMap((one) => one.items);
  for (const item of items) deps.observer.onItem(item);
  deps.observer.onTurn({
    lanes: turn.lanes.length,
    items: items.length,
    durationMs: deps.fold.stopwatchMs() - startedMs,
    isFull: false,
    isAwaited: true,
  });
  return computed.results;
}

interface Sorted {
  /** Known keys, and second uses of a key in this batch (they get the answer of the first). */
  readonly answered: ReadonlyMap<SubmitRequest, StoredAnswer | SubmitRequest>;
  readonly fresh: readonly SubmitRequest[];
}

function sortByKey(requests: readonly SubmitRequest[], answers: readonly StoredAnswer[]): Sorted {
  const known = new Map<string, StoredAnswer | SubmitRequest>(
    answers.map((answer) => [keyText(answer), answer]),
  );
  const answered = new Map<SubmitRequest, StoredAnswer | SubmitRequest>();
  const fresh: SubmitRequest[] = [];
  for (const request of requests) {
    const key = request.event.idempotency;
    const earlier = key === null ? undefined : known.get(keyText(key));
    if (earlier !== undefined) answered.set(request, earlier);
    else {
      if (key !== null) known.set(keyText(key), request);
      fresh.push(request);
    }
  }
  return { answered, fresh };
}

/**
 * Whoever asks for a version waits for a round in which nothing stands before them, so that the version under the lock
 * is the one they are decided on.
 */
function sortByVersion(requests: readonly SubmitRequest[], turn: Turn): {
  readonly ready: readonly SubmitRequest[];
  readonly refused: ReadonlyMap<SubmitRequest, SubmitResult>;
} {
  const lanes = new Map(turn.lanes.map((lane) => [lane.entityId, lane]));
  const touched = new Set<string>();
  const ready: SubmitRequest[] = [];
  const refused = new Map<SubmitRequest, SubmitResult>();
  for (const request of requests) {
    const { event: { entityId }, ifVersion = null } = request;
    const lane = lanes.get(entityId);
    const version = lane?.entity?.version ?? 0;
    const isParked = lane !== undefined && lane.parkedReason !== null;
    const isWaiting = isParked && !isByHand(request.event.command);
    const isBehind = touched.has(entityId) || (lane !== undefined && !isParked &&
      (lane.events.length > 0 || lane.isMore || lane.timers.some((timer) => timer.dueAtMs <= turn.nowMs)));
    if (ifVersion === null || isWaiting || (!isBehind && version === ifVersion)) {
      ready.push(request);
      touched.add(entityId);
    } else refused.set(request, isBehind ? { type: "held", obstacle: "behind" } : { type: "stale", version });
  }
  return { ready, refused };
}

function resultsOf(
  { turn, folded, fresh, refused, answered, requests }: {
    readonly turn: Turn;
    readonly folded: readonly Folded[];
    readonly fresh: readonly SubmitRequest[];
    readonly refused: ReadonlyMap<SubmitRequest, SubmitResult>;
    readonly answered: Sorted["answered"];
    readonly requests: readonly SubmitRequest[];
  },
): {
  readonly results: ReadonlyMap<SubmitRequest, SubmitResult>;
  readonly write: ReturnType<typeof writeOf>;
} {
  const items = new Map(folded.flatMap((one) => one.items).map((item) => [item.event.eventId, item]));
  const obstacles = new Map(
    turn.lanes.map((lane, index) => [lane.entityId, folded[index]?.obstacle ?? null]),
  );
  const results = new Map<SubmitRequest, SubmitResult>(refused);
  const answers: StoredAnswer[] = [];

  for (const request of fresh) {
    const { event } = request;
    const item = items.get(event.eventId);
    if (item === undefined) {
      results.set(request, { type: "held", obstacle: obstacles.get(event.entityId) ?? "behind" });
      continue;
    }
    const { decision } = item;
    const answer = request.answerOf?.(item) ?? null;
    results.set(request, { type: "decided", eventId: event.eventId, decision, answer });
    if (event.idempotency !== null && decision.type === "consumed") {
      answers.push({ ...event.idempotency, eventId: event.eventId, answer });
    }
  }
  for (const request of requests) {
    const earlier = answered.get(request);
    if (earlier !== undefined) results.set(request, answerAgain(request, earlier, results));
  }
  return { results, write: writeOf(folded, answers) };
}

function answerAgain(
  request: SubmitRequest,
  earlier: StoredAnswer | SubmitRequest,
  results: ReadonlyMap<SubmitRequest, SubmitResult>,
): SubmitResult {
  const isStored = "answer" in earlier;
  const requestHash = isStored ? earlier.requestHash : earlier.event.idempotency?.requestHash;
  const eventId = isStored ? earlier.eventId : earlier.event.eventId;
  if (requestHash !== request.event.idempotency?.requestHash) return { type: "key_conflict", eventId };
  if (isStored) return { type: "replayed", eventId, answer: earlier.answer };
  const first = results.get(earlier);
  if (first === undefined || first.type !== "decided") return first ?? { type: "held", obstacle: "behind" };
  return first.decision.type === "rejected" ? first : { type: "replayed", eventId, answer: first.answer };
}

/** Lanes in which nothing happened are not written. */
function writeOf(folded: readonly Folded[], answers: readonly StoredAnswer[]): {
  readonly lanes: readonly LaneWrite[];
  readonly answers: readonly StoredAnswer[];
} {
  const lanes = folded.filter((one) => one.items.some((item) => item.decision.type !== "rejected"))
    .map((one) => one.write).filter((write) => write !== null);
  return { lanes, answers };
}

function keyText(key: { readonly scope: string; readonly key: string }): string {
  return `${key.scope}\u0000${key.key}`;
}
