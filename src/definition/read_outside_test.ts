/** Actions for other entities: what is read as written, and what is refused. */
import { deepStrictEqual } from "node:assert/strict";
import type { JsonObject } from "../json.ts";
import { loadSpec } from "./load_spec.ts";

function read(action: JsonObject) {
  const document = {
    meta: { machine_name: "probe" },
    states: [{ name: "a", type: "initial" }, { name: "b", type: "terminal" }],
    transitions: [{ trigger: "go", source: "a", dest: "b", actions: [action] }],
  };
  const result = loadSpec({ document }, { rules: "full" });
  return {
    actions: result.ok ? result.spec.transitions[0]?.actions.map(({ type }) => type) : [],
    found: result.diagnostics.map(({ code, path }) => `${code} ${path.slice(4).join(".")}`),
  };
}

const ROWS: readonly (readonly [string, JsonObject, readonly string[], readonly string[]])[] = [
  ["an event", { send_event: { entity: "i-{{ id }}", trigger: "paid" } }, ["send_event"], []],
  ["an event for done", { send_event: { entity: "i-1", trigger: "done.payment" } }, ["send_event"], []],
  [
    "everything an event may say",
    {
      send_event: {
        entity: "i-1",
        machine: "invoice",
        trigger: "paid",
        payload: { total: "{{ total }}" },
        context: { total: 1 },
        labels: { from: "x" },
        name: "tell",
      },
      when: "total > 1",
      retry: 3,
    },
    ["send_event"],
    [],
  ],
  ["an action out of the order", { send_event: { entity: "i-1", trigger: "paid" }, parallel: true }, [
    "send_event",
  ], []],
  ["an odd parallel", { send_event: { entity: "i-1", trigger: "paid" }, parallel: "yes" }, [], [
    "B13 parallel",
  ]],
  ["no entity", { send_event: { trigger: "paid" } }, [], ["B13 send_event.entity"]],
  ["no trigger", { send_event: { entity: "i-1" } }, [], ["B13 send_event.trigger"]],
  ["a pattern", { send_event: { entity: "i-1", trigger: "*" } }, [], ["B13 send_event.trigger"]],
  ["a payload that is a list", { send_event: { entity: "i", trigger: "t", payload: [] } }, [], [
    "B13 send_event.payload",
  ]],
  ["labels without a machine", { send_event: { entity: "i", trigger: "t", labels: {} } }, ["send_event"], [
    "B13 send_event",
  ]],
  ["an unknown key", { send_event: { entity: "i", trigger: "t", payloads: {} } }, ["send_event"], [
    "unknown_key send_event.payloads",
  ]],
  ["a text", { send_event: "paid" }, [], ["B13 send_event"]],
  ["an entity", { create_entity: { entity: "s-1", machine: "shipment", version: "1.0.0" } }, [
    "create_entity",
  ], []],
  ["no machine", { create_entity: { entity: "s-1" } }, [], ["B13 create_entity.machine"]],
  ["an odd machine", { create_entity: { entity: "s-1", machine: "a b" } }, [], ["B13 create_entity.machine"]],
];

for (const [name, action, actions, found] of ROWS) {
  Deno.test(`actions for other entities: ${name}`, () => {
    deepStrictEqual(read(action), { actions, found });
  });
}
