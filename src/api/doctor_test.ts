/** Verdicts as rows: one fact out of order, one finding; everything in order, none. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import type { StoreFacts } from "../store/store.ts";
import {
  CHECKS,
  CONNECTIONS_WARNING,
  COVER_WARNING_MS,
  DEAD_ROWS_WARNING,
  diagnose,
  type Facts,
  FREE_WARNING_BYTES,
  LAG_PROBLEM_MS,
  LAG_WARNING_MS,
  OVERDUE_WARNING_MS,
  SKEW_WARNING_MS,
  TRANSACTION_PROBLEM_MS,
  TRANSACTION_WARNING_MS,
  WAL_WARNING_BYTES,
} from "./doctor.ts";

const NOW_MS = Date.UTC(2026, 0, 31);
const TABLE = { name: "inbox", rowsLive: 10, rowsDead: 0, bytes: 1, vacuumedAtMs: NOW_MS - 60_000 };
const WORKER = { workerId: "w", startedAtMs: 1, seenAtMs: NOW_MS, info: {} };

const STORE: StoreFacts = {
  product: "test",
  deadLetters: { pending: 0, oldestMs: null },
  outbox: { due: 0, oldestMs: null },
  tables: [TABLE],
  oldestTransaction: null,
  connections: { used: 10, max: 100 },
  invalidIndexes: [],
  settings: { fsync: "on" },
  partitions: { count: 3, coveredUntilMs: NOW_MS + 2 * COVER_WARNING_MS, strayRows: 0 },
  file: { bytes: 1, freeBytes: 0, walBytes: 0 },
};

const SOUND: Facts = {
  schema: { applied: 4, expected: 4 },
  skewMs: 3,
  lanes: { parked: 0, blocked: 0, ready: 0, lagMs: null },
  workers: [WORKER],
  nowMs: NOW_MS,
  store: STORE,
};

const lagging = (lagMs: number): Partial<Facts> => ({ lanes: { ...SOUND.lanes, ready: 3, lagMs } });
const store = (facts: Partial<StoreFacts>): Partial<Facts> => ({ store: { ...STORE, ...facts } });
const held = (ageMs: number) =>
  store({ oldestTransaction: { ageMs, who: "psql (process 7)", state: "idle" } });
const dead = (rowsDead: number, rowsLive = 0) => store({ tables: [{ ...TABLE, rowsDead, rowsLive }] });

/** Name of the check, what is different, verdict, a word of the summary or advice. */
const ROWS: readonly (readonly [string, Partial<Facts>, "ok" | "warning" | "problem", string])[] = [
  ["schema", { schema: { applied: null, expected: 4 } }, "problem", "stator db upgrade"],
  ["schema", { schema: { applied: 3, expected: 4 } }, "problem", "4 is needed"],
  ["schema", { schema: { applied: 5, expected: 4 } }, "ok", "revision 5"],
  ["clock", { skewMs: -SKEW_WARNING_MS }, "warning", "behind by 2000 ms"],
  ["clock", { skewMs: SKEW_WARNING_MS - 1 }, "ok", "ahead"],
  ["workers", { workers: [] }, "ok", "nothing waits"],
  ["workers", { workers: [], lanes: { ...SOUND.lanes, ready: 1, lagMs: 0 } }, "problem", "stator worker"],
  ["workers", { workers: [], ...store({ outbox: { due: 1, oldestMs: 0 } }) }, "problem", "there is work"],
  ["lag", lagging(LAG_WARNING_MS - 1), "ok", "3 lanes"],
  ["lag", lagging(LAG_WARNING_MS), "warning", "10 s"],
  ["lag", lagging(LAG_PROBLEM_MS), "problem", "PYSTATOR_WORKER_CONCURRENCY"],
  ["parked lanes", { lanes: { ...SOUND.lanes, parked: 2 } }, "warning", "stator resume"],
  ["blocked lanes", { lanes: { ...SOUND.lanes, blocked: 2 } }, "problem", "stator dlq replay"],
  ["dead letters", store({ deadLetters: { pending: 4, oldestMs: 7_200_000 } }), "warning", "120 min"],
  ["outbox", store({ outbox: { due: 4, oldestMs: OVERDUE_WARNING_MS - 1 } }), "ok", "4 actions"],
  ["outbox", store({ outbox: { due: 4, oldestMs: OVERDUE_WARNING_MS } }), "warning", "60 s"],
  ["bloat", dead(DEAD_ROWS_WARNING - 1), "ok", "99999 dead rows"],
  ["bloat", dead(DEAD_ROWS_WARNING, 10 * DEAD_ROWS_WARNING), "ok", "dead rows"],
  ["bloat", dead(DEAD_ROWS_WARNING), "warning", "stator.inbox"],
  ["oldest transaction", held(TRANSACTION_WARNING_MS - 1), "ok", "process 7"],
  ["oldest transaction", held(TRANSACTION_WARNING_MS), "warning", "pg_terminate_backend"],
  ["oldest transaction", held(TRANSACTION_PROBLEM_MS), "problem", "15 min"],
  [
    "connections",
    store({ connections: { used: 100 * CONNECTIONS_WARNING, max: 100 } }),
    "warning",
    "80 of 100",
  ],
  ["indexes", store({ invalidIndexes: ["stator.x"] }), "warning", "reindex index concurrently stator.x"],
  ["settings", store({ settings: { fsync: "off" } }), "problem", "the database"],
  ["settings", store({ settings: { synchronous_commit: "off" } }), "problem", "accepted last"],
  ["settings", store({ settings: { autovacuum: "off" } }), "warning", "without bound"],
  ["settings", store({ settings: { synchronous: "normal" } }), "ok", "synchronous normal"],
  [
    "partitions",
    store({ partitions: { count: 1, coveredUntilMs: NOW_MS + COVER_WARNING_MS - 1, strayRows: 9 } }),
    "warning",
    "9 rows outside",
  ],
  [
    "file",
    store({ file: { bytes: 1, freeBytes: 0, walBytes: WAL_WARNING_BYTES } }),
    "warning",
    "wal_checkpoint",
  ],
  [
    "file",
    store({ file: { bytes: FREE_WARNING_BYTES * 1.5, freeBytes: FREE_WARNING_BYTES, walBytes: 0 } }),
    "warning",
    "vacuum",
  ],
];

for (const [name, change, verdict, word] of ROWS) {
  Deno.test(`doctor, ${name}: ${verdict} with ${word}`, () => {
    const found = diagnose({ ...SOUND, ...change }).find((check) => check.name === name);
    assertEquals(found?.verdict, verdict);
    const text = `${found?.summary} ${found?.advice}`;
    assertEquals(text.includes(word), true, text);
    assertEquals(found?.advice === null, verdict === "ok");
  });
}

Deno.test("doctor finds nothing where everything is in order, and every check has a row", () => {
  assertEquals(diagnose(SOUND).filter((check) => check.verdict !== "ok"), []);
  assertEquals(diagnose(SOUND).map((check) => check.name), CHECKS.map((check) => check.name));
  assertEquals(
    [...new Set(ROWS.map(([name]) => name))].toSorted(),
    CHECKS.map(({ name }) => name).toSorted(),
  );
});

Deno.test("doctor leaves out what a kind of store does not know", () => {
  const facts = store({ tables: [], connections: null, settings: {}, partitions: null, file: null });
  const names = diagnose({ ...SOUND, ...facts }).map((check) => check.name);
  assertEquals(names, [
    "schema",
    "clock",
    "workers",
    "lag",
    "parked lanes",
    "blocked lanes",
    "dead letters",
    "outbox",
  ]);
});
