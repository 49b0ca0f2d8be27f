/** What clients of PyStator 0.0.47 rely on: its operations, parameters and fields stand in the contract, and a walk over all of them answers so. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "./assertions.ts";
import { contractText } from "./contract_text.ts";
import { type Answer, type CallOptions, OPEN_SETTINGS, withApi } from "./harness.ts";
import walk from "./pystator_walk.json" with { type: "json" };
import surface from "./pystator_surface.json" with { type: "json" };

interface Operation {
  readonly status: number;
  readonly query?: readonly string[];
  /** Types by the path of the field. */
  readonly body?: Readonly<Record<string, string>>;
  readonly answer?: Readonly<Record<string, string>>;
}

interface Step {
  readonly name: string;
  readonly method: string;
  /** `{name}` is what an earlier step saved under the name. */
  readonly path: string;
  /** A machine by its name in the list of machines, or anything else. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly status: number;
  /** Keeps the id of the answer. */
  readonly save?: string;
  /** As it stands in the surface. */
  readonly operation?: string;
}

// deno-lint-ignore no-explicit-any
type Json = any;

/** In an order in which each step finds what it needs. */
const STEPS: readonly Step[] = walk.steps;
const MACHINES: Readonly<Record<string, unknown>> = walk.machines;

const SURFACE: Readonly<Record<string, Operation>> = surface;
/** Streams never end, and a webhook is called by a worker: their own tests walk them. */
const ELSEWHERE = new Set([
  "GET /api/v1/transitions/stream",
  "GET /api/v1/events/stream",
  "POST /api/v1/webhooks/{webhook_id}/test",
]);
/** Refused on purpose: settings belong to the operator. */
const REFUSED: Readonly<Record<string, number>> = { "PATCH /api/v1/settings/server-config": 403 };

Deno.test("every operation of PyStator stands in the contract, with its parameters, fields and status", async () => {
  const contract = JSON.parse(await contractText());
  for (const [name, expected] of Object.entries(SURFACE)) {
    const [method = "", path = ""] = name.split(" ");
    const operation = contract.paths[path]?.[method.toLowerCase()];
    assert(operation !== undefined, `${name} is missing`);
    const query = (operation.parameters ?? []).filter((one: Json) => one.in === "query").map((one: Json) =>
      one.name
    );
    for (const parameter of expected.query ?? []) {
      assert(query.includes(parameter), `${name}: no parameter ${parameter}`);
    }
    const body = operation.requestBody?.content["application/json"]?.schema;
    checkFields(contract, {
      name: `${name} body`,
      fields: expected.body ?? {},
      schema: body,
      isAnswer: false,
    });
    if (Object.hasOwn(REFUSED, name)) continue;
    const answer = operation.responses[String(expected.status)];
    assert(answer !== undefined, `${name}: no status ${expected.status}`);
    checkFields(contract, {
      name: `${name} answer`,
      fields: expected.answer ?? {},
      schema: answer.content?.["application/json"]?.schema,
      isAnswer: true,
    });
  }
});

Deno.test("a walk over every operation answers with PyStator's status and fields", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    const saved = new Map<string, string>();
    const walked = new Set<string>();
    for (const { name, method, path, body, status, save, operation } of STEPS) {
      const filled = path.replaceAll(
        /\{(\w+)\}/g,
        (_all: string, key: string) => saved.get(key) ?? "missing",
      );
      const answer = await call(method, filled, optionsOf(body));
      assertEquals(answer.status, status, `${name}: ${method} ${filled}: ${answer.text.slice(0, 400)}`);
      if (save !== undefined) saved.set(save, String(answer.json.id ?? answer.json.event_id));
      if (operation === undefined) continue;
      walked.add(operation);
      const expected = SURFACE[operation];
      assert(expected !== undefined, `${name}: PyStator has no ${operation}`);
      if (status === expected.status) checkAnswer(name, answer, expected.answer ?? {});
    }
    const left = Object.keys(SURFACE).filter((name) => !walked.has(name) && !ELSEWHERE.has(name));
    assertEquals(left.join(", "), "", "operations that the walk leaves out");
  }));

/** PyStator's pages name the type of a body also where they send none. */
function optionsOf(body: Step["body"]): CallOptions {
  if (body === undefined) return { headers: { "content-type": "application/json" } };
  const config = MACHINES[String(body["config"])];
  return { body: config === undefined ? body : { ...body, config } };
}

function checkAnswer(name: string, answer: Answer, fields: Readonly<Record<string, string>>): void {
  for (const [path, types] of Object.entries(fields)) {
    for (const value of valuesAt(answer.json, path)) {
      assert(value !== undefined, `${name}: field ${path} is missing`);
      const isOfType = value === null || types === "any" || types.split("|").includes(typeOf(value)) ||
        (typeOf(value) === "integer" && types.split("|").includes("number"));
      assert(isOfType, `${name}: field ${path} is ${typeOf(value)}, not ${types}`);
    }
  }
}

/** Values of `items[].name`; parts that are null or of another form hold none. */
function valuesAt(value: Json, path: string): readonly Json[] {
  let values: Json[] = [value];
  for (const part of path.split(".")) {
    const key = part.replace("[]", "");
    const parents = values.filter((one) => one !== null && one !== undefined && typeof one === "object");
    values = key === "" ? parents : parents.map((one) => one[key]);
    if (part.endsWith("[]")) values = values.flatMap((one) => Array.isArray(one) ? one : []);
  }
  return values;
}

function typeOf(value: Json): string {
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function checkFields(contract: Json, { name, fields, schema, isAnswer }: {
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly schema: Json;
  readonly isAnswer: boolean;
}): void {
  for (const [path, types] of Object.entries(fields)) {
    let here: Json = resolved(contract, schema);
    for (const part of path.split(".")) {
      const key = part.replace("[]", "");
      const found: Json = key === "" ? here : here?.properties?.[key];
      if (found === undefined && here?.additionalProperties !== undefined) return;
      assert(found !== undefined, `${name}: no field ${path}`);
      const isRequired = !isAnswer || key === "" || here.required?.includes(key) || OPTIONAL.has(key);
      assert(isRequired, `${name}: field ${path} may be left out`);
      here = resolved(contract, found);
      if (part.endsWith("[]")) here = resolved(contract, here.items);
    }
    const own = [here.type].flat();
    const fits = types === "any" || here.type === undefined ||
      types.split("|").some((type) => own.includes(type) || (type === "number" && own.includes("integer")));
    assert(fits, `${name}: field ${path} is ${own}, not ${types}`);
  }
}

/** PyStator, too, leaves these out where they say nothing. */
const OPTIONAL = new Set(["result", "error"]);

/** Behind references, and the part beside null of a choice. */
function resolved(contract: Json, schema: Json): Json {
  if (schema?.$ref !== undefined) {
    return resolved(contract, contract.components.schemas[schema.$ref.split("/").at(-1)]);
  }
  const parts = schema?.anyOf ?? schema?.oneOf;
  if (parts === undefined) return schema;
  return resolved(contract, parts.find((part: Json) => part.type !== "null"));
}
