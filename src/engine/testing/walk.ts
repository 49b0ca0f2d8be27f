/** Walks a machine through events and tells what each came to. */
import { applyData } from "../apply_data.ts";
import { compileMachine } from "../compile.ts";
import { dispatch } from "../dispatch.ts";
import type { JsonObject } from "../../json.ts";
import { type BriefMachine, buildSpec } from "./build_spec.ts";
import { start } from "../start.ts";
import type { EngineEvent, EngineOptions, GuardFunction, Run } from "../step.ts";

export const NOW_MS = 1_700_000_000_000;

/** An event by name, with payload, `{fire: key}` for a timer that runs, or `{data}`. */
export type Stimulus =
  | string
  | (Partial<EngineEvent> & { readonly trigger: string })
  | { readonly fire: string }
  | { readonly data: JsonObject };

export interface Walk {
  /** The initial entry, then one for each stimulus. */
  readonly runs: readonly Run[];
  readonly last: Run;
}

export function walk(
  brief: BriefMachine,
  stimuli: readonly Stimulus[] = [],
  given: { readonly context?: JsonObject; readonly guards?: ReadonlyMap<string, GuardFunction> } = {},
): Walk {
  const machine = compileMachine(buildSpec(brief));
  const options: EngineOptions = {
    nowMs: NOW_MS,
    ...(given.guards === undefined ? {} : { guards: given.guards }),
  };
  let last = start(machine, given.context ?? {}, options);
  const runs = [last];
  for (const stimulus of stimuli) {
    const { instance } = last;
    if (typeof stimulus === "object" && "data" in stimulus) {
      last = applyData(machine, instance, stimulus.data, options);
    } else last = dispatch(machine, instance, eventOf(stimulus, last), options);
    runs.push(last);
  }
  return { runs, last };
}

/** Leaves of the instance, joined with spaces. */
export function statesOf(run: Run): string {
  return run.instance.snapshot.states.join(" ");
}

/** The context list `log`, joined with spaces. */
export function logOf(run: Run): string {
  const { log } = run.instance.context;
  return Array.isArray(log) ? log.join(" ") : "";
}

/** What the last run logged beyond the one before. */
export function newLog({ runs, last }: Walk): string {
  const before = runs.at(-2);
  const skipped = before === undefined ? 0 : logOf(before).length;
  return logOf(last).slice(skipped).trim();
}

function eventOf(stimulus: Exclude<Stimulus, { readonly data: JsonObject }>, last: Run): EngineEvent {
  if (typeof stimulus === "string") return { trigger: stimulus, payload: {} };
  if ("trigger" in stimulus) return { payload: {}, ...stimulus };
  const key = stimulus.fire;
  const generation = last.instance.snapshot.timers?.[key] ?? -1;
  const trigger = key.startsWith("send/") ? key.slice("send/".length) : key.slice(key.indexOf("/") + 1);
  return { trigger, payload: {}, timer: { key, generation } };
}
