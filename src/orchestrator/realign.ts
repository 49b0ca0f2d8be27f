/** A snapshot that was moved by hand, made to fit a machine: is it legal there, and which timers run now. */
import { nodeAt } from "../engine/machine.ts";
import type { Snapshot } from "../engine/snapshot.ts";
import { isRefusal, standingOf } from "../engine/standing.ts";
import type { JsonObject } from "../json.ts";
import type { Timer } from "./event.ts";
import type { LoadedMachine } from "./loaded_machine.ts";
import type { TimerChanges } from "./timers.ts";

export type Realigned =
  | { readonly type: "fits"; readonly snapshot: Snapshot; readonly timers: TimerChanges }
  | { readonly type: "misfit"; readonly message: string };

/**
 * Timers that the active states have in `loaded` go on when they run already and start anew when they do not; timers
 * of transitions that are gone are cancelled. Delayed events of the entity itself go on unless `isFresh`, which starts
 * every timer anew: the entity was put into its state by hand.
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
  const { timers: _, generation: __, ...rest } = snapshot;
  return {
    type: "fits",
    snapshot: {
      ...rest,
      ...(Object.keys(timers).length === 0 ? {} : { timers }),
      ...(generation === 0 ? {} : { generation }),
    },
    timers: { set, cancelled: Object.keys(running).filter((key) => !Object.hasOwn(timers, key)) },
  };
}

/** Keys of delayed events that an entity sent to itself. */
const SEND_PREFIX = "send/";
