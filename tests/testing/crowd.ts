/** A store full of idle entities and waiting events, and the pages that each statement of the hot path touches in it. */
import postgres from "postgres";
import { systemClock } from "../../src/clock.ts";
import type { NewEvent } from "../../src/orchestrator/event.ts";
import { loadedMachineOf } from "../../src/orchestrator/loaded_machine.ts";
import { createRuntime } from "../../src/runtime/runtime.ts";
import { createPostgresInbox } from "../../src/store/postgres/inbox.ts";
import { createPostgresOutbox } from "../../src/store/postgres/outbox.ts";
import { openPostgresStore } from "../../src/store/postgres/postgres_store.ts";
import { createPostgresTurns } from "../../src/store/postgres/turns.ts";
import { createWakeSignal } from "../../src/store/wake_signal.ts";
import { recordOf } from "../runtime/harness.ts";
import { named, spec, state, transition } from "../runtime/machines.ts";
import { countBuffers } from "./buffers.ts";

export interface Crowd {
  /** Entities that wait for nothing, a third of them with a timer far ahead. */
  readonly idle: number;
  /** Events that wait, each in a lane of its own until there are 10,000 lanes. */
  readonly pending: number;
}

/** Lanes of one measured turn, events of one measured append, actions of one measured claim. */
const BATCH = 50;
const PENDING_LANES_MAX = 10_000;
const LATER_MS = 4_000_000_000_000;

const machine = loadedMachineOf(spec("crowd", {
  states: [state("open", "initial")],
  transitions: [
    transition("go", "open", "open", { actions: [named("tell")] }),
    transition("late", "open", "open", { afterMs: 3_600_000 }),
  ],
}));

/** Analyzed while it was empty, as tables are that fill faster than anybody looks at them. */
export async function fillCrowd(url: string, { idle, pending }: Crowd): Promise<void> {
  const lanes = Math.min(pending, PENDING_LANES_MAX);
  const entities = (prefix: string, count: number) =>
    `insert into stator.entity (shard, entity_id, machine_name, machine_version, snapshot, context, current_state, version,
         position, status, workflow_status, is_terminal, labels, created_at, updated_at)
       select stator.shard_of(id), id, 'crowd', '1.0.0', '{"v":1,"states":["open"],"timers":{"late":1},"generation":1}',
              '{}', 'open', 1, 1, 'active', 'active', false, '{}', i, i
         from generate_series(1, ${count}) i, lateral (select '${prefix}' || i) n(id)`;
  const timers = (prefix: string, count: number, dueMs: number) =>
    `insert into stator.timer (shard, entity_id, key, trigger, payload, due_at, generation)
       select stator.shard_of(id), id, 'late', 'late', '{}', ${dueMs}, 1
         from generate_series(1, ${count}) i, lateral (select '${prefix}' || i) n(id)`;
  const laneRows = (prefix: string, count: number, readyAt: string) =>
    `insert into stator.lane (shard, entity_id, next_seq, attempts, ready_at)
       select stator.shard_of(id), id, 1000000, 0, ${readyAt}
         from generate_series(1, ${count}) i, lateral (select '${prefix}' || i) n(id)`;
  const statements = [
    "vacuum analyze",
    laneRows("idle-", idle, `case when i % 3 = 0 then ${LATER_MS} end`),
    entities("idle-", idle),
    timers("idle-", Math.floor(idle / 3), LATER_MS),
    // Older than everything else, so that the first turns take them.
    laneRows("due-", BATCH, "1"),
    entities("due-", BATCH),
    timers("due-", BATCH, 1),
    laneRows("busy-", lanes, "1000 + i"),
    entities("busy-", lanes),
    `insert into stator.inbox (shard, entity_id, slot, event_id, machine_name, command, attempts_max, source, created_at)
       select stator.shard_of(id), id, 1 + n / ${lanes}, gen_random_uuid(), 'crowd',
              '{"type":"event","trigger":"go","payload":{}}', 5, 0, 1000
         from generate_series(0, ${pending - 1}) n, lateral (select 'busy-' || 1 + n % ${lanes}) x(id)`,
    `insert into stator.outbox (shard, entity_id, position, ordinal, action_id, machine_name, machine_version, kind, name,
         params, options, context, due_at, attempts_max, created_at, next_at)
       select stator.shard_of(id), id, 1, 0, gen_random_uuid(), 'crowd', '1.0.0', 'custom', 'tell', '{}',
              '{"when":null,"timeoutS":null,"retry":null,"retryBackoffS":null}', '{}', 1, 5, 1, i
         from generate_series(1, ${lanes}) i, lateral (select 'busy-' || i) n(id)`,
  ];
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false });
  for (const statement of statements) await sql.unsafe(statement);
  await sql.end({ timeout: 5 });
}

/** Pages for each event, action or call, by what was done. */
export async function crowdBuffers(url: string): Promise<Readonly<Record<string, number>>> {
  const plain = await openPostgresStore({ url, isListening: false });
  const { database, count } = countBuffers(url);
  const deps = { database, signal: createWakeSignal() };
  const [turns, inbox, outbox] = [
    createPostgresTurns(deps),
    createPostgresInbox(deps),
    createPostgresOutbox(deps),
  ];
  await plain.machines.insert(recordOf(machine.spec));
  const runtime = createRuntime({
    store: { ...plain, turns },
    clock: systemClock,
    compile: () => ({ type: "loaded", loaded: machine }),
    limits: { lanesPerTurn: BATCH, lanesPerTurnSparse: BATCH, eventsPerLane: 1, eventsPerLaneAlone: 1 },
  });
  const turn = async () => {
    const report = await runtime.turn();
    if (report === null) throw new Error("Expected a turn: nothing was ready");
  };
  const appended = Array.from({ length: BATCH }, (_, index) => eventOf(`idle-${index + 1}`));
  const [event] = appended;
  if (event === undefined) throw new Error("Expected an event");
  // What is read once for each connection is not a cost of the event.
  await turns.nextReadyAtMs();
  const found: Record<string, number> = {};
  const measure = async (name: string, per: number, use: () => Promise<unknown>) => {
    found[name] = await count(use) / per;
  };
  await measure("append, each event", BATCH, () => inbox.append(appended));
  await measure("status of an event", 1, () => inbox.status(event.eventId));
  await measure("turn that fires timers, each timer", BATCH, turn);
  await measure("turn over many lanes, each event", BATCH, turn);
  await measure("next time that something is ready", 1, () => turns.nextReadyAtMs());
  let actions: Awaited<ReturnType<typeof outbox.claim>> = [];
  const claim = { limit: BATCH, leaseMs: 60_000, owner: "w" };
  await measure("claim of actions, each", BATCH, async () => actions = await outbox.claim(claim));
  const [action] = actions;
  if (action === undefined) throw new Error("Expected an action");
  await measure("acknowledgement of an action", 1, () =>
    outbox.acknowledge({
      ...{ action, result: { type: "done", output: null }, retryAtMs: null, deadLetter: null },
      followUp: eventOf(action.entityId),
    }));
  await measure("next time that an action is due", 1, () => outbox.nextDueAtMs());
  await measure("count of what waits", 1, () => inbox.counts());
  await database.close();
  await plain.close();
  return found;
}

function eventOf(entityId: string): NewEvent {
  return {
    ...{ eventId: crypto.randomUUID(), entityId, machineName: "crowd", machineVersion: null },
    command: { type: "event", trigger: "go", payload: {} },
    ...{ notBeforeMs: null, idempotency: null, attemptsMax: 5, traceparent: null, actor: null },
  };
}
