/** Drawings and exports of one machine that has a bit of everything. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { MachineSpec } from "../../engine/spec.ts";
import type { JsonObject } from "../../json.ts";
import { importScxml } from "../import_scxml/import_scxml.ts";
import { loadSpec } from "../load_spec.ts";
import { dotOf } from "./dot.ts";
import { machineJson } from "./json.ts";
import { mermaidFlowchart, mermaidStateDiagram } from "./mermaid.ts";
import { scxmlOf } from "./scxml.ts";
import { statisticsOf } from "./statistics.ts";

const DOCUMENT: JsonObject = {
  meta: { machine_name: "shop" },
  state_variables: [{ key: "total", default: 0 }],
  states: [
    {
      name: "draft",
      type: "initial",
      description: 'says "hi" <b>',
      timeout: { seconds: 60, destination: "end" },
    },
    { name: "work", initial_child: "one", on_enter: [{ set: { a: 1 } }] },
    { name: "one", parent: "work" },
    { name: "two", parent: "work" },
    {
      name: "p",
      type: "parallel",
      regions: [{ name: "r", initial: "x", states: ["x", "y"], final: "y" }, {
        name: "s",
        initial: "v",
        states: ["v"],
      }],
    },
    { name: "x", parent: "p" },
    { name: "y", parent: "p" },
    { name: "v", parent: "p" },
    { name: "pick", type: "choice" },
    { name: "end", type: "terminal" },
  ],
  transitions: [
    {
      trigger: "go",
      source: "draft",
      dest: "work",
      guards: [{ check: { field: "total", op: "lt", value: 5 } }, { not: "late" }],
      actions: ["log"],
    },
    { trigger: "next", source: "one", dest: "two" },
    { after: "1m", source: "two", dest: "one" },
    { trigger: "back", source: "draft", dest: "H*(work)" },
    { trigger: "split", source: ["draft", "work"], dest: "p" },
    { trigger: "step", source: "x", dest: "y" },
    { trigger: "_join_p", source: "p", dest: "pick" },
    { source: "pick", dest: "end", auto: true, guards: [{ expr: "total > 1" }] },
    { source: "pick", dest: "draft", auto: true },
    { trigger: "note", source: "work", actions: [{ increment: "total" }] },
    { trigger: "kill", source: "*", dest: "end" },
  ],
};

function spec(document: JsonObject = DOCUMENT): MachineSpec {
  const result = loadSpec({ document });
  ok(result.ok, JSON.stringify(result.diagnostics));
  return result.spec;
}

const LINES:
  readonly (readonly [name: string, draw: (spec: MachineSpec) => string, lines: readonly string[]])[] = [
    [
      "mermaidStateDiagram()",
      (one) => mermaidStateDiagram(one, { title: "Shop", isShowingActions: true, direction: "LR" }),
      [
        'title: "Shop"',
        "direction LR",
        "[*] --> draft",
        "draft : says 'hi' #lt;b#gt;",
        "state work {",
        "[*] --> one",
        "one --> two : next",
        "two --> one : after 1m",
        "%% region r",
        "x --> y : step",
        "--",
        "state pick <<choice>>",
        'state "end" as s_end',
        "s_end --> [*]",
        'state "H* of work" as work_deep_history',
        "draft --> work : go [total lt 5 and not late] / log",
        "draft --> work_deep_history : back",
        "work --> p : split",
        "work : note / increment total",
        "draft --> s_end : timeout 1m",
        "pick --> s_end : [total #gt; 1]",
        "p --> s_end : kill",
      ],
    ],
    ["mermaidFlowchart()", (one) => mermaidFlowchart(one), [
      "flowchart TB",
      'draft(["draft"])',
      's_end{{"end"}}',
      'pick{"pick"}',
      'draft -.->|"timeout 1m"| s_end',
      'draft -->|"go [total lt 5 and not late]"| work',
    ]],
    ["dotOf()", (one) => dotOf(one), [
      'digraph "shop" {',
      'subgraph "cluster_work" {',
      'subgraph "cluster_p.r" {',
      '"__start" -> "draft";',
      '"draft" -> "__in_work" [label="go [total lt 5 and not late]", lhead="cluster_work"];',
      '"draft" -> "end" [label="timeout 1m", style=dashed];',
    ]],
    ["scxmlOf()", (one) => scxmlOf(one), [
      '<data id="total" expr="0"/>',
      '<state id="work" initial="one">',
      '<history id="work_deep_history" type="deep">',
      '<state id="p.r" initial="x">',
      '<transition event="go" cond="total &lt; 5 and not late" target="work">',
      '<send event="_after_two_60000_ms" id="after.two.2" delay="60000ms"/>',
      '<transition event="done.state.p" target="pick"/>',
      '<transition event="note">',
      '<assign location="total" expr="total + 1"/>',
      '<final id="end"/>',
    ]],
  ];

for (const [name, draw, lines] of LINES) {
  Deno.test(`${name} draws what the machine says, the same every time`, () => {
    const text = draw(spec());
    const found = new Set(text.split("\n").map((line) => line.trim()));
    deepStrictEqual(lines.filter((line) => !found.has(line)), [], text);
    strictEqual(draw(spec(JSON.parse(JSON.stringify(DOCUMENT)))), text);
  });
}

Deno.test("drawings have balanced blocks and escape what an author writes", () => {
  const hostile = spec({
    meta: { machine_name: "m" },
    states: [{ name: "a", type: "initial", description: 'x"; } --> {<script>\n`|:#' }],
    transitions: [{
      trigger: "go",
      source: "a",
      dest: "a",
      guards: [{ check: { field: 'f"<&>', op: "eq", value: "]]>\\" } }],
    }],
  });
  for (const text of [mermaidStateDiagram(hostile), mermaidFlowchart(hostile)]) {
    strictEqual(text.includes("<script"), false);
    strictEqual(/[^<>{}]*[{}][^\n]*x'/.test(text), false);
  }
  strictEqual(scxmlOf(hostile).includes('"<&>'), false);
  const quotes = dotOf(hostile).replaceAll(/\\[\\"n]/g, "").split('"').length - 1;
  strictEqual(quotes % 2, 0);
});

Deno.test("scxmlOf() writes what importScxml() reads", () => {
  const imported = importScxml(scxmlOf(spec()));
  ok(imported.ok, JSON.stringify(imported));
  const back = loadSpec({ document: imported.document });
  ok(back.ok, JSON.stringify(back));
  deepStrictEqual(
    back.spec.states.filter(({ type }) => type !== "history").map(({ name }) => name).filter((name) =>
      !name.includes(".")
    ).toSorted(),
    spec().states.map(({ name }) => name).toSorted(),
  );
});

Deno.test("machineJson() unfolds sources and names regions", () => {
  const { states, transitions } = machineJson(spec());
  ok(Array.isArray(states) && Array.isArray(transitions));
  deepStrictEqual(
    states.flatMap((state) =>
      typeof state === "object" && state !== null && "region" in state && state.region !== null
        ? [`${state.name} ${state.region}`]
        : []
    ),
    ["x r", "y r", "v s"],
  );
  strictEqual(transitions.length, 12);
});

Deno.test("statisticsOf() counts what was written, inherited transitions included", () => {
  const statistics = statisticsOf(spec());
  deepStrictEqual(
    [
      statistics.total_states,
      statistics.total_transitions,
      statistics.states_with_timeouts,
      statistics.fan_out_by_state["one"],
      statistics.fan_out_by_state["end"],
    ],
    [10, 11, 1, 4, 0],
  );
});
