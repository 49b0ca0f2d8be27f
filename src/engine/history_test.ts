/** History: what was left is found again, per instance. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { type BriefMachine, buildSpec, log, logging } from "./testing/build_spec.ts";
import { compileMachine } from "./compile.ts";
import { dispatch } from "./dispatch.ts";
import { newLog, statesOf, type Stimulus, walk } from "./testing/walk.ts";

const player: BriefMachine = {
  states: [
    logging("stopped"),
    logging({ name: "playing", initialChild: "normal" }),
    logging({ name: "normal", parent: "playing" }),
    logging({ name: "fast", parent: "playing", initialChild: "fast_2x" }),
    logging({ name: "fast_2x", parent: "fast" }),
    logging({ name: "fast_4x", parent: "fast" }),
  ],
  transitions: [
    { on: "play", from: "stopped", to: "playing" },
    { on: "stop", from: "playing", to: "stopped" },
    { on: "faster", from: "normal", to: "fast_4x" },
    { on: "shallow", from: "stopped", to: "H(playing)" },
    { on: "deep", from: "stopped", to: "H*(playing)" },
  ],
};

Deno.test("history leads back: shallow to the child, deep to the leaf", () => {
  const rows: readonly (readonly [readonly Stimulus[], string, string])[] = [
    [["shallow"], "normal", "-stopped +playing +normal"],
    [["deep"], "normal", "-stopped +playing +normal"],
    [["play", "faster", "stop", "shallow"], "fast_2x", "-stopped +playing +fast +fast_2x"],
    [["play", "faster", "stop", "deep"], "fast_4x", "-stopped +playing +fast +fast_4x"],
    [["play", "stop", "deep"], "normal", "-stopped +playing +normal"],
  ];
  for (const [events, states, logged] of rows) {
    const walked = walk(player, events);
    assertEquals([events, statesOf(walked.last), newLog(walked)], [events, states, logged]);
  }
});

Deno.test("history is part of the snapshot", () => {
  const { last } = walk(player, ["play", "faster", "stop"]);
  assertEquals(last.instance.snapshot, {
    v: 1,
    states: ["stopped"],
    history: { playing: ["fast"], "playing*": ["fast_4x"] },
  });
  assertEquals(last.steps[0]?.microsteps[0]?.historyUpdates, { playing: "fast", fast: "fast_4x" });
});

Deno.test("a history node has a default with actions, taken only while nothing is remembered", () => {
  const machine: BriefMachine = {
    states: [
      "out",
      logging({ name: "in", initialChild: "a" }),
      logging({ name: "a", parent: "in" }),
      logging({ name: "b", parent: "in" }),
      { name: "h", parent: "in", type: "history", historyDefault: "b", historyActions: [log("default")] },
    ],
    transitions: [
      { on: "go", from: "out", to: "h" },
      { on: "leave", from: "in", to: "out" },
      { on: "swap", from: "b", to: "a" },
    ],
  };
  const rows: readonly (readonly [readonly Stimulus[], string, string])[] = [
    [["go"], "b", "+in default +b"],
    [["go", "swap", "leave", "go"], "a", "+in +a"],
  ];
  for (const [events, states, logged] of rows) {
    const walked = walk(machine, events);
    assertEquals([events, statesOf(walked.last), newLog(walked)], [events, states, logged]);
  }
});

Deno.test("deep history of a parallel brings every region back", () => {
  const machine: BriefMachine = {
    states: [
      "out",
      {
        name: "p",
        type: "parallel",
        regions: [
          { name: "r", initial: "r1", states: ["r1", "r2"] },
          { name: "s", initial: "s1", states: ["s1", "s2"] },
        ],
      },
      "r1",
      "r2",
      "s1",
      "s2",
    ],
    transitions: [
      { on: "go", from: "out", to: "p" },
      { on: "move", from: "s1", to: "s2" },
      { on: "leave", from: "p", to: "out" },
      { on: "back", from: "out", to: "H*(p)" },
      { on: "near", from: "out", to: "H(p)" },
    ],
  };
  assertEquals(statesOf(walk(machine, ["go", "move", "leave", "back"]).last), "r1 s2");
  assertEquals(statesOf(walk(machine, ["go", "move", "leave", "near"]).last), "r1 s2");
});

Deno.test("a remembered state that the machine does not have any more is forgotten", () => {
  const { instance } = walk(player, ["play", "faster", "stop"]).last;
  const states = player.states.filter((state) => typeof state === "object" && !/fast/.test(state.name));
  const transitions = player.transitions?.filter(({ on }) => on !== "faster") ?? [];
  const smaller = compileMachine(buildSpec({ states, transitions }));
  const run = dispatch(smaller, instance, { trigger: "deep", payload: {} }, { nowMs: 0 });
  assertEquals(statesOf(run), "normal");
});

Deno.test("a wide parallel may have a history in every region", () => {
  const regions = Array.from({ length: 200 }, (_, index) => index);
  const machine: BriefMachine = {
    states: [
      { name: "p", type: "parallel" },
      ...regions.flatMap((index): BriefMachine["states"] => [
        { name: `r${index}`, parent: "p", initialChild: `h${index}` },
        { name: `a${index}`, parent: `r${index}` },
        { name: `b${index}`, parent: `r${index}` },
        { name: `h${index}`, parent: `r${index}`, type: "history", historyDefault: `b${index}` },
      ]),
    ],
  };
  assertEquals(statesOf(walk(machine).last), regions.map((index) => `b${index}`).join(" "));
});
