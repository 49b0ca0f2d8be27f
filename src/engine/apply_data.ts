/** Data from outside without an event: it is kept, and what follows from it is done. */
import { beginStep, drain, finishStep, isEnded, isSame, outcomeOf, rest } from "./macrostep.ts";
import { leafNames } from "./configuration.ts";
import type { JsonObject } from "../json.ts";
import type { Machine } from "./machine.ts";
import { recall } from "./queue.ts";
import { refusedStep, runOf, unchangedRun } from "./result.ts";
import { isRefusal, standingOf } from "./standing.ts";
import type { Instance } from "./snapshot.ts";
import type { EngineOptions, Run } from "./step.ts";
import { RefusedError, workOf, writeKey } from "./work.ts";

/** Lays `data` over the context, then takes eventless and data-routed transitions. The data stays when nothing follows. */
export function applyData(
  machine: Machine,
  instance: Instance,
  data: JsonObject,
  options: EngineOptions,
): Run {
  const active = standingOf(machine, instance, options);
  if (isRefusal(active)) {
    return unchangedRun(instance, refusedStep(instance, { event: null, refusal: active }));
  }
  const work = workOf(machine, instance, { active, options });
  try {
    beginStep(work);
    for (const key of Object.keys(data)) writeKey(work, key, data[key] ?? null);
    if (!isEnded(work)) rest(work);
    if (!isSame(active, work.active)) recall(work);
    const outcome = outcomeOf(work.rows.microsteps);
    const first = finishStep(work, { event: null, names: leafNames(machine, active), outcome });
    return runOf(work, { instance, steps: [first, ...drain(work)], fired: null });
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return unchangedRun(instance, refusedStep(instance, { event: null, refusal: error.refusal }));
  }
}
