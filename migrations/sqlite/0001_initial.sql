-- Everything Stator keeps. Times are milliseconds since the epoch, documents are JSON text.

create table machine (
  id text primary key,
  name text not null,
  version text not null,
  description text,
  is_strict integer not null,
  config text not null,
  source_text text,
  hash text not null,
  revision integer not null,
  created_at integer not null,
  updated_at integer not null,
  created_by text,
  updated_by text,
  unique (name, version)
) strict;

create table entity (
  entity_id text primary key,
  machine_name text not null,
  machine_version text not null,
  snapshot text not null,
  context text not null,
  current_state text not null,
  version integer not null,
  position integer not null,
  status text not null,
  workflow_status text not null,
  is_terminal integer not null,
  labels text not null,
  created_at integer not null,
  updated_at integer not null,
  archived_at integer,
  deleted_at integer
) strict;
create index entity_created on entity (created_at, entity_id);
create index entity_machine on entity (machine_name, machine_version);

-- `turn_no` changes with every turn that was committed: the fence between processes.
create table lane (
  entity_id text primary key,
  next_seq integer not null,
  attempts integer not null,
  parked_reason text,
  parked_at integer,
  ready_at integer,
  turn_no integer not null
) strict, without rowid;
create index lane_ready on lane (ready_at) where ready_at is not null;
create index lane_parked on lane (parked_at, entity_id) where parked_reason is not null;

-- `seq` is null until the time of a scheduled event has come.
create table inbox (
  id integer primary key autoincrement,
  entity_id text not null,
  seq integer,
  event_id text not null,
  machine_name text,
  machine_version text,
  command text not null,
  not_before integer,
  key_scope text,
  key text,
  key_hash text,
  attempts_max integer not null,
  traceparent text,
  actor text,
  created_at integer not null
) strict;
create index inbox_lane on inbox (entity_id, seq);
create index inbox_event on inbox (event_id);
create index inbox_scheduled on inbox (entity_id, not_before, id) where seq is null;

create table timer (
  entity_id text not null,
  key text not null,
  trigger text not null,
  payload text not null,
  due_at integer not null,
  generation integer not null,
  primary key (entity_id, key)
) strict, without rowid;

-- `feed_no` is the order of commit: one writer at a time.
create table history (
  feed_no integer primary key autoincrement,
  id text not null,
  entity_id text not null,
  position integer not null,
  seq integer not null,
  event_id text not null,
  type text not null,
  trigger text not null,
  payload text not null,
  machine_name text not null,
  machine_version text not null,
  outcome text not null,
  is_success integer not null,
  from_state text not null,
  to_state text,
  reason text,
  error_message text,
  actions text not null,
  steps text not null,
  context text,
  actor text,
  duration_ms real not null,
  accepted_at integer not null,
  created_at integer not null,
  attempts integer not null,
  attempts_max integer not null,
  fires_at integer not null,
  unique (entity_id, position)
) strict;
create index history_id on history (id);
create index history_event on history (event_id);
create index history_created on history (created_at);

create table outbox (
  action_id text primary key,
  entity_id text not null,
  machine_name text not null,
  machine_version text not null,
  position integer not null,
  ordinal integer not null,
  kind text not null,
  name text not null,
  params text not null,
  options text not null,
  context text not null,
  traceparent text,
  due_at integer not null,
  attempts_max integer not null,
  created_at integer not null,
  -- When it can be claimed: its time, or the end of the lease; null = it waits for a person.
  next_at integer,
  is_leased integer not null default 0,
  lease_no integer not null default 0,
  lease_owner text,
  attempts integer not null default 0,
  dead_record_id text,
  -- It waits for no earlier action and holds up no later one.
  is_parallel integer not null generated always as (coalesce(json_extract(options, '$.isParallel'), 0)) virtual
) strict;
create index outbox_lane on outbox (entity_id, position, ordinal) where next_at is not null;
create index outbox_next on outbox (next_at) where next_at is not null;
create index outbox_dead on outbox (dead_record_id) where dead_record_id is not null;

create table dead_letter (
  record_id text primary key,
  machine_name text not null,
  entity_id text not null,
  stage text not null,
  reason text not null,
  error_message text not null,
  error_type text not null,
  payload text not null,
  metadata text not null,
  attempt integer not null,
  attempts_max integer not null,
  status text not null,
  retry_count integer not null,
  created_at integer not null,
  updated_at integer,
  expires_at integer,
  event_id text
) strict;
create index dead_letter_created on dead_letter (created_at, record_id);
create index dead_letter_event on dead_letter (event_id) where event_id is not null;
create index dead_letter_entity on dead_letter (entity_id);

create table idempotency (
  scope text not null,
  key text not null,
  request_hash text not null,
  event_id text not null,
  answer text not null,
  created_at integer not null,
  primary key (scope, key)
) strict, without rowid;
create index idempotency_created on idempotency (created_at);

create table worker (
  worker_id text primary key,
  started_at integer not null,
  seen_at integer not null,
  info text not null
) strict;

create table account (
  username text primary key,
  password_hash text not null,
  role text not null,
  is_enabled integer not null,
  token_counter integer not null,
  created_at integer not null
) strict;

create table login_failure (
  key text primary key,
  count integer not null,
  last_at integer not null
) strict, without rowid;

create table document (
  kind text not null,
  id text not null,
  body text not null,
  version integer not null,
  created_at integer not null,
  updated_at integer not null,
  expires_at integer,
  due_at integer,
  primary key (kind, id)
) strict;
create index document_expires on document (expires_at) where expires_at is not null;
create index document_due on document (kind, due_at, id) where due_at is not null;
create index document_newest on document (kind, created_at, id);

create table audit (
  id text primary key,
  at integer not null,
  actor text not null,
  action text not null,
  resource text not null,
  request_id text,
  details text not null
) strict;
create index audit_at on audit (at, id);

-- Counters of the whole store.
create table setting (
  name text primary key,
  value integer not null
) strict, without rowid;
insert into setting (name, value) values ('machine_revision', 0);
