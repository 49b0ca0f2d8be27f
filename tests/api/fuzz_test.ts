/** Hostile values in every place of every operation: no 5xx, nothing slow, no status that the contract does not know. */
import { assert } from "../../src/assert.ts";
import { type Harness, OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const ROUNDS = 6;
const ANSWER_MS_MAX = 2_000;

const TEXTS: readonly string[] = [
  "",
  " ",
  "a",
  "order",
  "o-1",
  "0",
  "-1",
  "1e309",
  "NaN",
  "null",
  "true",
  "999999999999999999999",
  "../../etc/passwd",
  "..%2f..%2f",
  "%00",
  "%zz",
  "a%0d%0aset-cookie: x=1",
  "' OR 1=1 --",
  '"; DROP TABLE entity; --',
  "${jndi:ldap://x}",
  "{{constructor.constructor('return 1')()}}",
  "<script>alert(1)</script>",
  "\u202e\u0000",
  "\ud83d\ude00",
  "ﷺ",
  "A".repeat(300),
  "A".repeat(5_000),
  "__proto__",
  "constructor",
  "1970-01-01",
  "9999-12-31T23:59:59Z",
  "0000-00-00T00:00:00Z",
  "2026-02-30T00:00:00Z",
  "00000000-0000-0000-0000-000000000000",
  "0123456789abcdef",
  "eyJhIjoxfQ",
  "eyJpZCI6bnVsbH0=",
];

const VALUES: readonly unknown[] = [
  ...TEXTS,
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  9007199254740991,
  [],
  {},
  [[]],
  { a: { b: [1, "x", null] } },
  { meta: { machine_name: "x" }, states: [], transitions: [] },
  Array.from({ length: 300 }, () => "x"),
];

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { readonly in: string; readonly name: string }[];
  readonly fields: readonly string[];
}

Deno.test("no operation answers with 5xx, whatever it is sent", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const seed = 1;
    const random = randomOf(seed);
    await publish(harness, ORDER);
    await harness.call("POST", "/api/v1/entities/o-1/create", { body: { machine_name: "order" } });
    for (const operation of operationsOf(harness.api.openapi())) {
      if (operation.path.endsWith("/stream")) continue;
      for (let round = 0; round < ROUNDS; round++) await attack(harness, operation, { random, seed });
    }
  }));

async function attack(
  harness: Harness,
  operation: Operation,
  { random, seed }: { readonly random: () => number; readonly seed: number },
): Promise<void> {
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)];
    assert(item !== undefined, "a list to pick from is not empty");
    return item;
  };
  const path = operation.path.replaceAll(/\{[^}]+\}/g, () => encodeURIComponent(pick(TEXTS)) || "x");
  const query = operation.parameters.filter((one) => one.in === "query" && random() < 0.5)
    .map((one) => `${one.name}=${encodeURIComponent(pick(TEXTS))}`);
  if (random() < 0.1) query.push(`${pick(["x", "__proto__", "limit"])}=1`);
  const entries = operation.fields.filter(() => random() < 0.8).map((field) =>
    [field, pick(VALUES)] as const
  );
  const body = random() < 0.1 ? pick(VALUES) : Object.fromEntries(entries);
  const hasBody = operation.fields.length > 0;
  const startedMs = performance.now();
  const answer = await harness.call(
    operation.method.toUpperCase(),
    `${path}${query.length === 0 ? "" : `?${query.join("&")}`}`,
    hasBody ? { body } : {},
  );
  const what = `seed ${seed}: ${operation.method} ${path}?${query.join("&")} ${
    JSON.stringify(body)?.slice(0, 300)
  }`;
  // Ready, health and logins may say 503 on purpose; with authentication off there is nobody to log in.
  const isOff = answer.status === 503 && operation.path.includes("/auth/");
  assert(answer.status < 500 || isOff, `${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
  assert(performance.now() - startedMs < ANSWER_MS_MAX, `${what}: slow`);
}

function operationsOf(contract: Record<string, unknown>): readonly Operation[] {
  const text = JSON.stringify(contract);
  const { paths, components } = JSON.parse(text);
  return Object.keys(paths).flatMap((path) =>
    Object.keys(paths[path]).map((method) => {
      const operation = paths[path][method];
      const schema = operation.requestBody?.content?.["application/json"]?.schema ?? {};
      const name = String(schema["$ref"] ?? "").split("/").at(-1) ?? "";
      const resolved = components.schemas[name] ?? schema;
      return {
        method,
        path,
        parameters: operation.parameters ?? [],
        fields: Object.keys(resolved.properties ?? {}),
      };
    })
  );
}

/** Mulberry32: small, and the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
