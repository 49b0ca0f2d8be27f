/** Reads a store that has come to rest and says everything that broke a promise. */
import { actionIdOf } from "../../src/orchestrator/action_id.ts";
import { decide } from "../../src/orchestrator/decide.ts";
import type { Entity } from "../../src/orchestrator/entity.ts";
import type { Command, QueuedEvent } from "../../src/orchestrator/event.ts";
import type { HistoryRow } from "../../src/orchestrator/history.ts";
import type { LoadedMachine } from "../../src/orchestrator/loaded_machine.ts";
import type { DeadLetter } from "../../src/orchestrator/dead_letter.ts";
import type { Store } from "../../src/store/store.ts";

export interface Violation {
  readonly rule:
    | "lost"
    | "doubled"
    | "unknown"
    | "order"
    | "position"
    | "replay"
    | "timer_early"
    | "timer_doubled"
    | "timer_missing"
    | "action_lost"
    | "action_unknown"
    | "action_body"
    | "not_at_rest";
  readonly what: string;
}

export interface Expected {
  /** Events that were acknowledged, in the order of their sending. */
  readonly acknowledged: readonly {
    readonly eventId: string;
    readonly entityId: string;
    /** Nobody waited for the decision, so a refusal must be kept as a dead letter. */
    readonly isQueued?: boolean;
  }[];
  /** Events that were sent and whose acknowledgement never came: they may be there or not. */
  readonly unsure: ReadonlySet<string>;
  /** The bodies with which each action was delivered, by its key. */
  readonly deliveries: ReadonlyMap<string, ReadonlySet<string>>;
  /** Every entity is on this machine. */
  readonly machine: LoadedMachine;
  /** Delays of timers by trigger, and the state whose entry starts them. */
  readonly timers: Readonly<Record<string, { readonly state: string; readonly delayMs: number }>>;
}

const PAGE = 500;
/** A report names this many at most. */
export const VIOLATIONS_MAX = 50;

export async function checkStore(store: Store, expected: Expected): Promise<readonly Violation[]> {
  const history = await readHistory(store);
  const letters = await readLetters(store);
  const entities = await readEntities(store);
  const byEntity = Map.groupBy(history, (row) => row.entityId);
  const violations: Violation[] = [
    ...await checkRest(store),
    ...checkEvents(history, letters, expected),
    ...checkOrder(byEntity, expected),
    ...checkActions(history, expected),
  ];
  for (const [entityId, rows] of byEntity) {
    const entity = entities.get(entityId) ?? null;
    violations.push(...checkPositions(rows, entity), ...checkReplay(rows, entity, expected.machine));
    violations.push(...checkTimers(rows, expected.timers));
  }
  return violations.slice(0, VIOLATIONS_MAX);
}

export async function readHistory(store: Store): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = [];
  let after: string | null = null;
  while (true) {
    const page: Awaited<ReturnType<Store["history"]["feed"]>> = await store.history.feed({
      after,
      limit: PAGE,
    });
    rows.push(...page.items);
    const last = page.items.at(-1);
    if (last === undefined) return rows;
    after = last.cursor;
  }
}

async function readLetters(store: Store): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Store["deadLetters"]["list"]>> = await store.deadLetters.list({
      limit: PAGE,
      cursor,
    });
    letters.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return letters;
}

async function readEntities(store: Store): Promise<ReadonlyMap<string, Entity>> {
  const entities = new Map<string, Entity>();
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Store["entities"]["list"]>> = await store.entities.list({
      statuses: ["active", "archived", "deleted"],
      sortBy: "created_at",
      isAscending: true,
      limit: 200,
      cursor,
    });
    for (const entity of page.items) entities.set(entity.entityId, entity);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return entities;
}

async function checkRest(store: Store): Promise<readonly Violation[]> {
  const inbox = await store.inbox.counts();
  const outbox = await store.outbox.counts();
  return inbox.pending === 0 && outbox.pending === 0 && outbox.leased === 0
    ? []
    : [{ rule: "not_at_rest", what: JSON.stringify({ inbox, outbox }) }];
}

function checkEvents(
  history: readonly HistoryRow[],
  letters: readonly DeadLetter[],
  expected: Expected,
): readonly Violation[] {
  const violations: Violation[] = [];
  const counts = new Map<string, number>();
  for (const row of history) counts.set(row.eventId, (counts.get(row.eventId) ?? 0) + 1);
  for (const [eventId, count] of counts) {
    if (count > 1) violations.push({ rule: "doubled", what: `event ${eventId} has ${count} history rows` });
  }
  const buried = new Set(letters.map((letter) => letter.payload["event_id"]));
  const sent = new Set(expected.unsure);
  const refused = new Set(history.filter((row) => row.outcome === "refused").map((row) => row.eventId));
  for (const { eventId, entityId, isQueued = false } of expected.acknowledged) {
    sent.add(eventId);
    if (isQueued && refused.has(eventId) && !buried.has(eventId)) {
      violations.push({ rule: "lost", what: `dead letter of event ${eventId} of ${entityId}` });
    }
    if (!counts.has(eventId) && !buried.has(eventId)) {
      violations.push({ rule: "lost", what: `event ${eventId} of ${entityId}` });
    }
  }
  for (const row of history) {
    const isForeign = row.type === "event" && !row.trigger.startsWith("done.") &&
      !row.trigger.startsWith("error.");
    if (isForeign && !sent.has(row.eventId)) {
      violations.push({ rule: "unknown", what: `event ${row.eventId} of ${row.entityId}` });
    }
  }
  return violations;
}

function checkOrder(
  byEntity: ReadonlyMap<string, readonly HistoryRow[]>,
  expected: Expected,
): readonly Violation[] {
  const violations: Violation[] = [];
  for (const [entityId, events] of Map.groupBy(expected.acknowledged, (event) => event.entityId)) {
    const places = new Map((byEntity.get(entityId) ?? []).map((row) => [row.eventId, row.position]));
    let last = 0;
    for (const { eventId } of events) {
      const place = places.get(eventId);
      if (place === undefined) continue;
      if (place <= last) {
        violations.push({ rule: "order", what: `event ${eventId} of ${entityId} at ${place}` });
      }
      last = place;
    }
  }
  return violations;
}

function checkPositions(rows: readonly HistoryRow[], entity: Entity | null): readonly Violation[] {
  const positions = rows.map((row) => row.position).toSorted((a, b) => a - b);
  const violations: Violation[] = [];
  positions.forEach((position, index) => {
    if (position !== index + 1) {
      violations.push({
        rule: "position",
        what: `${rows[0]?.entityId}: ${position} instead of ${index + 1}`,
      });
    }
  });
  if (entity !== null && entity.position !== positions.at(-1)) {
    violations.push({
      rule: "position",
      what: `${entity.entityId}: entity ${entity.position}, history ${positions.at(-1)}`,
    });
  }
  return violations.slice(0, 3);
}

/** Decides everything again from history alone; the result must be what is stored. */
function checkReplay(
  rows: readonly HistoryRow[],
  stored: Entity | null,
  machine: LoadedMachine,
): readonly Violation[] {
  let entity: Entity | null = null;
  for (const row of rows.toSorted((a, b) => a.position - b.position)) {
    if (row.type === "created" && row.eventId === row.id) continue;
    const decision = decide(machine, {
      entity,
      event: replayedEvent(row),
      timer: null,
      isAwaited: false,
      nowMs: row.createdAtMs,
    });
    const toState = decision.history?.toState ?? null;
    if (row.outcome !== "ignored" && row.outcome !== "failed" && toState !== row.toState) {
      return [{
        rule: "replay",
        what: `${row.entityId} at ${row.position}: ${toState} instead of ${row.toState}`,
      }];
    }
    entity = decision.entity;
  }
  if (stored === null && entity === null) return [];
  const isSame = stored?.currentState === entity?.currentState &&
    JSON.stringify(sorted(stored?.context)) === JSON.stringify(sorted(entity?.context));
  return isSame ? [] : [{
    rule: "replay",
    what: `${rows[0]?.entityId}: replay gives ${entity?.currentState}, stored is ${stored?.currentState}`,
  }];
}

function replayedEvent(row: HistoryRow): QueuedEvent {
  const command: Command = row.type === "data"
    ? { type: "data", data: row.payload }
    : row.type === "created"
    ? { type: "create", context: row.payload, labels: {} }
    : { type: "event", trigger: row.trigger, payload: row.payload };
  return {
    eventId: row.eventId,
    entityId: row.entityId,
    machineName: row.machineName,
    machineVersion: null,
    command,
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: 5,
    traceparent: null,
    actor: row.actor,
    seq: row.seq,
    attempts: 0,
    acceptedAtMs: row.acceptedAtMs,
  };
}

function checkActions(history: readonly HistoryRow[], expected: Expected): readonly Violation[] {
  const violations: Violation[] = [];
  const known = new Set<string>();
  for (const row of history) {
    const pending = row.actions.filter((action) => action.status === "pending");
    pending.forEach((action, ordinal) => {
      const actionId = actionIdOf(row.entityId, row.position, ordinal);
      known.add(actionId);
      if (!expected.deliveries.has(actionId)) {
        violations.push({
          rule: "action_lost",
          what: `${action.name} of ${row.entityId} at ${row.position}`,
        });
      }
    });
  }
  for (const [actionId, bodies] of expected.deliveries) {
    if (bodies.size !== 1) {
      violations.push({ rule: "action_body", what: `${actionId}: ${bodies.size} bodies` });
    }
    if (!known.has(actionId)) violations.push({ rule: "action_unknown", what: actionId });
  }
  return violations;
}

/** A timer starts when its state is entered, and fires once when nobody leaves it before, never before its delay is over. */
function checkTimers(rows: readonly HistoryRow[], timers: Expected["timers"]): readonly Violation[] {
  const violations: Violation[] = [];
  for (const [trigger, { state, delayMs }] of Object.entries(timers)) {
    let enteredAtMs: number | null = null;
    let isFired = false;
    for (const row of rows.toSorted((a, b) => a.position - b.position)) {
      if (row.type === "timer" && row.trigger === trigger) {
        const what = `${trigger} of ${row.entityId} at ${row.position}`;
        if (isFired || enteredAtMs === null) violations.push({ rule: "timer_doubled", what });
        else if (row.createdAtMs < enteredAtMs + delayMs) violations.push({ rule: "timer_early", what });
        isFired = true;
      }
      if (row.isSuccess && row.toState !== null && row.fromState !== row.toState) {
        if (row.toState === state) [enteredAtMs, isFired] = [row.createdAtMs, false];
        else if (row.fromState === state) enteredAtMs = null;
      }
    }
    if (enteredAtMs !== null && !isFired) {
      violations.push({ rule: "timer_missing", what: `${trigger} of ${rows[0]?.entityId}` });
    }
  }
  return violations;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]),
  );
}
