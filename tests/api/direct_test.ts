/** The short way to an answer and the long one give the same: status, headers and body, for whatever is sent. */
import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { type Answer, CLOSED_SETTINGS, type Harness, OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const SEED = 20_260_131;
const RUNS = 300;

/** Ways in which the same request misses the conditions of the short way. */
const LONG_SEND = { "content-type": "application/json; charset=utf-8" };
const LONG_READ = { "if-none-match": '"999"' };

interface Case {
  readonly name: string;
  readonly path: string;
  /** undefined = the state is read. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
}

const json = (value: unknown) => JSON.stringify(value);
const events = (id: string) => `/api/v1/entities/${id}/events`;
const state = (id: string) => `/api/v1/entities/${id}/state`;

const KEY = { "idempotency-key": "once" };

const CASES: readonly Case[] = [
  { name: "creates", path: events("a"), text: json({ trigger: "pay", machine_name: "order" }) },
  { name: "moves on", path: events("a"), text: json({ trigger: "ship", context: { by: "é😀", n: 1.5 } }) },
  { name: "is refused", path: events("a"), text: json({ trigger: "pay" }) },
  { name: "unknown trigger", path: events("b"), text: json({ trigger: "fly", machine_name: "order" }) },
  { name: "unknown machine", path: events("c"), text: json({ trigger: "pay", machine_name: "none" }) },
  {
    name: "unknown version",
    path: events("c"),
    text: json({ trigger: "pay", machine_name: "order", machine_version: "9" }),
  },
  { name: "no machine named", path: events("c"), text: json({ trigger: "pay" }) },
  {
    name: "nulls",
    path: events("d"),
    text: json({ trigger: "pay", machine_name: "order", machine_version: null }),
  },
  { name: "context null", path: events("d"), text: json({ trigger: "pay", context: null }) },
  { name: "context list", path: events("d"), text: json({ trigger: "pay", context: [] }) },
  { name: "reserved name", path: events("d"), text: json({ trigger: "pay", context: { _x: 1 } }) },
  { name: "unknown field", path: events("d"), text: json({ trigger: "pay", more: 1 }) },
  { name: "no trigger", path: events("d"), text: json({ context: {} }) },
  { name: "odd trigger", path: events("d"), text: json({ trigger: "a b" }) },
  { name: "number", path: events("d"), text: "1" },
  { name: "list", path: events("d"), text: "[]" },
  { name: "not JSON", path: events("d"), text: "{" },
  { name: "key twice", path: events("d"), text: '{"trigger":"a","trigger":"b"}' },
  { name: "prototype", path: events("d"), text: '{"trigger":"a","context":{"__proto__":{}}}' },
  {
    name: "too deep",
    path: events("d"),
    text: `{"trigger":"a","context":${'{"a":'.repeat(40)}1${"}".repeat(40)}}`,
  },
  { name: "reserved id", path: events("bulk"), text: json({ entity_ids: ["a"], trigger: "pay" }) },
  { name: "bad id", path: events("%20"), text: json({ trigger: "pay" }) },
  {
    name: "traceparent",
    path: events("e"),
    text: json({ trigger: "pay", machine_name: "order" }),
    headers: {
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "x-request-id": "mine",
    },
  },
  {
    name: "foreign page",
    path: events("e"),
    text: json({ trigger: "ship" }),
    headers: {
      origin: "https://evil.test",
      host: "stator.test",
    },
  },
  {
    name: "an odd key",
    path: events("e"),
    text: json({ trigger: "ship" }),
    headers: { "idempotency-key": "a b" },
  },
  { name: "a key", path: events("k"), text: json({ trigger: "pay", machine_name: "order" }), headers: KEY },
  {
    name: "a key again",
    path: events("k"),
    text: json({ machine_name: "order", trigger: "pay", context: {} }),
    headers: KEY,
  },
  { name: "a key for another", path: events("k"), text: json({ trigger: "ship" }), headers: KEY },
  {
    name: "a refusal with a key",
    path: events("k"),
    text: json({ trigger: "pay" }),
    headers: { "idempotency-key": "r" },
  },
  { name: "reads", path: state("a") },
  { name: "reads nothing", path: state("nobody") },
  { name: "reads with a query", path: `${state("a")}?x=1` },
  { name: "reads with a slash", path: `${state("a")}/` },
];

Deno.test("the short way answers as the long one does", async () => {
  await withApi(OPEN_SETTINGS, async (short) => {
    await withApi(OPEN_SETTINGS, async (long) => {
      for (const harness of [short, long]) await publish(harness, ORDER);
      for (const one of CASES) await compare(one, short, long);
      for (const harness of [short, long]) {
        const { status } = await harness.call("DELETE", "/api/v1/entities/e");
        deepStrictEqual(status, 200);
      }
      await compare({ name: "reads a deleted one", path: state("e") }, short, long);
      await compare(
        { name: "moves a deleted one", path: events("e"), text: json({ trigger: "ship" }) },
        short,
        long,
      );
    });
  });
});

Deno.test("the short way lets in whom the long one lets in", async () => {
  const settings = { ...CLOSED_SETTINGS, corsOrigins: ["https://shop.test"] };
  await withApi(settings, async (short) => {
    await withApi(settings, async (long) => {
      const tokens: string[] = [];
      for (const harness of [short, long]) {
        tokens.push(await harness.login("admin"));
        await publish(harness, ORDER, tokens.at(-1));
      }
      const text = json({ trigger: "pay", machine_name: "order" });
      const origin = { origin: "https://shop.test" };
      const rows: readonly Case[] = [
        { name: "nobody sends", path: events("a"), text },
        { name: "nobody reads", path: state("a") },
        { name: "a wrong token", path: events("a"), text, token: "a.b.c" },
      ];
      for (const row of rows) await compare(row, short, long);
      const own = (row: Case, index: number) => ({ ...row, token: tokens[index] ?? "" });
      for (
        const row of [{ name: "sends", path: events("a"), text, headers: origin }, {
          name: "reads",
          path: state("a"),
        }]
      ) {
        same(row.name, await sent(own(row, 0), short, false), await sent(own(row, 1), long, true));
      }
    });
  });
});

Deno.test("the short way judges any body as the long one does", async () => {
  const word = fc.constantFrom(
    "pay",
    "ship",
    "order",
    "none",
    "",
    "a b",
    "1.0.0",
    "_x",
    "é",
    "x".repeat(201),
  );
  const value = fc.oneof(
    word,
    fc.constant(null),
    fc.integer(),
    fc.boolean(),
    fc.constant([]),
    fc.dictionary(word, fc.jsonValue()),
  );
  const body = fc.dictionary(
    fc.constantFrom("trigger", "context", "machine_name", "machine_version", "more"),
    value,
  );
  const usual = fc.record({
    trigger: fc.constantFrom("pay", "ship"),
    context: fc.dictionary(fc.string(), fc.jsonValue()),
    machine_name: fc.constantFrom("order", "order", "order", "none"),
    machine_version: fc.constantFrom(null, null, "1.0.0", "1.0.0", "2"),
  });
  await withApi(OPEN_SETTINGS, async (short) => {
    await withApi(OPEN_SETTINGS, async (long) => {
      for (const harness of [short, long]) await publish(harness, ORDER);
      let ordinal = 0;
      let decided = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.oneof(body, body.map((one) => ({ trigger: "pay", machine_name: "order", ...one })), usual),
          async (one) => {
            ordinal += 1;
            const answer = await compare(
              { name: json(one), path: events(`r-${ordinal}`), text: json(one) },
              short,
              long,
            );
            if (answer.status === 200) decided += 1;
          },
        ),
        { seed: SEED, numRuns: RUNS },
      );
      ok(decided > RUNS / 20, `only ${decided} bodies were taken`);
    });
  });
});

async function compare(one: Case, short: Harness, long: Harness): Promise<Answer> {
  const answer = await sent(one, short, false);
  same(one.name, answer, await sent(one, long, true));
  return answer;
}

async function sent(one: Case, { call }: Harness, isLong: boolean): Promise<Answer> {
  const extra = !isLong ? {} : one.text === undefined ? LONG_READ : LONG_SEND;
  return await call(one.text === undefined ? "GET" : "POST", one.path, {
    ...(one.text === undefined ? {} : { text: one.text }),
    ...(one.token === undefined ? {} : { token: one.token }),
    headers: { ...one.headers, ...extra },
  });
}

/** Ids are random; everything else is the same. */
function same(name: string, found: Answer, expected: Answer): void {
  const shown = ({ status, headers, text }: Answer) => ({
    name,
    status,
    headers: [...headers].filter(([header, value]) => header !== "x-request-id" || value === "mine")
      .toSorted(),
    text: text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, "ID"),
  });
  deepStrictEqual(shown(found), shown(expected));
}

Deno.test("a body that does not arrive ends in time, and one that breaks off is told so", async () => {
  await withApi(OPEN_SETTINGS, async ({ api }) => {
    const answerTo = async (body: ReadableStream<Uint8Array>) => {
      const response = await api.fetch(
        new Request(`http://stator.test${events("a")}`, {
          method: "POST",
          headers: { "content-type": "application/json", "content-length": "40" },
          body,
        }),
      );
      const { code, detail } = await response.json();
      return [response.status, code, detail];
    };
    deepStrictEqual(
      await answerTo(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(4)) })),
      [
        408,
        "timeout",
        "Cannot read the body: it did not arrive in time",
      ],
    );
    deepStrictEqual(
      await answerTo(new ReadableStream({ start: (controller) => controller.error(new Error("gone")) })),
      [
        400,
        "bad_request",
        "Cannot read the body: it broke off",
      ],
    );
  });
});

Deno.test("a key that came the short way is known on the long one, and the other way round", async () => {
  await withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, ORDER);
    for (const [index, isLongFirst] of [false, true].entries()) {
      const one = {
        name: "keyed",
        path: events(`k-${index}`),
        text: json({ trigger: "pay", machine_name: "order" }),
        headers: KEY,
      };
      const first = await sent(one, harness, isLongFirst);
      const second = await sent(one, harness, !isLongFirst);
      deepStrictEqual([first.status, second.status, second.text], [200, 200, first.text]);
      deepStrictEqual(second.headers.get("idempotency-replayed"), "true");
    }
  });
});
