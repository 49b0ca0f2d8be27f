/** A snapshot that was moved by hand, made to fit a machine: is it legal there, and which timers run now. */
import { leafNames } from "../engine/configuration.ts";
import { nodeAt } from "../engine/machine.ts";
import type { ActionRequest } from "../engine/step.ts";
import type { Snapshot } from "../engine/snapshot.ts";
import { isRefusal, standingOf } from "../engine/standing.ts";
import type { JsonObject } from "../json.ts";
import type { Timer } from "./event.ts";
import type { LoadedMachine } from "./loaded_machine.ts";
import type { TimerChanges } from "./timers.ts";

export type Realigned =
  | {
    readonly type: "fits";
    readonly snapshot: Snapshot;
    readonly timers: TimerChanges;
    /** Services to stop and to start. */
    readonly requests: readonly ActionRequest[];
  }
  | { readonly type: "misfit"; readonly message: string };

/**
 * Timers that the active states have in `loaded` go on when they run already and start anew when they do not; timers
 * of transitions that are gone are cancelled. Delayed events of the entity itself go on unless `isFresh`, which starts
 * every timer and every service anew: the entity was put into its state by hand.
 */
export function realign(
  loaded: LoadedMachine,
  moved: { readonly snapshot: Snapshot; readonly context: JsonObject; readonly isFresh: boolean },
  nowMs: number,
): Realigned {
  const { snapshot, context, isFresh } = moved;
  const active = standingOf(loaded.machine, { snapshot, context }, { nowMs });
  if (isRefusal(active)) return { type: "misfit", message: active.message };

  const running = snapshot.timers ?? {};
  const wanted = active.flatMap((index) => nodeAt(loaded.machine, index).timers);
  const wantedKeys = new Set(wanted.map((timer) => timer.key));
  const keptKeys = Object.keys(running).filter((key) =>
    !isFresh && (wantedKeys.has(key) || key.startsWith(SEND_PREFIX))
  );
  const timers: Record<string, number> = Object.fromEntries(keptKeys.map((key) => [key, running[key] ?? 0]));
  let generation = snapshot.generation ?? 0;
  const set: Timer[] = [];
  for (const { key, trigger, delayMs } of snapshot.isDone === true ? [] : wanted) {
    if (Object.hasOwn(timers, key)) continue;
    generation += 1;
    timers[key] = generation;
    set.push({ key, trigger, payload: {}, dueAtMs: nowMs + delayMs, generation });
  }
  const services = isFresh
    ? servicesAnew(loaded, { active, snapshot, generation })
    : { requests: [], generation, invokes: snapshot.invokes ?? {} };
  const { timers: _, generation: __, invokes: ___, ...rest } = snapshot;
  return {
    type: "fits",
    snapshot: {
      ...rest,
      ...(isFresh ? { states: leafNames(loaded.machine, active) } : {}),
      ...(Object.keys(timers).length === 0 ? {} : { timers }),
      ...(Object.keys(services.invokes).length === 0 ? {} : { invokes: services.invokes }),
      ...(services.generation === 0 ? {} : { generation: services.generation }),
    },
    timers: { set, cancelled: Object.keys(running).filter((key) => !Object.hasOwn(timers, key)) },
    requests: services.requests,
  };
}

/** Stops what runs and starts the services of the active states; each start is a stay of its own. */
function servicesAnew(
  { machine }: LoadedMachine,
  place: {
    readonly active: readonly number[];
    readonly snapshot: Snapshot;
    readonly generation: number;
  },
): {
  readonly requests: readonly ActionRequest[];
  readonly generation: number;
  readonly invokes: Readonly<Record<string, number>>;
} {
  const running = Object.keys(place.snapshot.invokes ?? {}).map((name) => machine.indexOfName.get(name))
    .filter((index) => index !== undefined).map((index) => nodeAt(machine, index));
  const stops = running.flatMap((node) =>
    node.invokes.map(({ id, src }) => request("invoke_stop", src, { id, src, state: node.name }))
  );
  const entered = place.snapshot.isDone === true
    ? []
    : place.active.map((index) => nodeAt(machine, index)).filter((node) => node.invokes.length > 0);
  const generations = entered.map((node, index) => [node.name, place.generation + index + 1] as const);
  const starts = entered.flatMap((node, index) =>
    node.invokes.map(({ id, src, onDone, onError }) =>
      request("invoke_start", src, {
        id,
        src,
        state: node.name,
        generation: place.generation + index + 1,
        on_done: onDone ?? `done.invoke.${id}`,
        on_error: onError ?? `error.invoke.${id}`,
      })
    )
  );
  return {
    requests: [...stops, ...starts],
    generation: place.generation + entered.length,
    invokes: Object.fromEntries(generations),
  };
}

function request(kind: "invoke_start" | "invoke_stop", name: string, params: JsonObject): ActionRequest {
  return {
    kind,
    name,
    params,
    options: { when: null, timeoutS: null, retry: null, retryBackoffS: null },
    context: {},
  };
}

/** Keys of delayed events that an entity sent to itself. */
const SEND_PREFIX = "send/";
