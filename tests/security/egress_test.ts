/** What leaves the process: a listener on this machine waits for a visit that must never come. */
import { assert } from "../../src/assert.ts";
import { createEgressPolicy } from "../../src/actions/egress.ts";
import { createOutgoing, type OutgoingRequest, resolveHost } from "../../src/actions/outgoing.ts";
import { assertEquals } from "../api/assertions.ts";

const PUBLIC = "93.184.215.14";

interface Canary {
  readonly port: number;
  visits: number;
  close(): Promise<void>;
}

/** Counts connections, not only requests: a greeting of TLS is a visit too. */
function startCanary(): Canary {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const canary: Canary = {
    port: listener.addr.port,
    visits: 0,
    close: () => {
      listener.close();
      return Promise.resolve();
    },
  };
  void (async () => {
    for await (const connection of listener) {
      canary.visits += 1;
      connection.close();
    }
  })().catch(() => {});
  return canary;
}

function request(url: string, more: Partial<OutgoingRequest> = {}): OutgoingRequest {
  return { url, method: "POST", headers: {}, body: "{}", timeoutMs: 400, ...more };
}

const never = new AbortController().signal;

Deno.test("no spelling of this machine or its network is ever visited", async () => {
  const canary = startCanary();
  const outgoing = createOutgoing(createEgressPolicy({ allow: [], resolve: resolveHost }));
  const { port } = canary;
  const hosts = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.000.000.001",
    "0",
    "0.0.0.0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fd00::1]",
    "\u2460\u2461\u2466.0.0.1",
    "\uff11\uff12\uff17.0.0.1",
    "127\u30020.0.1",
    "127.0.0.1%00.example.com",
    "example.com@127.0.0.1",
    "127.0.0.1#example.com",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.168.0.1",
    "[fd00:ec2::254]",
  ];
  for (const host of hosts) {
    for (const scheme of ["https", "http", "HTTPS", "ftp", "gopher", "file"]) {
      for (const place of [`:${port}`, "", ":443", ":8443"]) {
        const result = await outgoing(request(`${scheme}://${host}${place}/x`), never);
        assert(result.type !== "answered", `${scheme}://${host}${place} was answered`);
        assert(
          place !== "" || result.type === "refused" || host.startsWith("localhost"),
          `${scheme}://${host}: ${JSON.stringify(result)}`,
        );
      }
    }
  }
  assertEquals(canary.visits, 0);
  await canary.close();
});

Deno.test("a name is looked up once, and what it says a moment later does not matter", async () => {
  const canary = startCanary();
  let lookups = 0;
  const resolve = () => Promise.resolve([lookups++ === 0 ? PUBLIC : "127.0.0.1"]);
  const outgoing = createOutgoing(createEgressPolicy({ allow: [], resolve }));
  await outgoing(request(`https://rebound.example:8443/`), never);
  assertEquals([lookups, canary.visits], [1, 0]);
  const second = await outgoing(request(`https://rebound.example:8443/`), never);
  assertEquals([second.type, lookups, canary.visits], ["refused", 2, 0], "now it points inside");
  await canary.close();
});

Deno.test("one bad address among good ones spoils a name", async () => {
  for (
    const bad of ["127.0.0.1", "10.0.0.1", "::1", "fd00::1", "::ffff:127.0.0.1", "169.254.169.254", "0.0.0.0"]
  ) {
    const resolve = () => Promise.resolve([PUBLIC, bad]);
    const result = await createOutgoing(createEgressPolicy({ allow: [], resolve }))(
      request("https://both.example/"),
      never,
    );
    assertEquals(result.type, "refused", bad);
  }
});

Deno.test("a receiver that the operator allowed cannot send us on, hold us or flood us", async () => {
  const canary = startCanary();
  const ended = Promise.withResolvers<Response>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (incoming) => {
    const { pathname } = new URL(incoming.url);
    const target = `http://127.0.0.1:${canary.port}/`;
    switch (pathname) {
      case "/301":
      case "/302":
      case "/303":
      case "/307":
      case "/308":
        return new Response(null, { status: Number(pathname.slice(1)), headers: { location: target } });
      case "/refresh":
        return new Response("x", {
          headers: { refresh: `0; url=${target}`, link: `<${target}>; rel=preload` },
        });
      case "/hang":
        return ended.promise;
      case "/drip":
        return new Response(
          new ReadableStream({
            async pull(controller) {
              await new Promise((resolve) => setTimeout(resolve, 20));
              controller.enqueue(new Uint8Array([120]));
            },
          }),
        );
      case "/bomb": {
        const zeros = new Blob([new Uint8Array(60_000_000)]).stream();
        return new Response(zeros.pipeThrough(new CompressionStream("gzip")), {
          headers: { "content-encoding": "gzip" },
        });
      }
      case "/plain":
        return new Response(new Blob([new Uint8Array(60_000_000)]).stream());
      default:
        return new Response("x", { headers: { "x-long": "h".repeat(20_000) } });
    }
  });
  const { port } = server.addr;
  const outgoing = createOutgoing(
    createEgressPolicy({ allow: [`127.0.0.1:${port}`], resolve: resolveHost }),
  );
  const call = async (path: string) => {
    const startedMs = performance.now();
    const result = await outgoing(request(`http://127.0.0.1:${port}${path}`), never);
    assert(performance.now() - startedMs < 2_000, `${path} held us`);
    return result;
  };
  for (const status of [301, 302, 303, 307, 308]) {
    const result = await call(`/${status}`);
    assertEquals(result.type === "answered" ? result.status : result.type, status);
  }
  assertEquals((await call("/refresh")).type, "answered");
  assertEquals((await call("/hang")).type, "failed");
  assertEquals((await call("/drip")).type, "failed");
  assertEquals((await call("/long-header")).type, "failed", "16 KB of headers");
  for (const path of ["/bomb", "/plain"]) assertEquals((await call(path)).type, "failed", path);
  assertEquals(canary.visits, 0);
  await canary.close();
  ended.resolve(new Response());
  await server.shutdown();
});

Deno.test("the operator's exceptions are exact: host with port, or a block of addresses, and nothing else", async () => {
  const canary = startCanary();
  const outgoing = createOutgoing(
    createEgressPolicy({
      allow: ["127.0.0.1:1", "10.9.0.0/16", "inside.example:8443"],
      resolve: resolveHost,
    }),
  );
  for (
    const url of [
      `http://127.0.0.1:${canary.port}/`,
      `https://localhost:${canary.port}/`,
      `http://127.1:${canary.port}/`,
    ]
  ) {
    assertEquals((await outgoing(request(url), never)).type, "refused", url);
  }
  assertEquals(canary.visits, 0);
  await canary.close();
});

Deno.test("headers carry no line breaks, and none that frame the message", async () => {
  const outgoing = createOutgoing(
    createEgressPolicy({ allow: [], resolve: () => Promise.resolve([PUBLIC]) }),
  );
  const cases: readonly Record<string, string>[] = [
    { "x-a": "b\r\nx-c: d" },
    { "x-a": "b\nc" },
    { "x-a": "b\u0000c" },
    { "x-a\r\nx-b": "c" },
    { "x a": "b" },
    { "": "b" },
    { Host: "inside.example" },
    { "Content-Length": "0" },
    { "transfer-encoding": "chunked" },
    { Connection: "keep-alive" },
    { Upgrade: "h2c" },
    { "Proxy-Authorization": "Basic eA==" },
  ];
  for (const headers of cases) {
    const result = await outgoing(request("https://public.example/", { headers }), never);
    assertEquals(result.type, "refused", JSON.stringify(headers));
  }
  for (const method of ["CONNECT", "TRACE", "GET\r\nX: y", "", "get"]) {
    assertEquals(
      (await outgoing(request("https://public.example/", { method }), never)).type,
      "refused",
      method,
    );
  }
});
