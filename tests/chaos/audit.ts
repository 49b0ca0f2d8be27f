/** What the tables and the outside world say against the promises, read without the program under test. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import postgres from "postgres";
import { replay, type Replayed, type Row } from "./model.ts";
import type { Acknowledged } from "./producers.ts";
import type { Delivery } from "./receiver.ts";

export interface Violation {
  readonly rule: string;
  readonly what: string;
}

export interface AuditOptions {
  readonly url: string;
  /** In the order in which they were sent, by entity. */
  readonly acknowledged: readonly Acknowledged[];
  readonly deliveries: ReadonlyMap<string, Delivery>;
  /** Names of all processes that are no more. */
  readonly dead: ReadonlyMap<string, number>;
}

/** Dead letters that the events themselves deserve; everything else is the fault of the chaos. */
const REASONS = ["invalid_transition"];
const VIOLATIONS_MAX = 50;
const NAMESPACE = "6f1f3f0e5c0a4b539f0e2f5c3f1b7a41";

export async function audit(options: AuditOptions): Promise<readonly Violation[]> {
  const sql = postgres(options.url, { max: 1, onnotice: () => {} });
  try {
    const rows = await readHistory(sql);
    const byEntity = Map.groupBy(rows, (row) => row.entityId);
    const replayed = new Map([...byEntity].map(([entityId, history]) => [entityId, replay(history)]));
    const letters = await sql`
      select event_id::text as event, payload->>'event_id' as in_payload, reason from stator.dead_letter`;
    const buried = new Set(letters.flatMap((letter) => [letter["event"], letter["in_payload"]]));
    const wrong = letters.filter((letter) => !REASONS.includes(letter["reason"]));
    return [
      ...checkEvents(rows, buried, options.acknowledged),
      ...[...replayed.values()].flatMap((one) => one.problems),
      ...await checkEntities(sql, byEntity, replayed),
      ...checkCalls(replayed, options.deliveries),
      ...await checkRest(sql, [...options.dead.keys()]),
      ...wrong.map(({ reason, event }) => ({
        rule: "attempts",
        what: `event ${event} ended with ${reason}`,
      })),
    ].slice(0, VIOLATIONS_MAX);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

interface StoredRow extends Row {
  readonly id: string;
}

async function readHistory(sql: postgres.Sql): Promise<readonly StoredRow[]> {
  const rows: StoredRow[] = [];
  const query = sql`
    select id, entity_id, position, event_id, type, trigger, is_success, from_state, to_state, created_at
    from stator.history order by entity_id, position`;
  for await (const page of query.cursor(5_000)) {
    for (const row of page) {
      rows.push({
        id: row["id"],
        entityId: row["entity_id"],
        position: Number(row["position"]),
        eventId: row["event_id"],
        type: row["type"],
        trigger: row["trigger"],
        isSuccess: row["is_success"],
        fromState: row["from_state"],
        toState: row["to_state"],
        createdAtMs: Number(row["created_at"]),
      });
    }
  }
  return rows;
}

/** Every acknowledged event once, in the order of its sender; nothing that nobody sent. */
function checkEvents(
  rows: readonly StoredRow[],
  buried: ReadonlySet<unknown>,
  acknowledged: readonly Acknowledged[],
): readonly Violation[] {
  const violations: Violation[] = [];
  const byEvent = new Map<string, StoredRow>();
  const byId = new Map<string, StoredRow>();
  for (const row of rows) {
    byId.set(row.id, row);
    if (byEvent.has(row.eventId)) {
      violations.push({ rule: "doubled", what: `${row.eventId} of ${row.entityId}` });
    }
    byEvent.set(row.eventId, row);
  }
  const known = new Set<string>();
  const last = new Map<string, number>();
  for (const { entityId, eventId, historyId } of acknowledged) {
    const row = eventId === null ? byId.get(historyId ?? "") : byEvent.get(eventId);
    if (row === undefined) {
      if (!buried.has(eventId)) {
        violations.push({ rule: "lost", what: `${eventId ?? historyId} of ${entityId}` });
      }
      continue;
    }
    if (known.has(row.eventId)) violations.push({ rule: "doubled", what: `${row.eventId} answers twice` });
    known.add(row.eventId);
    if (row.position <= (last.get(entityId) ?? 0)) {
      violations.push({ rule: "order", what: `${row.eventId} of ${entityId} at ${row.position}` });
    }
    last.set(entityId, row.position);
  }
  for (const row of rows) {
    if (row.type === "event" && !known.has(row.eventId)) {
      violations.push({ rule: "unknown", what: `${row.eventId} of ${row.entityId}` });
    }
  }
  return violations;
}

/** The stored entity is what its history leads to. */
async function checkEntities(
  sql: postgres.Sql,
  byEntity: ReadonlyMap<string, readonly Row[]>,
  replayed: ReadonlyMap<string, Replayed>,
): Promise<readonly Violation[]> {
  const entities = await sql`
    select entity_id, position, current_state, coalesce((context->>'count')::int, 0) as count from stator.entity`;
  const violations = entities.flatMap((entity) => {
    const said = `${entity["current_state"]}, ${entity["count"]} at ${entity["position"]}`;
    const found = replayed.get(entity["entity_id"]);
    const position = byEntity.get(entity["entity_id"])?.length ?? 0;
    const expected = `${found?.state}, ${found?.count} at ${position}`;
    return said === expected
      ? []
      : [{ rule: "replay", what: `${entity["entity_id"]}: stored ${said}, replay gives ${expected}` }];
  });
  const stored = new Set(entities.map((entity) => entity["entity_id"]));
  const missing = [...replayed].filter(([id, { count, state }]) =>
    !stored.has(id) && (count > 0 || state !== "idle")
  );
  return [...violations, ...missing.map(([id]) => ({ rule: "replay", what: `${id} is not stored` }))];
}

/** Every call reached the outside, under the key that follows from its place and with one body. */
function checkCalls(
  replayed: ReadonlyMap<string, Replayed>,
  deliveries: ReadonlyMap<string, Delivery>,
): readonly Violation[] {
  const violations: Violation[] = [];
  const keys = new Set<string>();
  for (const [entityId, { calls }] of replayed) {
    for (const position of calls) {
      const key = nameOf(`action:${entityId}:${position}:0`);
      keys.add(key);
      if ((deliveries.get(key)?.calls ?? 0) === 0) {
        violations.push({ rule: "action_lost", what: `${entityId} at ${position}` });
      }
    }
  }
  for (const [key, { bodies }] of deliveries) {
    if (!keys.has(key)) violations.push({ rule: "action_unknown", what: key });
    if (bodies.size !== 1) violations.push({ rule: "action_body", what: `${key} had ${bodies.size} bodies` });
  }
  return violations;
}

/** Nothing waits, and nothing belongs to the dead. */
async function checkRest(sql: postgres.Sql, dead: readonly string[]): Promise<readonly Violation[]> {
  const [left] = await sql`
    select (select count(*)::int from stator.inbox) as inbox,
      (select count(*)::int from stator.outbox where dead_record_id is null) as outbox,
      (select count(*)::int from stator.timer) as timers,
      (select count(*)::int from stator.knock) as knocks,
      (select count(*)::int from stator.lane where ready_at is not null or parked_reason is not null) as lanes,
      (select count(*)::int from pystator.worker_events where status not in ('completed', 'dead_letter')) as events,
      (select count(*)::int from stator.outbox where is_leased and lease_owner = any(${[
    ...dead,
  ]})) as of_the_dead`;
  return Object.entries(left ?? {}).filter(([, count]) => count !== 0)
    .map(([what, count]) => ({ rule: "not_at_rest", what: `${what}: ${count}` }));
}

/** A UUID of version 5 in the namespace of the program's keys. */
function nameOf(text: string): string {
  const digest = createHash("sha1").update(Buffer.from(NAMESPACE, "hex")).update(text).digest();
  const bytes = [...digest.subarray(0, 16)];
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
