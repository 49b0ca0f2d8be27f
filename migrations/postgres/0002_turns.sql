-- The statements of a turn, each one call: a function sees what was committed before each of its statements, which a
-- single statement does not, and its plans are kept also behind a pooler. Plans must use the keys whatever the
-- statistics of tables that are empty most of the time, so the other joins are switched off, and nothing is joined that
-- could be read as a whole instead: a subquery with "offset 0" is read by its key for each row before it, rows are
-- deleted at the places that such a subquery finds, and changed as conflicts on their key. An entity is looked up as
-- the first one from its key on, which the primary key alone can answer: other indexes hold the entity id too, in a later
-- column, and count as equally cheap as long as the table is thought to be empty.

-- Everything a turn must know of the lanes it holds, as one document.
create function stator.load_lanes(ids text[], events_max integer, now_at bigint) returns json
  language plpgsql stable
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_memoize = off set jit = off
  set plan_cache_mode = force_generic_plan
as $$
begin
  return (
    select json_agg(json_build_object(
        'entity_id', l.entity_id,
        'shard', l.shard,
        'next_seq', l.next_seq,
        'attempts', l.attempts,
        'parked_reason', l.parked_reason,
        'entity', case when e.entity_id is null then null else row_to_json(e) end,
        'events', numbered.events,
        'due', case when numbered.count > events_max then null else due.events end,
        'timers', timers.timers,
        'next_scheduled_at', case
          when later.first_at > now_at then later.first_at
          when later.first_at is not null then (
            select i.not_before from stator.inbox i
             where i.shard = l.shard and i.entity_id = l.entity_id and i.slot >= 4503599627370496
               and i.not_before > now_at
             order by i.not_before limit 1)
        end
      ) order by u.place)
      from unnest(ids) with ordinality as u(id, place)
      cross join lateral (
        select * from stator.lane l where l.shard = stator.shard_of(u.id) and l.entity_id = u.id offset 0
      ) l
      left join lateral (
        select * from stator.entity e where (e.shard, e.entity_id) >= (l.shard, l.entity_id)
         order by e.shard, e.entity_id limit 1
      ) e on e.shard = l.shard and e.entity_id = l.entity_id
      cross join lateral (
        select json_agg(row_to_json(i)) as events, count(*) as count
          from (select * from stator.inbox i
                 where i.shard = l.shard and i.entity_id = l.entity_id and i.slot < 4503599627370496
                 order by i.slot limit events_max + 1) i
      ) numbered
      cross join lateral (
        -- Most lanes have nothing without a number: one look tells.
        select (
          select i.not_before from stator.inbox i
           where i.shard = l.shard and i.entity_id = l.entity_id and i.slot >= 4503599627370496
           order by i.not_before limit 1) as first_at
        offset 0
      ) later
      cross join lateral (
        select json_agg(row_to_json(i)) as events
          from (select * from stator.inbox i
                 where later.first_at <= now_at
                   and i.shard = l.shard and i.entity_id = l.entity_id and i.slot >= 4503599627370496
                   and i.not_before <= now_at
                 order by i.not_before, i.slot limit events_max + 1) i
      ) due
      cross join lateral (
        select json_agg(row_to_json(t)) as timers
          from (select key, trigger, payload, due_at, generation from stator.timer t
                 where t.shard = l.shard and t.entity_id = l.entity_id order by due_at, generation) t
      ) timers
  );
end
$$;

-- Locks ready lanes that nobody holds; `lanes` is null when there are none.
create function stator.claim_turn(lanes_max integer, events_max integer) returns json
  language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
  set plan_cache_mode = force_generic_plan
as $$
declare
  now_at bigint := (extract(epoch from clock_timestamp()) * 1000)::bigint;
  ids text[];
begin
  select array_agg(entity_id order by entity_id) into ids
    from (select entity_id from stator.lane where ready_at <= now_at
           order by ready_at limit lanes_max for update skip locked) ready;
  return json_build_object(
    'now', now_at,
    'tx', case when ids is null then null else pg_current_xact_id()::text end,
    'has_knocks', exists (select 1 from stator.knock),
    'lanes', case when ids is null then null else stator.load_lanes(ids, events_max, now_at) end
  );
end
$$;

-- Locks these lanes in key order, adding those that are missing, and looks up answers to keys.
create function stator.lock_turn(entity_ids text[], scopes text[], keys text[], answers_after bigint, events_max integer)
  returns json
  language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
  set plan_cache_mode = force_generic_plan
as $$
declare
  now_at bigint;
begin
  -- Looked for first: an insert that finds its row there costs several times as much. Nothing is locked yet.
  if exists (
    select 1 from unnest(entity_ids) u(id)
     where not exists (select 1 from stator.lane l where l.shard = stator.shard_of(u.id) and l.entity_id = u.id)
  ) then
    insert into stator.lane (shard, entity_id, next_seq, attempts)
      select stator.shard_of(u.id), u.id, 1, 0 from unnest(entity_ids) u(id) order by 1, 2
      on conflict do nothing;
  end if;
  perform 1
    from (select id from unnest(entity_ids) u(id) order by stator.shard_of(id), id collate "C") u
    cross join lateral (
      select 1 from stator.lane l where l.shard = stator.shard_of(u.id) and l.entity_id = u.id for update) l;
  now_at := (extract(epoch from clock_timestamp()) * 1000)::bigint;
  return json_build_object(
    'now', now_at,
    'tx', pg_current_xact_id()::text,
    'lanes', stator.load_lanes(entity_ids, events_max, now_at),
    'answers', (
      select json_agg(row_to_json(a) order by u.place)
        from unnest(scopes, keys) with ordinality as u(scope, key, place)
        cross join lateral (
          select * from stator.idempotency a
           where a.scope = u.scope and a.key = u.key and a.created_at > answers_after offset 0) a
    )
  );
end
$$;

-- Writes what a turn decided. Each argument is a JSON array, or null for none. Raises ST001 when an entity has another
-- version than expected, ST002 when this is not the transaction that holds the locks any more.
create function stator.commit_turn(
  tx text, now_at bigint, lanes text, entities text, consumed text, renumbered text, timers text, history text,
  outbox text, letters text, answers text, purged text[], mirrors text
) returns void
  language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
  set plan_cache_mode = force_generic_plan
as $$
declare
  feed_tx bigint := pg_current_xact_id()::text::bigint;
  late record;
begin
  if pg_current_xact_id()::text <> commit_turn.tx then
    raise exception 'the transaction of this turn is over' using errcode = 'ST002';
  end if;
  if exists (
    select 1
      from json_to_recordset(lanes::json) as w(entity_id text, expected_steps bigint)
     -- Both only grow: the sum is as expected when each is. The position fences off a history row written twice.
     where w.expected_steps <> coalesce((
       select case when e.entity_id = w.entity_id then e.version + e.position end
         from (select * from stator.entity e
                where (e.shard, e.entity_id) >= (stator.shard_of(w.entity_id), w.entity_id)
                order by e.shard, e.entity_id limit 1) e), 0)
  ) then
    raise exception 'an entity has another version' using errcode = 'ST001';
  end if;

  if purged is not null then perform stator.purge(purged); end if;
  insert into stator.lane as l (
      shard, entity_id, next_seq, attempts, parked_reason, ready_at, current_state, updated_at)
    select stator.shard_of(w.entity_id), w.*
      from json_to_recordset(lanes::json) as w(
        entity_id text, next_seq bigint, attempts integer, parked_reason text, ready_at bigint, current_state text,
        updated_at bigint)
     where purged is null or w.entity_id <> all (purged)
    on conflict (shard, entity_id) do update set
      next_seq = excluded.next_seq, attempts = excluded.attempts, parked_reason = excluded.parked_reason,
      ready_at = excluded.ready_at,
      current_state = coalesce(excluded.current_state, l.current_state),
      updated_at = coalesce(excluded.updated_at, l.updated_at),
      parked_at = case when excluded.parked_reason is not null then coalesce(l.parked_at, now_at) end;

  if entities is not null then
    insert into stator.entity as e (
        shard, entity_id, machine_name, machine_version, snapshot, context, current_state, version, position, status,
        workflow_status, is_terminal, labels, created_at, updated_at, archived_at, deleted_at)
      select stator.shard_of(w.entity_id), w.*
        from json_to_recordset(entities::json) as w(
          entity_id text, machine_name text, machine_version text, snapshot json, context json, current_state text,
          version bigint, position bigint, status text, workflow_status text, is_terminal boolean, labels jsonb,
          created_at bigint, updated_at bigint, archived_at bigint, deleted_at bigint)
      on conflict (shard, entity_id) do update set
        machine_name = excluded.machine_name, machine_version = excluded.machine_version,
        snapshot = excluded.snapshot, context = excluded.context, current_state = excluded.current_state,
        version = excluded.version, position = excluded.position, status = excluded.status,
        workflow_status = excluded.workflow_status, is_terminal = excluded.is_terminal, labels = excluded.labels,
        created_at = excluded.created_at, updated_at = excluded.updated_at, archived_at = excluded.archived_at,
        deleted_at = excluded.deleted_at;
  end if;
  if consumed is not null then
    delete from stator.inbox where ctid = any (array(
      select i.ctid
        from json_to_recordset(consumed::json) as w(entity_id text, slots bigint[])
        cross join unnest(w.slots) s(slot)
        cross join lateral (
          select i.ctid from stator.inbox i
           where i.shard = stator.shard_of(w.entity_id) and i.entity_id = w.entity_id and i.slot = s.slot offset 0) i));
  end if;
  if renumbered is not null then
    for late in
      select * from json_to_recordset(renumbered::json) as w(entity_id text, slot bigint, seq bigint)
    loop
      update stator.inbox i set slot = late.seq
       where i.shard = stator.shard_of(late.entity_id) and i.entity_id = late.entity_id and i.slot = late.slot;
    end loop;
  end if;
  if timers is not null then
    delete from stator.timer where ctid = any (array(
      select t.ctid
        from json_to_recordset(timers::json) as w(entity_id text, key text, due_at bigint)
        cross join lateral (
          select t.ctid from stator.timer t
           where t.shard = stator.shard_of(w.entity_id) and t.entity_id = w.entity_id and t.key = w.key offset 0) t
       where w.due_at is null));
    insert into stator.timer (shard, entity_id, key, trigger, payload, due_at, generation)
      select stator.shard_of(w.entity_id), w.*
        from json_to_recordset(timers::json) as w(
          entity_id text, key text, trigger text, payload json, due_at bigint, generation bigint)
       where w.due_at is not null
      on conflict (shard, entity_id, key) do update set
        trigger = excluded.trigger, payload = excluded.payload, due_at = excluded.due_at,
        generation = excluded.generation;
  end if;
  if history is not null then
    insert into stator.history (
        shard, tx, n, entity_id, position, id, seq, event_id, accepted_at, created_at, fires_at, duration_ms, attempts,
        attempts_max, is_success, type, outcome, trigger, machine_name, machine_version, from_state, to_state, reason,
        error_message, actor, payload, actions, steps, context)
      select stator.shard_of(w.entity_id), feed_tx, row_number() over (), w.*
        from json_to_recordset(history::json) as w(
          entity_id text, position bigint, id uuid, seq bigint, event_id uuid, accepted_at bigint, created_at bigint,
          fires_at bigint, duration_ms real, attempts smallint, attempts_max smallint, is_success boolean, type text,
          outcome text, trigger text, machine_name text, machine_version text, from_state text, to_state text,
          reason text, error_message text, actor text, payload json, actions json, steps json, context json);
  end if;
  if outbox is not null then
    insert into stator.outbox (
        shard, next_at, entity_id, position, ordinal, action_id, machine_name, machine_version, kind, name, params,
        options, context, traceparent, due_at, attempts_max, created_at)
      select stator.shard_of(w.entity_id), w.due_at, w.*
        from json_to_recordset(outbox::json) as w(
          entity_id text, position bigint, ordinal integer, action_id uuid, machine_name text, machine_version text,
          kind text, name text, params json, options json, context json, traceparent text, due_at bigint,
          attempts_max integer, created_at bigint);
  end if;
  if letters is not null then perform stator.insert_letters(letters); end if;
  if answers is not null then
    insert into stator.idempotency (scope, key, request_hash, event_id, answer, created_at)
      select w.scope, w.key, w.request_hash, w.event_id, w.answer, now_at
        from json_to_recordset(answers::json) as w(scope text, key text, request_hash text, event_id uuid, answer json)
       order by 1, 2
      on conflict (scope, key) do update set request_hash = excluded.request_hash, event_id = excluded.event_id,
        answer = excluded.answer, created_at = excluded.created_at;
  end if;
  if mirrors is not null then perform stator.mirror_status(mirrors, now_at); end if;
end
$$;

-- These three are replaced by the file that creates the tables of the predecessor's producers; without those tables
-- there is nothing to tell, to purge or to prune.
create function stator.mirror_status(mirrors text, now_at bigint) returns void
  language sql
as $$ select $$;

create function stator.purge_producers(ids text[]) returns void
  language sql
as $$ select $$;

create function stator.prune_producers(completed_before bigint, dead_before bigint, batch_size integer) returns bigint
  language sql
as $$ select 0::bigint $$;

-- A record that is there already stays as it is.
create function stator.insert_letters(letters text) returns void
  language plpgsql
as $$
begin
  insert into stator.dead_letter (
      record_id, machine_name, entity_id, stage, reason, error_message, error_type, payload, metadata, attempt,
      attempts_max, status, retry_count, created_at, updated_at, expires_at, event_id)
    select w.*
      from json_to_recordset(letters::json) as w(
        record_id text, machine_name text, entity_id text, stage text, reason text, error_message text,
        error_type text, payload json, metadata json, attempt integer, attempts_max integer, status text,
        retry_count integer, created_at bigint, updated_at bigint, expires_at bigint, event_id uuid)
    on conflict (record_id) do nothing;
end
$$;

create function stator.purge(ids text[]) returns void
  language plpgsql
as $$
begin
  delete from stator.inbox i using unnest(ids) u(id) where i.shard = stator.shard_of(u.id) and i.entity_id = u.id;
  delete from stator.timer t using unnest(ids) u(id) where t.shard = stator.shard_of(u.id) and t.entity_id = u.id;
  delete from stator.history h using unnest(ids) u(id) where h.shard = stator.shard_of(u.id) and h.entity_id = u.id;
  delete from stator.outbox o using unnest(ids) u(id) where o.shard = stator.shard_of(u.id) and o.entity_id = u.id;
  delete from stator.dead_letter d where d.entity_id = any (ids);
  delete from stator.knock k where k.entity_id = any (ids);
  perform stator.purge_producers(ids);
  delete from stator.entity e using unnest(ids) u(id) where e.shard = stator.shard_of(u.id) and e.entity_id = u.id;
  delete from stator.lane l using unnest(ids) u(id) where l.shard = stator.shard_of(u.id) and l.entity_id = u.id;
end
$$;

-- Accepts events in the order given; answers [type, event_id] for each. The lanes are taken in key order, and what is
-- due in them gets its numbers first.
create function stator.append(events text, keys_after bigint) returns json
  language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
  set plan_cache_mode = force_generic_plan
as $$
declare
  now_at bigint := (extract(epoch from clock_timestamp()) * 1000)::bigint;
  accepted text := events;
  known json := null;
  late record;
begin
  if exists (select 1 from json_to_recordset(events::json) as w(key text) where w.key is not null) then
    with fresh as (
      insert into stator.idempotency as i (scope, key, request_hash, event_id, answer, created_at)
        select w.key_scope, w.key, w.key_hash, w.event_id, 'null', now_at
          from json_to_recordset(events::json) as w(key_scope text, key text, key_hash text, event_id uuid)
         where w.key is not null
         order by 1, 2
        on conflict (scope, key) do update set request_hash = excluded.request_hash, event_id = excluded.event_id,
          answer = excluded.answer, created_at = excluded.created_at
          where i.created_at <= keys_after
        returning i.event_id
    )
    select json_agg(e.value order by e.place)::text into accepted
      from json_array_elements(events::json) with ordinality as e(value, place)
     where e.value ->> 'key' is null or (e.value ->> 'event_id')::uuid in (select event_id from fresh);
    select json_agg(json_build_array(w.event_id, i.event_id, i.request_hash = w.key_hash)) into known
      from json_to_recordset(events::json) as w(key_scope text, key text, key_hash text, event_id uuid)
      cross join lateral (
        select * from stator.idempotency i where i.scope = w.key_scope and i.key = w.key offset 0) i
     where i.event_id <> w.event_id;
  end if;
  if accepted is null then return known; end if;

  insert into stator.lane as l (shard, entity_id, next_seq, attempts, ready_at)
    select stator.shard_of(w.entity_id), w.entity_id,
           1 + count(*) filter (where coalesce(w.not_before, 0) <= now_at), 0,
           min(greatest(coalesce(w.not_before, 0), now_at))
      from json_to_recordset(accepted::json) as w(entity_id text, not_before bigint)
     group by w.entity_id order by 1, 2
    on conflict (shard, entity_id) do update set
      next_seq = l.next_seq + excluded.next_seq - 1,
      ready_at = case when l.parked_reason is not null or l.attempts > 0 then l.ready_at
                      else least(l.ready_at, excluded.ready_at) end;
  for late in
    select i.shard, i.entity_id, i.slot,
           (select count(*) from json_to_recordset(accepted::json) as w(entity_id text, not_before bigint)
             where w.entity_id = i.entity_id and coalesce(w.not_before, 0) <= now_at) as added
      from (select distinct w.entity_id from json_to_recordset(accepted::json) as w(entity_id text)) w
      cross join lateral (
        select i.shard, i.entity_id, i.slot, i.not_before from stator.inbox i
         where i.shard = stator.shard_of(w.entity_id) and i.entity_id = w.entity_id
           and i.slot >= 4503599627370496 and i.not_before <= now_at
         order by i.not_before, i.slot offset 0) i
     order by i.entity_id, i.not_before, i.slot
  loop
    update stator.inbox i set slot = l.next_seq - late.added
      from stator.lane l
     where i.shard = late.shard and i.entity_id = late.entity_id and i.slot = late.slot
       and l.shard = late.shard and l.entity_id = late.entity_id;
    update stator.lane l set next_seq = l.next_seq + 1 where l.shard = late.shard and l.entity_id = late.entity_id;
  end loop;

  insert into stator.inbox (
      shard, entity_id, slot, event_id, machine_name, machine_version, command, not_before, key_scope, key, key_hash,
      attempts_max, source, traceparent, actor, created_at)
    select l.shard, w.entity_id,
           case when w.is_due then l.next_seq - w.added + w.n - 1
                else 4503599627370496 + nextval('stator.inbox_order') end,
           w.event_id, w.machine_name, w.machine_version, w.command, w.not_before, w.key_scope, w.key, w.key_hash,
           w.attempts_max, 0, w.traceparent, w.actor, now_at
      from (
        select e.*, d.is_due,
               row_number() over (partition by e.entity_id, d.is_due order by e.place) as n,
               count(*) over (partition by e.entity_id, d.is_due) as added
          from rows from (
            json_to_recordset(accepted::json) as (
              entity_id text, event_id uuid, machine_name text, machine_version text, command json, not_before bigint,
              key_scope text, key text, key_hash text, attempts_max smallint, traceparent text, actor text)
          ) with ordinality as e(
            entity_id, event_id, machine_name, machine_version, command, not_before, key_scope, key, key_hash,
            attempts_max, traceparent, actor, place)
          cross join lateral (select coalesce(e.not_before, 0) <= now_at as is_due) d
         order by e.place
      ) w
      cross join lateral (
        select * from stator.lane l
         where l.shard = stator.shard_of(w.entity_id) and l.entity_id = w.entity_id offset 0) l;
  return known;
end
$$;

-- Makes the lanes ready that somebody appended to without their lock; answers how many knocks are gone.
create function stator.absorb_knocks(knocks_max integer) returns integer
  language plpgsql
as $$
declare
  absorbed integer;
begin
  with gone as (
    delete from stator.knock
     where id in (select id from stator.knock order by id limit knocks_max for update skip locked)
    returning entity_id, ready_at
  ), ready as (
    insert into stator.lane as l (shard, entity_id, next_seq, attempts, ready_at)
      select stator.shard_of(entity_id), entity_id, 1, 0, min(ready_at) from gone group by entity_id order by 1, 2
      on conflict (shard, entity_id) do update set
        ready_at = case when l.parked_reason is not null or l.attempts > 0 then l.ready_at
                        else least(l.ready_at, excluded.ready_at) end
  )
  select count(*) into absorbed from gone;
  return absorbed;
end
$$;

-- Ends a delivery under its lease: null `retry_at` and null `letter` remove the action. False = the lease was lost.
create function stator.acknowledge(
  entity text, at_position bigint, at_ordinal integer, held_lease_no integer, is_failed boolean, retry_at bigint,
  letter text, follow_up text, keys_after bigint
) returns boolean
  language plpgsql
as $$
begin
  if follow_up is not null then
    -- Lane before action, as everywhere.
    insert into stator.lane (shard, entity_id, next_seq, attempts)
      select stator.shard_of(w.entity_id), w.entity_id, 1, 0
        from json_to_recordset(follow_up::json) as w(entity_id text)
      on conflict do nothing;
    perform 1 from json_to_recordset(follow_up::json) as w(entity_id text)
      cross join lateral (
        select 1 from stator.lane l
         where l.shard = stator.shard_of(w.entity_id) and l.entity_id = w.entity_id for update) l;
  end if;
  if is_failed and (retry_at is not null or letter is not null) then
    update stator.outbox o
       set attempts = attempts + 1, is_leased = false,
           next_at = case when letter is null then retry_at end,
           dead_record_id = case when letter is not null then letter::json -> 0 ->> 'record_id' end
     where o.shard = stator.shard_of(entity) and o.entity_id = entity and o.position = at_position
       and o.ordinal = at_ordinal and o.lease_no = held_lease_no and o.is_leased;
  else
    delete from stator.outbox o
     where o.shard = stator.shard_of(entity) and o.entity_id = entity and o.position = at_position
       and o.ordinal = at_ordinal and o.lease_no = held_lease_no and o.is_leased;
  end if;
  if not found then return false; end if;
  if letter is not null then perform stator.insert_letters(letter); end if;
  if follow_up is not null then perform stator.append(follow_up, keys_after); end if;
  return true;
end
$$;

-- Locks the lane of a letter, adding it when it is missing, and answers whether it waits for this letter.
create function stator.lock_letter_lane(of_entity_id text, of_record_id text) returns boolean
  language plpgsql
as $$
declare
  reason text;
begin
  insert into stator.lane (shard, entity_id, next_seq, attempts)
    values (stator.shard_of(of_entity_id), of_entity_id, 1, 0) on conflict do nothing;
  select l.parked_reason into reason from stator.lane l
   where l.shard = stator.shard_of(of_entity_id) and l.entity_id = of_entity_id for update;
  return coalesce(reason = 'dead_letter:' || of_record_id, false);
end
$$;

create function stator.resume_lane(of_entity_id text) returns void
  language sql
as $$
  update stator.lane set parked_reason = null, parked_at = null, ready_at = stator.now_ms()
   where shard = stator.shard_of(of_entity_id) and entity_id = of_entity_id
$$;

-- Gives a letter up, and lets a lane that waits for it go on.
create function stator.discard(of_record_id text, of_entity_id text, by_actor text) returns void
  language plpgsql
as $$
declare
  is_waited_for boolean := stator.lock_letter_lane(of_entity_id, of_record_id);
begin
  update stator.dead_letter
     set status = 'ignored', updated_at = stator.now_ms(),
         metadata = (metadata::jsonb || jsonb_build_object('discarded_by', by_actor))::json
   where record_id = of_record_id and status in ('pending', 'retrying');
  if is_waited_for then perform stator.resume_lane(of_entity_id); end if;
end
$$;

-- Puts an event or action back, once; answers the event id of the first time. `event` is an array of one, null for
-- an action. `old_seq` is the place it takes when its lane waits for it.
create function stator.replay(
  of_record_id text, of_entity_id text, as_event_id text, by_actor text, event text, old_seq bigint, new_params text
) returns text
  language plpgsql
as $$
declare
  is_waited_for boolean := stator.lock_letter_lane(of_entity_id, of_record_id);
  earlier text;
begin
  select metadata ->> 'replay_event_id' into earlier from stator.dead_letter
   where record_id = of_record_id for update;
  if not found then return null; end if;
  if earlier is not null then return earlier; end if;

  update stator.outbox
     set dead_record_id = null, attempts = 0, next_at = stator.now_ms(), params = coalesce(new_params::json, params)
   where dead_record_id = of_record_id;
  if not found then
    if event is null then
      raise exception 'the action is gone' using errcode = 'ST003';
    end if;
    if is_waited_for and old_seq is not null then
      insert into stator.inbox (
          shard, entity_id, slot, event_id, machine_name, machine_version, command, attempts_max, source, traceparent,
          actor, created_at)
        select stator.shard_of(w.entity_id), w.entity_id, old_seq, w.event_id, w.machine_name, w.machine_version,
               w.command, w.attempts_max, 0, w.traceparent, w.actor, stator.now_ms()
          from json_to_recordset(event::json) as w(
            entity_id text, event_id uuid, machine_name text, machine_version text, command json,
            attempts_max smallint, traceparent text, actor text);
      perform stator.resume_lane(of_entity_id);
    else
      perform stator.append(event, 0);
    end if;
  end if;
  update stator.dead_letter
     set status = 'resolved', retry_count = retry_count + 1, updated_at = stator.now_ms(),
         metadata = (metadata::jsonb || jsonb_build_object('replay_event_id', as_event_id, 'replayed_by', by_actor))::json
   where record_id = of_record_id;
  return as_event_id;
end
$$;
