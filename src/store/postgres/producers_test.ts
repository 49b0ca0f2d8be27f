/** Statements that producers write, as they write them: for PyStator, and with append_event(). */
import postgres from "postgres";
import { createTestDatabase, testDatabaseUrl } from "../../../tests/database.ts";
import { assertEquals } from "../contract/assertions.ts";
import {
  entityOf,
  historyOf,
  letterFor,
  newEvent,
  only,
  peek,
  present,
  writeOf,
} from "../contract/fixtures.ts";
import { migrate } from "../migrate.ts";
import type { Store } from "../store.ts";
import { openPostgresStore } from "./postgres_store.ts";

await testDatabaseUrl();
const template = await createTestDatabase();
await migrate(template.url);

interface Producer {
  readonly store: Store;
  readonly url: string;
  /** As the producer role, which has few rights. */
  readonly sql: postgres.Sql;
  readonly admin: postgres.Sql;
}

function test(name: string, run: (producer: Producer) => Promise<void>): void {
  Deno.test(`postgres producers: ${name}`, async () => {
    const database = await createTestDatabase(template.name);
    const store = await openPostgresStore({ url: database.url });
    const admin = postgres(database.url, { max: 1, onnotice: () => {} });
    await admin.unsafe(
      "do $$ begin create role stator_test_producer login; exception when duplicate_object or unique_violation then null; end $$; " +
        "grant usage on schema pystator, stator to stator_test_producer; " +
        "grant insert, select on pystator.worker_events, pystator.worker_apply_data_events to stator_test_producer; " +
        "grant select on pystator.entity_states, pystator.transition_history to stator_test_producer",
    );
    const producerUrl = new URL(database.url);
    producerUrl.username = "stator_test_producer";
    const sql = postgres(producerUrl.href, { max: 1, onnotice: () => {} });
    try {
      await run({ store, url: database.url, sql, admin });
    } finally {
      await Promise.all([sql.end({ timeout: 1 }), admin.end({ timeout: 1 }), store.close()]);
      await database.drop();
    }
  });
}

/** Lanes in the order of their names, as soon as they are ready. */
async function lanesOf(store: Store, count: number): ReturnType<typeof peek> {
  for (let tries = 0; tries < 50; tries++) {
    const lanes = await peek(store);
    if (lanes.length >= count) return lanes.toSorted((a, b) => (a.entityId < b.entityId ? -1 : 1));
  }
  throw new Error(`Expected ${count} ready lanes: there are fewer`);
}

test("an insert with many rows keeps their order for each entity", async ({ store, sql }) => {
  await sql`insert into pystator.worker_events (id, machine_name, entity_id, trigger, context_json) values
    (gen_random_uuid(), 'order', 'o-1', 't1', '{"amount": 5}'), (gen_random_uuid(), 'order', 'o-2', 't1', null),
    (gen_random_uuid(), 'order', 'o-1', 't2', '[1]'), (gen_random_uuid(), 'order', 'o-1', 't3', '{}')`;
  await sql`insert into pystator.worker_events (machine_name, entity_id, trigger) values ('order', 'o-1', 't4')`;
  const [first, second] = await lanesOf(store, 2);
  const commands = present(first).events.map((event) => event.command);
  assertEquals(commands, [
    { type: "event", trigger: "t1", payload: { amount: 5 } },
    { type: "event", trigger: "t2", payload: {} },
    { type: "event", trigger: "t3", payload: {} },
    { type: "event", trigger: "t4", payload: {} },
  ]);
  assertEquals(present(first).events.map((event) => [event.seq, event.machineName, event.attemptsMax]), [
    [1, "order", 5],
    [2, "order", 5],
    [3, "order", 5],
    [4, "order", 5],
  ]);
  assertEquals(present(second).events.length, 1);
});

test("on conflict do nothing inserts a key once", async ({ store, sql }) => {
  const insert = () =>
    sql`insert into pystator.worker_events
        (id, machine_name, entity_id, trigger, fires_at, idempotency_key, max_attempts)
      values (gen_random_uuid(), 'order', 'o-1', 'pay', now(), 'k-1', 3)
      on conflict (machine_name, idempotency_key) do nothing`;
  await insert();
  await insert();
  const lane = only(await lanesOf(store, 1));
  assertEquals([lane.events.length, lane.events[0]?.attemptsMax], [1, 3]);
});

test("what became of an event can be read where it was inserted", async ({ store, sql }) => {
  const ids = Array.from({ length: 3 }, () => crypto.randomUUID());
  const [done = "", dead = "", data = ""] = ids;
  await sql`insert into pystator.worker_events (id, machine_name, entity_id, trigger)
    values (${done}, 'order', 'o-1', 'pay'), (${dead}, 'order', 'o-1', 'pay')`;
  await sql`insert into pystator.worker_apply_data_events (id, machine_name, entity_id, data_json)
    values (${data}, 'order', 'o-1', '{"a": 1}')`;
  await lanesOf(store, 1);
  const turn = present(await store.turns.claim({ lanesMax: 1, eventsPerLaneMax: 9 }));
  const lane = only(turn.lanes);
  const rows = lane.events.map((event, index) =>
    historyOf("o-1", index + 1, {
      eventId: event.eventId,
      type: event.command.type === "data" ? "data" : "event",
    })
  );
  const letter = letterFor(present(lane.events[1]), { errorMessage: "no way" });
  const entity = entityOf("o-1");
  await turn.commit({
    lanes: [writeOf(lane, { entity, history: rows, deadLetters: [letter] })],
    answers: [],
  });

  const read = (id: string) =>
    sql`select status, attempt, error_message, result_json, completed_at, transition_history_id
      from pystator.worker_events where id = ${id}`;
  const [doneRow] = await read(done);
  assertEquals([doneRow?.["status"], doneRow?.["attempt"], doneRow?.["transition_history_id"]], [
    "completed",
    1,
    rows[0]?.id,
  ]);
  assertEquals(doneRow?.["result_json"], {
    source_state: "open",
    target_state: "paid",
    success: true,
    transition_id: rows[0]?.id,
  });
  assertEquals(doneRow?.["completed_at"] instanceof Date, true);
  const [deadRow] = await read(dead);
  assertEquals([deadRow?.["status"], deadRow?.["error_message"]], ["dead_letter", "no way"]);
  const [dataRow] =
    await sql`select status, result_json from pystator.worker_apply_data_events where id = ${data}`;
  assertEquals([dataRow?.["status"], dataRow?.["result_json"].final_state], ["completed", "paid"]);

  const [state] = await sql`select current_state, context_json, version, is_terminal, workflow_status
    from pystator.entity_states where entity_id = 'o-1'`;
  assertEquals({ ...state }, {
    current_state: "open",
    context_json: entity.context,
    version: 1,
    is_terminal: false,
    workflow_status: "active",
  });
  const history = await sql`select trigger, source_state, target_state, success, actions_executed
    from pystator.transition_history where entity_id = 'o-1'`;
  assertEquals([history.length, history[0]?.["actions_executed"]], [3, ["mail"]]);
});

test("a retry is shown, and an insert that names every column is taken", async ({ store, sql }) => {
  const id = crypto.randomUUID();
  await sql`insert into pystator.worker_events (id, machine_name, entity_id, trigger, context_json, status, fires_at,
      claimed_by, claimed_at, lease_expires_at, attempt, max_attempts, error_message, idempotency_key, created_at,
      completed_at, result_json, transition_history_id)
    values (${id}, 'order', 'o-1', 'pay', '{}', 'pending', now(), null, null, null, 0, 5, null, null, now(), null,
      null, null)`;
  await lanesOf(store, 1);
  const turn = present(await store.turns.claim({ lanesMax: 1, eventsPerLaneMax: 9 }));
  const write = writeOf(only(turn.lanes), { consumedEventIds: [], attempts: 2, readyAtMs: turn.nowMs });
  await turn.commit({ lanes: [write], answers: [] });
  const [row] = await sql`select status, attempt from pystator.worker_events where id = ${id}`;
  assertEquals({ ...row }, { status: "pending", attempt: 2 });
});

test("a transaction that stays open holds nobody, and its event comes when it is committed", async ({ store, sql, admin }) => {
  await store.inbox.append([newEvent("o-1")]);
  await sql.begin(async (transaction) => {
    await transaction`insert into pystator.worker_events (machine_name, entity_id, trigger) values ('order', 'o-1', 'late')`;
    const turn = present(await store.turns.claim({ lanesMax: 1, eventsPerLaneMax: 9 }));
    assertEquals(only(turn.lanes).events.length, 1);
    await turn.commit({ lanes: [writeOf(only(turn.lanes))], answers: [] });
  });
  await admin`select 1`;
  const lane = only(await lanesOf(store, 1));
  assertEquals(lane.events.map((event) => [event.seq, event.command]), [
    [2, { type: "event", trigger: "late", payload: {} }],
  ]);
});

test("append_event() accepts inside the caller's transaction, once for each key", async ({ store, admin }) => {
  const [plain] = await admin`select stator.append_event('order', 'o-1', 'pay', '{"amount": 5}') as id`;
  const keyed = () => admin`select stator.append_event('order', 'o-1', 'ship', '{}', 'k') as id`;
  const [[first], [second]] = [await keyed(), await keyed()];
  assertEquals(first?.["id"], second?.["id"]);
  const refused = await admin`select stator.append_event('order', 'o-1', 'ship', '{"a": 1}', 'k')`
    .then(() => null, (error: postgres.PostgresError) => error.code);
  assertEquals(refused, "ST409");
  for (const statement of ["'pay', '[]'", "null", "'pay', '{}', null, null, null, 0"]) {
    const code = await admin.unsafe(`select stator.append_event('order', 'o-1', ${statement})`)
      .then(() => null, (error: postgres.PostgresError) => error.code);
    assertEquals(code, "22023", statement);
  }
  await admin.begin(async (transaction) => {
    await transaction`select stator.append_event('order', 'o-2', 'pay')`;
    await transaction`select stator.append_event('order', 'o-1', 'later', '{}', null, now() + interval '1 hour')`;
    return await transaction.unsafe("rollback and chain");
  });
  const lane = only(await lanesOf(store, 1));
  assertEquals(lane.events.map((event) => event.eventId), [plain?.["id"], first?.["id"]]);
  assertEquals(lane.events[0]?.command, { type: "event", trigger: "pay", payload: { amount: 5 } });
  assertEquals(lane.nextScheduledAtMs, null);
});

test("an event of a call that comes after one of a producer is processed after it", async ({ store, admin }) => {
  for (let round = 0; round < 3; round++) {
    await admin`select stator.append_event('order', 'o-1', ${`sql${round}`})`;
    await store.inbox.append([
      newEvent("o-1", { command: { type: "event", trigger: `call${round}`, payload: {} } }),
    ]);
  }
  const lane = only(await lanesOf(store, 1));
  const triggers = lane.events.map(({ command }) => command.type === "event" ? command.trigger : "");
  assertEquals(triggers, ["sql0", "call0", "sql1", "call1", "sql2", "call2"]);
  assertEquals(lane.events.map((event) => event.seq), [1, 2, 3, 4, 5, 6]);
});

test("prune() removes finished rows of producers after their window", async ({ store, admin }) => {
  await admin`insert into pystator.worker_events (machine_name, entity_id, trigger, status, completed_at)
    values ('order', 'o-1', 'pay', 'completed', now() - interval '10 days'),
           ('order', 'o-1', 'pay', 'completed', now()),
           ('order', 'o-1', 'pay', 'dead_letter', now() - interval '10 days')`;
  const counts = await store.operations.prune({
    eventsCompletedDays: 7,
    deadLettersDays: 90,
    historyTerminalDays: null,
    historyActiveDays: null,
    batchSize: 100,
  });
  assertEquals(counts["worker_events"], 1);
  assertEquals((await store.inbox.counts()).pending, 0, "finished rows are no events");
});
