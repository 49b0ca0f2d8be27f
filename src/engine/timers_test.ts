/** Timers: started on entry, dead on exit, told apart by generation; delayed events and their cancelling. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { applyData } from "./apply_data.ts";
import { type BriefMachine, buildSpec, log, logging, NO_OPTIONS, send } from "./testing/build_spec.ts";
import { compileMachine } from "./compile.ts";
import { dispatch } from "./dispatch.ts";
import { logOf, NOW_MS, statesOf, walk } from "./testing/walk.ts";

const light: BriefMachine = {
  states: [
    { name: "on", initialChild: "red" },
    logging({ name: "red", parent: "on" }),
    logging({ name: "green", parent: "on" }),
    "off",
  ],
  transitions: [
    { after: 3000, from: "red", to: "green" },
    { on: "hurry", after: 9000, from: "red", to: "green", do: [log("hurried")] },
    { on: "again", from: "red", to: "red", isReentering: true },
    { after: 60_000, from: "on", to: "off" },
    { on: "stop", from: "on", to: "off" },
  ],
};

const RED = "red/_after_red_3000_ms";

Deno.test("entering starts the timers of every state entered, ancestors too", () => {
  const { last } = walk(light);
  assertEquals(last.timersStarted, [
    {
      key: "on/_after_on_60000_ms",
      trigger: "_after_on_60000_ms",
      delayMs: 60_000,
      payload: {},
      source: "on",
      generation: 1,
    },
    { key: RED, trigger: "_after_red_3000_ms", delayMs: 3000, payload: {}, source: "red", generation: 2 },
    { key: "red/hurry", trigger: "hurry", delayMs: 9000, payload: {}, source: "red", generation: 3 },
  ]);
});

Deno.test("firing takes the transition, leaving cancels the rest", () => {
  const { last } = walk(light, [{ fire: RED }]);
  assertEquals([statesOf(last), last.outcome], ["green", "transitioned"]);
  assertEquals([last.timersStarted, last.timersCancelled], [[], ["red/hurry"]]);
  assertEquals(walk(light, ["stop"]).last.timersCancelled, ["on/_after_on_60000_ms", RED, "red/hurry"]);
});

Deno.test("entering again starts the timer anew, and the old one means nothing", () => {
  const { last, runs } = walk(light, ["again"]);
  assertEquals(last.timersStarted.map(({ key, generation }) => [key, generation]), [[RED, 4], [
    "red/hurry",
    5,
  ]]);
  assertEquals(last.timersCancelled, []);
  const machine = compileMachine(buildSpec(light));
  const old = { trigger: "_after_red_3000_ms", payload: {}, timer: { key: RED, generation: 2 } };
  const ignored = dispatch(machine, last.instance, old, { nowMs: NOW_MS });
  assertEquals([ignored.outcome, ignored.instance === last.instance], ["ignored", true]);
  const fired = dispatch(machine, runs[0]?.instance ?? last.instance, old, { nowMs: NOW_MS });
  assertEquals(fired.outcome, "transitioned");
});

Deno.test("a generated trigger cannot be sent by hand, a named one can", () => {
  assertEquals(walk(light, ["_after_red_3000_ms"]).last.refusal?.details["trigger"], "_after_red_3000_ms");
  assertEquals(logOf(walk(light, ["hurry"]).last), "+red -red hurried +green");
  const lenient = { ...light, more: { isStrictEvents: false } };
  const { last } = walk(lenient, ["_after_red_3000_ms"]);
  assertEquals([last.outcome, statesOf(last)], ["ignored", "red"]);
});

Deno.test("a timer whose guard does not hold is spent, not refused", () => {
  const machine: BriefMachine = {
    states: ["a", "b"],
    transitions: [{ after: 10, from: "a", to: "b", if: "ready" }],
  };
  const { last } = walk(machine, [{ fire: "a/_after_a_10_ms" }], { context: { ready: false } });
  assertEquals([last.outcome, last.refusal, last.instance.snapshot.timers], ["ignored", null, undefined]);
  assertEquals(last.timersCancelled, []);
});

Deno.test("a delay of zero is eventless", () => {
  const machine: BriefMachine = { states: ["a", "b"], transitions: [{ after: 0, from: "a", to: "b" }] };
  assertEquals([statesOf(walk(machine).last), walk(machine).last.timersStarted], ["b", []]);
});

Deno.test("a delayed event belongs to the instance and can be cancelled by id", () => {
  const machine: BriefMachine = {
    states: ["a", "b"],
    transitions: [
      { on: "go", from: "a", to: "b", do: [send("later", { afterMs: 500, id: "x" })] },
      {
        on: "twice",
        from: "a",
        do: [send("later", { afterMs: 500, id: "x" }), send("later", { afterMs: 7 })],
      },
      { on: "later", from: "b", do: [log("late")] },
      {
        on: "never",
        from: ["a", "b"],
        do: [{ type: "cancel", id: "x", options: NO_OPTIONS }],
      },
    ],
  };
  const { last } = walk(machine, ["go", { trigger: "later", timer: { key: "send/x", generation: 1 } }]);
  assertEquals([logOf(last), last.instance.snapshot.timers], ["late", undefined]);
  assertEquals(walk(machine, ["go", "never"]).last.timersCancelled, ["send/x"]);
  const twice = walk(machine, ["twice", "twice"]).last;
  assertEquals(Object.keys(twice.instance.snapshot.timers ?? {}), [
    "send/x",
    "send/#2",
    "send/x#3",
    "send/#4",
  ]);
  assertEquals(walk(machine, ["twice", "twice", "never"]).last.timersCancelled, ["send/x", "send/x#3"]);
});

Deno.test("data without effect on the state leaves the timers alone", () => {
  const machine = compileMachine(buildSpec(light));
  const { instance } = walk(light).last;
  const run = applyData(machine, instance, { a: 1 }, { nowMs: NOW_MS });
  assertEquals([run.outcome, run.timersStarted, run.timersCancelled], ["ignored", [], []]);
  assertEquals(run.instance.snapshot, instance.snapshot);
});
