/** Migrations: many at once, edited, newer, failing half-way, beside the predecessor's tables. */
import { DatabaseSync } from "node:sqlite";
import postgres from "postgres";
import { createTestDatabase, testDatabaseUrl } from "../../tests/database.ts";
import { AppError } from "../errors.ts";
import { assertEquals, assertRejects } from "./contract/assertions.ts";
import { migrate, sqlitePathOf } from "./migrate.ts";
import { expectedVersion, pendingMigrations, readMigrations } from "./migrations.ts";
import { openPostgresStore } from "./postgres/postgres_store.ts";
import { openSqliteStore } from "./sqlite/sqlite_store.ts";
import type { Store } from "./store.ts";

await testDatabaseUrl();

interface Target {
  readonly url: string;
  open(): Promise<Store>;
  run(statement: string): Promise<void>;
  readonly ledger: string;
  readonly predecessorTable: string;
}

function test(name: string, run: (target: Target) => Promise<void>): void {
  Deno.test(`migrate() on sqlite: ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/stator.db`;
    await run({
      url: `sqlite:///${path}`,
      open: () => openSqliteStore({ path }),
      run(statement) {
        const database = new DatabaseSync(path);
        database.exec(statement);
        database.close();
        return Promise.resolve();
      },
      ledger: "stator_migration",
      predecessorTable: "worker_events",
    });
    await Deno.remove(folder, { recursive: true });
  });
  Deno.test(`migrate() on postgres: ${name}`, async () => {
    const database = await createTestDatabase();
    await run({
      url: database.url,
      open: () => openPostgresStore({ url: database.url, isListening: false }),
      async run(statement) {
        const sql = postgres(database.url, { max: 1, onnotice: () => {} });
        await sql.unsafe(statement);
        await sql.end({ timeout: 1 });
      },
      ledger: "stator.migration",
      predecessorTable: "pystator.worker_events",
    });
    await database.drop();
  });
}

test("creates everything, and a second run does nothing", async (target) => {
  const first = await migrate(target.url);
  assertEquals(first.applied.length > 0, true);
  const second = await migrate(target.url);
  assertEquals(second, { version: first.version, applied: [], notes: [] });
  const store = await target.open();
  assertEquals(await store.schema(), { applied: first.version, expected: first.version });
  await store.close();
});

test("six at once all succeed, and each file is applied once", async (target) => {
  const reports = await Promise.all(Array.from({ length: 6 }, () => migrate(target.url)));
  const names = reports.flatMap((report) => report.applied);
  assertEquals(names.length, new Set(names).size);
  assertEquals(new Set(reports.map((report) => report.version)).size, 1);
});

test("a database newer than the program is refused and left alone", async (target) => {
  await migrate(target.url);
  await target.run(
    `insert into ${target.ledger} (version, name, checksum, applied_at) values (9999, '9999_future.sql', 'x', 0)`,
  );
  await assertRejects(() => migrate(target.url), "schema_mismatch");
  const store = await target.open();
  await assertRejects(() => store.schema(), "schema_mismatch");
  await store.close();
  await target.run(`delete from ${target.ledger} where version = 9999`);
  assertEquals((await migrate(target.url)).applied, []);
});

test("an edited file that was applied is refused", async (target) => {
  await migrate(target.url);
  await target.run(`update ${target.ledger} set checksum = 'other' where version = 1`);
  await assertRejects(() => migrate(target.url), "schema_mismatch");
});

test("a failure leaves the database as it was", async (target) => {
  const [first] = await readMigrations(target.ledger === "stator_migration" ? "sqlite" : "postgres");
  const table = target.ledger === "stator_migration" ? "lane" : "stator.lane";
  if (table === "stator.lane") await target.run("create schema stator");
  await target.run(`create table ${table} (in_the_way integer)`);
  const outcome = await migrate(target.url).then(() => "succeeded", () => "failed");
  assertEquals([outcome, first?.version], ["failed", 1]);
  await target.run(`drop table ${table}`);
  assertEquals((await migrate(target.url)).applied[0], first?.name);
});

test("tables of the predecessor are left as they are, with a note", async (target) => {
  if (target.predecessorTable.startsWith("pystator.")) await target.run("create schema pystator");
  await target.run(`create table ${target.predecessorTable} (id text)`);
  const report = await migrate(target.url);
  assertEquals(report.notes.length, 1);
  assertEquals(report.notes[0]?.includes("docs/storage.md"), true);
  await target.run(`insert into ${target.predecessorTable} (id) values ('kept')`);
  const store = await target.open();
  assertEquals((await store.schema()).applied, report.version);
  const event = { entityId: "o-1", eventId: crypto.randomUUID() };
  assertEquals(await store.inbox.status(event.eventId), null);
  await store.close();
});

Deno.test("a store that was never migrated says so", async () => {
  const database = await createTestDatabase();
  const store = await openPostgresStore({ url: database.url, isListening: false });
  assertEquals((await store.schema()).applied, null);
  await assertRejects(() => store.entities.get("o-1"), "schema_mismatch");
  assertEquals(Number.isInteger(await store.ping()), true);
  await store.close();
  await database.drop();
});

Deno.test("pendingMigrations() is by version, whatever was applied out of order", async () => {
  const migrations = await readMigrations("sqlite");
  const [first, second] = migrations;
  if (first === undefined || second === undefined) throw new Error("Expected two files");
  assertEquals(pendingMigrations(migrations, [second]).map((one) => one.version).includes(1), true);
  assertEquals(pendingMigrations(migrations, migrations), []);
  assertEquals(expectedVersion(migrations), migrations.length);
});

Deno.test("sqlitePathOf() reads every form of a file URL", () => {
  const rows = [
    ["sqlite:///stator.db", "stator.db"],
    ["sqlite:////data/stator.db", "/data/stator.db"],
    ["sqlite+pysqlite:///a%20b.db", "a b.db"],
    ["sqlite:///stator.db?mode=rw", "stator.db"],
    ["sqlite://", ":memory:"],
    ["sqlite:///:memory:", ":memory:"],
  ] as const;
  for (const [url, path] of rows) assertEquals(sqlitePathOf(url), path, url);
  let code = "";
  try {
    sqlitePathOf("mysql://x");
  } catch (error) {
    if (error instanceof AppError) code = error.code;
  }
  assertEquals(code, "bad_configuration");
});
