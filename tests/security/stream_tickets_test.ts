/** Tickets for streams: good once, soon over, for one holder, one route and the topics that were named. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "../api/assertions.ts";
import { CLOSED_SETTINGS, type Harness, PASSWORD, withApi } from "../api/harness.ts";

const V1 = "/api/v1";
const STREAM = `${V1}/stream`;

async function ticketOf({ call }: Harness, token: string, body: object): Promise<string> {
  const answer = await call("POST", `${STREAM}/tickets`, { token, body });
  assert(answer.status === 201, `a ticket answers ${answer.status} ${answer.text}`);
  return answer.json.ticket;
}

/** Opens a stream and reads its beginning; the stream is left at once. */
async function open({ api }: Harness, path: string): Promise<number> {
  const leaving = new AbortController();
  const response = await api.fetch(new Request(`http://stator.test${path}`, { signal: leaving.signal }));
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  leaving.abort();
  return response.status;
}

Deno.test("a ticket opens its stream once", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const token = await harness.login("admin");
    const ticket = await ticketOf(harness, token, { topics: ["history", "queue"] });
    assertEquals(await open(harness, `${STREAM}?topics=history&ticket=${ticket}`), 200);
    assertEquals(await open(harness, `${STREAM}?topics=history&ticket=${ticket}`), 401, "used");
    const contested = await ticketOf(harness, token, { topics: ["history"] });
    const statuses = await Promise.all(
      Array.from({ length: 10 }, () => open(harness, `${STREAM}?topics=history&ticket=${contested}`)),
    );
    assertEquals(statuses.filter((status) => status === 200).length, 1, "ten at once");
  }));

Deno.test("a ticket is over after thirty seconds", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const token = await harness.login("admin");
    const ticket = await ticketOf(harness, token, { topics: ["history"] });
    harness.clock.advance(30_000);
    assertEquals(await open(harness, `${STREAM}?topics=history&ticket=${ticket}`), 401);
  }));

Deno.test("a ticket opens nothing but its route and its topics", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const token = await harness.login("admin");
    const cases: readonly (readonly [object, string, number])[] = [
      [{ topics: ["history"] }, `${STREAM}?topics=history,workers`, 401],
      [{ topics: ["entity:a"] }, `${STREAM}?topics=entity:b`, 401],
      [{ topics: ["history"] }, `${V1}/events/stream?topic=history`, 401],
      [{ route: `${V1}/events/stream`, topics: ["machine"] }, `${V1}/events/stream?topic=machine`, 200],
      [{ route: `${V1}/events/stream`, topics: ["machine"] }, `${V1}/events/stream`, 401],
      [{ route: `${V1}/events/stream` }, `${V1}/events/stream?topic=machine`, 401],
      [{ route: `${V1}/events/stream` }, `${V1}/events/stream`, 200],
      [{ route: `${V1}/transitions/stream` }, `${V1}/transitions/stream`, 200],
      [{ route: `${V1}/transitions/stream` }, `${V1}/transitions`, 401],
      [{ topics: ["history"] }, `${V1}/entities`, 401],
    ];
    for (const [scope, path, status] of cases) {
      const ticket = await ticketOf(harness, token, scope);
      const query = `${path}${path.includes("?") ? "&" : "?"}ticket=${ticket}`;
      assertEquals(await open(harness, query), status, `${JSON.stringify(scope)} at ${path}`);
    }
  }));

Deno.test("forged, doubled and foreign words in place of a ticket are 401", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const token = await harness.login("admin");
    const ticket = await ticketOf(harness, token, { topics: ["history"] });
    const words = [
      token,
      "",
      "x",
      `${ticket}0`,
      ticket.replace(/[0-9a-f]{8}$/, "00000000"),
      ticket.toUpperCase(),
      `${ticket}&ticket=${ticket}`,
      "%00",
      "a".repeat(10_000),
    ];
    for (const word of words) {
      assertEquals(await open(harness, `${STREAM}?topics=history&ticket=${word}`), 401, word.slice(0, 40));
    }
    assertEquals(await open(harness, `${STREAM}?topics=history&access_token=${token}`), 401);
    assertEquals(
      await open(harness, `${STREAM}?topics=history&ticket=${ticket}`),
      200,
      "the good one still works",
    );
  }));

Deno.test("a ticket is worth what its holder is worth when it is used", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call } = harness;
    const admin = await harness.login("admin");
    await call("POST", `${V1}/auth/users`, {
      token: admin,
      body: { username: "ann", password: PASSWORD, role: "Viewer" },
    });
    const endings: Record<string, (token: string) => Promise<unknown>> = {
      "logged out": (token) => call("POST", `${V1}/auth/logout`, { token }),
      "another role": () =>
        call("PATCH", `${V1}/auth/users/ann`, { token: admin, body: { role: "Operator" } }),
      "disabled": () => call("PATCH", `${V1}/auth/users/ann`, { token: admin, body: { is_enabled: false } }),
    };
    for (const [name, end] of Object.entries(endings)) {
      const token = await harness.login("ann");
      const ticket = await ticketOf(harness, token, { topics: ["history"] });
      await end(token);
      assertEquals(await open(harness, `${STREAM}?topics=history&ticket=${ticket}`), 401, name);
    }
    const { json } = await call("POST", `${V1}/auth/keys`, {
      token: admin,
      body: { name: "k", role: "Viewer" },
    });
    const ticket = await ticketOf(harness, json.key, { topics: ["history"] });
    await call("DELETE", `${V1}/auth/keys/${json.id}`, { token: admin });
    assertEquals(await open(harness, `${STREAM}?topics=history&ticket=${ticket}`), 401, "revoked key");
  }));

Deno.test("strangers get no ticket, and the store holds none in the clear", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const answer = await harness.call("POST", `${STREAM}/tickets`, { body: { topics: ["history"] } });
    assertEquals(answer.status, 401);
    const ticket = await ticketOf(harness, await harness.login("admin"), { topics: ["history"] });
    const { documents } = harness.store.operations;
    const { items } = await documents.list("stream_ticket", { limit: 10, isNewestFirst: true });
    assert(items.length === 1 && !JSON.stringify(items).includes(ticket.slice(-64)), JSON.stringify(items));
  }));
