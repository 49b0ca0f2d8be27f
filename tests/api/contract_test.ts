/** The contract: as it is kept in docs, sound in itself, and what PyStator's clients rely on. */
import { assert } from "../../src/assert.ts";
import { contractText } from "./contract_text.ts";

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

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly responses?: Readonly<Record<string, unknown>>;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}
