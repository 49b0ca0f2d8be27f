-- unless table: pystator.worker_events, pystator.worker_apply_data_events, pystator.entity_states
-- What producers and dashboards written for PyStator use. A row that is inserted here becomes an event of Stator in the
-- same transaction, without any lock on its entity, and stays as the place where its producer reads what became of it.
-- Tables and not views, because only a table can carry the unique key that `on conflict … do nothing` asks for.

create schema if not exists pystator;

create table pystator.worker_events (
  id uuid primary key default gen_random_uuid(),
  machine_name varchar(255) not null,
  entity_id varchar(255) not null,
  trigger varchar(255) not null,
  context_json json,
  status varchar(20) not null default 'pending',
  fires_at timestamptz not null default now(),
  claimed_by varchar(255),
  claimed_at timestamptz,
  lease_expires_at timestamptz,
  attempt integer not null default 0,
  max_attempts integer not null default 5,
  error_message text,
  idempotency_key varchar(255),
  created_at timestamptz default now(),
  completed_at timestamptz,
  result_json json,
  transition_history_id uuid,
  unique (machine_name, idempotency_key)
) with (fillfactor = 80);
create index worker_events_entity on pystator.worker_events (entity_id);
create index worker_events_completed on pystator.worker_events (completed_at) where completed_at is not null;

create table pystator.worker_apply_data_events (
  id uuid primary key default gen_random_uuid(),
  machine_name varchar(255) not null,
  entity_id varchar(255) not null,
  data_json json,
  status varchar(20) not null default 'pending',
  fires_at timestamptz not null default now(),
  claimed_by varchar(255),
  claimed_at timestamptz,
  lease_expires_at timestamptz,
  attempt integer not null default 0,
  max_attempts integer not null default 5,
  error_message text,
  idempotency_key varchar(255),
  created_at timestamptz default now(),
  completed_at timestamptz,
  result_json json,
  transition_history_id uuid,
  unique (machine_name, idempotency_key)
) with (fillfactor = 80);
create index worker_apply_data_events_entity on pystator.worker_apply_data_events (entity_id);
create index worker_apply_data_events_completed on pystator.worker_apply_data_events (completed_at)
  where completed_at is not null;

create function stator.epoch_ms(at timestamptz) returns bigint
  language sql stable parallel safe
  return (extract(epoch from least(greatest(at, '1970-01-01'), '9999-12-31')) * 1000)::bigint;

-- Anything but an object counts as empty.
create function stator.object_or_empty(document json) returns json
  language sql immutable parallel safe
  return case when json_typeof(document) = 'object' then document else '{}'::json end;

-- Once for each statement; the rows come in the order in which they were given.
create function pystator.accept_events() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  now_at bigint := (extract(epoch from clock_timestamp()) * 1000)::bigint;
begin
  insert into stator.inbox (
      shard, entity_id, slot, event_id, machine_name, command, not_before, attempts_max, source, created_at)
    select stator.shard_of(i.entity_id), i.entity_id, 4503599627370496 + nextval('stator.inbox_order'), i.id,
           i.machine_name,
           json_build_object('type', 'event', 'trigger', i.trigger, 'payload', stator.object_or_empty(i.context_json)),
           stator.epoch_ms(i.fires_at), least(greatest(i.max_attempts, 1), 100), 1, now_at
      from inserted i where i.status = 'pending';
  insert into stator.knock (entity_id, ready_at)
    select i.entity_id, greatest(min(stator.epoch_ms(i.fires_at)), now_at)
      from inserted i where i.status = 'pending' group by i.entity_id;
  return null;
end
$$;

create function pystator.accept_apply_data_events() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  now_at bigint := (extract(epoch from clock_timestamp()) * 1000)::bigint;
begin
  insert into stator.inbox (
      shard, entity_id, slot, event_id, machine_name, command, not_before, attempts_max, source, created_at)
    select stator.shard_of(i.entity_id), i.entity_id, 4503599627370496 + nextval('stator.inbox_order'), i.id,
           i.machine_name, json_build_object('type', 'data', 'data', stator.object_or_empty(i.data_json)),
           stator.epoch_ms(i.fires_at), least(greatest(i.max_attempts, 1), 100), 2, now_at
      from inserted i where i.status = 'pending';
  insert into stator.knock (entity_id, ready_at)
    select i.entity_id, greatest(min(stator.epoch_ms(i.fires_at)), now_at)
      from inserted i where i.status = 'pending' group by i.entity_id;
  return null;
end
$$;

create trigger accept_events after insert on pystator.worker_events
  referencing new table as inserted for each statement execute function pystator.accept_events();
create trigger accept_apply_data_events after insert on pystator.worker_apply_data_events
  referencing new table as inserted for each statement execute function pystator.accept_apply_data_events();

-- Tells the rows of the producers what became of their events.
create or replace function stator.mirror_status(mirrors text, now_at bigint) returns void
  language plpgsql
as $$
begin
  update pystator.worker_events e
     set status = w.status, attempt = w.attempt, error_message = w.error_message, result_json = w.result,
         transition_history_id = w.history_id,
         completed_at = case when w.status <> 'pending' then to_timestamp(now_at / 1000.0) end
    from json_to_recordset(mirrors::json) as w(
      source smallint, event_id uuid, status text, attempt integer, error_message text, result json, history_id uuid)
   where w.source = 1 and e.id = w.event_id;
  update pystator.worker_apply_data_events e
     set status = w.status, attempt = w.attempt, error_message = w.error_message, result_json = w.result,
         transition_history_id = w.history_id,
         completed_at = case when w.status <> 'pending' then to_timestamp(now_at / 1000.0) end
    from json_to_recordset(mirrors::json) as w(
      source smallint, event_id uuid, status text, attempt integer, error_message text, result json, history_id uuid)
   where w.source = 2 and e.id = w.event_id;
end
$$;

create or replace function stator.purge_producers(ids text[]) returns void
  language sql
as $$
  delete from pystator.worker_events where entity_id = any (ids);
  delete from pystator.worker_apply_data_events where entity_id = any (ids);
$$;

create or replace function stator.prune_producers(completed_before bigint, dead_before bigint, batch_size integer)
  returns bigint
  language plpgsql
as $$
declare
  events bigint;
  data_events bigint;
begin
  delete from pystator.worker_events where id in (
    select id from pystator.worker_events
     where completed_at < to_timestamp(
       case status when 'completed' then completed_before when 'dead_letter' then dead_before else 0 end / 1000.0)
     limit batch_size);
  get diagnostics events = row_count;
  delete from pystator.worker_apply_data_events where id in (
    select id from pystator.worker_apply_data_events
     where completed_at < to_timestamp(
       case status when 'completed' then completed_before when 'dead_letter' then dead_before else 0 end / 1000.0)
     limit batch_size);
  get diagnostics data_events = row_count;
  return events + data_events;
end
$$;

create view pystator.entity_states as
  select md5(e.entity_id)::uuid as id, e.entity_id, m.id as machine_id, e.machine_name, e.machine_version,
         e.current_state, e.context as context_json, e.is_terminal, e.workflow_status, e.version::integer as version,
         e.status, to_timestamp(e.deleted_at / 1000.0) as deleted_at, to_timestamp(e.archived_at / 1000.0) as archived_at,
         e.labels::json as labels_json, to_timestamp(e.created_at / 1000.0) as created_at,
         to_timestamp(e.updated_at / 1000.0) as updated_at, e.shard
    from stator.entity e
    left join stator.machine m on m.name = e.machine_name and m.version = e.machine_version;

create view pystator.transition_history as
  select h.id, h.entity_id, h.machine_name, h.from_state as source_state, h.to_state as target_state, h.trigger,
         h.is_success as success, h.reason as error_type, h.error_message,
         (select json_agg(a ->> 'name') from json_array_elements(h.actions) a) as actions_executed,
         h.context as context_snapshot, to_timestamp(h.created_at / 1000.0) as created_at,
         round(h.duration_ms)::integer as duration_ms
    from stator.history h;
