/** Limits: no machine runs for ever, grows without bound or is cut silently. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { type BriefMachine, effect, NO_OPTIONS, raise, send } from "./testing/build_spec.ts";
import type { JsonObject } from "../json.ts";
import { statesOf, walk } from "./testing/walk.ts";
import { contextBytesMoreThan } from "./context_size.ts";

Deno.test("an eventless loop is refused, the cycle is named, nothing is changed", () => {
  const machine: BriefMachine = {
    states: ["a", "b", "c"],
    transitions: [
      { on: "go", from: "a", to: "b" },
      { isAuto: true, from: "b", to: "c" },
      { isAuto: true, from: "c", to: "b" },
    ],
  };
  const { runs, last } = walk(machine, ["go"]);
  assertEquals([last.refusal?.code, last.refusal?.details["cycle"]], ["livelock", ["b", "c"]]);
  assertEquals([statesOf(last), last.instance === runs[0]?.instance], ["a", true]);
});

Deno.test("a loop that ends just within the limit runs", () => {
  for (const [limit, outcome] of [[100, "internal"], [99, "refused"]] as const) {
    const machine: BriefMachine = {
      states: ["a"],
      transitions: [
        { on: "go", from: "a", do: [effect("set", { n: 0 })] },
        { isAuto: true, from: "a", if: "defined('n') and n < 99", do: [effect("increment", { field: "n" })] },
      ],
      more: { microstepsMax: limit },
    };
    assertEquals(walk(machine, ["go"]).last.outcome, outcome);
  }
});

Deno.test("an instance may send itself 1,000 events in one call and no more", () => {
  const machine: BriefMachine = {
    states: ["a"],
    transitions: [{
      on: "go",
      from: "a",
      if: "not defined('n') or n < limit",
      do: [effect("increment", { field: "n" }), send("go")],
    }],
  };
  const fine = walk(machine, ["go"], { context: { limit: 1000 } }).last;
  assertEquals([fine.outcome, fine.instance.context["n"], fine.steps.length], ["internal", 1000, 1001]);
  const refused = walk(machine, ["go"], { context: { limit: 1001 } }).last;
  assertEquals(refused.refusal?.code, "livelock");
});

Deno.test("internal events that raise each other are a livelock", () => {
  const machine: BriefMachine = {
    states: ["a"],
    transitions: [{ on: "go", from: "a", do: [raise("go")] }],
  };
  assertEquals(walk(machine, ["go"]).last.refusal?.code, "livelock");
});

Deno.test("a loop over more than 1,000 items fails", () => {
  const machine: BriefMachine = {
    states: ["a"],
    transitions: [{
      on: "go",
      from: "a",
      do: [{
        type: "foreach",
        in: "items",
        as: "item",
        index: null,
        do: [effect("increment", { field: "n" })],
        options: NO_OPTIONS,
      }],
    }],
  };
  const items = Array.from({ length: 1000 }, () => 0);
  assertEquals(walk(machine, ["go"], { context: { items } }).last.instance.context["n"], 1000);
  const { last } = walk(machine, ["go"], { context: { items: [...items, 0] } });
  assertEquals(last.refusal?.code, "action_failed");
});

Deno.test("a context that outgrows 256 KiB is refused", () => {
  const machine: BriefMachine = { states: ["a"], transitions: [{ on: "go", from: "a" }] };
  const payloadOf = (length: number) => ({ text: "x".repeat(length) });
  assertEquals(walk(machine, [{ trigger: "go", payload: payloadOf(200_000) }]).last.outcome, "internal");
  const { last } = walk(machine, [{ trigger: "go", payload: payloadOf(262_144) }]);
  assertEquals([last.refusal?.code, last.instance.context], ["context_too_large", {}]);
});

Deno.test("contextBytesMoreThan() counts UTF-8 bytes of JSON", () => {
  const contexts: readonly JsonObject[] = [
    { a: "äöü€😀" },
    { a: [1, null, true, { b: "\n" }] },
    {},
    { "": -1.5e300 },
  ];
  for (const context of contexts) {
    const bytes = new TextEncoder().encode(JSON.stringify(context)).length;
    assertEquals([contextBytesMoreThan(context, bytes), contextBytesMoreThan(context, bytes - 1)], [
      false,
      true,
    ]);
  }
});
