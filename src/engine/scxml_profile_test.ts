/** Profile `scxml`: domains, prefix matching, blocks, conflicts and silence where the other profile refuses. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { type BriefMachine, effect, log, logging, NO_OPTIONS, raise } from "./testing/build_spec.ts";
import { newLog, statesOf, type Stimulus, walk } from "./testing/walk.ts";

const LOG = {
  variables: [{
    key: "log",
    type: null,
    isRequired: false,
    default: [],
    defaultExpr: null,
    description: "",
  }],
};

Deno.test("a transition leaves everything below the nearest compound that contains it", () => {
  const machine: BriefMachine = {
    profile: "scxml",
    states: [
      logging({ name: "s", initialChild: "p" }),
      logging({ name: "p", parent: "s", type: "parallel" }),
      logging({ name: "r1", parent: "p" }),
      logging({ name: "a", parent: "r1" }),
      logging({ name: "b", parent: "r1" }),
      logging({ name: "r2", parent: "p" }),
      logging({ name: "x", parent: "r2" }),
    ],
    transitions: [
      { on: "self", from: "a", to: "a" },
      { on: "cross", from: "a", to: "x" },
      { on: "child", from: "r1", to: "b" },
      { on: "inner", from: "r1", to: "b", isInternal: true },
      { on: "stay", from: "r1", do: [log("stayed")] },
      { on: "both", from: "s", to: ["b", "x"] },
    ],
    more: LOG,
  };
  const all = "-x -r2 -a -r1 -p +p +r1 +a +r2 +x";
  const rows: readonly (readonly [string, string, string])[] = [
    ["self", "a x", "-a +a"],
    ["cross", "a x", all],
    ["child", "b x", "-x -r2 -a -r1 -p +p +r1 +b +r2 +x"],
    ["inner", "b x", "-a +b"],
    ["stay", "a x", "stayed"],
    ["both", "b x", "-x -r2 -a -r1 -p -s +s +p +r1 +b +r2 +x"],
  ];
  for (const [event, states, logged] of rows) {
    const walked = walk(machine, [event]);
    assertEquals([event, statesOf(walked.last), newLog(walked)], [event, states, logged]);
  }
});

Deno.test("a trigger matches whole tokens from the left", () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ["a.b", "a.b", true],
    ["a.b", "a.b.c", true],
    ["a.b", "a.bc", false],
    ["a.b", "a", false],
    ["a.*", "a", true],
    ["a.*", "a.x.y", true],
    ["a.", "a.x", true],
    ["*", "done.state.x", true],
  ];
  for (const [trigger, event, isMatch] of rows) {
    const { last } = walk({
      profile: "scxml",
      states: ["s", "t"],
      transitions: [{ on: trigger, from: "s", to: "t" }],
    }, [
      event,
    ]);
    assertEquals([trigger, event, statesOf(last) === "t"], [trigger, event, isMatch]);
  }
});

Deno.test("an error skips the rest of its block, raises error.execution and lets other blocks run", () => {
  const machine: BriefMachine = {
    profile: "scxml",
    states: [
      "a",
      {
        name: "b",
        onEnter: [
          { type: "block", actions: [effect("set", { undeclared: 1 }), log("skipped")], options: NO_OPTIONS },
          { type: "block", actions: [log("second")], options: NO_OPTIONS },
        ],
      },
    ],
    transitions: [
      {
        on: "go",
        from: "a",
        to: "b",
        do: [log("first"), effect("increment", { field: "log" }), log("lost")],
      },
      { on: "error.execution", from: "b", do: [log("error")] },
    ],
    more: LOG,
  };
  const walked = walk(machine, ["go"]);
  assertEquals([walked.last.refusal, newLog(walked)], [null, "first second error error"]);
});

Deno.test("an effect that fails half way has changed nothing", () => {
  const machine: BriefMachine = {
    profile: "scxml",
    states: ["a"],
    transitions: [{ on: "go", from: "a", do: [effect("compute", { log: "1", b: "nobody" })] }],
    more: LOG,
  };
  assertEquals(walk(machine, ["go"]).last.instance.context, { log: [] });
});

Deno.test("an erring guard is false and announced once", () => {
  const machine: BriefMachine = {
    profile: "scxml",
    states: ["a"],
    transitions: [
      { isAuto: true, from: "a", if: "nobody_knows", do: [log("never")] },
      { on: "error.execution", from: "a", do: [log("heard")] },
    ],
    more: { ...LOG, microstepsMax: 5 },
  };
  const { last } = walk({ ...machine, transitions: machine.transitions?.slice(0, 1) ?? [] });
  assertEquals([last.refusal, last.steps[0]?.raised], [null, ["error.execution"]]);
});

Deno.test("inner and outer handlers in different regions both run unless they conflict", () => {
  const machine: BriefMachine = {
    profile: "scxml",
    states: [
      { name: "p", type: "parallel" },
      logging({ name: "r1", parent: "p" }),
      logging({ name: "a", parent: "r1" }),
      logging({ name: "b", parent: "r1" }),
      logging({ name: "r2", parent: "p" }),
      logging({ name: "x", parent: "r2" }),
      logging({ name: "y", parent: "r2" }),
      logging("out"),
    ],
    transitions: [
      { on: "e", from: "a", to: "b" },
      { on: "e", from: "r2", to: "y", isInternal: true },
      { on: "f", from: "p", to: "out" },
      { on: "f", from: "x", to: "y" },
      { on: "g", from: "a", to: "out" },
      { on: "g", from: "x", to: "y" },
      { on: "h", from: "a", do: [log("inner")] },
      { on: "h", from: "p", do: [log("outer")] },
    ],
    more: LOG,
  };
  const rows: readonly (readonly [string, string, string])[] = [
    ["e", "b y", "-x -a +b +y"],
    ["f", "a y", "-x +y"],
    ["g", "out", "-x -r2 -a -r1 +out"],
    ["h", "a x", "outer inner"],
  ];
  for (const [event, states, logged] of rows) {
    const walked = walk(machine, [event]);
    assertEquals([event, statesOf(walked.last), newLog(walked)], [event, states, logged]);
  }
});

Deno.test("eventless transitions come before internal events, internal before outside ones", () => {
  const machine: BriefMachine = {
    profile: "scxml",
    states: ["a", "b", "c", "d"],
    transitions: [
      { on: "go", from: "a", to: "b", do: [raise("i")] },
      { isAuto: true, from: "b", to: "c" },
      { on: "i", from: "b", to: "a" },
      { on: "i", from: "c", to: "d" },
    ],
  };
  assertEquals(statesOf(walk(machine, ["go"]).last), "d");
});

Deno.test("an event that nothing takes is no error, and the context is not touched by payloads", () => {
  const machine: BriefMachine = {
    profile: "scxml",
    states: ["a", "b"],
    transitions: [{ on: "go", from: "a", to: "b" }],
  };
  const rows: readonly (readonly [Stimulus, string])[] = [
    [{ trigger: "x", payload: { n: 1 } }, "ignored"],
    [{ trigger: "go", payload: { n: 1 } }, "transitioned"],
  ];
  for (const [stimulus, outcome] of rows) {
    const { last } = walk(machine, [stimulus]);
    assertEquals([last.outcome, last.refusal, last.instance.context], [outcome, null, {}]);
  }
});
