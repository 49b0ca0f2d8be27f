/** What each element and each expression of SCXML becomes, and what is refused with its element and line. */
import { strict as assert } from "node:assert";
import type { JsonObject, JsonValue } from "../../json.ts";
import { loadMachine } from "../load.ts";
import { importScxml } from "./import_scxml.ts";

const SCXML = 'xmlns="http://www.w3.org/2005/07/scxml" version="1.0"';

function chart(body: string, attributes = 'name="m" datamodel="ecmascript"'): string {
  return `<scxml ${SCXML} ${attributes}>\n${body}\n</scxml>`;
}

/** `document.states[0].on_enter` by dotted path. */
function at(document: JsonObject, path: string): JsonValue | undefined {
  return path.split(".").reduce<JsonValue | undefined>((value, key) => {
    if (Array.isArray(value)) return value[Number(key)];
    if (typeof value !== "object" || value === null) return undefined;
    return Object.fromEntries(Object.entries(value))[key];
  }, document);
}

/** Inside of `<state id="a">`, a path into the document, and what is there. */
function entry(content: string): string {
  return chart(`<datamodel><data id="x"/></datamodel><state id="a"><onentry>${content}</onentry></state>`);
}

const ENTRY = "states.0.on_enter";

const KEPT: readonly (readonly [string, string, string, JsonValue])[] = [
  ["the name", chart('<state id="a"/>', 'name="My Chart"'), "meta.machine_name", "my_chart"],
  ["the rules", chart('<state id="a"/>'), "meta.semantics", "scxml"],
  ["the first state as initial", chart('<state id="a"/><state id="b"/>'), "meta.initial", ["a"]],
  ["initial of the chart", chart('<state id="a"/><state id="b"/>', 'initial="b"'), "meta.initial", ["b"]],
  ["a missing id", chart("<state/>"), "states.0.name", "_s1"],
  ["nesting", chart('<state id="a"><state id="b"/></state>'), "states.1.parent", "a"],
  ["a parallel", chart('<parallel id="p"><state id="a"/></parallel>'), "states.0.type", "parallel"],
  ["a final", chart('<final id="f"/>'), "states.0.type", "terminal"],
  [
    "initial of a state",
    chart('<state id="a" initial="c"><state id="b"/><state id="c"/></state>'),
    "states.0.initial_child",
    "c",
  ],
  [
    "several initial states",
    chart('<state id="a" initial="b c"><parallel id="p"><state id="b"/><state id="c"/></parallel></state>'),
    "states.0.initial_child",
    ["b", "c"],
  ],
  [
    "the first child as initial",
    chart('<state id="a"><state id="b"/></state>'),
    "states.0.initial_child",
    "b",
  ],
  [
    "an initial element",
    chart(
      '<state id="a"><initial><transition target="b"><raise event="r"/></transition></initial><state id="b"/></state>',
    ),
    "states.0.initial_actions",
    [{ raise: "r" }],
  ],
  [
    "a history",
    chart(
      '<state id="a"><history id="h" type="deep"><transition target="b"><raise event="r"/></transition></history><state id="b"/></state>',
    ),
    "states.1",
    {
      name: "h",
      type: "history",
      parent: "a",
      history: "deep",
      default: "b",
      default_actions: [{ raise: "r" }],
    },
  ],
  [
    "a transition",
    chart('<state id="a"><transition event="x y.*" cond="1 &lt; 2" target="a b"/></state><state id="b"/>'),
    "transitions.0",
    { trigger: ["x", "y.*"], source: "a", dest: ["a", "b"], guards: [{ expr: "(1 < 2)" }] },
  ],
  [
    "an internal transition",
    chart('<state id="a"><transition event="x" type="internal" target="b"/><state id="b"/></state>'),
    "transitions.0",
    { trigger: "x", source: "a", dest: "b", internal: true },
  ],
  ["no event", chart('<state id="a"><transition target="b"/></state><state id="b"/>'), "transitions.0", {
    auto: true,
    source: "a",
    dest: "b",
  }],
  ["no target", chart('<state id="a"><transition event="*"/></state>'), "transitions.0", {
    trigger: "*",
    source: "a",
  }],
  ["onexit", chart('<state id="a"><onexit><raise event="r"/></onexit></state>'), "states.0.on_exit", [{
    raise: "r",
  }]],
  [
    "two blocks",
    chart('<state id="a"><onentry><raise event="r"/></onentry><onentry><raise event="s"/></onentry></state>'),
    ENTRY,
    [{ block: [{ raise: "r" }] }, { block: [{ raise: "s" }] }],
  ],
  ["log", entry('<log label="now" expr="x"/>'), ENTRY, [{ name: "log", params: { message: "now: x" } }]],
  ["cancel", entry('<cancel sendid="s1"/>'), ENTRY, [{ cancel: "s1" }]],
  [
    "send to itself",
    entry('<send event="e" id="s1" delay="1.5s"><param name="n" expr="x + 1"/></send>'),
    ENTRY,
    [{ send: { trigger: "e", payload: { n: "(x + 1)" }, after: 1500, id: "s1" } }],
  ],
  ["send with a constant delayexpr", entry(`<send event="e" delayexpr="'20ms'"/>`), ENTRY, [{
    send: { trigger: "e", after: 20 },
  }]],
  ["send with eventexpr", entry(`<send eventexpr="'e' + x"/>`), ENTRY, [{
    send: { trigger_expr: '("e" + x)' },
  }]],
  ["send with namelist", entry('<send event="e" namelist="x"/>'), ENTRY, [{
    send: { trigger: "e", payload: { x: "x" } },
  }]],
  ["send with content", entry('<send event="e"><content>12</content></send>'), ENTRY, [{
    send: { trigger: "e", payload: "12" },
  }]],
  ["send to #_internal", entry('<send event="e" target="#_internal"/>'), ENTRY, [{
    raise: { trigger: "e" },
  }]],
  [
    "data with expr",
    chart('<datamodel><data id="x" expr="1 + 2"/></datamodel><state id="a"/>'),
    "state_variables",
    [{ key: "x", default_expr: "(1 + 2)" }],
  ],
  [
    "data with text",
    chart('<datamodel><data id="x">[1, 2]</data></datamodel><state id="a"/>'),
    "state_variables",
    [{ key: "x", default: [1, 2] }],
  ],
  [
    "data with a literal as expr",
    chart('<datamodel><data id="x" expr="-1.5"/><data id="y" expr="\'t\'"/></datamodel><state id="a"/>'),
    "state_variables",
    [{ key: "x", default: -1.5 }, { key: "y", default: "t" }],
  ],
  ["data without value", chart('<datamodel><data id="x"/></datamodel><state id="a"/>'), "state_variables", [{
    key: "x",
    default: null,
  }]],
  [
    "late binding",
    chart(
      '<state id="a"><datamodel><data id="x" expr="7"/></datamodel></state>',
      'binding="late" datamodel="ecmascript"',
    ),
    ENTRY,
    [{ branch: { when: "not bound_a", then: [{ compute: { x: "7" } }, { set: { bound_a: true } }] } }],
  ],
  ["assign", entry('<assign location="x" expr="x + 1"/>'), ENTRY, [{ compute: { x: "(x + 1)" } }]],
  ["assign of a literal", entry('<assign location="x">12</assign>'), ENTRY, [{ compute: { x: "12" } }]],
  [
    "if",
    entry(
      '<if cond="x == 1"><raise event="r"/><elseif cond="x == 2"/><raise event="s"/><else/><raise event="t"/></if>',
    ),
    ENTRY,
    [{
      branch: {
        when: "(x == 1)",
        then: [{ raise: "r" }],
        else: [{ branch: { when: "(x == 2)", then: [{ raise: "s" }], else: [{ raise: "t" }] } }],
      },
    }],
  ],
  ["foreach", entry('<foreach array="x" item="i" index="n"><raise event="r"/></foreach>'), ENTRY, [{
    foreach: { in: "x", as: "i", index: "n", do: [{ raise: "r" }] },
  }]],
  ["foreach without a name", entry('<foreach array="x" item="1"/>'), ENTRY, [{
    fail: '"1" is not a variable',
  }]],
  [
    "donedata",
    chart('<final id="f"><donedata><param name="n" expr="1"/></donedata></final>'),
    "states.0.done_data",
    { n: "1" },
  ],
  [
    "donedata with content",
    chart('<final id="f"><donedata><content expr="1 + 1"/></donedata></final>'),
    "states.0.done_data",
    "(1 + 1)",
  ],
  ["script of assignments", entry("<script>x = 1; x += 2; x++</script>"), ENTRY, [{ compute: { x: "1" } }, {
    compute: { x: "x + (2)" },
  }, { compute: { x: "x + 1" } }]],
];

for (const [name, text, path, expected] of KEPT) {
  Deno.test(`importScxml() keeps ${name}`, () => {
    const result = importScxml(text);
    assert(result.ok, JSON.stringify(result));
    assert.deepEqual(at(result.document, path), expected);
    const loaded = loadMachine({ document: result.document });
    assert(loaded.ok, JSON.stringify(loaded.diagnostics));
  });
}

/** Element, line and a part of the reason. */
const REFUSED: readonly (readonly [string, string, string, number, RegExp])[] = [
  ["another data model", chart('<state id="a"/>', 'datamodel="xpath"'), "scxml", 1, /xpath/],
  ["another root", "<chart/>", "chart", 1, /root must be scxml/],
  ["a chart without states", chart(""), "scxml", 1, /needs a state/],
  ["text that is no XML", "<scxml>\n<state>\n</scxml>", "xml", 3, /tag/],
  ["invoke", chart('<state id="a">\n<invoke src="b"/>\n</state>'), "invoke", 3, /no counterpart/],
  ["send to others", entry('\n<send event="e" target="http://x"/>'), "send", 3, /target http/],
  ["another type of send", entry('<send event="e" type="http"/>'), "send", 2, /type http/],
  ["idlocation", entry('<send event="e" idlocation="x"/>'), "send", 2, /idlocation/],
  ["a computed delay", entry('<send event="e" delayexpr="x"/>'), "send", 2, /delayexpr/],
  ["cancel by sendidexpr", entry('<cancel sendidexpr="x"/>'), "cancel", 2, /sendid/],
  [
    "data from a file",
    chart('<datamodel><data id="x" src="f"/></datamodel><state id="a"/>'),
    "data",
    2,
    /files/,
  ],
  ["data of XML", chart('<datamodel><data id="x"><b/></data></datamodel><state id="a"/>'), "data", 2, /XML/],
  ["assign to a path", entry('<assign location="x.y" expr="1"/>'), "assign", 2, /path/],
  ["assign of XML", entry('<assign location="x"><b/></assign>'), "assign", 2, /plain value/],
  ["a script with a function", entry("<script>function f() {}</script>"), "script", 2, /only assignments/],
  ["a script from a file", entry('<script src="f"/>'), "script", 2, /files/],
];

for (const [name, text, element, line, reason] of REFUSED) {
  Deno.test(`importScxml() refuses ${name}`, () => {
    const result = importScxml(text);
    assert(!result.ok);
    const found = result.problems.filter((problem) => problem.element === element && problem.line === line);
    assert(found.some((problem) => reason.test(problem.reason)), JSON.stringify(result.problems));
  });
}

Deno.test("importScxml() tells all problems at once", () => {
  const result = importScxml(
    chart('<state id="a">\n<invoke/>\n<onentry><cancel/><script>f()</script></onentry></state>'),
  );
  assert(!result.ok);
  assert.deepEqual(result.problems.map(({ element, line }) => `${element} ${line}`).sort(), [
    "cancel 4",
    "invoke 3",
    "script 4",
  ]);
});

Deno.test("importScxml() warns of what differs a little", () => {
  const result = importScxml(entry('<assign location="x" expr="x % 3"/>'));
  assert(result.ok);
  assert.deepEqual(result.warnings, [{
    element: "assign",
    line: 2,
    reason: "% differs for negative operands",
  }]);
});

Deno.test("importScxml() stops at texts and depths over its limits", () => {
  const large = importScxml(chart(`<!--${"x".repeat(256 * 1024)}--><state id="a"/>`));
  const deep = importScxml(chart(`${"<state>".repeat(80)}${"</state>".repeat(80)}`));
  assert(!large.ok && !deep.ok);
  assert.match(large.problems[0]?.reason ?? "", /at most/);
  assert.match(deep.problems[0]?.reason ?? "", /levels deep/);
});
