/** A database of PyStator, in SQLite and in PostgreSQL, is taken over with everything that it promised. */
import { deepStrictEqual as same, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { importPredecessorInto } from "../../src/host/import_predecessor.ts";
import { createMemoryStore } from "../../src/store/memory/memory_store.ts";
import { openPredecessor } from "../../src/store/predecessor/open_source.ts";
import { migrate } from "../../src/store/migrate.ts";
import { openPostgresStore } from "../../src/store/postgres/postgres_store.ts";
import { openSqliteStore } from "../../src/store/sqlite/sqlite_store.ts";
import type { Store } from "../../src/store/store.ts";
import { connectPostgres, DEFAULT_POSTGRES_LIMITS } from "../../src/store/postgres/connect.ts";
import { parsePostgresUrl } from "../../src/store/postgres/connection_url.ts";
import { withPostgres } from "../database.ts";

type Value = string | number | null;

const ORDER = {
  meta: { machine_name: "order", version: "1.0.0" },
  states: [
    { name: "open", type: "initial" },
    { name: "paid", timeout: { seconds: 3600, destination: "late" } },
    { name: "late" },
    {
      name: "checks",
      type: "parallel",
      regions: [{ name: "r", initial: "r1", states: ["r1", "r2"] }, {
        name: "s",
        initial: "s1",
        states: ["s1"],
      }],
    },
    { name: "r1", parent: "checks" },
    { name: "r2", parent: "checks" },
    { name: "s1", parent: "checks" },
    { name: "done", type: "terminal" },
  ],
  transitions: [
    { trigger: "pay", source: "open", dest: "paid" },
    { trigger: "check", source: "paid", dest: "checks" },
    { trigger: "ship", source: ["paid", "late"], dest: "done" },
  ],
};

const id = (last: number) => `00000000-0000-4000-8000-${String(last).padStart(12, "0")}`;
const at = (minute: number) => `2026-01-01 10:${String(minute).padStart(2, "0")}:00.5`;
const atMs = (minute: number) => Date.UTC(2026, 0, 1, 10, minute, 0, 500);

const TABLES: Readonly<
  Record<string, { readonly columns: string; readonly rows: readonly (readonly Value[])[] }>
> = {
  machines: {
    columns: "id uuid, name text, version text, config_json json, created_at timestamptz",
    rows: [
      [id(1), "order", "1.0.0", JSON.stringify(ORDER), at(0)],
      [id(2), "broken", "1.0.0", '{"states": []}', at(1)],
    ],
  },
  entity_states: {
    columns:
      "id uuid, entity_id text, machine_name text, machine_version text, current_state text, context_json json, " +
      "version int, status text, labels_json json, created_at timestamptz, updated_at timestamptz, " +
      "archived_at timestamptz, deleted_at timestamptz",
    rows: [
      entity(11, "paid-1", "order", "paid", {
        context: '{"total": 5}',
        version: 3,
        labels: '{"tier": "gold"}',
      }),
      entity(12, "checks-1", "order", "checks:r=r2,s=s1"),
      entity(13, "open-1", "order", "open", { context: "null", version: null }),
      entity(14, "lost-1", "order", "nowhere"),
      entity(15, "other-1", "other", "open"),
      entity(16, "bad id", "order", "open"),
    ],
  },
  transition_history: {
    columns:
      'id uuid, entity_id text, "trigger" text, source_state text, target_state text, success boolean, ' +
      "error_type text, error_message text, actions_executed json, context_snapshot json, created_at timestamptz, " +
      "duration_ms int",
    rows: [
      [id(21), "paid-1", "__entity_created__", "open", "open", 1, null, null, "null", "{}", at(1), 2],
      [id(22), "paid-1", "ship", "open", null, 0, "InvalidTransitionError", "No", "null", "null", at(2), 1],
      [id(23), "paid-1", "pay", "open", "paid", 1, null, null, '["mail"]', '{"total": 5}', at(3), null],
    ],
  },
  worker_events: {
    columns: 'id uuid, machine_name text, entity_id text, "trigger" text, context_json json, status text, ' +
      "fires_at timestamptz, max_attempts int, idempotency_key text, created_at timestamptz",
    rows: [
      [id(31), "order", "open-1", "pay", '{"by": "card"}', "pending", at(5), 7, "k-1", at(4)],
      [id(32), "order", "paid-1", "_after_late", "{}", "pending", at(6), 5, null, at(4)],
      [id(33), "order", "paid-1", "pay", "{}", "completed", at(2), 5, null, at(2)],
      [id(34), "order", "open-1", "ship", "[1]", "claimed", at(7), 5, null, at(4)],
    ],
  },
  worker_apply_data_events: {
    columns:
      "id uuid, machine_name text, entity_id text, data_json json, status text, fires_at timestamptz, " +
      "max_attempts int, idempotency_key text, created_at timestamptz",
    rows: [[id(41), "order", "open-1", '{"n": 1}', "pending", at(6), 5, null, at(4)]],
  },
  dead_letter_queue: {
    columns:
      "record_id text, source_name text, reason text, error_message text, error_type text, stage text, payload json, " +
      "metadata json, attempt int, max_attempts int, status text, retry_count int, created_at timestamptz, " +
      "updated_at timestamptz, expires_at timestamptz",
    rows: [[
      "ab".repeat(16),
      "order",
      "guard_rejected",
      "No",
      "E",
      "worker",
      '{"event_id": "x", "entity_id": "paid-1", "trigger": "pay", "context": {}}',
      "{}",
      5,
      5,
      "pending",
      1,
      at(8),
      null,
      null,
    ]],
  },
};

function entity(
  last: number,
  entityId: string,
  machine: string,
  state: string,
  more: { readonly context?: string; readonly version?: number | null; readonly labels?: string } = {},
): readonly Value[] {
  const { context = "{}", version = 1, labels = null } = more;
  return [
    id(last),
    entityId,
    machine,
    "1.0.0",
    state,
    context,
    version,
    "active",
    labels,
    at(1),
    at(3),
    null,
    null,
  ];
}

Deno.test("a SQLite database of PyStator is taken over", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  const database = new DatabaseSync(path);
  for (const [name, { columns, rows }] of Object.entries(TABLES)) {
    database.exec(`create table ${name} (${columns})`);
    for (const row of rows) {
      database.prepare(`insert into ${name} values (${row.map(() => "?").join(", ")})`).run(...row);
    }
  }
  database.close();
  const url = `sqlite:///${path}`;
  await checkImport(url, createMemoryStore());
  await migrate(url);
  await checkImport(url, await openSqliteStore({ path }));
  await Deno.remove(path);
});

Deno.test("a PostgreSQL database of PyStator is taken over", () =>
  withPostgres(async (url) => {
    const database = connectPostgres(parsePostgresUrl(url), {
      applicationName: "test",
      limits: DEFAULT_POSTGRES_LIMITS,
    });
    await database.all("create schema pystator");
    for (const [name, { columns, rows }] of Object.entries(TABLES)) {
      // Its migration leaves the dead letters outside the schema of all others.
      const table = name === "dead_letter_queue" ? name : `pystator.${name}`;
      await database.all(`create table ${table} (${columns})`);
      const zoned = (value: Value) =>
        typeof value === "string" && value.startsWith("2026-") ? `${value}Z` : value;
      for (const row of rows) {
        const list = row.map((value) =>
          value === null ? "null" : `'${String(zoned(value)).replaceAll("'", "''")}'`
        );
        await database.all(`insert into ${table} values (${list.join(", ")})`);
      }
    }
    await database.close();
    await migrate(url);
    await checkImport(url, await openPostgresStore({ url }));
  }));

Deno.test("a database without tables of PyStator is told from an empty one", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  await rejects(openPredecessor(`sqlite:///${path}`), { code: "not_found" });
  await Deno.remove(path);
});

async function checkImport(url: string, store: Store): Promise<void> {
  const source = await openPredecessor(url);
  try {
    const options = { newId: () => crypto.randomUUID(), onProgress: () => {} };
    const plan = await importPredecessorInto(store, source, { ...options, isDryRun: true });
    same((await store.entities.list(EVERY)).total, 0, "a dry run writes nothing");
    const report = await importPredecessorInto(store, source, { ...options, isDryRun: false });
    same(plan, report, "a dry run says what would happen");
    const { problems, ...counts } = report;
    same(counts, {
      machines: { imported: 1, present: 0, refused: 1 },
      entities: { imported: 3, present: 0, refused: 3 },
      events: { imported: 3, present: 0, refused: 0 },
      dead_letters: { imported: 1, present: 0, refused: 0 },
      history_rows: 3,
    });
    same(problems.map(({ what }) => what), [
      "machine broken@1.0.0",
      "entity bad id",
      "entity lost-1",
      "entity other-1",
    ]);
    await checkStore(store);
    const again = await importPredecessorInto(store, source, { ...options, isDryRun: false });
    same(
      [again.machines.present, again.entities.present, again.events.present, again.dead_letters.present],
      [1, 3, 3, 1],
      "a second import finds everything there",
    );
    same([again.machines.imported, again.entities.imported, again.events.imported], [0, 0, 0]);
  } finally {
    await source.close();
    await store.close();
  }
}

const EVERY = { statuses: ["active"], sortBy: "entity_id", isAscending: true, limit: 100 } as const;

async function checkStore(store: Store): Promise<void> {
  const paid = await store.entities.get("paid-1");
  ok(paid !== null, "the entity is there");
  same(
    [paid.currentState, paid.context, paid.version, paid.position, paid.labels],
    ["paid", { total: 5 }, 3, 4, { tier: "gold" }],
  );
  same([paid.createdAtMs, paid.updatedAtMs], [atMs(1), atMs(3)]);
  const history = await store.history.list({ entityId: "paid-1", limit: 10, isAscending: true });
  same(history.items.map((row) => [row.position, row.trigger, row.outcome, row.toState, row.createdAtMs]), [
    [1, "__entity_created__", "internal", "open", atMs(1)],
    [2, "ship", "refused", null, atMs(2)],
    [3, "pay", "transitioned", "paid", atMs(3)],
    [4, "__entity_imported__", "transitioned", "paid", history.items[3]?.createdAtMs],
  ]);
  same(history.items[2]?.actions.map(({ name }) => name), ["mail"]);
  const timers = await store.entities.timers("paid-1");
  same(timers.map(({ dueAtMs }) => dueAtMs), [atMs(3) + 3_600_000], "the hour began with the last change");
  same((await store.entities.get("checks-1"))?.snapshot.states, ["r2", "s1"]);
  const turn = await store.turns.claim({ lanesMax: 10, eventsPerLaneMax: 10 });
  const lane = turn?.lanes.find(({ entityId }) => entityId === "open-1");
  same(lane?.events.map(({ eventId, command, attemptsMax }) => [eventId, command, attemptsMax]), [
    [id(31), { type: "event", trigger: "pay", payload: { by: "card" } }, 7],
    [id(41), { type: "data", data: { n: 1 } }, 5],
    [id(34), { type: "event", trigger: "ship", payload: {} }, 5],
  ]);
  await turn?.rollback();
  const letter = await store.deadLetters.get("ab".repeat(16));
  same([letter?.entityId, letter?.reason, letter?.createdAtMs], ["paid-1", "guard_rejected", atMs(8)]);
}
