/** The parts that every process shares: the way to the API, the replica, subscriptions, broken connections. */
import { AppError } from "../errors.ts";
import { createMemoryStore } from "../store/memory/memory_store.ts";
import { systemClock } from "../clock.ts";
import { createApiProxy } from "./api_proxy.ts";
import { listen } from "./listen.ts";
import { withReadReplica } from "./read_replica.ts";
import { isConnectionError } from "./survive.ts";
import { webhooksOf } from "./webhooks.ts";

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

Deno.test("createApiProxy() passes method, path, query, body and status on, and follows nothing", async () => {
  const seen: unknown[] = [];
  const api = listen({
    hostname: "127.0.0.1",
    port: 0,
    clock: systemClock,
    handler: async (request) => {
      const { pathname, search } = new URL(request.url);
      seen.push([
        request.method,
        pathname + search,
        request.headers.get("authorization"),
        await request.text(),
      ]);
      if (pathname === "/moved") {
        return new Response(null, { status: 307, headers: { location: "/elsewhere" } });
      }
      return Response.json({ ok: true }, { status: 202, headers: { "x-request-id": "r-1" } });
    },
  });
  const send = createApiProxy(api.url);
  const answer = await send(
    new Request("http://pages.example/api/v1/x?a=%2F", {
      method: "POST",
      headers: { authorization: "Bearer t" },
      body: "hello",
    }),
  );
  same([answer.status, answer.headers.get("x-request-id"), await answer.json()], [202, "r-1", { ok: true }]);
  const moved = await send(new Request("http://pages.example/moved"));
  same([moved.status, moved.headers.get("location")], [307, "/elsewhere"]);
  await moved.body?.cancel();
  same(seen, [["POST", "/api/v1/x?a=%2F", "Bearer t", "hello"], ["GET", "/moved", null, ""]]);
  await api.close(1_000);
});

Deno.test("createApiProxy() tells who asks and by which name, whatever the visitor says", async () => {
  const seen: (string | null)[][] = [];
  const api = listen({
    hostname: "127.0.0.1",
    port: 0,
    clock: systemClock,
    handler: ({ headers }) => {
      seen.push([headers.get("x-forwarded-for"), headers.get("x-forwarded-host")]);
      return Promise.resolve(new Response("ok"));
    },
  });
  const send = createApiProxy(api.url);
  const remoteAddr = { transport: "tcp", hostname: "198.51.100.7", port: 40_000 } as const;
  const visits: readonly Record<string, string>[] = [
    { host: "pages.example" },
    { host: "pages.example", "x-forwarded-for": "10.0.0.1", "x-forwarded-host": "evil.example" },
    { "x-forwarded-host": "pages.example" },
  ];
  for (const headers of visits) {
    await (await send(new Request("http://pages.example/x", { headers }), { remoteAddr })).body?.cancel();
  }
  same(seen, [
    ["198.51.100.7", "pages.example"],
    ["10.0.0.1, 198.51.100.7", "pages.example"],
    ["198.51.100.7", "pages.example"],
  ]);
  await api.close(1_000);
});

Deno.test("createApiProxy() hands a stream on while it is written", async () => {
  const next = Promise.withResolvers<void>();
  const api = listen({
    hostname: "127.0.0.1",
    port: 0,
    clock: systemClock,
    handler: () => {
      const encoder = new TextEncoder();
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(encoder.encode("one"));
          await next.promise;
          controller.enqueue(encoder.encode("two"));
          controller.close();
        },
      });
      return Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
    },
  });
  const answer = await createApiProxy(api.url)(new Request("http://pages.example/stream"));
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  same((await reader?.read())?.value, "one");
  next.resolve();
  same((await reader?.read())?.value, "two");
  same((await reader?.read())?.done, true);
  await api.close(1_000);
});

Deno.test("listen() throws bad_configuration for an address that is taken", () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    listen({
      hostname: "127.0.0.1",
      port: taken.addr.port,
      clock: systemClock,
      handler: () => Promise.resolve(new Response()),
    });
  } catch (error) {
    same([error instanceof AppError && error.code], ["bad_configuration"]);
    return;
  }
  throw new Error("it listens");
});

Deno.test("listen() ends although a request hangs, and takes no new one", async () => {
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const server = listen({
    hostname: "127.0.0.1",
    port: 0,
    clock: systemClock,
    handler: async () => {
      arrived.resolve();
      await release.promise;
      return new Response("late");
    },
  });
  const request = fetch(server.url).then((response) => response.text());
  await arrived.promise;
  await server.close(10);
  same(await fetch(server.url).then(() => "answered", () => "refused"), "refused");
  release.resolve();
  same(await request, "late");
});

Deno.test("withReadReplica() asks the primary while the replica is away, and for everything that decides", async () => {
  const primary = createMemoryStore();
  const replica = createMemoryStore();
  let isAway = false;
  const asked: string[] = [];
  const store = withReadReplica(
    {
      ...primary,
      history: { ...primary.history, stats: (id) => (asked.push("primary"), primary.history.stats(id)) },
      entities: { ...primary.entities, get: (id) => (asked.push("primary get"), primary.entities.get(id)) },
    },
    {
      ...replica,
      history: {
        ...replica.history,
        stats: (id) => {
          asked.push("replica");
          if (isAway) return Promise.reject(new AppError("store_unavailable", "away"));
          return replica.history.stats(id);
        },
      },
    },
  );
  await store.history.stats("o-1");
  isAway = true;
  await store.history.stats("o-1");
  await store.entities.get("o-1");
  same(asked, ["replica", "replica", "primary", "primary get"]);
  await store.close();
});

Deno.test("webhooksOf() finds who asked for a topic, with the right secrets", async () => {
  const { operations: { documents } } = createMemoryStore();
  const put = (id: string, body: Record<string, string | boolean | readonly string[] | null>) =>
    documents.put("webhook", id, {
      url: `https://${id}.example`,
      headers: null,
      secret: null,
      enabled: true,
      ...body,
    }, {
      expectedVersion: 0,
      expiresAtMs: null,
    });
  await put("a", { events: ["order_paid"], secret: "whsec_a" });
  await put("b", { events: ["*"] });
  await put("c", { events: ["order_paid"], enabled: false });
  await put("d", { events: ["other"] });
  const targets = await webhooksOf(documents, {
    secret: "whsec_shared",
    clock: systemClock,
  })("order_paid");
  same(targets.map(({ id, secrets }) => [id, secrets]), [["a", ["whsec_a"]], ["b", ["whsec_shared"]]]);
});

const ERRORS: readonly (readonly [string, unknown, boolean])[] = [
  ["a reset connection", new Deno.errors.ConnectionReset("x"), true],
  ["a broken pipe", new Deno.errors.BrokenPipe("x"), true],
  ["a code of node", Object.assign(new Error("x"), { code: "ECONNREFUSED" }), true],
  ["a server that shuts down", Object.assign(new Error("x"), { code: "57P01" }), true],
  ["a store that is away", new AppError("store_unavailable", "x"), true],
  ["a mistake of a caller", new AppError("bad_request", "x"), false],
  ["a bug", new TypeError("x is not a function"), false],
  ["a broken rule of the database", Object.assign(new Error("x"), { code: "23505" }), false],
  ["a text", "connection lost", false],
];

for (const [name, error, expected] of ERRORS) {
  Deno.test(`isConnectionError() is ${expected} for ${name}`, () => same(isConnectionError(error), expected));
}
