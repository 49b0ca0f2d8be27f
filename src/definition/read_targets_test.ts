/** Limits of receivers: what is read, and each way of writing them wrongly. */
import { deepStrictEqual } from "node:assert/strict";
import type { JsonValue } from "../json.ts";
import { loadSpec } from "./load_spec.ts";

function read(targets: JsonValue) {
  const document = {
    meta: { machine_name: "probe", targets },
    states: [{ name: "a", type: "initial" }, { name: "b", type: "terminal" }],
    transitions: [{ trigger: "go", source: "a", dest: "b" }],
  };
  const result = loadSpec({ document }, { rules: "full" });
  return {
    policies: result.ok ? result.spec.targetPolicies : null,
    found: result.diagnostics.map(({ code, path }) => `${code} ${path.slice(2).join(".")}`),
  };
}

Deno.test("meta.targets is read as written", () => {
  deepStrictEqual(
    read({
      "api.example.com:8443": {
        concurrency: 2,
        rate_limit: { count: 10, per: "1s" },
        circuit_breaker: { failures: 3, open_for: "2m" },
      },
      "*.example.com": { concurrency: 1 },
      celery: { rate_limit: { count: 1, per: 250 } },
      charge_card: {},
    }),
    {
      policies: [
        {
          pattern: "api.example.com:8443",
          concurrency: 2,
          rateLimit: { count: 10, perMs: 1_000 },
          breaker: { failures: 3, openForMs: 120_000 },
        },
        { pattern: "*.example.com", concurrency: 1, rateLimit: null, breaker: null },
        { pattern: "celery", concurrency: null, rateLimit: { count: 1, perMs: 250 }, breaker: null },
        { pattern: "charge_card", concurrency: null, rateLimit: null, breaker: null },
      ],
      found: [],
    },
  );
  deepStrictEqual(read({}), { policies: undefined, found: [] });
});

const WRONG: readonly (readonly [string, JsonValue, string])[] = [
  ["a list", [], "F02 "],
  ["an address", { "https://api.example.com": {} }, "F04 https://api.example.com"],
  ["a star in the middle", { "api.*.com": {} }, "F04 api.*.com"],
  ["no mapping", { api: 3 }, "F02 api"],
  ["no places", { api: { concurrency: 0 } }, "L01 api.concurrency"],
  ["too many places", { api: { concurrency: 101 } }, "L01 api.concurrency"],
  ["half a place", { api: { concurrency: 1.5 } }, "L01 api.concurrency"],
  ["a rate without time", { api: { rate_limit: { count: 1 } } }, "F02 api.rate_limit.per"],
  ["a rate without count", { api: { rate_limit: { per: "1s" } } }, "F02 api.rate_limit.count"],
  ["an odd time", { api: { rate_limit: { count: 1, per: "soon" } } }, "L01 api.rate_limit.per"],
  ["two days", { api: { rate_limit: { count: 1, per: "2d" } } }, "L01 api.rate_limit.per"],
  ["a rate as text", { api: { rate_limit: "10/s" } }, "F02 api.rate_limit"],
  [
    "a breaker without rest",
    { api: { circuit_breaker: { failures: 3 } } },
    "F02 api.circuit_breaker.open_for",
  ],
  [
    "no failures",
    { api: { circuit_breaker: { failures: 0, open_for: "1s" } } },
    "L01 api.circuit_breaker.failures",
  ],
  ["a key nobody knows", { api: { concurency: 3 } }, "unknown_key api.concurency"],
];

for (const [name, targets, found] of WRONG) {
  Deno.test(`meta.targets tells of ${name}`, () => deepStrictEqual(read(targets).found, [found]));
}
