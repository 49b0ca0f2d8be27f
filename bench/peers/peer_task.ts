/** What a peer is asked to do in its own process, and what it answers on its output. */

export interface PeerTask {
  readonly url: string;
  /** Waiting before the clock starts. */
  readonly jobs: number;
  readonly keys: number;
  /** "nothing" = the handler returns at once; "state" = it reads, decides and writes state and history. */
  readonly work: "nothing" | "state";
  /** The drain is cut off after this time; the rate is that of what was done. */
  readonly limitMs: number;
  /** Not 0: nothing is drained, but so many jobs are added one after the other, each when the one before is done. */
  readonly singles: number;
  /** Between two singles. */
  readonly pauseMs: number;
}

export interface PeerAnswer {
  readonly done: number;
  readonly durationMs: number;
  /** From the call that adds a job to the commit of its handler. */
  readonly latenciesMs: readonly number[];
}

/** The few methods of `pg` that a handler needs. */
export interface PgClient {
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
}

export interface Job {
  readonly entityId: string;
  readonly eventId: string;
  readonly payload: { readonly amount: number };
}

export function jobOf(index: number, { keys }: PeerTask): Job {
  return { entityId: `e-${index % keys}`, eventId: crypto.randomUUID(), payload: { amount: 1 } };
}

/** Same columns and indexes as a careful user would give them: state by key, one row for each job that changed it. */
export const PEER_TABLES = `
create schema if not exists peer;
drop table if exists peer.history, peer.entity;
create table peer.entity (
  id text primary key, state text not null, context json not null, version bigint not null,
  updated_at timestamptz not null
) with (fillfactor = 70);
create table peer.history (
  id bigint generated always as identity primary key, entity_id text not null, position bigint not null,
  event_id uuid not null unique, trigger text not null, payload json not null, from_state text not null,
  to_state text not null, context json not null, created_at timestamptz not null, unique (entity_id, position)
);`;

/** Reads under lock, decides as the machine of the drain does, writes state and history; all in one transaction. */
export async function decideAndWrite(
  client: PgClient,
  job: Job,
): Promise<void> {
  await client.query("begin");
  try {
    await writeDecision(client, job);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

/** The same inside a transaction that somebody else ends. */
export async function writeDecision(
  client: PgClient,
  job: Job,
): Promise<void> {
  const { rows } = await client.query(READ, [job.entityId]);
  const before = rows[0];
  const context = before?.["context"];
  const count = typeof context === "object" && context !== null && "count" in context
    ? Number(context.count)
    : 0;
  const version = Number(before?.["version"] ?? 0);
  const from = String(before?.["state"] ?? "open");
  const to = from === "open" ? "held" : "open";
  const after = JSON.stringify({ count: count + job.payload.amount });
  await client.query(WRITE, [
    ...[job.entityId, to, after, version + 1],
    ...[job.eventId, "add", JSON.stringify(job.payload), from],
  ]);
}

const READ = "select state, context, version from peer.entity where id = $1 for update";
const WRITE = `
with written as (
  insert into peer.entity (id, state, context, version, updated_at) values ($1, $2, $3, $4, now())
  on conflict (id) do update set state = excluded.state, context = excluded.context, version = excluded.version,
    updated_at = excluded.updated_at)
insert into peer.history (entity_id, position, event_id, trigger, payload, from_state, to_state, context, created_at)
values ($1, $4, $5, $6, $7, $8, $2, $3, now())`;

/** The task, and what to import the peer as. */
export function readTask(): { readonly task: PeerTask; readonly specifier: string } {
  return { task: JSON.parse(Deno.args[0] ?? "{}"), specifier: Deno.args[1] ?? "" };
}

export async function answer(value: PeerAnswer): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(`${ANSWER_MARK}${JSON.stringify(value)}\n`));
}

/** Peers write to the same output; the line with this is ours. */
export const ANSWER_MARK = "peer answer: ";
