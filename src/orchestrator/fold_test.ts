/** Lanes folded as rows: order of timers and events, failures, attempts, parking, awaited events. */
import type { LoadedLane } from "./lane.ts";
import { deepStrictEqual } from "node:assert/strict";
import { orderMachine, orderSpec, transition } from "../../tests/runtime/machines.ts";
import type { JsonObject } from "../json.ts";
import { decide } from "./decide.ts";
import type { Entity } from "./entity.ts";
import type { NewEvent, QueuedEvent, Timer } from "./event.ts";
import { foldLane, TIMERS_PER_TURN_MAX } from "./fold.ts";
import type { FoldOptions } from "./lane_fold.ts";
import type { LoadedMachine } from "./loaded_machine.ts";

const NOW_MS = 1_700_000_000_000;
const order = orderMachine({
  transitions: [
    ...orderSpec().transitions,
    transition("wake", "open", "open"),
    transition("late", "open", "lost"),
  ],
});
/** A machine that was meant for this program but makes it throw. */
const broken: LoadedMachine = {
  ...order,
  get machine(): LoadedMachine["machine"] {
    throw new TypeError("boom");
  },
};
const brokenBlocking: LoadedMachine = {
  ...order,
  policy: { onRefused: "dead_letter", onFailure: "block" },
  get machine(): LoadedMachine["machine"] {
    throw new TypeError("boom");
  },
};

function newEvent(trigger: string, id: number): NewEvent {
  return {
    eventId: `00000000-0000-4000-8000-${String(id).padStart(12, "0")}`,
    entityId: "o-1",
    machineName: "order",
    machineVersion: null,
    command: { type: "event", trigger, payload: {} },
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: 3,
    traceparent: null,
    actor: null,
  };
}

function forced(state: string, id: number): NewEvent {
  const snapshot = { v: 1, states: [state] } as const;
  return { ...newEvent("", id), command: { type: "force", snapshot, context: null, reason: "stuck" } };
}

function queued(trigger: string, seq: number, acceptedAtMs = NOW_MS - 100): QueuedEvent {
  return { ...newEvent(trigger, seq), seq, attempts: 0, acceptedAtMs };
}

function timer(trigger: string, dueAtMs: number, generation = 1): Timer {
  return { key: `t:${trigger}:${generation}`, trigger, payload: {}, dueAtMs, generation };
}

/** An entity for which exactly these timers run. */
function openEntity(timers: readonly Timer[] = []): Entity {
  const { entity } = decide(order, {
    entity: null,
    event: { ...queued("note", 1), command: { type: "create", context: {}, labels: {} } },
    timer: null,
    isAwaited: false,
    nowMs: NOW_MS - 1_000,
  });
  if (entity === null) throw new Error("create made no entity");
  const running = Object.fromEntries(timers.map((one) => [one.key, one.generation]));
  return { ...entity, snapshot: { ...entity.snapshot, timers: running } };
}

function laneOf(parts: Partial<LoadedLane>): LoadedLane {
  return {
    entityId: "o-1",
    nextSeq: 10,
    attempts: 0,
    parkedReason: null,
    entity: null,
    events: [],
    isMore: false,
    timers: [],
    nextScheduledAtMs: null,
    ...parts,
  };
}

function optionsOf(parts: Partial<FoldOptions> = {}): FoldOptions {
  return {
    machineOf: () => order,
    nowMs: NOW_MS,
    retry: { baseMs: 1_000, capMs: 60_000 },
    random: () => 0.5,
    stopwatchMs: () => 0,
    ...parts,
  };
}

interface Row {
  readonly name: string;
  readonly lane: Partial<LoadedLane>;
  readonly options?: Partial<FoldOptions>;
  /** Triggers in the order they were written down, with their outcome. */
  readonly history: readonly string[];
  readonly consumed: readonly number[];
  readonly write: JsonObject | null;
  readonly obstacle?: string;
}

const earlier = timer("wake", NOW_MS - 500);
const later = timer("wake", NOW_MS - 50);
const future = timer("wake", NOW_MS + 7_000);

const ROWS: readonly Row[] = [
  {
    name: "consumes queued events in order",
    lane: { events: [queued("pay", 8), queued("ship", 9)] },
    history: ["__entity_created__ transitioned", "pay transitioned", "ship transitioned"],
    consumed: [8, 9],
    write: { nextSeq: 10, attempts: 0, parked: null, readyAt: null, version: 3, dead: 0 },
  },
  {
    name: "fires a timer before an event accepted after it was due",
    lane: { entity: openEntity([earlier]), events: [queued("note", 9)], timers: [earlier] },
    history: ["wake transitioned", "note transitioned"],
    consumed: [9],
    write: { nextSeq: 11, attempts: 0, parked: null, readyAt: null, version: 3, dead: 0 },
  },
  {
    name: "fires a timer after an event accepted before it was due",
    lane: { entity: openEntity([later]), events: [queued("note", 9)], timers: [later] },
    history: ["note transitioned", "wake transitioned"],
    consumed: [9],
    write: { nextSeq: 11, attempts: 0, parked: null, readyAt: null, version: 3, dead: 0 },
  },
  {
    name: "never fires a timer early",
    lane: { entity: openEntity([future]), timers: [future] },
    history: [],
    consumed: [],
    write: { nextSeq: 10, attempts: 0, parked: null, readyAt: NOW_MS + 7_000, version: null, dead: 0 },
  },
  {
    name: "waits for the earlier of timer and scheduled event",
    lane: { entity: openEntity([future]), timers: [future], nextScheduledAtMs: NOW_MS + 3_000 },
    history: [],
    consumed: [],
    write: { nextSeq: 10, attempts: 0, parked: null, readyAt: NOW_MS + 3_000, version: null, dead: 0 },
  },
  {
    name: "holds timers of an entity that is not active",
    lane: { entity: { ...openEntity([earlier]), status: "archived" }, timers: [earlier] },
    history: [],
    consumed: [],
    write: { nextSeq: 10, attempts: 0, parked: null, readyAt: null, version: null, dead: 0 },
  },
  {
    name: "comes back at once when more is queued than was loaded",
    lane: { entity: openEntity(), events: [queued("note", 8)], isMore: true },
    history: ["note transitioned"],
    consumed: [8],
    write: { nextSeq: 10, attempts: 0, parked: null, readyAt: NOW_MS, version: 2, dead: 0 },
  },
  {
    name: "lets a failing event block what comes after it",
    lane: { entity: openEntity(), events: [queued("note", 8), queued("note", 9)] },
    options: { machineOf: () => broken },
    history: [],
    consumed: [],
    write: { nextSeq: 10, attempts: 1, parked: null, readyAt: NOW_MS + 1_000, version: null, dead: 0 },
  },
  {
    name: "waits longer after each failure",
    lane: { entity: openEntity(), events: [queued("note", 8)], attempts: 1 },
    options: { machineOf: () => broken },
    history: [],
    consumed: [],
    write: { nextSeq: 10, attempts: 2, parked: null, readyAt: NOW_MS + 2_000, version: null, dead: 0 },
  },
  {
    name: "gives an event up after its last attempt and goes on",
    lane: { entity: openEntity(), events: [queued("note", 8), queued("note", 9)], attempts: 2 },
    options: { machineOf: () => broken },
    history: ["note failed"],
    consumed: [8],
    write: { nextSeq: 10, attempts: 1, parked: null, readyAt: NOW_MS + 1_000, version: 1, dead: 1 },
  },
  {
    name: "parks the lane after the last attempt when the machine says block",
    lane: { entity: openEntity(), events: [queued("note", 8), queued("note", 9)], attempts: 2 },
    options: { machineOf: () => brokenBlocking },
    history: ["note failed"],
    consumed: [8],
    write: { nextSeq: 10, attempts: 0, parked: "dead_letter", readyAt: null, version: 1, dead: 1 },
  },
  {
    name: "leaves a parked lane alone",
    lane: { entity: openEntity(), events: [queued("note", 8)], parkedReason: "dead_letter:x" },
    history: [],
    consumed: [],
    write: { nextSeq: 10, attempts: 0, parked: "dead_letter", readyAt: null, version: null, dead: 0 },
  },
  {
    name: "gives up what ended every process that held it",
    lane: { entity: openEntity(), events: [queued("note", 8)], attempts: 3 },
    history: ["note failed"],
    consumed: [8],
    write: { nextSeq: 10, attempts: 0, parked: null, readyAt: null, version: 1, dead: 1 },
  },
  {
    name: "decides an awaited event after what is queued",
    lane: { entity: openEntity(), events: [queued("pay", 9)] },
    options: { awaited: [newEvent("ship", 99)] },
    history: ["pay transitioned", "ship transitioned"],
    consumed: [9],
    write: { nextSeq: 11, attempts: 0, parked: null, readyAt: null, version: 3, dead: 0 },
  },
  {
    name: "keeps an awaited event out of a parked lane",
    lane: { entity: openEntity(), parkedReason: "dead_letter:x" },
    options: { awaited: [newEvent("pay", 99)] },
    history: [],
    consumed: [],
    write: { nextSeq: 10, attempts: 0, parked: "dead_letter", readyAt: null, version: null, dead: 0 },
    obstacle: "parked",
  },
  {
    name: "takes a change by hand of a parked lane before what waits in it",
    lane: { entity: openEntity(), events: [queued("note", 8)], attempts: 1, parkedReason: "dead_letter:x" },
    options: { awaited: [forced("paid", 98), newEvent("ship", 99)] },
    history: ["__force internal"],
    consumed: [],
    write: { nextSeq: 11, attempts: 0, parked: "dead_letter", readyAt: null, version: 2, dead: 0 },
    obstacle: "parked",
  },
  {
    name: "does not spend attempts for an awaited event",
    lane: { entity: openEntity(), events: [queued("note", 9)], attempts: 1 },
    options: { awaited: [newEvent("pay", 99)], machineOf: () => broken },
    history: [],
    consumed: [],
    write: null,
    obstacle: "retrying",
  },
  {
    name: "decides an awaited event when nothing is left of what failed",
    lane: { entity: openEntity(), attempts: 1 },
    options: { awaited: [newEvent("pay", 99)] },
    history: ["pay transitioned"],
    consumed: [],
    write: {
      nextSeq: 11,
      attempts: 0,
      parked: null,
      readyAt: NOW_MS + 3_600_000,
      version: 2,
      dead: 0,
    },
  },
  {
    name: "puts an awaited event off while more is queued",
    lane: { entity: openEntity(), events: [queued("note", 9)], isMore: true },
    options: { awaited: [newEvent("pay", 99)] },
    history: ["note transitioned"],
    consumed: [9],
    write: { nextSeq: 10, attempts: 0, parked: null, readyAt: NOW_MS, version: 2, dead: 0 },
    obstacle: "behind",
  },
  {
    name: "writes an awaited event that makes the program throw as failed",
    lane: { entity: openEntity() },
    options: { awaited: [newEvent("pay", 99)], machineOf: () => broken },
    history: ["pay failed"],
    consumed: [],
    write: { nextSeq: 11, attempts: 0, parked: null, readyAt: null, version: 1, dead: 0 },
  },
];

function check(row: Row): void {
  const { write, obstacle } = foldLane(laneOf(row.lane), optionsOf(row.options));
  deepStrictEqual({
    history: (write?.history ?? []).map((one) => `${one.trigger} ${one.outcome}`),
    consumed: (write?.consumedEventIds ?? []).map((id) => Number(id.slice(-12))),
    write: write === null ? null : {
      nextSeq: write.nextSeq,
      attempts: write.attempts,
      parked: write.parkedReason?.split(":")[0] ?? null,
      readyAt: write.readyAtMs,
      version: write.entity?.version ?? null,
      dead: write.deadLetters.length,
    },
    obstacle,
  }, { history: row.history, consumed: row.consumed, write: row.write, obstacle: row.obstacle ?? null });
}

for (const row of ROWS) Deno.test(`foldLane() ${row.name}`, () => check(row));

Deno.test("foldLane() numbers history without holes", () => {
  const entity = openEntity([earlier, later]);
  const lane = laneOf({ entity, timers: [earlier, later], events: [queued("note", 8), queued("ship", 9)] });
  const { write } = foldLane(lane, optionsOf());
  deepStrictEqual(write?.history.map((row) => row.position), [2, 3, 4, 5].slice(0, write?.history.length));
  deepStrictEqual(write?.entity?.position, write?.history.at(-1)?.position);
});

Deno.test("foldLane() fires a bounded number of timers and comes back for the rest", () => {
  const timers = Array.from(
    { length: TIMERS_PER_TURN_MAX + 5 },
    (_, index) => timer("wake", NOW_MS - 1_000, index),
  );
  const { write } = foldLane(laneOf({ entity: openEntity(timers), timers }), optionsOf());
  deepStrictEqual(write?.history.length, TIMERS_PER_TURN_MAX);
  deepStrictEqual(write?.readyAtMs, NOW_MS);
});

Deno.test("foldLane() drops the fire of an old generation without effect", () => {
  const old = timer("late", NOW_MS - 10, 1);
  const entity = openEntity([{ ...old, generation: 2 }]);
  const { write } = foldLane(laneOf({ entity, timers: [old] }), optionsOf());
  deepStrictEqual([write?.entity?.currentState ?? "open", write?.timersCancelled], ["open", [old.key]]);
});
