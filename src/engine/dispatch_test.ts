/** What one event does to an instance: flat and nested machines, guards, effects, refusals. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { compileMachine } from "./compile.ts";
import { dispatch } from "./dispatch.ts";
import {
  type BriefMachine,
  buildSpec,
  effect,
  expr,
  log,
  logging,
  named,
  send,
} from "./testing/build_spec.ts";
import { logOf, newLog, statesOf, type Stimulus, walk } from "./testing/walk.ts";

const door: BriefMachine = {
  states: [
    logging("closed"),
    logging("opened"),
    { name: "locked", onEnter: [named("flash_led")] },
    { name: "broken", type: "terminal" },
  ],
  transitions: [
    { on: "open", from: "closed", to: "opened", do: [log("swing")] },
    { on: "close", from: "opened", to: "closed" },
    { on: "lock", from: "closed", to: "locked", if: "key == 'k'" },
    { on: "kick", from: "*", to: "broken", do: [effect("increment", { field: "kicks" })] },
  ],
};

const nested: BriefMachine = {
  states: [
    logging("off"),
    logging({ name: "on", initialChild: "warm" }),
    logging({ name: "warm", parent: "on", initialChild: "w1" }),
    logging({ name: "w1", parent: "warm" }),
    logging({ name: "w2", parent: "warm" }),
    logging({ name: "hot", parent: "on" }),
  ],
  transitions: [
    { on: "start", from: "off", to: "on" },
    { on: "next", from: "w1", to: "w2" },
    { on: "heat", from: "warm", to: "hot" },
    { on: "stop", from: "on", to: "off" },
    { on: "self", from: "w1", to: "w1" },
    { on: "again", from: "w1", to: "w1", isReentering: true },
    { on: "reset", from: "on", to: "on" },
    { on: "restart", from: "on", to: "on", isReentering: true },
    { on: "note", from: "on", do: [log("noted")] },
  ],
};

Deno.test("dispatch() leaves and enters as little as possible", () => {
  const rows: readonly (readonly [readonly Stimulus[], string, string])[] = [
    [["start"], "w1", "-off +on +warm +w1"],
    [["start", "next"], "w2", "-w1 +w2"],
    [["start", "next", "heat"], "hot", "-w2 -warm +hot"],
    [["start", "stop"], "off", "-w1 -warm -on +off"],
    [["start", "self"], "w1", ""],
    [["start", "again"], "w1", "-w1 +w1"],
    [["start", "reset"], "w1", ""],
    [["start", "next", "reset"], "w1", "-w2 +w1"],
    [["start", "next", "restart"], "w1", "-w2 -warm -on +on +warm +w1"],
    [["start", "note"], "w1", "noted"],
  ];
  for (const [events, states, logged] of rows) {
    const walked = walk(nested, events);
    assertEquals([events, statesOf(walked.last), newLog(walked)], [events, states, logged]);
  }
});

Deno.test("dispatch() runs exit, transition and enter actions and hands out the rest", () => {
  const { last } = walk(door, ["open", "close", { trigger: "lock", payload: { key: "k" } }]);
  assertEquals(statesOf(last), "locked");
  assertEquals(logOf(last), "+closed -closed swing +opened -opened +closed -closed");
  assertEquals(last.actions.map(({ kind, name, context }) => [kind, name, context["new_status"]]), [
    ["named", "flash_led", "locked"],
  ]);
  assertEquals(Object.keys(last.instance.context), ["log", "key"]);
  assertEquals(
    last.steps[0]?.microsteps[0]?.actions.map(({ name, phase, status }) => [name, phase, status]),
    [
      ["_effect.append", "exit", "ok"],
      ["flash_led", "enter", "pending"],
    ],
  );
});

Deno.test("dispatch() refuses with the predecessor's facts and changes nothing", () => {
  const triggers = ["close", "kick", "lock", "open"];
  const rows: readonly (readonly [readonly Stimulus[], string, unknown])[] = [
    [["fly"], "invalid_trigger", { trigger: "fly", available_triggers: triggers }],
    [["close"], "invalid_trigger", { current_state: "closed", trigger: "close" }],
    [[{ trigger: "lock", payload: { key: "x" } }], "guard_rejected", {
      candidate_count: 1,
      reason: "guards_failed",
      current_state: "closed",
      trigger: "lock",
    }],
    [["lock"], "guard_error", {
      candidate_count: 1,
      reason: "guards_failed",
      current_state: "closed",
      trigger: "lock",
    }],
    [["kick", "fly"], "terminal_state", {
      current_state: "broken",
      trigger: "fly",
      reason: "terminal_state",
    }],
  ];
  for (const [events, code, details] of rows) {
    const { runs, last } = walk(door, events);
    assertEquals([last.outcome, last.refusal?.code, last.refusal?.details], ["refused", code, details]);
    assertEquals(last.instance === runs.at(-2)?.instance, true);
    assertEquals(last.actions, []);
  }
});

Deno.test("dispatch() refuses the whole event when an effect fails", () => {
  const machine: BriefMachine = {
    states: ["a", "b"],
    transitions: [{
      on: "go",
      from: "a",
      to: "b",
      do: [effect("set", { done: true }), effect("increment", { field: "name" }), named("tell")],
    }],
  };
  const { runs, last } = walk(machine, ["go"], { context: { name: "x" } });
  assertEquals([last.outcome, last.refusal?.code, last.refusal?.details["action"]], [
    "refused",
    "action_failed",
    "_effect.increment",
  ]);
  assertEquals(last.instance, runs[0]?.instance);
  assertEquals(last.actions, []);
});

Deno.test("dispatch() lays payload over context over what is stored, and keeps it only on success", () => {
  const machine: BriefMachine = {
    states: ["a", "b"],
    transitions: [{ on: "go", from: "a", to: "b", if: "x == 3 and y == 2 and z == 1" }, {
      on: "no",
      from: "a",
      to: "b",
      if: "x == 99",
    }],
  };
  const event = { payload: { x: 3, _secret: 1 }, context: { x: 2, y: 2 } };
  const context = { x: 1, y: 1, z: 1 };
  assertEquals(walk(machine, [{ trigger: "go", ...event }], { context }).last.instance.context, {
    x: 3,
    y: 2,
    z: 1,
  });
  assertEquals(walk(machine, [{ trigger: "no", ...event }], { context }).last.instance.context, context);
});

Deno.test("dispatch() of an unmatched event is a no-op in a lenient machine", () => {
  const machine: BriefMachine = { states: ["a"], more: { isStrictEvents: false } };
  const { runs, last } = walk(machine, [{ trigger: "x", payload: { a: 1 } }]);
  assertEquals([last.outcome, last.refusal], ["ignored", null]);
  assertEquals(last.instance === runs[0]?.instance, true);
});

Deno.test("dispatch() runs events to itself as steps of their own", () => {
  const machine: BriefMachine = {
    states: ["a", logging("b"), logging("c")],
    transitions: [
      { on: "go", from: "a", to: "b", do: [send("on"), log("first")] },
      { on: "on", from: "b", to: "c" },
    ],
  };
  const { last } = walk(machine, ["go"]);
  assertEquals([statesOf(last), logOf(last), last.steps.map((step) => step.event?.trigger)], [
    "c",
    "first +b -b +c",
    ["go", "on"],
  ]);
  assertEquals(last.steps[0]?.sent, ["on"]);
});

Deno.test("dispatch() refuses for a state that the machine does not have", () => {
  const machine = compileMachine(buildSpec(door));
  for (const states of [["nowhere"], ["closed", "opened"], []]) {
    const instance = { snapshot: { v: 1 as const, states }, context: {} };
    const run = dispatch(machine, instance, { trigger: "open", payload: {} }, { nowMs: 0 });
    assertEquals([states, run.refusal?.code, run.instance === instance], [states, "undefined_state", true]);
  }
});

Deno.test("dispatch() folds triggers when the machine says so", () => {
  const folding: BriefMachine = { ...door, more: { eventNormalizer: "upper" } };
  const { last } = walk(folding, ["oPeN"]);
  assertEquals([statesOf(last), last.steps[0]?.event?.trigger], ["opened", "OPEN"]);
  assertEquals(walk(folding, ["fly"]).last.refusal?.details["trigger"], "FLY");
});

Deno.test("dispatch() keeps a payload called like what the engine shows", () => {
  const machine: BriefMachine = {
    states: ["a", "b"],
    transitions: [
      { on: "go", from: "a", to: "b", do: [effect("compute", { seen: "new_status" }), send("on")] },
      { on: "on", from: "b", do: [log("on")] },
    ],
  };
  const { last } = walk(machine, [{ trigger: "go", payload: { new_status: "mine" } }]);
  assertEquals(last.instance.context, { new_status: "mine", seen: "b", log: ["on"] });
});

Deno.test("dispatch() prefers the nearer source, then priority, then file order", () => {
  const machine: BriefMachine = {
    states: [{ name: "p", initialChild: "c" }, { name: "c", parent: "p" }, "x", "y", "z"],
    transitions: [
      { on: "e", from: "p", to: "x", priority: -9 },
      { on: "e", from: "c", to: "y" },
      { on: "e", from: "c", to: "z", priority: -1, if: [expr("z_open")] },
    ],
  };
  assertEquals(statesOf(walk(machine, ["e"], { context: { z_open: true } }).last), "z");
  assertEquals(statesOf(walk(machine, ["e"], { context: { z_open: false } }).last), "y");
});
