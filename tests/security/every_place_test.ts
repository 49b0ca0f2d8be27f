/** Hostile texts and bytes in every place of every operation, sent to a real process with a file behind it. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "../api/assertions.ts";
import { type CallAnswer, type Server, withServer } from "./server.ts";

const V1 = "/api/v1";
const ANSWER_MS_MAX = 2_000;

const TEXTS: readonly string[] = [
  "%00",
  "%ff%fe",
  "%ed%a0%80",
  "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
  "..%5c..%5c",
  "%0d%0aset-cookie:%20a=b",
  "'%20or%201=1--",
  "%27);drop%20table%20entity;--",
  "%25%25%25",
  "__proto__",
  "constructor",
  "toString",
  "%F0%9F%92%A3",
  "%E2%80%AE",
  "%EF%BB%BF",
  "%20",
  "-1",
  "0",
  "1e400",
  "99999999999999999999",
  "9007199254740993",
  "NaN",
  "true",
  "null",
  "[]",
  "%7B%7D",
  "*",
  "%3Cscript%3E",
  "$%7Bjndi:ldap://127.0.0.1%7D",
  "a".repeat(256),
  "a".repeat(8_000),
  "2026-13-45T99:99:99Z",
  "9999999999-01-01",
  "eyJ2IjoxfQ",
  "A".repeat(512),
];

const bytes = (...values: readonly number[]) => new Uint8Array(values);
const text = (value: string) => new TextEncoder().encode(value);
const gzipBomb = async () => {
  const zeros = new Blob([new Uint8Array(20_000_000)]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zeros).arrayBuffer());
};

const BODIES: readonly (readonly [
  string,
  () => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>,
  Record<string, string>?,
])[] = [
  ["deep lists", () => text("[".repeat(200_000))],
  ["deep objects", () => text('{"a":'.repeat(100_000))],
  ["a million digits", () => text(`{"a":${"9".repeat(1_000_000)}}`)],
  ["a million zeros behind the point", () => text(`{"a":0.${"0".repeat(1_000_000)}1}`)],
  ["an exponent", () => text('{"a":1e-999999999}')],
  ["half a million commas", () => text(`[${"0,".repeat(500_000)}0]`)],
  ["many small objects", () => text(`[${"{},".repeat(300_000)}{}]`)],
  ["many escapes", () => text(`{"a":"${"\\u0041".repeat(150_000)}"}`)],
  ["many backslashes", () => text(`{"a":"${"\\\\".repeat(500_000)}"}`)],
  ["quotes without end", () => text(`{"a":"${'\\"'.repeat(500_000)}`)],
  ["blanks", () => text(" ".repeat(1_000_000))],
  ["keys that meet", () => text(`{${Array.from({ length: 4_999 }, (_, i) => `"k${i}":${i}`).join(",")}}`)],
  ["the same key", () => text('{"a":1,"a":2}')],
  ["prototype", () => text('{"__proto__":{"role":"Admin"}}')],
  ["not UTF-8", () => bytes(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d)],
  ["a surrogate in bytes", () => bytes(0x22, 0xed, 0xa0, 0x80, 0x22)],
  ["an overlong slash", () => bytes(0x22, 0xc0, 0xaf, 0x22)],
  ["UTF-16", () => bytes(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00)],
  ["nothing", () => bytes()],
  ["NUL bytes", () => new Uint8Array(1_000)],
  ["gzip, announced", gzipBomb, { "content-encoding": "gzip" }],
  ["gzip, not announced", gzipBomb],
  ["a form", () => text("a=b&c=d"), { "content-type": "application/x-www-form-urlencoded" }],
  ["parts", () => text("--x\r\n\r\n--x--"), { "content-type": "multipart/form-data; boundary=x" }],
  ["two types", () => text("{}"), { "content-type": "application/json, text/html" }],
  ["another charset", () => text("{}"), { "content-type": "application/json; charset=utf-7" }],
  ["a list of nothing", () => text("[]")],
  ["null", () => text("null")],
  ["a word", () => text('"x"')],
];

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  readonly hasBody: boolean;
}

async function operationsOf({ call }: Server): Promise<readonly Operation[]> {
  const { paths } = JSON.parse((await call("GET", "/openapi.json")).text);
  return Object.keys(paths).flatMap((path) =>
    Object.keys(paths[path]).map((method) => {
      const { parameters = [], requestBody } = paths[path][method];
      const query = parameters.filter((one: { in: string }) => one.in === "query").map((
        one: { name: string },
      ) => one.name);
      return { method: method.toUpperCase(), path, query, hasBody: requestBody !== undefined };
    })
  ).filter(({ path }) => !path.endsWith("/stream") && !path.endsWith("/auth/logout"));
}

function judge(answer: CallAnswer, what: string): void {
  // Health may say that the store is away; nothing else may say 5xx.
  assert(answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
  assert(answer.tookMs < ANSWER_MS_MAX, `${what} took ${Math.round(answer.tookMs)} ms`);
  assert(
    !/\bat (?:async )?\w+ \(|file:\/\/|node_modules|SQLITE|sqlite3|\.ts:\d/.test(answer.text),
    `${what} tells: ${answer.text}`,
  );
}

Deno.test("every operation with hostile texts and bytes", async (t) => {
  await withServer(async (server) => {
    const operations = await operationsOf(server);
    assert(operations.length > 80, `${operations.length} operations`);

    await t.step("texts in every place of a path: no 5xx, nothing slow, nothing told", async () => {
      for (const { method, path, hasBody } of operations.filter((one) => one.path.includes("{"))) {
        for (const value of TEXTS) {
          const target = path.replaceAll(/\{[^}]+\}/g, value);
          judge(
            await server.call(method, target, hasBody ? { body: {} } : {}),
            `${method} ${target.slice(0, 200)}`,
          );
        }
      }
    });

    await t.step("texts in every parameter of a query: no 5xx, nothing slow, nothing told", async () => {
      for (const { method, path, query, hasBody } of operations.filter((one) => one.query.length > 0)) {
        const target = path.replaceAll(/\{[^}]+\}/g, "x");
        for (const name of query) {
          for (const value of TEXTS) {
            const answer = await server.call(
              method,
              `${target}?${name}=${value}`,
              hasBody ? { body: {} } : {},
            );
            judge(answer, `${method} ${target}?${name}=${value.slice(0, 100)}`);
          }
        }
        for (
          const odd of [`${query[0]}=1&${query[0]}=2`, "no_such=1", "__proto__=1", `${"a=1&".repeat(5_000)}`]
        ) {
          const answer = await server.call(method, `${target}?${odd}`, hasBody ? { body: {} } : {});
          judge(answer, `${method} ${target}?${odd.slice(0, 60)}`);
          assert(answer.status >= 400, `${method} ${target}?${odd.slice(0, 60)} is taken: ${answer.status}`);
        }
      }
    });

    await t.step("bytes as every body: no 5xx, nothing slow, nothing told", async () => {
      for (const [name, make, headers = {}] of BODIES) {
        const body = await make();
        for (const { method, path } of operations.filter(({ hasBody }) => hasBody)) {
          const target = path.replaceAll(/\{[^}]+\}/g, "x");
          const startedMs = performance.now();
          const response = await fetch(`${server.url}${target}`, {
            method,
            headers: {
              authorization: `Bearer ${server.token}`,
              "content-type": "application/json",
              ...headers,
            },
            body,
          });
          const answer = {
            status: response.status,
            headers: response.headers,
            text: await response.text(),
            tookMs: performance.now() - startedMs,
          };
          judge(answer, `${name} to ${method} ${target}`);
        }
      }
    });

    await t.step("afterwards lists, history and health read as before", async () => {
      for (
        const path of [
          "/health",
          `${V1}/entities`,
          `${V1}/transitions`,
          `${V1}/machines`,
          `${V1}/dlq`,
          `${V1}/audit`,
        ]
      ) {
        assertEquals((await server.call("GET", path)).status, 200, path);
      }
    });
  });
});

const LETTERS: readonly string[] = [
  "",
  " blanks around ",
  "line\nbreak\ttab\rreturn",
  "\u0001\u001f\u007f\u0080\u009f",
  "\u2028\u2029\u200b\u200e\u202e\ufeff",
  "e\u0301 is not \u00e9",
  "\ud83d\udc69\u200d\ud83d\udcbb \ud83c\uddf3\ud83c\uddf4",
  "\uffff\ufffe",
  "null",
  "undefined",
  "true",
  "-0",
  "1e400",
  "2026-01-31T12:00:00Z",
  "'; drop table entity; --",
  "%s%n%00\\u0000\\x00",
  "{{ context }} ${PATH} $(id) `id`",
  "</script><script>alert(1)</script>",
  "a".repeat(50_000),
];

Deno.test("texts that are accepted read back letter by letter, in state, history, feed, lists and snapshot", () =>
  withServer(async ({ call }) => {
    const config = {
      meta: { machine_name: "letters", version: "1.0.0" },
      states: [{ name: "a", type: "initial" }],
      transitions: [{ trigger: "go", source: "a", dest: "a" }],
    };
    assertEquals((await call("POST", `${V1}/machines`, { body: { config } })).status, 201);
    for (const [index, value] of LETTERS.entries()) {
      const id = `letters-${index}`;
      const context = {
        value,
        [`k${value.slice(0, 50).replaceAll(/[^a-z]/g, "")}`]: [value, { value }],
        n: -0.5,
      };
      const made = await call("POST", `${V1}/entities/${id}/create`, {
        body: { machine_name: "letters", context },
      });
      assertEquals(made.status, 200, made.text.slice(0, 200));
      const sent = await call("POST", `${V1}/entities/${id}/events`, {
        body: { trigger: "go", context: { again: value } },
      });
      assertEquals(sent.status, 200, sent.text.slice(0, 200));
      const expected = { ...context, again: value };
      for (const path of [`entities/${id}/state`, `entities/${id}/snapshot`]) {
        const { context: read } = JSON.parse((await call("GET", `${V1}/${path}`)).text);
        assertEquals(JSON.stringify(read.value), JSON.stringify(value), path);
        assertEquals(read, expected, path);
      }
      const label = value.slice(0, 200).trim();
      const labels = await call("PUT", `${V1}/entities/${id}/labels`, { body: { labels: { note: label } } });
      assert([200, 422].includes(labels.status), labels.text);
      if (labels.status === 200) assertEquals(JSON.parse(labels.text).labels.note, label);
    }
    const list = JSON.parse((await call("GET", `${V1}/entities?limit=200`)).text);
    for (const entity of list.entities) {
      const index = Number(entity.entity_id.split("-")[1]);
      assertEquals(entity.context?.value ?? LETTERS[index], LETTERS[index], `list, ${index}`);
    }
    const feed = JSON.parse((await call("GET", `${V1}/transitions?limit=500`)).text);
    assert(feed.items.length >= LETTERS.length, "the feed has them all");
  }));
