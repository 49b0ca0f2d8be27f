/** Emptied databases lose what they should, keep the rest, and work afterwards. */
import { deepStrictEqual as same, ok } from "node:assert/strict";
import { withPostgres } from "../../tests/database.ts";
import { entityOf, historyOf, newEvent, writeOf } from "./contract/fixtures.ts";
import { emptyDatabase } from "./empty.ts";
import { migrate } from "./migrate.ts";
import { openPostgresStore } from "./postgres/postgres_store.ts";
import { openSqliteStore } from "./sqlite/sqlite_store.ts";
import type { Store } from "./store.ts";

Deno.test("a SQLite database is emptied", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  await check(`sqlite:///${path}`, () => openSqliteStore({ path }));
  await Deno.remove(path);
});

Deno.test("a PostgreSQL database is emptied", () =>
  withPostgres((url) => check(url, () => openPostgresStore({ url }))));

async function check(url: string, open: () => Promise<Store>): Promise<void> {
  await migrate(url);
  const store = await open();
  try {
    await fill(store, "o-1");
    const revision = await store.machines.revision();
    const gone = await emptyDatabase(url, "runtime");
    same(countOf(gone, "entity"), 1);
    same(countOf(gone, "history"), 1);
    same(await store.entities.get("o-1"), null);
    same((await store.history.list({ entityId: "o-1", limit: 10, isAscending: true })).items, []);
    ok(await store.machines.revision() > revision, "running processes forget their machines");
    ok(await store.operations.account("ann") !== null, "people stay");
    await fill(store, "o-1");
    await emptyDatabase(url, "everything");
    same([await store.entities.get("o-1"), await store.operations.account("ann")], [null, null]);
    const { applied, expected } = await store.schema();
    same(applied, expected);
    await fill(store, "o-2");
  } finally {
    await store.close();
  }
}

async function fill(store: Store, entityId: string): Promise<void> {
  const account = {
    passwordHash: "x",
    role: "Admin",
    isEnabled: true,
    tokenCounter: 0,
    createdAtMs: 0,
  } as const;
  await store.operations.putAccount({ username: "ann", ...account }, { isNewOnly: false });
  await store.inbox.append([newEvent(`${entityId}-waits`)]);
  const turn = await store.turns.lock({ entityIds: [entityId], keys: [], eventsPerLaneMax: 1 });
  const [lane] = turn.lanes;
  ok(lane !== undefined, "the lane is there");
  const write = writeOf(lane, { entity: entityOf(entityId), history: [historyOf(entityId, 1)] });
  same((await turn.commit({ lanes: [write], answers: [] })).type, "committed");
}

function countOf(gone: Readonly<Record<string, number>>, table: string): number | undefined {
  return gone[table] ?? gone[`stator.${table}`];
}
