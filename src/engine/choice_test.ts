/** Choices: decided before anything runs, through as many as there are, with the actions on the way. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { type BriefMachine, log } from "./testing/build_spec.ts";
import { logOf, statesOf, walk } from "./testing/walk.ts";

const loan: BriefMachine = {
  states: [
    "asked",
    { name: "size", type: "choice" },
    { name: "trust", type: "choice" },
    { name: "open", initialChild: "trust" },
    { name: "small", parent: "open" },
    { name: "big", parent: "open" },
    "human",
  ],
  transitions: [
    { on: "ask", from: "asked", to: "size", do: [log("asked")] },
    { on: "enter", from: "asked", to: "open" },
    { from: "size", to: "human", if: "sum > 1000", do: [log("much")] },
    { on: "whatever", from: "size", to: "trust", do: [log("little")] },
    { from: "trust", to: "big", if: "trusted", priority: 1, do: [log("trusted")] },
    { from: "trust", to: "small", if: "known", do: [log("known")] },
    { on: "ask", from: "asked", to: "human", do: [log("fallback")] },
  ],
};

Deno.test("a choice leads on by its first branch that holds", () => {
  const rows = [
    [{ sum: 2000, trusted: true, known: true }, "human", "asked much"],
    [{ sum: 10, trusted: true, known: false }, "big", "asked little trusted"],
    [{ sum: 10, trusted: true, known: true }, "small", "asked little known"],
    [{ sum: 10, trusted: false, known: false }, "human", "fallback"],
  ] as const;
  for (const [context, states, logged] of rows) {
    const { last } = walk(loan, ["ask"], { context });
    assertEquals([context, statesOf(last), logOf(last)], [context, states, logged]);
  }
});

Deno.test("a default entry may be a choice", () => {
  assertEquals(statesOf(walk(loan, ["enter"], { context: { trusted: true, known: false } }).last), "big");
});

Deno.test("choices that lead to each other enable nothing", () => {
  const machine: BriefMachine = {
    states: ["a", { name: "c", type: "choice" }, { name: "d", type: "choice" }],
    transitions: [{ on: "go", from: "a", to: "c" }, { from: "c", to: "d" }, { from: "d", to: "c" }],
  };
  assertEquals(walk(machine, ["go"]).last.refusal?.code, "guard_rejected");
});
