/** What happens when connections die, hang or never come: nothing leaks, hangs, is lost or is done twice. */
import postgres from "postgres";
import { createTestDatabase, testDatabaseUrl } from "../../../tests/database.ts";
import { AppError } from "../../errors.ts";
import { assertEquals, assertRejects } from "../contract/assertions.ts";
import { entityOf, historyOf, newEvent, only, present, writeOf } from "../contract/fixtures.ts";
import { migrate } from "../migrate.ts";
import type { Store, Turn } from "../store.ts";
import { openPostgresStore } from "./postgres_store.ts";

await testDatabaseUrl();
const template = await createTestDatabase();
await migrate(template.url);

const KILLS = 40;
const ENTITIES = 6;

Deno.test("postgres loss: backends that die at random lose no event and double none", async () => {
  const database = await createTestDatabase(template.name);
  const store = await openPostgresStore({ url: database.url, turnsMax: 3, callsMax: 2, deadlineMs: 3_000 });
  const admin = postgres(await testDatabaseUrl(), { max: 1, onnotice: () => {} });
  const accepted = new Set<string>();
  const failures = new Set<string>();
  let isOver = false;
  const survive = async (run: () => Promise<void>) => {
    try {
      await run();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      failures.add(error.code);
    }
  };
  const produce = async () => {
    while (!isOver) {
      await survive(async () => {
        const events = Array.from({ length: 3 }, (_, i) => newEvent(`e-${i * 2 % ENTITIES}`));
        for (const result of await store.inbox.append(events)) accepted.add(result.eventId);
      });
    }
  };
  const consume = async () => {
    while (!isOver) await survive(() => turnOver(store));
  };
  const kill = async () => {
    for (let i = 0; i < KILLS; i++) {
      await admin`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = ${database.name} and pid <> pg_backend_pid() order by random() limit 1`;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    isOver = true;
  };
  await Promise.all([produce(), consume(), consume(), kill()]);

  for (let rest = 0; rest < 500 && (await store.inbox.counts()).pending > 0; rest++) await turnOver(store);
  assertEquals((await store.inbox.counts()).pending, 0);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const [counts] =
    await sql`select count(*)::int as rows, count(distinct event_id)::int as events from stator.history`;
  const known = await sql`select event_id from stator.history`;
  const consumed = new Set(known.map((row) => row["event_id"]));
  assertEquals(counts?.["rows"], counts?.["events"], "no event twice");
  assertEquals([...accepted].filter((eventId) => !consumed.has(eventId)), [], "no event lost");
  const entities = await sql`select e.version::int, (select count(*)::int from stator.history h
    where h.entity_id = e.entity_id) as rows from stator.entity e`;
  for (const row of entities) assertEquals(row["version"], row["rows"], "entity and history agree");
  const left = await sql`select state from pg_stat_activity where datname = ${database.name}
    and pid <> pg_backend_pid() and state <> 'idle'`;
  assertEquals(left.length, 0, "nothing is left in a transaction");
  const [backends] =
    await sql`select count(*)::int as count from pg_stat_activity where datname = ${database.name}
    and application_name = 'stator'`;
  assertEquals(backends?.["count"] <= 3 + 2 + 1, true, "connections stay within the limits");
  for (const code of failures) assertEquals(["store_unavailable", "conflict"].includes(code), true, code);
  assertEquals(accepted.size > 0, true);
  await Promise.all([sql.end({ timeout: 1 }), admin.end({ timeout: 1 }), store.close()]);
  await database.drop();
});

/** Claims whatever is ready, and writes one row of history for each event. */
async function turnOver(store: Store): Promise<void> {
  const turn: Turn | null = await store.turns.claim({ lanesMax: 2, eventsPerLaneMax: 4 });
  if (turn === null) return;
  const lanes = turn.lanes.map((lane) => {
    const position = lane.entity?.position ?? 0;
    const count = lane.events.length;
    return writeOf(lane, {
      entity: entityOf(lane.entityId, {
        version: (lane.entity?.version ?? 0) + count,
        position: position + count,
      }),
      history: lane.events.map((event, index) =>
        historyOf(lane.entityId, position + index + 1, { eventId: event.eventId })
      ),
      readyAtMs: lane.isMore ? turn.nowMs : null,
    });
  });
  await turn.commit({ lanes, answers: [] });
}

Deno.test("postgres loss: a turn whose connection died writes nothing, also when a new one takes its place", async () => {
  const database = await createTestDatabase(template.name);
  const store = await openPostgresStore({ url: database.url, isListening: false });
  const admin = postgres(await testDatabaseUrl(), { max: 1, onnotice: () => {} });
  await store.inbox.append([newEvent("o-1")]);
  const turn = present(await store.turns.claim({ lanesMax: 1, eventsPerLaneMax: 5 }));
  await admin`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = ${database.name} and state = 'idle in transaction'`;
  const write = writeOf(only(turn.lanes), { entity: entityOf("o-1") });
  await assertRejects(() => turn.commit({ lanes: [write], answers: [] }), "store_unavailable");
  assertEquals(await store.entities.get("o-1"), null);
  const again = present(await store.turns.claim({ lanesMax: 1, eventsPerLaneMax: 5 }));
  assertEquals(only(again.lanes).events.length, 1);
  await again.rollback();
  await Promise.all([admin.end({ timeout: 1 }), store.close()]);
  await database.drop();
});

Deno.test("postgres loss: a server that stops answering costs a call its deadline, then the store works again", async () => {
  const database = await createTestDatabase(template.name);
  const proxy = startProxy(Number(new URL(database.url).port));
  const url = new URL(database.url);
  url.port = String(proxy.port);
  const store = await openPostgresStore({
    url: url.href,
    isListening: false,
    deadlineMs: 400,
    connectTimeoutMs: 400,
  });
  await store.inbox.append([newEvent("o-1")]);
  const turn = present(await store.turns.claim({ lanesMax: 1, eventsPerLaneMax: 5 }));
  proxy.freeze();
  await assertRejects(() => store.entities.get("o-1"), "store_unavailable");
  const write = writeOf(only(turn.lanes), { entity: entityOf("o-1") });
  await assertRejects(() => turn.commit({ lanes: [write], answers: [] }), "store_unavailable");
  await assertRejects(() => store.ping(), "store_unavailable");
  proxy.thaw();
  assertEquals(Number.isInteger(await store.ping()), true);
  assertEquals((await store.inbox.counts()).pending, 1);
  await store.close();
  await proxy.close();
  await database.drop();
});

Deno.test("postgres loss: without a server every call fails soon, and says why", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const store = await openPostgresStore({
    url: `postgresql://u:secret@127.0.0.1:${port}/x`,
    connectTimeoutMs: 300,
  });
  for (
    const call of [
      () => store.ping(),
      () => store.turns.claim({ lanesMax: 1, eventsPerLaneMax: 1 }),
      () => store.inbox.append([newEvent("o-1")]),
      () => store.schema(),
    ]
  ) {
    const error = await call().then(() => null, (thrown: unknown) => thrown);
    assertEquals(error instanceof AppError && error.code, "store_unavailable");
    assertEquals(String(error).includes("secret"), false);
  }
  await store.close();
});

Deno.test("postgres loss: more callers than connections wait, and are refused after the deadline", async () => {
  const database = await createTestDatabase(template.name);
  const store = await openPostgresStore({
    url: database.url,
    isListening: false,
    turnsMax: 1,
    deadlineMs: 500,
  });
  const turn = await store.turns.lock({ entityIds: ["a"], keys: [], eventsPerLaneMax: 1 });
  await assertRejects(
    () => store.turns.lock({ entityIds: ["b"], keys: [], eventsPerLaneMax: 1 }),
    "store_unavailable",
  );
  const waiting = store.turns.lock({ entityIds: ["b"], keys: [], eventsPerLaneMax: 1 });
  await turn.rollback();
  await (await waiting).rollback();
  await store.close();
  await assertRejects(() => store.ping(), "store_unavailable");
  await database.drop();
});

interface Proxy {
  readonly port: number;
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

/** Forwards bytes to the server; frozen, it takes them and says nothing. */
function startProxy(serverPort: number): Proxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections = new Set<Deno.Conn>();
  let isFrozen = false;
  const forward = async (from: Deno.Conn, to: Deno.Conn) => {
    const buffer = new Uint8Array(65_536);
    try {
      for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
        let sent = 0;
        while (!isFrozen && sent < count) sent += await to.write(buffer.subarray(sent, count));
      }
    } catch {
      // Either side is gone.
    }
    closeQuietly(from);
    closeQuietly(to);
  };
  const running: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const client of listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: serverPort });
      connections.add(client).add(server);
      running.push(forward(client, server), forward(server, client));
    }
  })();
  return {
    port: listener.addr.port,
    freeze: () => {
      isFrozen = true;
    },
    thaw: () => {
      isFrozen = false;
    },
    async close() {
      listener.close();
      for (const connection of connections) closeQuietly(connection);
      await accepting;
      await Promise.all(running);
    },
  };
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It was closed already.
  }
}
