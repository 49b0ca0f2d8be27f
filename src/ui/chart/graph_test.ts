/** What each construct of a machine document becomes in a chart, one row each. */
import { strict as assert } from "node:assert";
import { type ChartGraph, type ChartNode, graphOf } from "./graph.ts";

type Document = Readonly<Record<string, unknown>>;

const A_B = [{ name: "a", type: "initial" }, { name: "b" }];

function arrow(transition: Document, states: readonly Document[] = A_B): Document {
  return { states, transitions: [{ source: "a", dest: "b", ...transition }] };
}

/** Arrows as `source -kind-> target: label`, without those of the dots. */
const ARROWS: readonly (readonly [string, Document, readonly string[]])[] = [
  ["a trigger", arrow({ trigger: "go" }), ["a -event-> b: go"]],
  ["several triggers", arrow({ trigger: ["go", "run"] }), ["a -event-> b: go, run"]],
  ["a delay", arrow({ after: "30m" }), ["a -delay-> b: ◷ 30m"]],
  ["a delay in ms with a name", arrow({ trigger: "late", after: 500 }), ["a -delay-> b: late ◷ 500 ms"]],
  ["a delay of nothing", arrow({ after: 0 }), ["a -eventless-> b: ε"]],
  ["no trigger", arrow({ auto: true }), ["a -eventless-> b: ε"]],
  ["no trigger but a name", arrow({ trigger: "small", auto: true }), ["a -eventless-> b: ε small"]],
  ["a join", arrow({ trigger: "_join_a" }), ["a -done-> b: all regions done"]],
  ["a done event", arrow({ trigger: "done.state.a" }), ["a -done-> b: done"]],
  [
    "guards of each form",
    arrow({
      trigger: "go",
      guards: ["ready", { expr: "x > 1" }, { check: { field: "n", op: "gte", value: 2 } }, {
        not: { anyOf: ["p", "q"] },
      }],
    }),
    ["a -event-> b: go [ready and x > 1 and n ≥ 2 and not (p or q)]"],
  ],
  ["actions", arrow({ trigger: "go", actions: ["x", { set: { y: 1 } }] }), ["a -event-> b: go / 2 actions"]],
  ["several sources", arrow({ trigger: "go", source: ["a", "b"] }), ["a -event-> b: go", "b -event-> b: go"]],
  ["a wildcard", arrow({ trigger: "go", source: "*" }), ["(any) -event-> b: go"]],
  ["an internal transition", arrow({ trigger: "note", internal: true }), []],
  ["no destination", { states: A_B, transitions: [{ trigger: "note", source: "a" }] }, []],
  ["an unknown destination", arrow({ trigger: "go", dest: "nowhere" }), []],
  [
    "a timeout of a state",
    { states: [{ name: "a", type: "initial", timeout: { seconds: 30, destination: "b" } }, { name: "b" }] },
    ["a -delay-> b: ◷ 30s"],
  ],
  [
    "always",
    { states: [{ name: "a", type: "initial", always: [{ dest: "b", guards: ["ok"] }] }, { name: "b" }] },
    ["a -eventless-> b: ε [ok]"],
  ],
  [
    "two transitions between the same states",
    {
      states: A_B,
      transitions: [{ trigger: "x", source: "a", dest: "b" }, { trigger: "y", source: "a", dest: "b" }],
    },
    ["a -event-> b: x y"],
  ],
  [
    "a history of its own with a default",
    {
      states: [
        { name: "a", type: "initial", initial_child: "c" },
        { name: "c", parent: "a" },
        { name: "h", parent: "a", type: "history", default: "c", default_actions: ["x"] },
      ],
    },
    ["h -default-> c: / 1 action"],
  ],
  [
    "a history by its owner",
    arrow({ trigger: "go", source: "b", dest: "H*(a)" }, [
      { name: "a", initial_child: "c" },
      { name: "c", parent: "a" },
      { name: "b", type: "initial" },
    ]),
    ["b -event-> H*(a): go"],
  ],
];

for (const [name, document, expected] of ARROWS) {
  Deno.test(`graphOf() draws ${name}`, () => {
    const arrows = graphOf(document).edges.filter(({ kind }) => kind !== "initial");
    assert.deepEqual(
      arrows.map((edge) =>
        `${edge.source} -${edge.kind}-> ${edge.target}: ${edge.label.replaceAll("\n", " ")}`
      ),
      expected,
    );
  });
}

/** Boxes as `name:kind(children)`, `~` before a region. */
const BOXES: readonly (readonly [string, readonly Document[], string])[] = [
  ["kinds of states", [
    { name: "i", type: "initial" },
    { name: "t", type: "terminal" },
    { name: "e", type: "error" },
    { name: "c", type: "choice" },
  ], ":initial i:state t:terminal e:error c:choice"],
  ["listed regions", [
    { name: "p", type: "parallel", regions: [{ name: "r", initial: "x", states: ["x"] }] },
    { name: "x", parent: "p" },
  ], ":initial p:parallel(~r:region(:initial x:state))"],
  ["children of a parallel", [
    { name: "p", type: "parallel" },
    { name: "x", parent: "p" },
    { name: "y", parent: "p", initial_child: "z" },
    { name: "z", parent: "y" },
  ], ":initial p:parallel(~x:state ~y:compound(:initial z:state))"],
  ["a submachine that was laid in", [
    { name: "loan", initial_child: "loan__asked" },
    { name: "loan__asked", parent: "loan" },
  ], ":initial loan:submachine(:initial asked:state)"],
  ["a submachine in a file", [{ name: "loan", submachine: "loan.yaml" }], ":initial loan:submachine"],
  ["deep and shallow history", [
    { name: "p", initial_child: "x" },
    { name: "x", parent: "p" },
    { name: "h", parent: "p", type: "history", history: "deep" },
    { name: "g", parent: "p", type: "history" },
  ], ":initial p:compound(:initial x:state H*:history H:history)"],
  [
    "parents in a ring",
    [{ name: "a", parent: "b" }, { name: "b", parent: "a" }],
    ":initial b:compound(a:compound)",
  ],
  ["a parent of itself", [{ name: "a", parent: "a" }], ":initial a:compound"],
];

for (const [name, states, expected] of BOXES) {
  Deno.test(`graphOf() nests ${name}`, () => {
    assert.equal(graphOf({ states }).roots.map(textOf).join(" "), expected);
  });
}

Deno.test("graphOf() starts a machine with the rules of SCXML in the first child", () => {
  const states = [{ name: "p" }, { name: "x", parent: "p" }];
  assert.deepEqual(startsOf(graphOf({ meta: { semantics: "scxml", initial: ["p"] }, states })), ["p", "x"]);
  assert.deepEqual(startsOf(graphOf({ states })), ["p"]);
});

Deno.test("graphOf() keeps terminal states out of the frame of a wildcard", () => {
  const states = [...A_B, { name: "z", type: "terminal" }];
  const graph = graphOf({ states, transitions: [{ trigger: "stop", source: "*", dest: "z" }] });
  assert.equal(graph.roots.map(textOf).join(" "), ":initial any state:any(a:state b:state) z:terminal");
});

Deno.test("graphOf() marks the points that an arrow passes", () => {
  const states = [
    { name: "p", initial_child: "x", entry_points: ["x"], exit_points: ["x"] },
    { name: "x", parent: "p" },
    { name: "a", type: "initial" },
  ];
  const graph = graphOf({
    states,
    transitions: [{ trigger: "in", source: "a", dest: "p:x" }, { trigger: "out", source: "p:x", dest: "a" }],
  });
  assert.deepEqual(graph.edges.flatMap(({ gates }) => gates), [{ owner: "p", side: "entry" }, {
    owner: "p",
    side: "exit",
  }]);
});

Deno.test("graphOf() writes into a state what it does by itself, and counts what is too much", () => {
  const state = {
    name: "a",
    on_enter: ["one", { increment: "n" }, { custom: { name: "two" } }],
    on_exit: ["three"],
    invoke: [{ id: "rate", src: "rates" }],
    defer: ["later"],
  };
  const transitions = [{ trigger: "note", source: "a", actions: ["x"] }];
  const [, node] = graphOf({ states: [state], transitions }).roots;
  assert.deepEqual(node?.lines, [
    "entry / one",
    "entry / increment n",
    "entry / two",
    "exit / three",
    "do / rates",
    "… 2 more",
  ]);
});

for (const document of [{}, { states: 5, transitions: "x" }, { states: [null, { name: 3 }], meta: [] }]) {
  Deno.test(`graphOf() draws nothing of ${JSON.stringify(document)}`, () => {
    assert.deepEqual(graphOf(document), { roots: [], edges: [] });
  });
}

function startsOf(graph: ChartGraph): readonly string[] {
  return graph.edges.filter(({ kind }) => kind === "initial").map(({ target }) => target);
}

function textOf(node: ChartNode): string {
  const inner = node.children.length === 0 ? "" : `(${node.children.map(textOf).join(" ")})`;
  return `${node.isRegion ? "~" : ""}${node.label}:${node.kind}${inner}`;
}
