/** Templates: what is filled in, what stays. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { JsonValue } from "../json.ts";
import { placeholdersOf, renderTemplate } from "./template.ts";

const SCOPE = { values: { qty: 5, name: "bolt", flag: true, none: null, tags: ["a"], order: { total: 10 } } };

Deno.test("renderTemplate() replaces what has a value and keeps the rest", () => {
  const rows: readonly (readonly [JsonValue, JsonValue])[] = [
    ["id {{ qty }}", "id 5"],
    ["{{qty*2}} and {{ name }}", "10 and bolt"],
    ["{{ order.total }}/{{ len(tags) }}", "10/1"],
    ["{{ qty / 1 }} {{ flag }} {{ none }} {{ tags }}", "5.0 True None ['a']"],
    ["{{ missing }} {{ name }}", "{{ missing }} bolt"],
    ["{{ bad + }} {{ name }}", "{{ bad + }} bolt"],
    ["a {{ name", "a {{ name"],
    ["{{}} {{ }} }}", "{{}} {{ }} }}"],
    ["{{ '}' }}", "}"],
    ["{ {name} }", "{ {name} }"],
    ["plain", "plain"],
    [5, 5],
    [null, null],
    [{ "{{ name }}": ["{{ name }}", { deep: "{{ qty }}" }, true] }, {
      "{{ name }}": ["bolt", { deep: "5" }, true],
    }],
  ];
  for (const [template, expected] of rows) deepStrictEqual(renderTemplate(template, SCOPE), expected);
});

Deno.test("renderTemplate() keeps keys as they are, whatever they are called", () => {
  const rendered = renderTemplate(JSON.parse('{"__proto__": "{{ qty }}"}'), SCOPE);
  strictEqual(JSON.stringify(rendered), '{"__proto__":"5"}');
});

Deno.test("renderTemplate() takes time in proportion to the text", () => {
  const text = "{{".repeat(50_000);
  strictEqual(renderTemplate(text, SCOPE), text);
  const pairs = "{{ x }}".repeat(20_000);
  strictEqual(renderTemplate(pairs, SCOPE), pairs);
});

Deno.test("placeholdersOf() lists the sources", () => {
  deepStrictEqual(placeholdersOf("{{ a }}-{{b + 1}}-{{}}-{{ c"), ["a", "b + 1"]);
});

Deno.test("renderTemplate() stops filling in at its limits", () => {
  const many = renderTemplate("{{ qty }}".repeat(1_100), SCOPE);
  strictEqual(many, "5".repeat(1_000) + "{{ qty }}".repeat(100));
  const large = { values: { text: "x".repeat(300_000) } };
  strictEqual(renderTemplate("{{ text }}".repeat(5), large), "x".repeat(900_000) + "{{ text }}".repeat(2));
});
