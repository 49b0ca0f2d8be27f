/** Events per second of the engine alone, beside XState's pure `transition()` on the same machines in the same run. */
import {
  type AnyStateMachine,
  assign,
  createMachine,
  initialTransition,
  transition as xstateTransition,
} from "xstate";
import { dispatch } from "../src/engine/dispatch.ts";
import { start } from "../src/engine/start.ts";
import type { Instance } from "../src/engine/snapshot.ts";
import type { MachineSpec } from "../src/engine/spec.ts";
import { loadedMachineOf } from "../src/orchestrator/loaded_machine.ts";
import { increment, spec, state, transition } from "../tests/runtime/machines.ts";
import type { BenchRow } from "./row.ts";

interface Case {
  readonly name: string;
  readonly spec: MachineSpec;
  readonly peer: AnyStateMachine;
  /** Sent round and round; each is taken. */
  readonly triggers: readonly string[];
}

const ROUND_MS = 600;
const ROUNDS = 3;
/** Calls between two looks at the clock. */
const CHUNK = 500;

export function benchEngine(): readonly BenchRow[] {
  const [flat] = CASES;
  const text = flat === undefined ? [] : [textPerSecond(flat)];
  return [...CASES.map(besidePeer), ...text];
}

function besidePeer(one: Case): BenchRow {
  const ours: number[] = [];
  const theirs: number[] = [];
  // In turns, so that whatever else the machine does falls on both.
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(oursPerSecond(one));
    theirs.push(theirsPerSecond(one));
  }
  const value = Math.max(...ours);
  const peerValue = Math.max(...theirs);
  return {
    name: `engine ${one.name}`,
    value,
    unit: "events/s",
    peer: "xstate 5 transition()",
    peer_value: peerValue,
    ratio: value / peerValue,
  };
}

/** What a store does with each event: the instance comes and goes as text. */
function textPerSecond({ spec, triggers }: Case): BenchRow {
  const { machine } = loadedMachineOf(spec);
  let text = JSON.stringify(start(machine, { count: 0 }, { nowMs: 0 }).instance);
  let place = 0;
  const value = measure(() => {
    const trigger = triggers[place++ % triggers.length] ?? "";
    const instance: Instance = JSON.parse(text);
    text = JSON.stringify(dispatch(machine, instance, { trigger, payload: {} }, { nowMs: 0 }).instance);
  });
  const { context }: Instance = JSON.parse(text);
  if (context["count"] !== place) throw new Error(`${place} events, counted ${context["count"]}`);
  return {
    name: "engine flat, from text to text",
    value,
    unit: "events/s",
    peer: null,
    peer_value: null,
    ratio: null,
  };
}

function oursPerSecond({ spec, triggers }: Case): number {
  const { machine } = loadedMachineOf(spec);
  let instance: Instance = start(machine, { count: 0 }, { nowMs: 0 }).instance;
  const events = triggers.map((trigger) => ({ trigger, payload: {} }));
  const options = { nowMs: 0 };
  let place = 0;
  const perSecond = measure(() => {
    const event = events[place++ % events.length];
    if (event === undefined) return;
    const run = dispatch(machine, instance, event, options);
    instance = run.instance;
  });
  if (instance.context["count"] !== place) {
    throw new Error(`${place} events, counted ${instance.context["count"]}`);
  }
  return perSecond;
}

function theirsPerSecond({ peer, triggers }: Case): number {
  let [snapshot] = initialTransition(peer);
  const events = triggers.map((type) => ({ type }));
  let place = 0;
  const perSecond = measure(() => {
    const event = events[place++ % events.length];
    if (event === undefined) return;
    [snapshot] = xstateTransition(peer, snapshot, event);
  });
  if (snapshot.context.count !== place) throw new Error(`${place} events, counted ${snapshot.context.count}`);
  return perSecond;
}

function measure(step: () => void): number {
  for (let count = 0; count < CHUNK; count++) step();
  const startedMs = performance.now();
  let steps = 0;
  let passedMs = 0;
  while (passedMs < ROUND_MS) {
    for (let count = 0; count < CHUNK; count++) step();
    steps += CHUNK;
    passedMs = performance.now() - startedMs;
  }
  return steps / passedMs * 1_000;
}

const count = increment("count");
const counted = {
  actions: assign({ count: ({ context }: { context: { count: number } }) => context.count + 1 }),
};

const CASES: readonly Case[] = [
  {
    name: "flat",
    triggers: ["go", "back"],
    spec: spec("flat", {
      states: [state("a", "initial"), state("b", "stable")],
      transitions: [
        transition("go", "a", "b", { actions: [count] }),
        transition("back", "b", "a", { actions: [count] }),
      ],
    }),
    peer: createMachine({
      initial: "a",
      context: { count: 0 },
      states: {
        a: { on: { go: { target: "b", ...counted } } },
        b: { on: { back: { target: "a", ...counted } } },
      },
    }),
  },
  {
    name: "hierarchical",
    triggers: ["go", "out", "in", "back"],
    spec: spec("tree", {
      initial: ["outer"],
      states: [
        state("outer", "stable", { initialChild: ["middle"] }),
        state("middle", "stable", { parent: "outer", initialChild: ["a"] }),
        state("a", "stable", { parent: "middle" }),
        state("b", "stable", { parent: "middle" }),
        state("aside", "stable", { initialChild: ["c"] }),
        state("c", "stable", { parent: "aside" }),
      ],
      transitions: [
        transition("go", "a", "b", { actions: [count] }),
        transition("out", "outer", "aside", { actions: [count] }),
        transition("in", "aside", "b", { actions: [count] }),
        transition("back", "middle", "a", { actions: [count] }),
      ],
    }),
    peer: createMachine({
      initial: "outer",
      context: { count: 0 },
      states: {
        outer: {
          initial: "middle",
          on: { out: { target: "aside", ...counted } },
          states: {
            middle: {
              initial: "a",
              on: { back: { target: ".a", ...counted } },
              states: { a: { on: { go: { target: "b", ...counted } } }, b: { id: "b" } },
            },
          },
        },
        aside: { initial: "c", on: { in: { target: "#b", ...counted } }, states: { c: {} } },
      },
    }),
  },
  {
    name: "parallel",
    triggers: ["one", "two", "three"],
    spec: spec("regions", {
      initial: ["all"],
      states: [
        state("all", "parallel"),
        ...["one", "two", "three"].flatMap((name) => [
          state(name, "stable", { parent: "all", initialChild: [`${name}_off`] }),
          state(`${name}_off`, "stable", { parent: name }),
          state(`${name}_on`, "stable", { parent: name }),
        ]),
      ],
      transitions: ["one", "two", "three"].flatMap((name) => [
        transition(name, `${name}_off`, `${name}_on`, { actions: [count] }),
        transition(name, `${name}_on`, `${name}_off`, { actions: [count] }),
      ]),
    }),
    peer: createMachine({
      type: "parallel",
      context: { count: 0 },
      states: Object.fromEntries(["one", "two", "three"].map((name) => [name, {
        initial: "off",
        states: {
          off: { on: { [name]: { target: "on", ...counted } } },
          on: { on: { [name]: { target: "off", ...counted } } },
        },
      }])),
    }),
  },
];
