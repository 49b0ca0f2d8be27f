/** Which limits hold for an action: the most exact word wins, hosts have defaults. */
import { deepStrictEqual } from "node:assert/strict";
import type { TargetPolicySpec } from "../engine/spec.ts";
import type { JsonObject } from "../json.ts";
import { receiverOf, targetPolicyOf } from "./action_target.ts";
import type { OutboxRow } from "./outbox.ts";

const PATTERNS = [
  "api.example.com",
  "api.example.com:8443",
  "*.example.com",
  "*.eu.example.com",
  "celery",
  "charge",
  "http",
  "invoke",
];
const DECLARED: readonly TargetPolicySpec[] = PATTERNS.map((pattern, index) => ({
  pattern,
  concurrency: index + 1,
  rateLimit: null,
  breaker: null,
}));

const ROWS: readonly (readonly [OutboxRow["kind"], string, JsonObject, receiver: string, key: string])[] = [
  ["http", "_http", { url: "https://api.example.com/x" }, "api.example.com", "api.example.com"],
  [
    "http",
    "_http",
    { url: "https://API.example.com:8443/x" },
    "api.example.com:8443",
    "api.example.com:8443",
  ],
  ["http", "_http", { url: "https://api.example.com:443?x" }, "api.example.com:443", "api.example.com"],
  ["http", "_http", { url: "https://a.eu.example.com/{{ id }}" }, "a.eu.example.com", "*.eu.example.com"],
  ["http", "_http", { url: "https://x.example.com/" }, "x.example.com", "*.example.com"],
  ["http", "_http", { url: "https://example.com/" }, "example.com", "http"],
  ["http", "_http", { url: "https://notexample.com/" }, "notexample.com", "http"],
  ["http", "_http", { url: "{{ url }}" }, "http", "http"],
  ["http", "_http", {}, "http", "http"],
  ["send", "_send", { target: "https://api.example.com/" }, "api.example.com", "api.example.com"],
  ["send", "_send", { target: "entity:o-1" }, "send", "send"],
  ["invoke_start", "credit", { src: "https://x.example.com/" }, "x.example.com", "*.example.com"],
  ["invoke_start", "credit", { src: "credit" }, "invoke_start", "invoke"],
  ["celery", "_celery", { task: "a" }, "celery", "celery"],
  ["named", "charge", {}, "charge", "charge"],
  ["named", "publish", {}, "publish", "publish"],
  ["send_event", "_send_event", {}, "send_event", "send_event"],
];

for (const [kind, name, params, receiver, key] of ROWS) {
  Deno.test(`targetPolicyOf() finds "${key}" for ${kind} ${JSON.stringify(params)}`, () => {
    const action = { kind, name, params };
    deepStrictEqual([receiverOf(action), targetPolicyOf(action, DECLARED).key], [receiver, key]);
  });
}

Deno.test("targetPolicyOf() has defaults for hosts only, and declared limits beside them", () => {
  const host = { kind: "http", name: "_http", params: { url: "https://api.example.com/" } } as const;
  const rateLimit = { count: 10, perMs: 1_000 };
  const breaker = { failures: 5, openForMs: 30_000 };
  const api = { pattern: "api.example.com", concurrency: null, rateLimit, breaker: null };
  deepStrictEqual(targetPolicyOf(host, []), {
    key: "api.example.com",
    concurrency: 4,
    rateLimit: null,
    breaker,
    isPaused: true,
  });
  deepStrictEqual(targetPolicyOf(host, [api]), {
    key: "api.example.com",
    concurrency: 4,
    rateLimit,
    breaker,
    isPaused: true,
  });
  deepStrictEqual(targetPolicyOf({ kind: "named", name: "publish", params: {} }, []), {
    key: "publish",
    concurrency: null,
    rateLimit: null,
    breaker: null,
    isPaused: false,
  });
});
