-- The door for producers that have a transaction of their own and no client of ours. It takes no lock on the entity.
-- The same key with the same event answers the id of the first time; with another event it raises ST409.
create function stator.append_event(
  machine text,
  entity text,
  trigger text,
  payload jsonb default '{}',
  idempotency_key text default null,
  not_before timestamptz default null,
  machine_version text default null,
  attempts_max integer default 5,
  is_notified boolean default true
) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
declare
  event_id uuid := gen_random_uuid();
  now_at bigint := (extract(epoch from clock_timestamp()) * 1000)::bigint;
  due_at bigint := case when not_before is null then now_at else
    (extract(epoch from least(greatest(not_before, '1970-01-01'), '9999-12-31')) * 1000)::bigint end;
  of_scope text := 'sql:machine:' || machine;
  of_hash text;
  known record;
begin
  if entity is null or trigger is null or payload is null or jsonb_typeof(payload) <> 'object' then
    raise exception 'Cannot append the event: entity, trigger and payload (an object) are needed'
      using errcode = 'invalid_parameter_value';
  end if;
  if attempts_max not between 1 and 100 then
    raise exception 'Cannot append the event: attempts_max is % and must be 1 to 100', attempts_max
      using errcode = 'invalid_parameter_value';
  end if;
  if idempotency_key is not null then
    of_hash := encode(sha256(convert_to(
      jsonb_build_array(entity, trigger, payload, not_before, machine_version)::text, 'UTF8')), 'hex');
    insert into stator.idempotency as i (scope, key, request_hash, event_id, answer, created_at)
      values (of_scope, idempotency_key, of_hash, event_id, 'null', now_at)
      on conflict (scope, key) do update set request_hash = excluded.request_hash, event_id = excluded.event_id,
        answer = excluded.answer, created_at = excluded.created_at
        where i.created_at <= now_at - 604800000;
    select i.event_id as id, i.request_hash as hash into known
      from stator.idempotency i where i.scope = of_scope and i.key = idempotency_key;
    if known.id <> event_id then
      if known.hash = of_hash then return known.id; end if;
      raise exception 'Cannot append the event: key "%" was used for another event', idempotency_key
        using errcode = 'ST409';
    end if;
  end if;
  insert into stator.inbox (
      shard, entity_id, slot, event_id, machine_name, machine_version, command, not_before, key_scope, key, key_hash,
      attempts_max, source, created_at)
    values (
      stator.shard_of(entity), entity, 4503599627370496 + nextval('stator.inbox_order'), event_id, machine,
      machine_version, json_build_object('type', 'event', 'trigger', trigger, 'payload', payload), due_at,
      case when idempotency_key is not null then of_scope end, idempotency_key, of_hash, attempts_max, 0, now_at);
  insert into stator.knock (entity_id, ready_at) values (entity, greatest(due_at, now_at));
  if is_notified then perform pg_notify('stator_wake', ''); end if;
  return event_id;
end
$$;
