/** The schema agrees with itself and with the loader. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { ACTION_FORMS } from "./read_action.ts";
import { machineJsonSchema } from "./json_schema.ts";

/** Every text under `key`, at any depth. */
function textsUnder(value: unknown, key: string): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === key && typeof inner === "string" ? [inner] : textsUnder(inner, key)
  );
}

for (const [draft, key] of [["2020-12", "$defs"], ["draft-7", "definitions"]] as const) {
  Deno.test(`machineJsonSchema() for ${draft} refers only to what it defines`, () => {
    const schema = machineJsonSchema(draft);
    const definitions = schema[key];
    ok(typeof definitions === "object" && definitions !== null);
    const used = new Set(textsUnder(schema, "$ref"));
    deepStrictEqual(
      [...used].filter((name) => !Object.hasOwn(definitions, name.replace(`#/${key}/`, ""))),
      [],
    );
    ok(used.size > 5);
    strictEqual(JSON.stringify(schema).includes(key === "$defs" ? "#/definitions" : "#/$defs"), false);
  });
}

Deno.test("machineJsonSchema() knows every form of action that the loader knows", () => {
  const text = JSON.stringify(machineJsonSchema("2020-12"));
  deepStrictEqual(ACTION_FORMS.filter((form) => !text.includes(`"required":["${form}"]`)), []);
});
