/** Submachines: every reference renamed, places kept, files only through the reader. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { JsonObject } from "../json.ts";
import { loadSpec } from "./load_spec.ts";

const INNER: JsonObject = {
  states: [
    { name: "x", type: "initial", timeout: { seconds: 5, destination: "y" } },
    { name: "y", initial_child: "deep", entry_points: ["deep"] },
    { name: "deep", parent: "y" },
    { name: "p", type: "parallel", regions: [{ name: "r", initial: "q", states: ["q", "f"], final: "f" }] },
    { name: "q", parent: "p" },
    { name: "f", parent: "p" },
  ],
  transitions: [
    { trigger: "n", source: "x", dest: "y:deep" },
    { trigger: "back", source: ["y"], dest: "H*(y)" },
    { trigger: "move", source: "q", dest: "f", region: "r" },
    { trigger: "_join_p", source: "p", dest: "x" },
    { trigger: "stop", source: "*", dest: "done" },
  ],
};

function outer(submachine: JsonObject | string): JsonObject {
  return {
    meta: { machine_name: "m" },
    states: [{ name: "a", type: "initial" }, { name: "k", submachine }, { name: "done", type: "terminal" }],
    transitions: [{ trigger: "go", source: "a", dest: "k" }],
  };
}

Deno.test("expandSubmachines() renames every reference", () => {
  const result = loadSpec({ document: outer(INNER) });
  ok(result.ok, JSON.stringify(result.diagnostics));
  const { spec } = result;
  deepStrictEqual(spec.states.map(({ name, parent, type }) => `${parent ?? ""}/${name}:${type}`), [
    "/a:initial",
    "/k:stable",
    "k/k__x:stable",
    "k/k__y:stable",
    "k__y/k__deep:stable",
    "k/k__p:parallel",
    "k__p/k__q:stable",
    "k__p/k__f:stable",
    "/done:terminal",
  ]);
  deepStrictEqual(spec.states[1]?.initialChild, ["k__x"]);
  deepStrictEqual(spec.states[2]?.timeout, { ms: 5000, destination: "k__y" });
  deepStrictEqual(
    spec.states[5]?.regions.map(({ name, initial, states, final }) => [name, initial, states, final]),
    [
      ["k__r", "k__q", ["k__q", "k__f"], "k__f"],
    ],
  );
  deepStrictEqual(
    spec.transitions.filter(({ origin }) => origin === "transition").map((
      { triggers, source, dest, region },
    ) => [triggers[0], source, dest, region]),
    [
      ["n", ["k__x"], "k__deep", null],
      ["back", ["k__y"], "H*(k__y)", null],
      ["move", ["k__q"], "k__f", "k__r"],
      ["_join_k__p", ["k__p"], "k__x", null],
      ["stop", ["k"], "done", null],
      ["go", ["a"], "k", null],
    ],
  );
});

Deno.test("expandSubmachines() nests, and points at the place in the file", () => {
  const nested = outer({
    states: [{
      name: "i",
      type: "initial",
      submachine: {
        states: [{ name: "j", type: "initial" }],
        transitions: [{ trigger: "t", source: "j", dest: "nowhere" }],
      },
    }],
    transitions: [],
  });
  const result = loadSpec({ document: nested });
  ok(!result.ok);
  deepStrictEqual(result.diagnostics.map(({ code, path }) => [code, path.join(".")]), [
    ["V05", "states.1.submachine.states.0.submachine.transitions.0.dest"],
  ]);
});

Deno.test("expandSubmachines() opens files only through the reader it was given", () => {
  const document = outer("inner.yaml");
  const refused = loadSpec({ document });
  deepStrictEqual(!refused.ok && refused.diagnostics.map(({ code }) => code), ["M02"]);
  const text = JSON.stringify(document);
  const read = loadSpec({
    text,
    format: "json",
    readFile: (path) => path === "inner.yaml" ? JSON.stringify(INNER) : "",
  });
  strictEqual(read.ok, true);
  const broken = loadSpec({ text, format: "json", readFile: () => "[" });
  deepStrictEqual(!broken.ok && broken.diagnostics.map(({ code }) => code), ["M02"]);
});

Deno.test("expandSubmachines() ends", () => {
  let text = '{"states": [{"name": "x", "type": "initial"}], "transitions": []}';
  for (let depth = 0; depth < 12; depth++) {
    text = `{"states": [{"name": "x", "type": "initial", "submachine": ${text}}], "transitions": []}`;
  }
  const result = loadSpec({ text, format: "json" }, { rules: "anonymous" });
  ok(!result.ok);
  ok(result.diagnostics.some(({ code }) => code === "M01"));
});
