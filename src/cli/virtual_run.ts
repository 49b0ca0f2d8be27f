/** One instance with a clock of its own: events and time are handed to it, timers fire when their time has come. */
import { applyData } from "../engine/apply_data.ts";
import { dispatch } from "../engine/dispatch.ts";
import type { Machine } from "../engine/machine.ts";
import type { Instance } from "../engine/snapshot.ts";
import { start } from "../engine/start.ts";
import type { Run } from "../engine/step.ts";
import { AppError } from "../errors.ts";
import type { JsonObject } from "../json.ts";

export interface VirtualRun {
  /** How it was entered. */
  readonly entered: Run;
  instance(): Instance;
  nowMs(): number;
  send(event: { readonly trigger: string; readonly payload: JsonObject; readonly context?: JsonObject }): Run;
  applyData(data: JsonObject): Run;
  /** Lets time pass; one run for each timer that fires on the way, in order of time and then of start. */
  advance(durationMs: number): readonly Run[];
}

interface PendingTimer {
  readonly key: string;
  readonly trigger: string;
  readonly payload: JsonObject;
  readonly generation: number;
  readonly dueAtMs: number;
  readonly order: number;
}

/** More in one stretch of time is a ring of timers. */
const FIRES_MAX = 100_000;
const ENTITY_ID = "simulated";

export function startVirtualRun(
  machine: Machine,
  options: { readonly context: JsonObject; readonly nowMs: number },
): VirtualRun {
  let nowMs = options.nowMs;
  let timers: readonly PendingTimer[] = [];
  let started = 0;
  const engineOptions = () => ({ nowMs, entityId: ENTITY_ID });
  const entered = start(machine, options.context, engineOptions());
  let instance = entered.instance;
  keep(entered);

  return {
    entered,
    instance: () => instance,
    nowMs: () => nowMs,
    send: (event) => keep(dispatch(machine, instance, event, engineOptions())),
    applyData: (data) => keep(applyData(machine, instance, data, engineOptions())),
    advance(durationMs) {
      const untilMs = nowMs + durationMs;
      const runs: Run[] = [];
      while (true) {
        const due = timers.find((timer) => timer.dueAtMs <= untilMs);
        if (due === undefined) break;
        if (runs.length >= FIRES_MAX) {
          throw new AppError(
            "bad_request",
            `Cannot advance by ${durationMs} ms: more than ${FIRES_MAX} timers fire`,
          );
        }
        timers = timers.filter((timer) => timer !== due);
        nowMs = Math.max(nowMs, due.dueAtMs);
        const { trigger, payload, key, generation } = due;
        runs.push(
          keep(
            dispatch(machine, instance, { trigger, payload, timer: { key, generation } }, engineOptions()),
          ),
        );
      }
      nowMs = untilMs;
      return runs;
    },
  };

  /** Takes over what a run changed; a refused run changed nothing. */
  function keep(run: Run): Run {
    instance = run.instance;
    const gone = new Set([...run.timersCancelled, ...run.timersStarted.map((timer) => timer.key)]);
    const fresh = run.timersStarted.map((timer): PendingTimer => ({
      key: timer.key,
      trigger: timer.trigger,
      payload: timer.payload,
      generation: timer.generation,
      dueAtMs: nowMs + timer.delayMs,
      order: started++,
    }));
    timers = [...timers.filter((timer) => !gone.has(timer.key)), ...fresh]
      .toSorted((a, b) => a.dueAtMs - b.dueAtMs || a.order - b.order);
    return run;
  }
}
