/** What is wrong with a running service: each check is a row, its verdict a pure function of the facts. */
import type { LaneCounts, StoreFacts, WorkerRow } from "../store/store.ts";

export interface Facts {
  readonly schema: { readonly applied: number | null; readonly expected: number };
  /** Time of the store minus time of this process. */
  readonly skewMs: number;
  readonly lanes: LaneCounts;
  readonly workers: readonly WorkerRow[];
  readonly nowMs: number;
  readonly store: StoreFacts;
}

export interface Verdict {
  readonly verdict: "ok" | "warning" | "problem";
  /** What was found. */
  readonly summary: string;
  /** What to do next; null = nothing. */
  readonly advice: string | null;
}

export interface Check {
  readonly name: string;
  /** null = this kind of store knows no such thing. */
  readonly judge: (facts: Facts) => Verdict | null;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MIB = 1_048_576;

export const SKEW_WARNING_MS = 2 * SECOND_MS;
export const LAG_WARNING_MS = 10 * SECOND_MS;
export const LAG_PROBLEM_MS = 5 * MINUTE_MS;
export const OVERDUE_WARNING_MS = MINUTE_MS;
export const DEAD_ROWS_WARNING = 100_000;
export const TRANSACTION_WARNING_MS = MINUTE_MS;
export const TRANSACTION_PROBLEM_MS = 15 * MINUTE_MS;
export const CONNECTIONS_WARNING = 0.8;
export const WAL_WARNING_BYTES = 256 * MIB;
export const FREE_WARNING_BYTES = 256 * MIB;
/** Partitions are made ahead for longer than this. */
export const COVER_WARNING_MS = 7 * DAY_MS;

/** In the order in which they are shown. */
export const CHECKS: readonly Check[] = [
  { name: "schema", judge: ({ schema }) => schemaVerdict(schema) },
  { name: "clock", judge: ({ skewMs }) => clockVerdict(skewMs) },
  { name: "workers", judge: workersVerdict },
  { name: "lag", judge: ({ lanes }) => lagVerdict(lanes) },
  { name: "parked lanes", judge: ({ lanes }) => parkedVerdict(lanes) },
  { name: "blocked lanes", judge: ({ lanes }) => blockedVerdict(lanes) },
  { name: "dead letters", judge: ({ store }) => lettersVerdict(store) },
  { name: "outbox", judge: ({ store }) => outboxVerdict(store) },
  { name: "bloat", judge: bloatVerdict },
  { name: "oldest transaction", judge: ({ store }) => transactionVerdict(store) },
  { name: "connections", judge: ({ store }) => connectionsVerdict(store) },
  { name: "indexes", judge: ({ store }) => indexesVerdict(store) },
  { name: "settings", judge: ({ store }) => settingsVerdict(store) },
  { name: "partitions", judge: partitionsVerdict },
  { name: "file", judge: ({ store }) => fileVerdict(store) },
];

/** The verdict of every check that this store knows. */
export function diagnose(facts: Facts): readonly (Verdict & { readonly name: string })[] {
  return CHECKS.flatMap(({ name, judge }) => {
    const verdict = judge(facts);
    return verdict === null ? [] : [{ name, ...verdict }];
  });
}

function ok(summary: string): Verdict {
  return { verdict: "ok", summary, advice: null };
}

function schemaVerdict({ applied, expected }: Facts["schema"]): Verdict {
  if (applied === null || applied < expected) {
    const found = applied === null ? "no tables" : `revision ${applied}, ${expected} is needed`;
    return { verdict: "problem", summary: found, advice: "Bring the tables up to date: stator db upgrade" };
  }
  return ok(`revision ${applied}`);
}

function clockVerdict(skewMs: number): Verdict {
  const summary = `store ${skewMs < 0 ? "behind" : "ahead"} by ${Math.abs(Math.round(skewMs))} ms`;
  if (Math.abs(skewMs) < SKEW_WARNING_MS) return ok(summary);
  return {
    verdict: "warning",
    summary,
    advice: "Synchronise the clocks (NTP): tokens and times in answers go by the clock of the process",
  };
}

function workersVerdict({ workers, lanes, store }: Facts): Verdict {
  if (workers.length > 0) return ok(`${workers.length} seen within a minute`);
  if (lanes.ready === 0 && store.outbox.due === 0) return ok("none seen, and nothing waits for one");
  return {
    verdict: "problem",
    summary: "none seen within a minute, although there is work",
    advice: "Start one: stator worker",
  };
}

function lagVerdict({ ready, lagMs }: LaneCounts): Verdict {
  if (lagMs === null) return ok("nothing waits");
  const summary = `${ready} lanes are ready, the oldest for ${duration(lagMs)}`;
  if (lagMs < LAG_WARNING_MS) return ok(summary);
  return {
    verdict: lagMs < LAG_PROBLEM_MS ? "warning" : "problem",
    summary,
    advice:
      "Start more workers or raise PYSTATOR_WORKER_CONCURRENCY; which lanes: stator lanes --state ready",
  };
}

function parkedVerdict({ parked }: LaneCounts): Verdict {
  if (parked === 0) return ok("none");
  return {
    verdict: "warning",
    summary: `${parked} parked by a person`,
    advice: "See why: stator lanes --state parked; let one go on: stator resume ENTITY --reason …",
  };
}

function blockedVerdict({ blocked }: LaneCounts): Verdict {
  if (blocked === 0) return ok("none");
  return {
    verdict: "problem",
    summary: `${blocked} wait for a dead letter to be settled`,
    advice:
      "See which: stator lanes --state blocked; then: stator dlq replay RECORD, or stator dlq discard RECORD",
  };
}

function lettersVerdict({ deadLetters: { pending, oldestMs } }: StoreFacts): Verdict {
  if (pending === 0) return ok("none pending");
  return {
    verdict: "warning",
    summary: `${pending} pending, the oldest for ${duration(oldestMs ?? 0)}`,
    advice: "See why: stator dlq list --status pending",
  };
}

function outboxVerdict({ outbox: { due, oldestMs } }: StoreFacts): Verdict {
  if (due === 0) return ok("nothing is due");
  const summary = `${due} actions are due, the oldest for ${duration(oldestMs ?? 0)}`;
  if ((oldestMs ?? 0) < OVERDUE_WARNING_MS) return ok(summary);
  return {
    verdict: "warning",
    summary,
    advice: "See whether a worker runs and what it logs of its calls: stator worker status",
  };
}

function bloatVerdict({ store: { tables }, nowMs }: Facts): Verdict | null {
  if (tables.length === 0) return null;
  const bloated = tables.filter(({ rowsLive, rowsDead }) =>
    rowsDead >= DEAD_ROWS_WARNING && rowsDead > rowsLive / 2
  );
  const [worst] = bloated;
  const dead = tables.reduce((sum, table) => sum + table.rowsDead, 0);
  if (worst === undefined) return ok(`${dead} dead rows in all`);
  const vacuumed = worst.vacuumedAtMs === null
    ? "never vacuumed"
    : `vacuumed ${duration(nowMs - worst.vacuumedAtMs)} ago`;
  return {
    verdict: "warning",
    summary: `${
      bloated.map(({ name, rowsDead }) => `${name}: ${rowsDead} dead rows`).join(", ")
    }; ${vacuumed}`,
    advice:
      `End what holds vacuum back (see oldest transaction), then: vacuum (analyze) stator.${worst.name}`,
  };
}

function transactionVerdict({ oldestTransaction: oldest, tables }: StoreFacts): Verdict | null {
  if (oldest === null) return tables.length === 0 ? null : ok("none is open");
  const summary = `open for ${duration(oldest.ageMs)}: ${oldest.who}, ${oldest.state}`;
  if (oldest.ageMs < TRANSACTION_WARNING_MS) return ok(summary);
  return {
    verdict: oldest.ageMs < TRANSACTION_PROBLEM_MS ? "warning" : "problem",
    summary,
    advice:
      "It holds back the feed and vacuum: end it in its program, or select pg_terminate_backend(PROCESS)",
  };
}

function connectionsVerdict({ connections }: StoreFacts): Verdict | null {
  if (connections === null) return null;
  const { used, max } = connections;
  const summary = `${used} of ${max}`;
  if (used < max * CONNECTIONS_WARNING) return ok(summary);
  return {
    verdict: "warning",
    summary,
    advice: "Raise max_connections, put a pooler between, or lower PYSTATOR_DATABASE_CONNECTIONS_MAX",
  };
}

function indexesVerdict({ invalidIndexes, tables }: StoreFacts): Verdict | null {
  if (tables.length === 0) return null;
  if (invalidIndexes.length === 0) return ok("all valid");
  return {
    verdict: "warning",
    summary: `not valid: ${invalidIndexes.join(", ")}`,
    advice: `Build anew: reindex index concurrently ${invalidIndexes[0]}`,
  };
}

/** What a power failure would cost, by setting and value. */
const UNSAFE: Readonly<Record<string, { readonly value: string; readonly costs: string }>> = {
  fsync: { value: "off", costs: "the database" },
  full_page_writes: { value: "off", costs: "pages of the database" },
  synchronous_commit: { value: "off", costs: "what was accepted last" },
  synchronous: { value: "off", costs: "the file" },
  autovacuum: { value: "off", costs: "" },
  track_counts: { value: "off", costs: "" },
};

function settingsVerdict({ settings }: StoreFacts): Verdict | null {
  if (Object.keys(settings).length === 0) return null;
  const unsafe = Object.entries(settings).filter(([name, value]) => UNSAFE[name]?.value === value);
  if (unsafe.length === 0) {
    return ok(Object.entries(settings).map(([name, value]) => `${name} ${value}`).join(", "));
  }
  const losses = unsafe.map(([name]) => UNSAFE[name]?.costs ?? "").filter((cost) => cost !== "");
  return {
    verdict: losses.length > 0 ? "problem" : "warning",
    summary: unsafe.map(([name, value]) => `${name} is ${value}`).join(", "),
    advice: losses.length > 0
      ? `Switch it on: a power failure may cost ${losses.join(" and ")}`
      : "Switch it on: tables grow without bound",
  };
}

function partitionsVerdict({ store: { partitions }, nowMs }: Facts): Verdict | null {
  if (partitions === null) return null;
  const { count, coveredUntilMs, strayRows } = partitions;
  const until = new Date(coveredUntilMs).toISOString().slice(0, "2026-01-31".length);
  const summary = `${count} of history, until ${until}${strayRows > 0 ? `, ${strayRows} rows outside` : ""}`;
  if (coveredUntilMs - nowMs >= COVER_WARNING_MS) return ok(summary);
  return {
    verdict: "warning",
    summary,
    advice: "Make partitions ahead: stator db upgrade; workers do it when their role may create tables",
  };
}

function fileVerdict({ file }: StoreFacts): Verdict | null {
  if (file === null) return null;
  const summary = `${size(file.bytes)}, ${size(file.freeBytes)} of it free, log ${size(file.walBytes)}`;
  if (file.walBytes >= WAL_WARNING_BYTES) {
    return {
      verdict: "warning",
      summary,
      advice:
        "A reader keeps the log from being taken over: end long reads, then: pragma wal_checkpoint(truncate)",
    };
  }
  if (file.freeBytes >= FREE_WARNING_BYTES && file.freeBytes > file.bytes / 2) {
    return { verdict: "warning", summary, advice: "Give the space back while nothing runs: vacuum" };
  }
  return ok(summary);
}

function duration(ms: number): string {
  if (ms < 10 * SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < 10 * MINUTE_MS) return `${Math.round(ms / SECOND_MS)} s`;
  if (ms < 2 * DAY_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return `${Math.round(ms / DAY_MS)} days`;
}

function size(bytes: number): string {
  return bytes < MIB ? `${Math.round(bytes / 1_024)} KiB` : `${Math.round(bytes / MIB)} MiB`;
}
