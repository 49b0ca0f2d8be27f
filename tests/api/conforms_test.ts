/** The checker of answers notices what it is there to notice. */
import { assert } from "../../src/assert.ts";
import { contractBreach } from "./conforms.ts";

const CONTRACT = {
  components: {
    schemas: {
      Row: {
        type: "object",
        properties: {
          id: { type: "string" },
          count: { type: "integer" },
          note: { type: ["string", "null"] },
          kind: { type: "string", enum: ["a", "b"] },
        },
        required: ["id", "count"],
      },
    },
  },
  paths: {
    "/rows/{id}": {
      get: {
        responses: {
          200: { content: { "application/json": { schema: { $ref: "#/components/schemas/Row" } } } },
          default: { content: { "application/problem+json": { schema: { type: "object" } } } },
        },
      },
    },
  },
};

const CASES: readonly (readonly [string, number, unknown, boolean])[] = [
  ["sound", 200, { id: "x", count: 1, note: null, kind: "a" }, true],
  ["without what is optional", 200, { id: "x", count: 1 }, true],
  ["missing field", 200, { id: "x" }, false],
  ["wrong type", 200, { id: 7, count: 1 }, false],
  ["a fraction for a whole number", 200, { id: "x", count: 1.5 }, false],
  ["null where none may be", 200, { id: null, count: 1 }, false],
  ["unknown field", 200, { id: "x", count: 1, secret: "y" }, false],
  ["word that is not in the list", 200, { id: "x", count: 1, kind: "c" }, false],
  ["a list for an object", 200, [], false],
  ["status nobody declared", 201, { id: "x", count: 1 }, false],
];

Deno.test("contractBreach() tells sound answers from others", () => {
  for (const [name, status, json, isSound] of CASES) {
    const breach = contractBreach(CONTRACT, {
      method: "GET",
      path: "/rows/7?x=1",
      status,
      contentType: "application/json",
      json,
    });
    assert((breach === null) === isSound, `${name}: ${breach}`);
  }
});
