/** Facts that hold for every machine: same answers whatever it remembers, plans that agree, refusals that change nothing. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { compileMachine } from "../../src/engine/compile.ts";
import { configurationOf, illegalityOf } from "../../src/engine/configuration.ts";
import { dispatch } from "../../src/engine/dispatch.ts";
import type { Machine } from "../../src/engine/machine.ts";
import { plan } from "../../src/engine/plan.ts";
import type { Instance } from "../../src/engine/snapshot.ts";
import type { Profile } from "../../src/engine/spec.ts";
import { start } from "../../src/engine/start.ts";
import type { EngineEvent, Run } from "../../src/engine/step.ts";
import { decodeStates, encodeStates } from "../../src/engine/stored_text.ts";
import { randomOf } from "./random.ts";
import { EVENTS, randomMachine } from "./random_machine.ts";

const MACHINES = 150;
const EVENT_COUNT = 12;
const FIRST_SEED = 7_000_000;
const OPTIONS = { nowMs: 0, entityId: "e-1" };

interface Case {
  readonly machine: Machine;
  readonly given: Instance;
  readonly event: EngineEvent;
  readonly run: Run;
}

const FACTS = {
  "a fresh machine gives the same run": ({ machine, given, event, run }) => {
    deepStrictEqual(dispatch(compileMachine(machine.spec), given, event, OPTIONS), run);
  },
  "the same machine gives the same run again": ({ machine, given, event, run }) => {
    deepStrictEqual(dispatch(machine, given, event, OPTIONS), run);
  },
  "a plan is the first microstep of the run": ({ machine, given, event, run }) => {
    const planned = plan(machine, given, event, OPTIONS);
    const first = run.steps[0]?.microsteps[0];
    if (run.outcome === "refused" && run.refusal?.code !== planned.refusal?.code) {
      strictEqual(["livelock", "action_failed", "context_too_large"].includes(run.refusal?.code ?? ""), true);
      return;
    }
    strictEqual(planned.refusal?.code, run.refusal?.code);
    if (first?.trigger !== event.trigger) return strictEqual(planned.microsteps.length, 0);
    const [step] = planned.microsteps;
    deepStrictEqual([step?.transitions, step?.exited, step?.entered, step?.states], [
      first.transitions,
      first.exited,
      first.entered,
      first.states,
    ]);
  },
  "a refusal returns the very instance it was given": ({ given, run }) => {
    if (run.refusal === null) return;
    strictEqual(run.instance, given);
    deepStrictEqual([run.actions, run.timersStarted, run.timersCancelled], [[], [], []]);
  },
  "the configuration is legal": ({ machine, run }) => {
    const active = configurationOf(machine, run.instance.snapshot.states);
    strictEqual(active === null ? "unknown" : illegalityOf(machine, active), null);
  },
  "stored text comes back as it was": ({ machine, run }) => {
    const { states } = run.instance.snapshot;
    deepStrictEqual(decodeStates(machine, encodeStates(machine, states)), { v: 1, states });
  },
  "what starts and stops is what runs": ({ given, run }) => {
    if (run.refusal !== null) return;
    const running = new Map(Object.entries(given.snapshot.timers ?? {}));
    for (const key of run.timersCancelled) strictEqual(running.delete(key), true);
    for (const { key, generation } of run.timersStarted) running.set(key, generation);
    deepStrictEqual(Object.fromEntries(running), { ...run.instance.snapshot.timers });
  },
} satisfies { readonly [name: string]: (given: Case) => void };

for (const [name, holds] of Object.entries(FACTS)) {
  Deno.test(`on ${MACHINES * 2} random machines ${name}`, () => {
    for (const profile of ["pystator", "scxml"] satisfies readonly Profile[]) {
      for (let seed = FIRST_SEED; seed < FIRST_SEED + MACHINES; seed++) walk(seed, profile, holds);
    }
  });
}

function walk(seed: number, profile: Profile, holds: (given: Case) => void): void {
  const random = randomOf(seed);
  const machine = compileMachine(randomMachine(random, profile));
  let run = start(machine, {}, OPTIONS);
  if (run.refusal !== null) return;
  for (let count = 0; count < EVENT_COUNT; count++) {
    const given = run.instance;
    const payload = random.chance(0.3) ? { p: count } : NO_PAYLOAD;
    const event: EngineEvent = { trigger: random.pick(EVENTS), payload };
    run = dispatch(machine, given, event, OPTIONS);
    try {
      holds({ machine, given, event, run });
    } catch (error) {
      throw new Error(`seed ${seed}, profile ${profile}, event ${count + 1} ("${event.trigger}")`, {
        cause: error,
      });
    }
  }
}

const NO_PAYLOAD = {};
