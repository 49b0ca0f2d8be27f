/** Parallels: regions enter, move and leave together, and conflicts between them have one winner. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { type BriefMachine, log, logging } from "./testing/build_spec.ts";
import { logOf, newLog, statesOf, type Stimulus, walk } from "./testing/walk.ts";

const pipeline: BriefMachine = {
  states: [
    "queued",
    logging({
      name: "checks",
      type: "parallel",
      regions: [
        { name: "unit", initial: "unit_run", states: ["unit_run", "unit_ok", "unit_bad"], final: "unit_ok" },
        { name: "style", initial: "style_run", states: ["style_run", "style_ok"], final: "style_ok" },
        { name: "docs", initial: "docs_run", states: ["docs_run"] },
      ],
    }),
    ...["unit_run", "unit_ok", "unit_bad", "style_run", "style_ok", "docs_run"].map(logging),
    logging("merged"),
    logging("dropped"),
  ],
  transitions: [
    { on: "begin", from: "queued", to: "checks" },
    { on: "straight", from: "queued", to: "style_ok" },
    { on: "unit_pass", from: "unit_run", to: "unit_ok", region: "unit" },
    { on: "style_pass", from: "style_run", to: "style_ok", region: "style" },
    { on: "all_pass", from: "unit_run", to: "unit_ok", region: "unit" },
    { on: "all_pass", from: "style_run", to: "style_ok", region: "style" },
    { on: "crash", from: "unit_run", to: "dropped" },
    { on: "crash", from: "style_run", to: "style_ok" },
    { on: "abort", from: "checks", to: "dropped" },
    { on: "rewrite", from: "docs_run", to: "docs_run" },
    { on: "rewrite_all", from: "docs_run", to: "docs_run", isReentering: true },
    { on: "cross", from: "unit_run", to: "style_ok" },
    { on: "back", from: "unit_run", to: "checks" },
    { on: "_join_checks", from: "checks", to: "merged", do: [log("joined")] },
  ],
};

Deno.test("a parallel enters, moves and leaves its regions in document order", () => {
  const rows: readonly (readonly [readonly Stimulus[], string, string])[] = [
    [["begin"], "unit_run style_run docs_run", "+checks +unit_run +style_run +docs_run"],
    [["straight"], "unit_run style_ok docs_run", "+checks +unit_run +style_ok +docs_run"],
    [["begin", "unit_pass"], "unit_ok style_run docs_run", "-unit_run +unit_ok"],
    [["begin", "cross"], "unit_run style_ok docs_run", "-style_run +style_ok"],
    [
      ["begin", "unit_pass", "style_pass"],
      "merged",
      [
        "-style_run +style_ok -docs_run -style_ok -unit_ok -checks joined +merged",
      ].join(" "),
    ],
    [
      ["begin", "all_pass"],
      "merged",
      [
        "-style_run -unit_run +unit_ok +style_ok",
        "-docs_run -style_ok -unit_ok -checks joined +merged",
      ].join(" "),
    ],
    [["begin", "abort"], "dropped", "-docs_run -style_run -unit_run -checks +dropped"],
    [["begin", "rewrite"], "unit_run style_run docs_run", ""],
    [["begin", "rewrite_all"], "unit_run style_run docs_run", "-docs_run +docs_run"],
    [["begin", "style_pass", "back"], "unit_run style_run docs_run", "-style_ok +style_run"],
  ];
  for (const [events, states, logged] of rows) {
    const walked = walk(pipeline, events);
    assertEquals([events, statesOf(walked.last), newLog(walked)], [events, states, logged]);
  }
});

Deno.test("a region that leaves the parallel beats one that moves inside it, and both are reported", () => {
  const { last } = walk(pipeline, ["begin", "crash"]);
  assertEquals(statesOf(last), "dropped");
  const [step] = last.steps;
  assertEquals(step?.preempted, [7]);
  assertEquals(step?.candidates.map(({ transition, verdict }) => [transition, verdict]), [
    [6, "selected"],
    [7, "preempted"],
  ]);
});

Deno.test("an event that no region takes is refused like any other", () => {
  const { last } = walk(pipeline, ["begin", "begin"]);
  assertEquals([last.outcome, last.refusal?.code, last.refusal?.details], ["refused", "invalid_trigger", {
    current_state: "checks:docs=docs_run,style=style_run,unit=unit_run",
    trigger: "begin",
  }]);
});

Deno.test("a join cannot be sent by hand", () => {
  const { last } = walk(pipeline, ["begin", "_join_checks"]);
  assertEquals([last.outcome, last.refusal?.code], ["refused", "invalid_trigger"]);
});

Deno.test("regions by parent keep what they do not have to give up", () => {
  const machine: BriefMachine = {
    states: [
      "out",
      logging({ name: "p", type: "parallel" }),
      logging({ name: "left", parent: "p", initialChild: "l1" }),
      logging({ name: "l1", parent: "left" }),
      logging({ name: "l2", parent: "left" }),
      logging({ name: "right", parent: "p", type: "parallel" }),
      logging({ name: "r1", parent: "right", initialChild: "x" }),
      logging({ name: "x", parent: "r1" }),
      logging({ name: "y", parent: "r1" }),
      logging({ name: "r2", parent: "right" }),
    ],
    transitions: [
      { on: "in", from: "out", to: "y" },
      { on: "swap", from: "p", to: "l2" },
      { on: "whole", from: "p", to: "l2", isReentering: true },
      { on: "inner", from: "left", to: "right" },
      { on: "e", from: "p", to: "out" },
      { on: "e", from: "l2", do: [log("handled inside")] },
    ],
  };
  const rows: readonly (readonly [readonly Stimulus[], string, string])[] = [
    [["in"], "l1 y r2", "+p +left +l1 +right +r1 +y +r2"],
    [["in", "swap"], "l2 y r2", "-l1 +l2"],
    [["in", "whole"], "l2 x r2", "-r2 -y -r1 -right -l1 -left -p +p +left +l2 +right +r1 +x +r2"],
    [["in", "inner"], "l1 x r2", "-y +x"],
    [["in", "swap", "e"], "l2 y r2", "handled inside"],
    [["in", "e"], "out", "-r2 -y -r1 -right -l1 -left -p"],
  ];
  for (const [events, states, logged] of rows) {
    const walked = walk(machine, events);
    assertEquals([events, statesOf(walked.last), newLog(walked)], [events, states, logged]);
  }
});

Deno.test("two regions that need different children of one compound cannot both have their way", () => {
  const machine: BriefMachine = {
    states: [
      { name: "p", type: "parallel" },
      { name: "a", parent: "p", initialChild: "a1" },
      { name: "a1", parent: "a" },
      { name: "b", parent: "p", initialChild: "b1" },
      { name: "b1", parent: "b" },
      { name: "c", parent: "p", initialChild: "c1" },
      { name: "c1", parent: "c" },
      { name: "c2", parent: "c" },
      { name: "c3", parent: "c" },
    ],
    transitions: [{ on: "e", from: "a1", to: "c2" }, { on: "e", from: "b1", to: "c3" }],
  };
  const { last } = walk(machine, ["e"]);
  assertEquals([statesOf(last), last.steps[0]?.preempted], ["a1 b1 c2", [1]]);
  const states = machine.states.map((state) =>
    typeof state === "object" && state.name === "c" ? { name: "c", parent: "p" } : state
  );
  const bare = walk({ ...machine, states }, ["e"]).last;
  assertEquals([statesOf(bare), bare.steps[0]?.preempted], ["a1 b1 c2", [1]]);
});

Deno.test("a region in a terminal yields to a living one", () => {
  const machine: BriefMachine = {
    states: [
      { name: "p", type: "parallel" },
      { name: "a", parent: "p", initialChild: "a1" },
      { name: "a1", parent: "a", type: "terminal" },
      { name: "b", parent: "p", initialChild: "b1" },
      { name: "b1", parent: "b" },
      "x",
      "y",
    ],
    transitions: [{ on: "e", from: "a", to: "x" }, { on: "e", from: "b", to: "y" }],
  };
  assertEquals(statesOf(walk(machine, ["e"]).last), "y");
});

Deno.test("leaves are logged once however many regions find the same transition", () => {
  const { last } = walk(pipeline, ["begin", "abort"]);
  assertEquals(last.steps[0]?.candidates.length, 1);
  assertEquals(logOf(last).split(" ").filter((entry) => entry === "-checks").length, 1);
});
