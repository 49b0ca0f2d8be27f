/** The most the database can take: the rows of a drain written by statements that decide nothing, driven by pgbench. */
import { execute } from "./server.ts";
import { runPgbench } from "./pgbench.ts";

const EVENTS_PER_STATEMENT = 500;

const KEY = "stator.shard_of('c-' || i), 'c-' || i";

function fillStatements(events: number, entities: number): readonly string[] {
  return [
    `insert into stator.lane (shard, entity_id, next_seq, attempts, ready_at)
       select ${KEY}, ${events / entities} + 1, 0, 1 from generate_series(0, ${entities - 1}) i`,
    `insert into stator.entity (shard, entity_id, machine_name, machine_version, snapshot, context, current_state,
         version, position, status, workflow_status, is_terminal, labels, created_at, updated_at)
       select ${KEY}, 'account', '1.0.0', '{"v":1,"states":["open"]}', '{"count":0}', 'open', 1, 1, 'active', 'active',
              false, '{}', 1700000000000, 1700000000000 from generate_series(0, ${entities - 1}) i`,
    `insert into stator.inbox (shard, entity_id, slot, event_id, machine_name, command, attempts_max, source, created_at)
       select stator.shard_of('c-' || n % ${entities}), 'c-' || n % ${entities}, n / ${entities} + 1, gen_random_uuid(),
              'account', '{"type":"event","trigger":"add","payload":{"amount":1}}', 5, 0, 1700000000000
         from generate_series(0, ${events - 1}) n`,
    "vacuum analyze",
    "checkpoint",
  ];
}

/** Each client walks through entities of its own; `n` is the statement's number. */
function scriptOf(lanes: number, statements: number): string {
  return `\\set n :n + 1
\\set first (:client_id * ${statements} + :n - 1) * ${lanes}
with lanes as materialized (
  select stator.shard_of('c-' || i) as shard, 'c-' || i as entity_id
    from generate_series(:first::int, :first::int + ${lanes - 1}) i
), gone as (
  delete from stator.inbox i using lanes l where i.shard = l.shard and i.entity_id = l.entity_id returning i.*
), lane as (
  update stator.lane l set ready_at = 1700003600000 from lanes w where l.shard = w.shard and l.entity_id = w.entity_id
), entity as (
  update stator.entity e
     set snapshot = '{"v":1,"states":["open"],"timers":{"late":1},"generation":6}', context = '{"count":10}',
         version = e.version + 10, position = e.position + 10, updated_at = 1700000000001
    from lanes w where e.shard = w.shard and e.entity_id = w.entity_id
), action as (
  insert into stator.outbox (shard, entity_id, position, ordinal, action_id, machine_name, machine_version, kind, name,
      params, options, context, due_at, attempts_max, created_at, next_at)
    select shard, entity_id, 11, 0, gen_random_uuid(), 'account', '1.0.0', 'custom', 'tell', '{"to":"owner"}', '{}',
           '{"count":10}', 1700000000001, 5, 1700000000001, 1700000000001 from lanes
), timer as (
  insert into stator.timer (shard, entity_id, key, trigger, payload, due_at, generation)
    select shard, entity_id, 'late', 'late', '{}', 1700003600000, 6 from lanes
)
insert into stator.history (shard, entity_id, position, id, seq, event_id, tx, n, accepted_at, created_at, fires_at,
    duration_ms, attempts, attempts_max, is_success, type, outcome, trigger, machine_name, machine_version, from_state,
    to_state, payload, actions, steps, context)
  select shard, entity_id, slot + 1, gen_random_uuid(), slot, event_id, pg_current_xact_id()::text::bigint,
         row_number() over (), created_at, 1700000000001, created_at, 0, 1, 5, true, 'event', 'transitioned', 'add',
         'account', '1.0.0', 'open', 'held', '{"amount":1}',
         '[{"name":"increment","params":{"field":"count"},"status":"ok","phase":"transition"}]',
         '[{"trigger":"add","from":"open","to":"held"}]', '{"count":10}'
    from gone;
`;
}

/** Events per second with so many connections; null = pgbench is not here. Throws when a row is missing afterwards. */
export async function ceilingPerSecond(
  url: string,
  { events, entities, connections }: {
    readonly events: number;
    readonly entities: number;
    readonly connections: number;
  },
): Promise<number | null> {
  const lanes = EVENTS_PER_STATEMENT * entities / events;
  const statements = events / EVENTS_PER_STATEMENT / connections;
  await execute(url, ...fillStatements(events, entities));
  const perSecond = await runPgbench(url, {
    script: scriptOf(lanes, statements),
    args: [
      "-D",
      "n=0",
      "-t",
      String(statements),
      "-c",
      String(connections),
      "-j",
      String(Math.min(2, connections)),
    ],
  });
  if (perSecond === null) return null;
  const [row] = await execute(url, "select count(*)::int as written from stator.history");
  if (row?.["written"] !== events) throw new Error(`${row?.["written"]} of ${events} rows were written`);
  return perSecond * EVENTS_PER_STATEMENT;
}
