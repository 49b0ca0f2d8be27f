/** Looks at the tables again and again: nothing may be held for a process longer than its lease after its death. */
import { DEFAULT_POSTGRES_LIMITS } from "../../src/store/postgres/connect.ts";
import postgres from "postgres";

export interface WatchOptions {
  readonly url: string;
  readonly leaseMs: number;
  /** Names of dead processes, and when they died. */
  readonly dead: ReadonlyMap<string, number>;
  readonly isRunning: () => boolean;
}

export interface Watched {
  /** Looks at the tables that were answered. */
  readonly looks: number;
  readonly problems: readonly string[];
}

const LOOK_MS = 500;
const GRACE_MS = 1_000;
const PROBLEMS_MAX = 20;
/** The lease of a lane is a transaction: the server ends a statement, or a pause between two, after so long. */
const LOCKS_MS = DEFAULT_POSTGRES_LIMITS.statementTimeoutMs;
const NAMES_MAX = 200;

export async function watchTheDead(options: WatchOptions): Promise<Watched> {
  const problems = new Set<string>();
  let looks = 0;
  let sql: postgres.Sql | null = null;
  while (options.isRunning()) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const nowMs = Date.now();
    const goneFor = (durationMs: number) =>
      [...options.dead].filter(([, atMs]) => atMs + durationMs + GRACE_MS < nowMs).slice(-NAMES_MAX)
        .map(([name]) => name);
    const gone = { leases: goneFor(options.leaseMs), locks: goneFor(LOCKS_MS) };
    if (gone.leases.length === 0) continue;
    try {
      sql ??= postgres(options.url, { max: 1, onnotice: () => {}, connect_timeout: 2 });
      for (const problem of await look(sql, { gone, nowMs })) {
        if (problems.size < PROBLEMS_MAX) problems.add(problem);
      }
      looks += 1;
    } catch {
      // The server is away, or this connection was one of those that were cut.
      void sql?.end({ timeout: 0 });
      sql = null;
    }
  }
  await sql?.end({ timeout: 1 });
  return { looks, problems: [...problems] };
}

async function look(
  sql: postgres.Sql,
  { gone, nowMs }: {
    readonly gone: { readonly leases: readonly string[]; readonly locks: readonly string[] };
    readonly nowMs: number;
  },
): Promise<readonly string[]> {
  const leases = await sql`
    select lease_owner, action_id from stator.outbox
    where is_leased and lease_owner = any(${[...gone.leases]}) and next_at > ${nowMs}`;
  const locks = await sql`
    select application_name, state, wait_event, left(query, 60) as query from pg_stat_activity
    where application_name = any(${[...gone.locks]}) and xact_start is not null`;
  return [
    ...leases.map((row) => `action ${row["action_id"]} is leased to ${row["lease_owner"]}, which is dead`),
    ...locks.map((row) =>
      `a transaction of ${row["application_name"]} is open, which is dead: ${row["state"]}, ${
        row["wait_event"]
      }, ${row["query"]}`
    ),
  ];
}
