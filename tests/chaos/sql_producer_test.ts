/** Rows that producers insert by SQL: every one of them ends, well or as a dead letter, and its producer can read how. */
import { deepStrictEqual } from "node:assert/strict";
import postgres from "postgres";
import { systemClock } from "../../src/clock.ts";
import { createRuntime } from "../../src/runtime/runtime.ts";
import { openPostgresStore } from "../../src/store/postgres/postgres_store.ts";
import { migrate } from "./database.ts";
import { publishMachine } from "./machine.ts";
import { startPostgres } from "./postgres_server.ts";

interface Row {
  readonly machine: string;
  readonly entity: string;
  readonly trigger: string;
  readonly context: string | null;
  /** Status, and the state or the reason of the dead letter. */
  readonly ends: readonly [string, string];
}

const ROWS: readonly Row[] = [
  { machine: "chaos", entity: "s-1", trigger: "add", context: '{"amount": 5}', ends: ["completed", "idle"] },
  { machine: "chaos", entity: "s-2", trigger: "add", context: null, ends: ["completed", "idle"] },
  { machine: "chaos", entity: "s-3", trigger: "add", context: "[1, 2]", ends: ["completed", "idle"] },
  {
    machine: "chaos",
    entity: "s-4",
    trigger: "nonsense",
    context: "{}",
    ends: ["dead_letter", "invalid_transition"],
  },
  {
    machine: "chaos",
    entity: "s-5",
    trigger: "",
    context: "{}",
    ends: ["dead_letter", "invalid_transition"],
  },
  {
    machine: "nothing",
    entity: "s-6",
    trigger: "add",
    context: "{}",
    ends: ["dead_letter", "unknown_machine"],
  },
  {
    machine: "chaos",
    entity: "s 7",
    trigger: "add",
    context: "{}",
    ends: ["dead_letter", "invalid_entity_id"],
  },
  { machine: "chaos", entity: "", trigger: "add", context: "{}", ends: ["dead_letter", "invalid_entity_id"] },
  {
    machine: "other",
    entity: "s-1",
    trigger: "add",
    context: "{}",
    ends: ["dead_letter", "machine_mismatch"],
  },
  {
    machine: "chaos",
    entity: "s-8",
    trigger: "_after_idle_1_ms",
    context: "{}",
    ends: ["dead_letter", "invalid_transition"],
  },
  {
    machine: "chaos",
    entity: "s-9",
    trigger: "x".repeat(255),
    context: "{}",
    ends: ["dead_letter", "invalid_transition"],
  },
];

Deno.test({
  name: "rows inserted by SQL end as they should, whatever they say",
  // The driver's sockets close after the test.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const server = await startPostgres();
    const sql = postgres(server.url, { max: 1, onnotice: () => {} });
    try {
      await migrate(server.url);
      const store = await openPostgresStore({ url: server.url });
      const loaded = await publishMachine(store, "http://127.0.0.1:9/never");
      const runtime = createRuntime({
        store,
        clock: systemClock,
        compile: () => ({ type: "loaded", loaded }),
      });
      const ids: string[] = [];
      for (const row of ROWS) {
        const [inserted] = await sql`
          insert into pystator.worker_events (machine_name, entity_id, trigger, context_json)
          values (${row.machine}, ${row.entity}, ${row.trigger}, ${row.context}::text::json) returning id`;
        ids.push(String(inserted?.id));
      }
      while (await runtime.turn() !== null);

      const ends: (readonly [string, string])[] = [];
      for (const [index, id] of ids.entries()) {
        const [read] = await sql`select status from pystator.worker_events where id = ${id}`;
        const status = String(read?.status);
        const letters = await store.deadLetters.list({ entityId: ROWS[index]?.entity ?? "", limit: 10 });
        const letter = letters.items.find((one) => one.payload["event_id"] === id);
        const entity = await store.entities.get(ROWS[index]?.entity ?? "");
        ends.push([status, letter?.reason ?? entity?.currentState ?? "none"]);
      }
      deepStrictEqual(ends, ROWS.map((row) => row.ends));
      await store.close();
    } finally {
      await sql.end({ timeout: 1 });
      await server.stop();
    }
  },
});
