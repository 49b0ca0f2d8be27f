/** A machine played through with a clock of its own: the same fold as in production, with nothing kept. */
import type { LoadedLane } from "../orchestrator/lane.ts";
import { AppError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { Command, NewEvent, Timer } from "../orchestrator/event.ts";
import { foldLane } from "../orchestrator/fold.ts";
import type { FoldedItem } from "../orchestrator/lane_fold.ts";
import type { LoadedMachine } from "../orchestrator/loaded_machine.ts";
import { DEFAULT_RETRY } from "../orchestrator/retry.ts";

export type SimulationInput =
  | { readonly type: "event"; readonly trigger: string; readonly payload: JsonObject }
  | { readonly type: "data"; readonly data: JsonObject }
  | { readonly type: "advance"; readonly durationMs: number };

/** One thing that happened, and to which input it belongs; 0 = the creation. */
export interface SimulatedItem {
  readonly input: number;
  readonly atMs: number;
  readonly item: FoldedItem;
}

export interface Simulation {
  readonly items: readonly SimulatedItem[];
  readonly lane: LoadedLane;
  readonly nowMs: number;
}

/** A simulation as plain data. */
export interface PlayedSimulation {
  readonly machineName: string;
  readonly machineVersion: string;
  readonly steps: readonly PlayedStep[];
  readonly entity: {
    readonly currentState: string;
    readonly states: readonly string[];
    readonly context: JsonObject;
    readonly isTerminal: boolean;
  } | null;
  readonly timers: readonly { readonly key: string; readonly trigger: string; readonly dueAtMs: number }[];
  readonly nowMs: number;
}

export interface PlayedStep {
  readonly input: number;
  readonly atMs: number;
  readonly type: string;
  readonly trigger: string;
  readonly isSuccess: boolean;
  readonly outcome: string;
  readonly fromState: string;
  readonly toState: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly actions: readonly string[];
  readonly context: JsonObject | null;
}

/** As `simulate`, told as plain data. */
export function playSimulation(
  loaded: LoadedMachine,
  options: Parameters<typeof simulate>[1],
): PlayedSimulation {
  const { items, lane, nowMs } = simulate(loaded, options);
  const { entity } = lane;
  return {
    machineName: loaded.name,
    machineVersion: loaded.version,
    steps: items.map(playedStep),
    entity: entity === null ? null : {
      currentState: entity.currentState,
      states: entity.snapshot.states,
      context: entity.context,
      isTerminal: entity.isTerminal,
    },
    timers: lane.timers.map(({ key, trigger, dueAtMs }) => ({ key, trigger, dueAtMs })),
    nowMs,
  };
}

function playedStep({ input, atMs, item }: SimulatedItem): PlayedStep {
  const { decision, event, timer } = item;
  const { history, entity } = decision;
  const { command } = event;
  return {
    input,
    atMs,
    type: timer === null ? command.type : "timer",
    trigger: history?.trigger ?? (command.type === "event" ? command.trigger : ""),
    isSuccess: history?.isSuccess ?? false,
    outcome: history?.outcome ?? "refused",
    fromState: history?.fromState ?? "",
    toState: history?.toState ?? null,
    reason: history?.reason ?? decision.reason,
    message: decision.message,
    actions: (history?.actions ?? []).map((action) => action.name),
    context: entity?.context ?? null,
  };
}

/** Timers that may fire in one simulation. */
const FIRES_MAX = 1_000;
const ENTITY_ID = "simulated";

/** Plays everything; throws `bad_request` when timers never come to rest. */
export function simulate(
  loaded: LoadedMachine,
  options: {
    readonly context: JsonObject;
    readonly inputs: readonly SimulationInput[];
    readonly nowMs: number;
  },
): Simulation {
  const items: SimulatedItem[] = [];
  let nowMs = options.nowMs;
  let lane: LoadedLane = EMPTY_LANE;
  let events = 0;
  let fires = 0;

  run(0, { type: "create", context: options.context, labels: {} });
  options.inputs.forEach((input, index) => {
    switch (input.type) {
      case "event":
        return run(index + 1, { type: "event", trigger: input.trigger, payload: input.payload });
      case "data":
        return run(index + 1, { type: "data", data: input.data });
      case "advance":
        return advance(index + 1, input.durationMs);
    }
  });
  return { items, lane, nowMs };

  function run(input: number, command: Command): void {
    events += 1;
    fold(input, [eventOf(command, events, loaded)]);
  }

  function advance(input: number, durationMs: number): void {
    const untilMs = nowMs + durationMs;
    for (;;) {
      const due = lane.timers.filter((timer) =>
        timer.dueAtMs <= untilMs
      ).toSorted((a, b) => a.dueAtMs - b.dueAtMs)[0];
      if (due === undefined) break;
      fires += 1;
      if (fires > FIRES_MAX) {
        throw new AppError(
          "bad_request",
          `Cannot simulate: more than ${FIRES_MAX} timers fired`,
        );
      }
      nowMs = Math.max(nowMs, due.dueAtMs);
      fold(input, []);
    }
    nowMs = untilMs;
  }

  function fold(input: number, awaited: readonly NewEvent[]): void {
    const folded = foldLane(lane, {
      machineOf: () => loaded,
      nowMs,
      retry: DEFAULT_RETRY,
      random: () => 0,
      stopwatchMs: () => 0,
      awaited,
    });
    items.push(...folded.items.map((item) => ({ input, atMs: nowMs, item })));
    const { write } = folded;
    if (write === null) return;
    lane = {
      ...lane,
      nextSeq: write.nextSeq,
      attempts: write.attempts,
      entity: write.entity ?? lane.entity,
      timers: timersAfter(lane.timers, write),
    };
  }
}

const EMPTY_LANE: LoadedLane = {
  entityId: ENTITY_ID,
  nextSeq: 1,
  attempts: 0,
  parkedReason: null,
  entity: null,
  events: [],
  isMore: false,
  timers: [],
  nextScheduledAtMs: null,
};

function timersAfter(
  timers: readonly Timer[],
  write: { readonly timersSet: readonly Timer[]; readonly timersCancelled: readonly string[] },
): readonly Timer[] {
  const gone = new Set([...write.timersCancelled, ...write.timersSet.map((timer) => timer.key)]);
  return [...timers.filter((timer) => !gone.has(timer.key)), ...write.timersSet];
}

function eventOf(command: Command, number: number, loaded: LoadedMachine): NewEvent {
  return {
    eventId: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    entityId: ENTITY_ID,
    machineName: loaded.name,
    machineVersion: loaded.version,
    command,
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: 1,
    traceparent: null,
    actor: null,
  };
}
