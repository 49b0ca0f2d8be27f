/** The birth of an instance: defaults laid under its context, initial states entered for real. */
import { beginStep, drain, finishStep, rest } from "./macrostep.ts";
import { EffectError, evaluateIn } from "./effect.ts";
import { enterInitial } from "./microstep.ts";
import { type Machine, NONE } from "./machine.ts";
import { raise } from "./queue.ts";
import { reachOf } from "./reach.ts";
import { refusedStep, runOf, unchangedRun } from "./result.ts";
import type { Instance } from "./snapshot.ts";
import type { JsonObject } from "../json.ts";
import type { EngineOptions, Refusal, Run } from "./step.ts";
import { RefusedError, scopeOf, viewOf, type Work, workOf, writeKey } from "./work.ts";

/** Enters the initial states. `context` wins over the defaults of the machine's variables. */
export function start(machine: Machine, context: JsonObject, options: EngineOptions): Run {
  const instance: Instance = { snapshot: { v: 1, states: [] }, context };
  const work = workOf(machine, instance, { active: [], options });
  try {
    beginStep(work);
    applyDefaults(work);
    const reach = reachOf(work, machine.initial, { floor: NONE, isOpened: () => true });
    if (reach === null) throw new RefusedError(noBranch(machine));
    enterInitial(work, reach);
    rest(work);
    const first = finishStep(work, { event: null, names: [], outcome: "transitioned" });
    return runOf(work, { instance, steps: [first, ...drain(work)], fired: null });
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return unchangedRun(instance, refusedStep(instance, { event: null, refusal: error.refusal }));
  }
}

/** Variables in file order; each default sees those before it. */
function applyDefaults(work: Work): void {
  const { spec, variables, isScxml } = work.machine;
  for (const [place, variable] of spec.variables.entries()) {
    const { key } = variable;
    if (Object.hasOwn(viewOf(work), key)) continue;
    if (variable.default !== undefined) writeKey(work, key, variable.default);
    const expression = variables[place]?.defaultExpression ?? null;
    if (expression === null) continue;
    try {
      writeKey(work, key, evaluateIn(() => expression.evaluate(scopeOf(work)), `Cannot set "${key}"`));
    } catch (error) {
      if (!(error instanceof EffectError)) throw error;
      if (!isScxml) throw new RefusedError(badDefault(key, error.message));
      writeKey(work, key, null);
      raise(work, "error.execution", { message: error.message, owner: key });
    }
  }
}

function badDefault(key: string, message: string): Refusal {
  return {
    code: "action_failed",
    message,
    details: { reason: "action_failed", action: "default_expr", owner: key },
  };
}

function noBranch(machine: Machine): Refusal {
  return {
    code: "guard_rejected",
    message: `Cannot enter machine "${machine.name}": no branch of a choice holds`,
    details: { reason: "guards_failed", candidate_count: 0 },
  };
}
