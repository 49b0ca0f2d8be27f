/** Done: events of finished compounds and parallels, and the end of an instance in each profile. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { type BriefMachine, effect, invoke, log, logging, send } from "./testing/build_spec.ts";
import { logOf, statesOf, walk } from "./testing/walk.ts";

const states: BriefMachine["states"] = [
  { name: "job", initialChild: "work" },
  { name: "work", parent: "job", type: "parallel" },
  { name: "a", parent: "work", initialChild: "a1" },
  { name: "a1", parent: "a" },
  { name: "a2", parent: "a", type: "terminal", doneData: { sum: "1 + 2" } },
  { name: "b", parent: "work", initialChild: "b1" },
  { name: "b1", parent: "b" },
  { name: "b2", parent: "b", type: "terminal" },
  logging({ name: "ready", type: "terminal", doneData: "'all ' + 'done'" }),
];

const job: BriefMachine = {
  states,
  transitions: [
    { on: "go_a", from: "a1", to: "a2" },
    { on: "go_b", from: "b1", to: "b2" },
    { on: "go", from: "a1", to: "a2" },
    { on: "go", from: "b1", to: "b2" },
    {
      on: "done.state.a",
      from: "a",
      do: [log("a done"), effect("compute", { got: "_event.payload['sum']" })],
    },
    { on: "done.state.work", from: "job", to: "ready", do: [log("work done")] },
  ],
};

Deno.test("done events rise with the last region that finishes", () => {
  const { runs, last } = walk(job, ["go_a", "go_b"]);
  assertEquals([runs[1]?.steps[0]?.raised, last.steps[0]?.raised], [["done.state.a"], [
    "done.state.b",
    "done.state.work",
  ]]);
  assertEquals([statesOf(last), logOf(last), last.instance.context["got"]], [
    "ready",
    "a done work done +ready",
    3,
  ]);
  assertEquals([last.instance.snapshot.isDone, last.steps[0]?.doneData], [true, "all done"]);
  assertEquals(walk(job, ["go"]).last.steps[0]?.raised, ["done.state.a", "done.state.b", "done.state.work"]);
});

Deno.test("profile pystator ends in a single terminal leaf at any depth and refuses what follows", () => {
  const machine: BriefMachine = {
    states: [
      { name: "p", initialChild: "c", onExit: [log("never")] },
      { name: "c", parent: "p" },
      { name: "t", parent: "p", type: "terminal" },
    ],
    transitions: [
      { on: "end", from: "c", to: "t", do: [send("more"), send("late", { afterMs: 5 })] },
      { on: "more", from: "p", to: "c" },
      { after: 10, from: "p", to: "c" },
    ],
  };
  const { runs, last } = walk(machine, ["end", "more"]);
  assertEquals([runs[1]?.steps.length, runs[1]?.timersCancelled, runs[1]?.timersStarted], [1, [
    "p/_after_p_10_ms",
  ], []]);
  assertEquals([last.refusal?.code, logOf(last)], ["terminal_state", ""]);
});

Deno.test("a transition on the done event still gets its chance", () => {
  const machine: BriefMachine = {
    states: [{ name: "p", initialChild: "t" }, { name: "t", parent: "p", type: "terminal" }, "next"],
    transitions: [{ on: "done.state.p", from: "p", to: "next" }],
  };
  const { last } = walk(machine);
  assertEquals([statesOf(last), last.instance.snapshot.isDone], ["next", undefined]);
});

Deno.test("profile scxml ends in a terminal child of the root and leaves everything", () => {
  const machine: BriefMachine = {
    profile: "scxml",
    states: [logging("a"), logging({ name: "end", type: "terminal" })],
    transitions: [{ on: "go", from: "a", to: "end" }],
    more: { variables: [variable("log")] },
  };
  const { last, runs } = walk(machine, ["go", "go"], { context: { log: [] } });
  assertEquals([runs[1]?.steps[0]?.isDone, logOf(last), statesOf(last)], [true, "+a -a +end -end", "end"]);
  assertEquals([last.outcome, last.refusal], ["ignored", null]);
});

Deno.test("services start where the macrostep ends and stop when their state is left", () => {
  const machine: BriefMachine = {
    states: [
      { name: "a", invoke: [invoke("one")] },
      { name: "b", invoke: [invoke("two")] },
      { name: "c", invoke: [invoke("three")] },
    ],
    transitions: [{ on: "go", from: "a", to: "b" }, { isAuto: true, from: "b", to: "c" }],
  };
  const { runs, last } = walk(machine, ["go"]);
  assertEquals(runs[0]?.actions.map(({ kind, name }) => [kind, name]), [["invoke_start", "service_one"]]);
  assertEquals(last.actions.map(({ kind, name }) => [kind, name]), [
    ["invoke_stop", "service_one"],
    ["invoke_start", "service_three"],
  ]);
});

Deno.test("a service belongs to one stay in its state", () => {
  const machine: BriefMachine = {
    states: [{ name: "a", invoke: [invoke("one")] }, { name: "b" }],
    transitions: [{ on: "go", from: "a", to: "b" }, { on: "back", from: "b", to: "a" }],
  };
  const { runs, last } = walk(machine, ["go", "back"]);
  assertEquals(runs.map(({ instance }) => instance.snapshot.invokes ?? null), [{ a: 1 }, null, { a: 2 }]);
  assertEquals(last.actions.map(({ params }) => params.generation), [2]);
});

function variable(key: string) {
  return { key, type: null, isRequired: false, defaultExpr: null, description: "" };
}
