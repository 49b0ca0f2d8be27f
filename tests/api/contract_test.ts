/** The contract: as it is kept in docs, sound in itself, and what PyStator's clients rely on. */
import { assert } from "../../src/assert.ts";
import { contractText } from "./contract_text.ts";
import { OPEN_SETTINGS, withApi } from "./harness.ts";

Deno.test("docs/openapi.json is the contract that is served; `deno task openapi` writes it", async () => {
  const kept = await Deno.readTextFile(new URL("../../docs/openapi.json", import.meta.url));
  assert(kept === await contractText(), "docs/openapi.json is out of date: run deno task openapi");
});

Deno.test("every reference of the contract leads somewhere, every operation has a summary, a tag and a default", async () => {
  const text = await contractText();
  const contract = JSON.parse(text);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    assert(Object.hasOwn(contract.components.schemas, name ?? ""), `no schema ${name}`);
  }
  const methods = new Set(["get", "post", "put", "patch", "delete"]);
  for (const [path, operations] of Object.entries<Record<string, Operation>>(contract.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const name = `${method} ${path}`;
      assert(methods.has(method), `${name}: unknown method`);
      assert((operation.summary ?? "").length > 5, `${name}: no summary`);
      assert(operation.tags?.length === 1, `${name}: not one tag`);
      assert(operation.responses?.["default"] !== undefined, `${name}: no default answer`);
      assert(Array.isArray(operation.security), `${name}: no security`);
      const named = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1]);
      const declared = (operation.parameters ?? []).filter((one) => one.in === "path").map((one) => one.name);
      assert(named.join() === declared.join(), `${name}: path parameters ${declared}`);
    }
  }
});

Deno.test("a request's free objects and texts say what the guard refuses: large numbers, U+0000, reserved names", async () => {
  const { components } = JSON.parse(await contractText());
  const { properties } = components.schemas.ProcessEntityEventRequest;
  assert(
    properties.context.additionalProperties.$ref === "#/components/schemas/JsonValue",
    "values are bound",
  );
  const isTaken = (name: string) => new RegExp(properties.context.propertyNames.pattern).test(name);
  assert(isTaken("total") && isTaken("") && !isTaken("_engine") && !isTaken("a\u0000b"), "names are bound");
  const [number] = components.schemas.JsonValue.anyOf.filter((one: Part) => one.type === "number");
  assert(
    number.maximum === Number.MAX_SAFE_INTEGER && number.minimum === -number.maximum,
    "numbers are bound",
  );
  const labels = components.schemas.UpdateLabelsRequest.properties.labels;
  assert(labels.propertyNames.pattern.startsWith("^[a-z0-9]"), "keys of labels are bound");
  assert(labels.additionalProperties.type === "string", "values of labels stay texts");
});

Deno.test("where nobody is asked who they are, the contract asks for no token and offers no login", async () => {
  await withApi(OPEN_SETTINGS, ({ api }) => {
    const contract = JSON.stringify(api.openapi());
    assert(!contract.includes('"security":[{'), "an operation asks for a token");
    assert(!contract.includes('"/api/v1/auth/login"'), "a login is offered");
    return Promise.resolve();
  });
});

interface Part {
  readonly type?: string;
}

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly responses?: Readonly<Record<string, unknown>>;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}
