/** Bytes on a socket that no proper client sends: each is refused or answered, none hangs, and the next caller is served. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "../api/assertions.ts";
import { type Server, withServer } from "./server.ts";

const HOST = "Host: stator.test\r\n";
const ANSWER_MS_MAX = 2_000;

interface Heard {
  readonly text: string;
  readonly statuses: readonly number[];
  readonly isClosed: boolean;
  readonly tookMs: number;
}

/** Sends bytes and listens until the other side closes, an answer is complete, or `waitMs` are over. */
async function send(
  port: number,
  bytes: string | Uint8Array,
  { answers = 1, waitMs = ANSWER_MS_MAX }: { readonly answers?: number; readonly waitMs?: number } = {},
): Promise<Heard> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const startedMs = performance.now();
  const timer = setTimeout(() => connection.close(), waitMs);
  let text = "";
  let isClosed = false;
  const statusesOf = () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
  try {
    const all = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
    for (let sent = 0; sent < all.length;) sent += await connection.write(all.subarray(sent));
  } catch {
    // Refused before everything was sent; what was answered can still be read.
  }
  try {
    const buffer = new Uint8Array(65_536);
    while (statusesOf().length < answers || !text.endsWith("\n") && !text.endsWith("}")) {
      const read = await connection.read(buffer);
      if (read === null) {
        isClosed = true;
        break;
      }
      text += new TextDecoder("latin1").decode(buffer.subarray(0, read));
    }
  } catch (error) {
    isClosed = !(error instanceof Deno.errors.Interrupted) && !(error instanceof Deno.errors.BadResource);
  }
  clearTimeout(timer);
  try {
    connection.close();
  } catch {
    // Closed by the timer.
  }
  return { text, statuses: statusesOf(), isClosed, tookMs: performance.now() - startedMs };
}

const get = (target: string, headers = "") => `GET ${target} HTTP/1.1\r\n${HOST}${headers}\r\n`;
const post = (headers: string, body: string) =>
  `POST /api/v1/auth/login HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n${headers}\r\n${body}`;

/** 0 = closed without a word. */
const FRAMES: readonly (readonly [string, string, readonly number[]])[] = [
  ["two lengths that differ", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), [400]],
  ["two lengths that agree", post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), [400]],
  ["a list of lengths", post("Content-Length: 2, 2\r\n", "{}"), [400]],
  ["length with a sign", post("Content-Length: +2\r\n", "{}"), [400]],
  ["negative length", post("Content-Length: -1\r\n", "{}"), [400]],
  ["length in hex", post("Content-Length: 0x2\r\n", "{}"), [400]],
  ["length beyond all numbers", post(`Content-Length: ${"9".repeat(30)}\r\n`, "{}"), [400]],
  ["length and chunks", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), [400]],
  ["chunks and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), [400]],
  ["unknown encoding", post("Transfer-Encoding: gzip\r\n", "hello"), [400]],
  ["encoding spelled oddly", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), [400]],
  ["two encodings", post("Transfer-Encoding: identity, chunked\r\n", "0\r\n\r\n"), [400]],
  ["encoding twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), [
    400,
  ]],
  ["chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]],
  ["chunk size that is no number", post("Transfer-Encoding: chunked\r\n", "ZZ\r\n{}\r\n0\r\n\r\n"), [400, 0]],
  ["chunk size beyond all numbers", post("Transfer-Encoding: chunked\r\n", `${"F".repeat(40)}\r\n{}\r\n`), [
    400,
    0,
  ]],
  ["a name with a blank", get("/health", "X-A : b\r\n"), [400]],
  ["a folded header", get("/health", "X-A: b\r\n c: d\r\n"), [400]],
  ["a header without a name", get("/health", ": b\r\n"), [400]],
  ["NUL in a header", get("/health", "X-A: a\0b\r\n"), [400]],
  ["NUL in the path", get("/api/v1/entities/a\0b/state"), [400]],
  ["a blank in the path", get("/health /x"), [400]],
  ["two hosts", `GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`, [400]],
  ["a host with a path", "GET /health HTTP/1.1\r\nHost: x/api/v1/catalog/builtins?\r\n\r\n", [400]],
  ["a host that is none", "GET /health HTTP/1.1\r\nHost: a b/..@c\r\n\r\n", [400]],
  ["a host with a user", "GET /health HTTP/1.1\r\nHost: root@stator.test\r\n\r\n", [400]],
  ["201 headers", get("/health", Array.from({ length: 201 }, (_, i) => `x-${i}: 1\r\n`).join("")), [
    400,
    431,
  ]],
  ["a header of 70 KB", get("/health", `X-A: ${"a".repeat(70_000)}\r\n`), [400, 431, 0]],
  ["a target of 70 KB", get(`/${"a".repeat(70_000)}`), [400, 414, 0]],
  ["a megabyte of header", get("/health", `X-A: ${"a".repeat(1_000_000)}\r\n`), [400, 431, 0]],
  ["TRACE", `TRACE / HTTP/1.1\r\n${HOST}\r\n`, [405]],
  ["CONNECT", `CONNECT evil.example:443 HTTP/1.1\r\n${HOST}\r\n`, [405]],
  ["an unknown method", `BREW /health HTTP/1.1\r\n${HOST}\r\n`, [405]],
  ["a method in small letters", `get /health HTTP/1.1\r\n${HOST}\r\n`, [400, 405]],
  ["an address of somebody else", `GET http://evil.example/health HTTP/1.1\r\n${HOST}\r\n`, [200, 400]],
  ["a star", `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, [204, 400, 404, 405]],
  ["a greeting of TLS", "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", [400, 0]],
  ["carriage returns alone", "GET /health HTTP/1.1\rHost: x\r\r\r\n\r\n", [400, 0]],
  ["an unknown version", `GET /health HTTP/3.7\r\n${HOST}\r\n`, [400, 505, 0]],
  ["no version", "GET /health\r\n\r\n", [400, 0]],
  ["nothing but lines", "\r\n".repeat(2_000), [400, 0]],
  ["an upgrade to another protocol", get("/health", "Connection: Upgrade\r\nUpgrade: websocket\r\n"), [200]],
];

async function isServed({ port }: Server): Promise<boolean> {
  const { statuses, tookMs } = await send(port, get("/health", "Connection: close\r\n"));
  return statuses[0] === 200 && tookMs < 1_000;
}

Deno.test("odd frames on raw sockets", async (t) => {
  await withServer(async (server) => {
    await t.step(
      "bytes that two readers might understand differently are refused or answered within two seconds",
      async () => {
        for (const [name, bytes, expected] of FRAMES) {
          const heard = await send(server.port, bytes);
          const status = heard.statuses[0] ?? 0;
          assert(
            expected.includes(status),
            `${name}: ${status}, ${JSON.stringify(heard.text.slice(0, 200))}`,
          );
          assert(status !== 0 || heard.isClosed || heard.tookMs < ANSWER_MS_MAX, `${name} hangs`);
          assert(!/deno|hyper|rust|panic| at file:|\.ts:/i.test(heard.text), `${name} tells what runs here`);
          assert(await isServed(server), `after ${name} nobody is served`);
        }
      },
    );

    await t.step(
      "a request behind another is answered in its turn, and one behind a refusal never is",
      async () => {
        const two = await send(server.port, get("/health/live") + get("/health", "Connection: close\r\n"), {
          answers: 2,
        });
        assertEquals(two.statuses, [200, 200]);
        const smuggled = await send(
          server.port,
          post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", `0\r\n\r\n${get("/health")}`),
          { answers: 2 },
        );
        assertEquals(smuggled.statuses, [400], "what follows an ambiguous body is not read");
        const many = await send(server.port, get("/health/live").repeat(200), { answers: 200 });
        assert(many.statuses.every((status) => status === 200), "200 at once");
      },
    );

    await t.step("a large length that is announced is answered at once, without the body", async () => {
      const login = await send(server.port, post("Content-Length: 50000000\r\n", "{"));
      assertEquals(login.statuses, [413]);
      const stranger = await send(
        server.port,
        `POST /api/v1/machines HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 50000000\r\n\r\n`,
      );
      assertEquals(stranger.statuses, [401], "a stranger is turned away before that");
      assert(login.tookMs < 1_000 && stranger.tookMs < 1_000, "at once");
    });

    await t.step("NUL, backslashes and dots in a path reach no file and no entity", async () => {
      for (
        const target of [
          "/docs/..%2f..%2fdeno.json",
          "/docs/../../deno.json",
          "/docs/%2e%2e/%2e%2e/deno.json",
          "/docs/..\\..\\deno.json",
          "/docs/swagger-ui.css%00.js",
          "//etc/passwd",
          "/api/v1/templates/fsm/..%2f..%2fdeno.json",
        ]
      ) {
        const auth = `Authorization: Bearer ${server.token}\r\n`;
        const heard = await send(server.port, get(target, `${auth}Connection: close\r\n`));
        assert([400, 404, 422].includes(heard.statuses[0] ?? 0), `${target}: ${heard.text.slice(0, 100)}`);
      }
    });

    await t.step(
      "a thousand connections that say half a sentence leave the next caller answered within a second",
      async () => {
        const half: Deno.Conn[] = [];
        try {
          for (let i = 0; i < 1_000; i++) {
            const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
            half.push(connection);
            await connection.write(new TextEncoder().encode(`GET /health HTTP/1.1\r\nHost: st`));
          }
          for (let i = 0; i < 5; i++) {
            assert(await isServed(server), "half-open connections hold everybody up");
          }
        } finally {
          for (const connection of half) connection.close();
        }
      },
    );

    await t.step("a body that drips is given up after ten seconds, and holds nobody up", async () => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      const encoder = new TextEncoder();
      await connection.write(encoder.encode(post("Content-Length: 1000\r\n", "{")));
      const startedMs = performance.now();
      const buffer = new Uint8Array(4_096);
      const answer = connection.read(buffer);
      let isAnswered = false;
      void answer.finally(() => isAnswered = true).catch(() => {});
      while (!isAnswered && performance.now() - startedMs < 14_000) {
        await connection.write(encoder.encode(" ")).catch(() => {});
        assert(await isServed(server), "a slow body holds others up");
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      const read = await answer;
      const text = new TextDecoder().decode(buffer.subarray(0, read ?? 0));
      assert(text.includes(" 408 "), `answered ${JSON.stringify(text.slice(0, 100))}`);
      connection.close();
    });
  });
});
