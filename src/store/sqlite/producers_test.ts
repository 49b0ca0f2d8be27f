/** The views for producers and dashboards of PyStator in a SQLite file. */
import { DatabaseSync } from "node:sqlite";
import { assertEquals } from "../contract/assertions.ts";
import {
  entityOf,
  historyOf,
  letterFor,
  newEvent,
  only,
  peek,
  present,
  writeLane,
} from "../contract/fixtures.ts";
import type { Store } from "../store.ts";
import { openSqliteStore } from "./sqlite_store.ts";

function test(name: string, run: (store: Store, producer: DatabaseSync) => Promise<void>): void {
  Deno.test(`sqlite producers: ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/stator.db`;
    const store = await openSqliteStore({ path, isMigrated: true });
    const producer = new DatabaseSync(path, { timeout: 5_000 });
    try {
      await run(store, producer);
    } finally {
      producer.close();
      await store.close();
      await Deno.remove(folder, { recursive: true });
    }
  });
}

test("inserted rows become events, in their order, once for each key", async (store, producer) => {
  producer.exec(`insert into worker_events (id, machine_name, entity_id, trigger, context_json) values
    ('${crypto.randomUUID()}', 'order', 'o-1', 't1', '{"amount": 5}'), (null, 'order', 'o-1', 't2', 'no json')`);
  producer.exec(`insert into worker_apply_data_events (machine_name, entity_id, data_json, max_attempts)
    values ('order', 'o-1', '{"a": 1}', 3)`);
  for (let i = 0; i < 2; i++) {
    producer.exec(`insert into worker_events (machine_name, entity_id, trigger, idempotency_key, fires_at)
      values ('order', 'o-1', 't3', 'k', datetime('now', '-1 second'))`);
  }
  producer.exec(`insert into worker_events (machine_name, entity_id, trigger, fires_at)
    values ('order', 'o-1', 'later', datetime('now', '+1 hour'))`);
  await store.inbox.append([newEvent("o-1")]);
  const lane = only(await peek(store));
  assertEquals(lane.events.map(({ command }) => command.type === "event" ? command.trigger : command.type), [
    "t3",
    "t1",
    "t2",
    "data",
    "pay",
  ]);
  assertEquals(lane.events.map((event) => event.seq), [1, 2, 3, 4, 5]);
  assertEquals(lane.events[1]?.command, { type: "event", trigger: "t1", payload: { amount: 5 } });
  assertEquals(lane.events[2]?.command, { type: "event", trigger: "t2", payload: {} });
  assertEquals(lane.events[3]?.attemptsMax, 3);
  assertEquals(lane.nextScheduledAtMs !== null, true);
});

test("an event inserted while a turn is computed is not forgotten", async (store, producer) => {
  await store.inbox.append([newEvent("o-1")]);
  const turn = present(await store.turns.claim({ lanesMax: 1, eventsPerLaneMax: 9 }));
  producer.exec(
    "insert into worker_events (machine_name, entity_id, trigger) values ('order', 'o-1', 'meanwhile')",
  );
  const lane = only(turn.lanes);
  const outcome = await turn.commit({
    lanes: [{
      entityId: "o-1",
      expectedVersion: 0,
      entity: entityOf("o-1"),
      isPurged: false,
      nextSeq: lane.nextSeq,
      attempts: 0,
      parkedReason: null,
      readyAtMs: null,
      consumedEventIds: lane.events.map((event) => event.eventId),
      history: [],
      timersSet: [],
      timersCancelled: [],
      outbox: [],
      deadLetters: [],
    }],
    answers: [],
  });
  assertEquals(outcome, { type: "committed" });
  assertEquals(only(only(await peek(store)).events).command, {
    type: "event",
    trigger: "meanwhile",
    payload: {},
  });
});

test(
  "what became of an event can be read, and entities and history have the old columns",
  async (store, producer) => {
    const [done, dead] = [newEvent("o-1"), newEvent("o-1")];
    await store.inbox.append([done, dead]);
    const read = (id: string) =>
      producer.prepare(
        "select status, attempt, error_message, result_json, completed_at from worker_events where id = ?",
      )
        .get(id);
    assertEquals([read(done.eventId)?.["status"], read(done.eventId)?.["attempt"]], ["pending", 0]);
    const row = historyOf("o-1", 1, { eventId: done.eventId });
    await writeLane(store, "o-1", () => ({
      entity: entityOf("o-1"),
      history: [row],
      deadLetters: [letterFor(dead, { errorMessage: "no way" })],
    }));
    const doneRow = present(read(done.eventId));
    assertEquals(doneRow["status"], "completed");
    assertEquals(JSON.parse(String(doneRow["result_json"])), {
      source_state: "open",
      target_state: "paid",
      success: true,
      transition_id: row.id,
    });
    assertEquals([read(dead.eventId)?.["status"], read(dead.eventId)?.["error_message"]], [
      "dead_letter",
      "no way",
    ]);
    const state = producer.prepare(
      "select current_state, version, is_terminal, workflow_status from entity_states",
    ).get();
    assertEquals({ ...state }, {
      current_state: "open",
      version: 1,
      is_terminal: 0,
      workflow_status: "active",
    });
    const history = producer.prepare(
      "select trigger, source_state, target_state, actions_executed from transition_history",
    )
      .get();
    assertEquals({ ...history }, {
      trigger: "pay",
      source_state: "open",
      target_state: "paid",
      actions_executed: '["mail"]',
    });
  },
);
