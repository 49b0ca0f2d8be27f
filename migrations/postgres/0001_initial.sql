-- Everything Stator keeps. Times are milliseconds since the epoch; documents are json, which keeps them as written.
-- `shard` is the first column of every key that a turn uses, so that the tables can be distributed by it.

create schema if not exists stator;

create function stator.now_ms() returns bigint
  language sql stable parallel safe
  return (extract(epoch from statement_timestamp()) * 1000)::bigint;

create function stator.shard_of(entity_id text) returns smallint
  language sql immutable strict parallel safe
  return (hashtextextended(entity_id, 0) & 255)::smallint;

create table stator.machine (
  id uuid primary key,
  name text collate "C" not null,
  version text collate "C" not null,
  description text,
  is_strict boolean not null,
  config json not null,
  source_text text,
  hash text not null,
  revision integer not null,
  created_at bigint not null,
  updated_at bigint not null,
  created_by text,
  updated_by text,
  unique (name, version)
);

create table stator.entity (
  shard smallint not null,
  entity_id text collate "C" not null,
  machine_name text collate "C" not null,
  machine_version text collate "C" not null,
  snapshot json not null,
  context json not null,
  current_state text collate "C" not null,
  version bigint not null,
  position bigint not null,
  status text collate "C" not null,
  workflow_status text collate "C" not null,
  is_terminal boolean not null,
  labels jsonb not null,
  created_at bigint not null,
  updated_at bigint not null,
  archived_at bigint,
  deleted_at bigint,
  primary key (shard, entity_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
-- No index on what every turn changes: updates stay on their page. State and time of change are found by the lane.
create index entity_key on stator.entity (entity_id);
create index entity_created on stator.entity (created_at, entity_id);
create index entity_machine on stator.entity (machine_name, machine_version);
create index entity_machine_created on stator.entity (machine_name, created_at, entity_id);
create index entity_workflow on stator.entity (workflow_status, created_at, entity_id);
-- No index, only what the planner knows of states.
create statistics stator.entity_state on (lower(current_state)) from stator.entity;
create index entity_labels on stator.entity using gin (labels jsonb_path_ops) where labels <> '{}';

-- What a search looks through: the id and each label as `key=value`, in lower case, a line each.
create function stator.search_text(entity_id text, labels jsonb) returns text
  language sql immutable strict parallel safe
  return lower((entity_id || case when labels = '{}' then '' else coalesce((
    select string_agg(E'\n' || l.key || '=' || l.value, '') from jsonb_each_text(labels) l), '') end) collate "C");

-- Every three letters in a row: a text that holds another holds all of its threes. A loop, because a query would be
-- started anew for every entity that is written.
create function stator.threes(of_text text) returns text[]
  language plpgsql immutable strict parallel safe
as $$
declare
  lowered text := lower(of_text collate "C");
  parts text[] := '{}';
begin
  for place in 1..length(lowered) - 2 loop
    parts[place] := substr(lowered, place, 3);
  end loop;
  return parts;
end
$$;

create index entity_search on stator.entity using gin (stator.threes(stator.search_text(entity_id, labels)));

create table stator.lane (
  shard smallint not null,
  entity_id text collate "C" not null,
  next_seq bigint not null,
  attempts integer not null,
  parked_reason text,
  parked_at bigint,
  ready_at bigint,
  -- Of the entity, null while there is none. Here, because a lane moves with every turn anyway.
  current_state text collate "C",
  updated_at bigint,
  primary key (shard, entity_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index lane_ready on stator.lane (ready_at) where ready_at is not null;
create index lane_updated on stator.lane (updated_at, entity_id) where updated_at is not null;
create index lane_state on stator.lane (lower(current_state), entity_id) where updated_at is not null;
create index lane_parked on stator.lane (parked_at, entity_id) where parked_reason is not null;

-- An event has its number in the lane as `slot`; until its time comes, a place in the order of insertion above 2^52.
create sequence stator.inbox_order;
create table stator.inbox (
  shard smallint not null,
  entity_id text collate "C" not null,
  slot bigint not null,
  event_id uuid not null,
  machine_name text,
  machine_version text,
  command json not null,
  not_before bigint,
  key_scope text,
  key text,
  key_hash text,
  attempts_max smallint not null,
  -- 0 = by a call, 1 and 2 = through pystator.worker_events and pystator.worker_apply_data_events.
  source smallint not null,
  traceparent text,
  actor text,
  created_at bigint not null,
  primary key (shard, entity_id, slot)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index inbox_event on stator.inbox (event_id);
create index inbox_scheduled on stator.inbox (shard, entity_id, not_before, slot) where slot >= 4503599627370496;

-- Lanes that somebody appended to without taking their lock.
create table stator.knock (
  id bigint primary key default nextval('stator.inbox_order'),
  entity_id text collate "C" not null,
  ready_at bigint not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create table stator.timer (
  shard smallint not null,
  entity_id text collate "C" not null,
  key text collate "C" not null,
  trigger text not null,
  payload json not null,
  due_at bigint not null,
  generation bigint not null,
  primary key (shard, entity_id, key)
) with (fillfactor = 80);

-- `tx` and `n` are the order of the feed: rows of transactions that are all over, in the order they began to write.
create table stator.history (
  shard smallint not null,
  entity_id text collate "C" not null,
  position bigint not null,
  id uuid not null,
  seq bigint not null,
  event_id uuid not null,
  tx bigint not null,
  n integer not null,
  accepted_at bigint not null,
  created_at bigint not null,
  fires_at bigint not null,
  duration_ms real not null,
  attempts smallint not null,
  attempts_max smallint not null,
  is_success boolean not null,
  type text not null,
  outcome text not null,
  trigger text not null,
  machine_name text collate "C" not null,
  machine_version text not null,
  from_state text not null,
  to_state text,
  reason text,
  error_message text,
  actor text,
  payload json not null,
  actions json not null,
  steps json not null,
  context json,
  primary key (shard, entity_id, position, created_at)
) partition by range (created_at);
create index history_feed on stator.history (tx, n);
create index history_id on stator.history (id);
create index history_event on stator.history (event_id);
create index history_created on stator.history using brin (created_at);
-- Takes what no month has a partition for, so that nothing is ever refused.
create table stator.history_default partition of stator.history default
  with (autovacuum_vacuum_insert_scale_factor = 0.2);

-- Makes the partitions of this month and the next ones (UTC) that are missing; answers how many, or null when somebody
-- else is at it, the tables are busy, or the role may not: rows then go to the default partition, and the next call
-- moves what came before its partition.
create function stator.extend_history(months_ahead integer) returns integer
  language plpgsql
  set lock_timeout = '500ms'
as $$
declare
  this_month timestamp := date_trunc('month', statement_timestamp() at time zone 'UTC');
  made integer := 0;
  part text;
  from_ms bigint;
  to_ms bigint;
begin
  if not pg_try_advisory_xact_lock(1937006964, 1) then return null; end if;
  for month in 0..months_ahead loop
    part := 'history_' || to_char(this_month + make_interval(months => month), 'YYYY_MM');
    continue when to_regclass('stator.' || part) is not null;
    from_ms := extract(epoch from this_month + make_interval(months => month)) * 1000;
    to_ms := extract(epoch from this_month + make_interval(months => month + 1)) * 1000;
    -- Attached and not created in place: turns go on meanwhile.
    execute format('create table stator.%I (like stator.history including defaults including constraints) '
      'with (autovacuum_vacuum_insert_scale_factor = 0.2)', part);
    lock table stator.history_default in access exclusive mode;
    execute format('with moved as (delete from stator.history_default where created_at >= %s and created_at < %s '
      'returning *) insert into stator.%I select * from moved', from_ms, to_ms, part);
    execute format('alter table stator.history attach partition stator.%I for values from (%s) to (%s)',
      part, from_ms, to_ms);
    made := made + 1;
  end loop;
  return made;
exception when lock_not_available or insufficient_privilege then return null;
end
$$;
select stator.extend_history(2);

-- Partitions of history by month, with the end of their time.
create function stator.history_partitions()
  returns table (name text, until_ms bigint)
  language sql stable
as $$
  select c.relname::text, (regexp_match(pg_get_expr(c.relpartbound, c.oid), $r$TO \('(\d+)'\)$r$))[1]::bigint
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = 'stator.history'::regclass
     and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
$$;

-- Drops the partitions whose whole time is before `before_ms`, and those that were emptied row by row; answers how many.
create function stator.drop_history(before_ms bigint) returns integer
  language plpgsql
  set lock_timeout = '500ms'
as $$
declare
  part record;
  is_empty boolean;
  dropped integer := 0;
begin
  for part in select * from stator.history_partitions() p where p.until_ms <= stator.now_ms() order by p.until_ms loop
    if part.until_ms > before_ms then
      execute format('select not exists (select 1 from stator.%I)', part.name) into is_empty;
      continue when not is_empty;
    end if;
    execute format('drop table stator.%I', part.name);
    dropped := dropped + 1;
  end loop;
  return dropped;
exception when lock_not_available or insufficient_privilege then return 0;
end
$$;

create table stator.outbox (
  shard smallint not null,
  entity_id text collate "C" not null,
  position bigint not null,
  ordinal integer not null,
  action_id uuid not null,
  machine_name text not null,
  machine_version text not null,
  kind text not null,
  name text not null,
  params json not null,
  options json not null,
  context json not null,
  traceparent text,
  due_at bigint not null,
  attempts_max integer not null,
  created_at bigint not null,
  -- When it can be claimed: its time, or the end of the lease; null = it waits for a person.
  next_at bigint,
  is_leased boolean not null default false,
  lease_no integer not null default 0,
  lease_owner text,
  attempts integer not null default 0,
  dead_record_id text,
  -- It waits for no earlier action and holds up no later one.
  is_parallel boolean not null generated always as (coalesce((options ->> 'isParallel')::boolean, false)) stored,
  primary key (shard, entity_id, position, ordinal)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index outbox_next on stator.outbox (next_at) where next_at is not null;
create index outbox_dead on stator.outbox (dead_record_id) where dead_record_id is not null;

create table stator.dead_letter (
  record_id text collate "C" primary key,
  machine_name text collate "C" not null,
  entity_id text collate "C" not null,
  stage text not null,
  reason text not null,
  error_message text not null,
  error_type text not null,
  payload json not null,
  metadata json not null,
  attempt integer not null,
  attempts_max integer not null,
  status text not null,
  retry_count integer not null,
  created_at bigint not null,
  updated_at bigint,
  expires_at bigint,
  event_id uuid
);
create index dead_letter_created on stator.dead_letter (created_at, record_id);
create index dead_letter_event on stator.dead_letter (event_id) where event_id is not null;
create index dead_letter_entity on stator.dead_letter (entity_id);
create index dead_letter_pending on stator.dead_letter (created_at) where status = 'pending';

create table stator.idempotency (
  scope text collate "C" not null,
  key text collate "C" not null,
  request_hash text not null,
  event_id uuid not null,
  answer json not null,
  created_at bigint not null,
  primary key (scope, key)
);
create index idempotency_created on stator.idempotency using brin (created_at);

create table stator.worker (
  worker_id text collate "C" primary key,
  started_at bigint not null,
  seen_at bigint not null,
  info json not null
);

create table stator.account (
  username text collate "C" primary key,
  password_hash text not null,
  role text not null,
  is_enabled boolean not null,
  token_counter bigint not null,
  created_at bigint not null
);

create table stator.login_failure (
  key text collate "C" primary key,
  count integer not null,
  last_at bigint not null
);

create table stator.document (
  kind text collate "C" not null,
  id text collate "C" not null,
  body json not null,
  version bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  expires_at bigint,
  due_at bigint,
  primary key (kind, id)
);
create index document_expires on stator.document (expires_at) where expires_at is not null;
create index document_due on stator.document (kind, due_at, id) where due_at is not null;
create index document_newest on stator.document (kind, created_at, id);

create table stator.audit (
  id uuid primary key,
  at bigint not null,
  actor text not null,
  action text not null,
  resource text not null,
  request_id text,
  details json not null
);
create index audit_at on stator.audit (at, id);

-- Counters of the whole store.
create table stator.setting (
  name text primary key,
  value bigint not null
);
insert into stator.setting (name, value) values ('machine_revision', 0);
