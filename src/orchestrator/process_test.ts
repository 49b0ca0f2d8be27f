/** The stateless call: one transition, nothing done, named guards as the caller has them. */
import { deepStrictEqual as assertEquals, throws as assertThrows } from "node:assert/strict";
import { AppError } from "../errors.ts";
import { type BriefMachine, buildSpec, effect } from "../engine/testing/build_spec.ts";
import { loadedMachineOf } from "./loaded_machine.ts";
import { processEvent, processWithAssumedGuards } from "./process.ts";

const guard = (name: string) => ({ type: "named" as const, name, params: {} });

const brief: BriefMachine = {
  states: ["a", "b", { name: "c" }],
  transitions: [
    { on: "mine", from: "a", to: "b", if: [{ type: "anyOf", guards: [guard("never"), guard("mine")] }] },
    { on: "never", from: "a", to: "b", if: [guard("never")] },
    { on: "fail", from: "a", to: "b", do: [effect("increment", { field: "text" })] },
    { on: "go", from: "a", to: "b" },
    { from: "b", to: "c", isAuto: true },
  ],
};
const loaded = loadedMachineOf(buildSpec(brief));
const request = { currentState: "a", context: { text: "x" }, nowMs: 0 };

Deno.test("processEvent() looks at one transition and runs no effect", () => {
  const { success, target_state, actions_to_execute } = processEvent(loaded, { ...request, trigger: "fail" });
  assertEquals([success, target_state, actions_to_execute.length], [true, "b", 1]);
  assertEquals(processEvent(loaded, { ...request, trigger: "go" }).target_state, "b");
});

Deno.test("processEvent() refuses with a guard that nobody implements", () => {
  assertEquals(processEvent(loaded, { ...request, trigger: "mine" }).error?.code, "guard_not_found");
});

Deno.test("processWithAssumedGuards() passes guards of the host, and evaluates built-in ones", () => {
  assertEquals(processWithAssumedGuards(loaded, { ...request, trigger: "mine" }).success, true);
  assertEquals(
    processWithAssumedGuards(loaded, { ...request, trigger: "never" }).error?.code,
    "guard_rejected",
  );
});

Deno.test("processEvent() throws for a mistake of the caller", () => {
  assertThrows(() => processEvent(loaded, { ...request, trigger: "" }), AppError);
  assertThrows(() => processEvent(loaded, { ...request, currentState: "zz", trigger: "go" }), AppError);
});
