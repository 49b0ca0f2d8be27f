/** Runs one random machine through both readings of the specification and tells where they part. */
import type { JsonObject } from "../../src/json.ts";
import { compileMachine } from "../../src/engine/compile.ts";
import { dispatch } from "../../src/engine/dispatch.ts";
import { start } from "../../src/engine/start.ts";
import type { Machine } from "../../src/engine/machine.ts";
import type { Profile } from "../../src/engine/spec.ts";
import type { Instance } from "../../src/engine/snapshot.ts";
import type { EngineEvent, Run } from "../../src/engine/step.ts";
import { fireNaive, sendNaive, startNaive } from "./naive.ts";
import { leavesOf, type NaiveAnswer, type World, worldOf } from "./naive_world.ts";
import { type Random, randomOf } from "./random.ts";
import { EVENTS, randomMachine } from "./random_machine.ts";

export interface Difference {
  readonly seed: number;
  readonly profile: Profile;
  readonly events: readonly string[];
  readonly engine: string;
  readonly naive: string;
}

export interface Comparison {
  readonly difference: Difference | null;
  /** Events that moved something. */
  readonly moved: number;
}

const LOG_MAX = 400;
const STEPS_MAX = 50;
const OPTIONS = { nowMs: 0 };

export function compareOne(seed: number, profile: Profile, eventCount: number): Comparison {
  const random = randomOf(seed);
  const spec = randomMachine(random, profile);
  const machine = compileMachine(spec);
  const naive = worldOf(spec);
  const events: string[] = ["start"];
  let run = start(machine, {}, OPTIONS);
  let answer = startNaive(naive);
  const isStored = random.chance(0.5);
  let moved = 0;
  for (let count = 0; count <= eventCount; count++) {
    const engine = viewOfRun(machine, run);
    const plain = viewOfNaive(naive, answer);
    if (engine !== plain) return { difference: { seed, profile, events, engine, naive: plain }, moved };
    if (run.outcome === "transitioned") moved++;
    if ((count === 0 && run.refusal !== null) || isLong(run)) break;
    const event = randomEvent(random, { run, naive, count });
    events.push(event.name);
    try {
      run = dispatch(machine, isStored ? stored(run.instance) : run.instance, event.engine, OPTIONS);
    } catch (error) {
      return { difference: { seed, profile, events, engine: String(error), naive: "" }, moved };
    }
    answer = event.serial === null
      ? sendNaive(naive, event.engine.trigger, event.engine.payload)
      : fireNaive(naive, event.serial);
  }
  return { difference: null, moved };
}

/** The instance as a store gives it back. */
function stored(instance: Instance): Instance {
  return JSON.parse(JSON.stringify(instance));
}

/** Lists are copied at each entry, so a machine that talks much would take all the time. */
function isLong({ instance, steps }: Run): boolean {
  const { log } = instance.context;
  return (Array.isArray(log) && log.length > LOG_MAX) || steps.length > STEPS_MAX;
}

interface ChosenEvent {
  readonly name: string;
  readonly engine: EngineEvent;
  readonly serial: number | null;
}

function randomEvent(
  random: Random,
  at: { readonly run: Run; readonly naive: World; readonly count: number },
): ChosenEvent {
  const { run, naive, count } = at;
  const timers = timersOf(run);
  if (timers.length > 0 && random.chance(0.25)) {
    const place = random.below(timers.length);
    const [key, generation] = timers[place] ?? ["", 0];
    const timer = naive.state.timers[place];
    return {
      name: `timer ${key}`,
      engine: { trigger: timer?.trigger ?? "", payload: {}, timer: { key, generation } },
      serial: timer?.serial ?? -1,
    };
  }
  const trigger = random.chance(0.04) ? "unknown" : random.chance(0.03) ? "late" : random.pick(EVENTS);
  const payload: JsonObject = random.chance(0.2) ? { p: count } : {};
  return { name: trigger, engine: { trigger, payload }, serial: null };
}

/** Running timers in the order in which they were started. */
function timersOf(run: Run): readonly (readonly [string, number])[] {
  return Object.entries(run.instance.snapshot.timers ?? {}).sort((left, right) => left[1] - right[1]);
}

function viewOfRun(machine: Machine, run: Run): string {
  const { snapshot, context } = run.instance;
  return view({
    outcome: run.outcome,
    code: run.refusal?.code ?? null,
    states: snapshot.states,
    context,
    deferred: (snapshot.deferred ?? []).map(({ trigger }) => trigger),
    timers: timersOf(run).map(([key]) => triggerOfKey(machine, key)),
    isDone: snapshot.isDone ?? false,
  });
}

function viewOfNaive(naive: World, answer: NaiveAnswer): string {
  const { context, deferred, timers, isDone } = naive.state;
  return view({
    ...answer,
    states: leavesOf(naive).map(({ name }) => name),
    context,
    deferred: deferred.map(({ trigger }) => trigger),
    timers: timers.map(({ owner, trigger, id }) =>
      owner === null ? `send/${id}` : `${owner.name}/${trigger}`
    ),
    isDone,
  });
}

function triggerOfKey(_machine: Machine, key: string): string {
  return key.replace(/#\d+$/, "");
}

function view(facts: { readonly [name: string]: unknown; readonly context: object }): string {
  const context = Object.fromEntries(
    Object.entries(facts.context).sort(([left], [right]) => left < right ? -1 : 1),
  );
  const { context: _, ...others } = facts;
  return JSON.stringify({ context, ...others });
}
