/** Deferral: an event waits for a state that takes it, bounded and in order. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { type BriefMachine, log } from "./testing/build_spec.ts";
import { logOf, statesOf, walk } from "./testing/walk.ts";

const office: BriefMachine = {
  states: [
    { name: "day", initialChild: "busy" },
    { name: "busy", parent: "day", defer: ["call", "mail"] },
    { name: "free", parent: "day" },
    { name: "gone", parent: "day" },
  ],
  transitions: [
    { on: "rest", from: "busy", to: "free" },
    { on: "call", from: "free", to: "gone", do: [log("call")] },
    { on: "mail", from: ["free", "gone"], do: [log("mail")] },
    { on: "mail", from: "day", do: [log("outer")] },
    { on: "work", from: "busy", to: "busy", isReentering: true },
  ],
};

Deno.test("a deferred event changes nothing but the queue, and is recalled by a changed configuration", () => {
  const { runs, last } = walk(office, ["call", { trigger: "mail", payload: { n: 1 } }, "rest"]);
  assertEquals([runs[1]?.outcome, runs[2]?.outcome, runs[2]?.instance.context], ["deferred", "deferred", {}]);
  assertEquals(runs[2]?.instance.snapshot.deferred, [
    { trigger: "call", payload: {} },
    { trigger: "mail", payload: { n: 1 } },
  ]);
  assertEquals([statesOf(last), logOf(last), last.steps.map((step) => step.event?.trigger)], [
    "gone",
    "call mail",
    ["rest", "call", "mail"],
  ]);
  assertEquals(last.instance.snapshot.deferred, undefined);
  assertEquals(last.instance.context["n"], 1);
});

Deno.test("entering the same configuration again recalls nothing", () => {
  const { last } = walk(office, ["mail", "work"]);
  assertEquals([last.steps.length, last.instance.snapshot.deferred?.length], [1, 1]);
});

Deno.test("an inner deferral hides an outer handler, a region that accepts beats one that defers", () => {
  const regions: BriefMachine = {
    states: [
      { name: "p", type: "parallel" },
      { name: "a", parent: "p", defer: ["e"] },
      { name: "b", parent: "p" },
    ],
    transitions: [{ on: "e", from: "b", do: [log("taken")] }, { on: "e", from: "p", do: [log("outer")] }],
  };
  const { last } = walk(regions, ["e"]);
  assertEquals([last.outcome, logOf(last)], ["internal", "taken"]);
});

Deno.test("the 101st deferred event is refused", () => {
  const { last, runs } = walk(office, Array.from({ length: 101 }, () => "mail"));
  assertEquals([last.outcome, last.refusal?.code], ["refused", "deferred_full"]);
  assertEquals(runs.at(-2)?.instance.snapshot.deferred?.length, 100);
});
