-- unless table: worker_events, worker_apply_data_events, entity_states, transition_history
-- What producers and dashboards written for PyStator use: a row inserted into the first two becomes an event of Stator.
-- A key that is known already is passed over in silence.

create view worker_events as
  select i.event_id as id, i.machine_name, i.entity_id, i.command ->> '$.trigger' as trigger,
         i.command -> '$.payload' as context_json, 'pending' as status,
         strftime('%Y-%m-%d %H:%M:%f', coalesce(i.not_before, i.created_at) / 1000.0, 'unixepoch') as fires_at,
         null as claimed_by, null as claimed_at, null as lease_expires_at,
         case when i.seq = (select min(seq) from inbox h where h.entity_id = i.entity_id) then l.attempts else 0 end
           as attempt,
         i.attempts_max as max_attempts, null as error_message, i.key as idempotency_key,
         strftime('%Y-%m-%d %H:%M:%f', i.created_at / 1000.0, 'unixepoch') as created_at,
         null as completed_at, null as result_json, null as transition_history_id
    from inbox i join lane l using (entity_id) where i.command ->> '$.type' = 'event'
  union all
  select h.event_id, h.machine_name, h.entity_id, h.trigger, h.payload,
         case when d.record_id is null then 'completed' else 'dead_letter' end,
         strftime('%Y-%m-%d %H:%M:%f', h.fires_at / 1000.0, 'unixepoch'), null, null, null, h.attempts, h.attempts_max,
         coalesce(d.error_message, h.error_message), null,
         strftime('%Y-%m-%d %H:%M:%f', h.accepted_at / 1000.0, 'unixepoch'),
         strftime('%Y-%m-%d %H:%M:%f', h.created_at / 1000.0, 'unixepoch'),
         json_object('source_state', h.from_state, 'target_state', h.to_state,
                     'success', json(iif(h.is_success, 'true', 'false')), 'transition_id', h.id),
         h.id
    from history h left join dead_letter d on d.event_id = h.event_id where h.type = 'event'
  union all
  select d.event_id, d.machine_name, d.entity_id, d.payload ->> '$.trigger', d.payload -> '$.context', 'dead_letter',
         strftime('%Y-%m-%d %H:%M:%f', d.created_at / 1000.0, 'unixepoch'), null, null, null, d.attempt, d.attempts_max,
         d.error_message, d.metadata ->> '$.idempotency_key',
         strftime('%Y-%m-%d %H:%M:%f', d.created_at / 1000.0, 'unixepoch'),
         strftime('%Y-%m-%d %H:%M:%f', d.created_at / 1000.0, 'unixepoch'), null, null
    from dead_letter d
   where d.stage = 'worker' and d.event_id is not null
     and not exists (select 1 from history h where h.event_id = d.event_id);

create view worker_apply_data_events as
  select i.event_id as id, i.machine_name, i.entity_id, i.command -> '$.data' as data_json, 'pending' as status,
         strftime('%Y-%m-%d %H:%M:%f', coalesce(i.not_before, i.created_at) / 1000.0, 'unixepoch') as fires_at,
         null as claimed_by, null as claimed_at, null as lease_expires_at, 0 as attempt,
         i.attempts_max as max_attempts, null as error_message, i.key as idempotency_key,
         strftime('%Y-%m-%d %H:%M:%f', i.created_at / 1000.0, 'unixepoch') as created_at,
         null as completed_at, null as result_json, null as transition_history_id
    from inbox i where i.command ->> '$.type' = 'data'
  union all
  select h.event_id, h.machine_name, h.entity_id, h.payload,
         case when d.record_id is null then 'completed' else 'dead_letter' end,
         strftime('%Y-%m-%d %H:%M:%f', h.fires_at / 1000.0, 'unixepoch'), null, null, null, h.attempts, h.attempts_max,
         coalesce(d.error_message, h.error_message), null,
         strftime('%Y-%m-%d %H:%M:%f', h.accepted_at / 1000.0, 'unixepoch'),
         strftime('%Y-%m-%d %H:%M:%f', h.created_at / 1000.0, 'unixepoch'),
         json_object('success', json(iif(h.is_success, 'true', 'false')), 'entity_id', h.entity_id,
                     'machine_name', h.machine_name, 'final_state', coalesce(h.to_state, h.from_state),
                     'fired', (select json_group_array(json_object(
                        'source_state', s.value ->> '$.from', 'target_state', s.value ->> '$.to',
                        'trigger', s.value ->> '$.trigger', 'success', json('true'))) from json_each(h.steps) s)),
         h.id
    from history h left join dead_letter d on d.event_id = h.event_id where h.type = 'data'
  union all
  select d.event_id, d.machine_name, d.entity_id, d.payload -> '$.data', 'dead_letter',
         strftime('%Y-%m-%d %H:%M:%f', d.created_at / 1000.0, 'unixepoch'), null, null, null, d.attempt, d.attempts_max,
         d.error_message, d.metadata ->> '$.idempotency_key',
         strftime('%Y-%m-%d %H:%M:%f', d.created_at / 1000.0, 'unixepoch'),
         strftime('%Y-%m-%d %H:%M:%f', d.created_at / 1000.0, 'unixepoch'), null, null
    from dead_letter d
   where d.stage = 'worker_apply_data' and d.event_id is not null
     and not exists (select 1 from history h where h.event_id = d.event_id);

create trigger worker_events_insert instead of insert on worker_events
begin
  insert into inbox (
      entity_id, seq, event_id, machine_name, command, not_before, key_scope, key, key_hash, attempts_max, created_at)
    select new.entity_id, null,
           coalesce(new.id, lower(format('%s-%s-4%s-a%s-%s', hex(randomblob(4)), hex(randomblob(2)),
             substr(hex(randomblob(2)), 2), substr(hex(randomblob(2)), 2), hex(randomblob(6))))),
           new.machine_name,
           json_object('type', 'event', 'trigger', new.trigger, 'payload', json(
             iif(json_valid(new.context_json) and json_type(new.context_json) = 'object', new.context_json, '{}'))),
           cast(coalesce(unixepoch(new.fires_at, 'subsec'), unixepoch('subsec')) * 1000 as integer),
           iif(new.idempotency_key is null, null, 'sql:machine:' || new.machine_name), new.idempotency_key,
           iif(new.idempotency_key is null, null, 'sql'), max(1, min(100, coalesce(new.max_attempts, 5))),
           cast(unixepoch('subsec') * 1000 as integer)
     where new.idempotency_key is null or not exists (
       select 1 from idempotency k where k.scope = 'sql:machine:' || new.machine_name and k.key = new.idempotency_key
          and k.created_at > cast(unixepoch('subsec') * 1000 as integer) - 604800000);
end;

create trigger worker_apply_data_events_insert instead of insert on worker_apply_data_events
begin
  insert into inbox (
      entity_id, seq, event_id, machine_name, command, not_before, key_scope, key, key_hash, attempts_max, created_at)
    select new.entity_id, null,
           coalesce(new.id, lower(format('%s-%s-4%s-a%s-%s', hex(randomblob(4)), hex(randomblob(2)),
             substr(hex(randomblob(2)), 2), substr(hex(randomblob(2)), 2), hex(randomblob(6))))),
           new.machine_name,
           json_object('type', 'data', 'data', json(
             iif(json_valid(new.data_json) and json_type(new.data_json) = 'object', new.data_json, '{}'))),
           cast(coalesce(unixepoch(new.fires_at, 'subsec'), unixepoch('subsec')) * 1000 as integer),
           iif(new.idempotency_key is null, null, 'sql:machine_data:' || new.machine_name), new.idempotency_key,
           iif(new.idempotency_key is null, null, 'sql'), max(1, min(100, coalesce(new.max_attempts, 5))),
           cast(unixepoch('subsec') * 1000 as integer)
     where new.idempotency_key is null or not exists (
       select 1 from idempotency k
        where k.scope = 'sql:machine_data:' || new.machine_name and k.key = new.idempotency_key
          and k.created_at > cast(unixepoch('subsec') * 1000 as integer) - 604800000);
end;

-- Only rows that came through one of the views above: keys of calls are kept by the call itself.
create trigger inbox_accept after insert on inbox
when new.seq is null and coalesce(new.key_hash, 'sql') = 'sql' and new.not_before is not null
begin
  insert or replace into idempotency (scope, key, request_hash, event_id, answer, created_at)
    select new.key_scope, new.key, new.key_hash, new.event_id, 'null', new.created_at where new.key is not null;
  insert or ignore into lane (entity_id, next_seq, attempts, parked_reason, ready_at, turn_no)
    values (new.entity_id, 1, 0, null, null, abs(random() % 1000000000000));
  update lane set ready_at = min(coalesce(ready_at, max(new.not_before, new.created_at)),
                                 max(new.not_before, new.created_at))
   where entity_id = new.entity_id and parked_reason is null and attempts = 0;
end;

create view entity_states as
  select lower(hex(e.entity_id)) as id, e.entity_id, m.id as machine_id, e.machine_name, e.machine_version,
         e.current_state, e.context as context_json, e.is_terminal, e.workflow_status, e.version, e.status,
         strftime('%Y-%m-%d %H:%M:%f', e.deleted_at / 1000.0, 'unixepoch') as deleted_at,
         strftime('%Y-%m-%d %H:%M:%f', e.archived_at / 1000.0, 'unixepoch') as archived_at, e.labels as labels_json,
         strftime('%Y-%m-%d %H:%M:%f', e.created_at / 1000.0, 'unixepoch') as created_at,
         strftime('%Y-%m-%d %H:%M:%f', e.updated_at / 1000.0, 'unixepoch') as updated_at
    from entity e left join machine m on m.name = e.machine_name and m.version = e.machine_version;

create view transition_history as
  select h.id, h.entity_id, h.machine_name, h.from_state as source_state, h.to_state as target_state, h.trigger,
         h.is_success as success, h.reason as error_type, h.error_message,
         (select json_group_array(a.value ->> '$.name') from json_each(h.actions) a) as actions_executed,
         h.context as context_snapshot,
         strftime('%Y-%m-%d %H:%M:%f', h.created_at / 1000.0, 'unixepoch') as created_at,
         cast(round(h.duration_ms) as integer) as duration_ms
    from history h;
