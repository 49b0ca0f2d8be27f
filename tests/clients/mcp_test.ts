/** Tools for language models: the protocol by rows, and the same guards as every other operation. */
import { assert } from "../../src/assert.ts";
import { ACCESS, isAtLeast, type Role } from "../../src/api/access.ts";
import { TOOLS } from "../../src/api/mcp/tools.ts";
import { assertEquals } from "../api/assertions.ts";
import { type Answer, CLOSED_SETTINGS, type Harness, PASSWORD, withApi } from "../api/harness.ts";
import { ORDER, publish } from "../api/machines.ts";

const READING_NAMES = TOOLS.filter((one) => !one.isChanging).map((one) => one.name);
const WRITE_SETTINGS = { ...CLOSED_SETTINGS, isMcpWriteAllowed: true };

function rpc(method: string, params?: unknown): Record<string, unknown> {
  return { jsonrpc: "2.0", id: 1, method, ...(params === undefined ? {} : { params }) };
}

function call(name: string, args: unknown = {}): Record<string, unknown> {
  return rpc("tools/call", { name, arguments: args });
}

async function post({ call }: Harness, token: string | undefined, body: unknown): Promise<Answer> {
  return await call("POST", "/mcp", { body, ...(token === undefined ? {} : { token }) });
}

async function tokenOf(harness: Harness, role: Role): Promise<string> {
  const admin = await harness.login("admin");
  if (role === "Admin") return admin;
  const username = `${role.toLowerCase()}_account`;
  await harness.call("POST", "/api/v1/auth/users", {
    token: admin,
    body: { username, password: PASSWORD, role },
  });
  return await harness.login(username);
}

Deno.test("every tool is an operation of the table; changing tools are those that a Viewer may not call", () => {
  for (const { name, method, path, isChanging } of TOOLS) {
    const access = ACCESS[`${method} ${path}`];
    assert(access !== undefined && access !== "metrics" && access !== "public", `${name} is no operation`);
    assertEquals(isChanging, !isAtLeast("Viewer", access), name);
  }
});

const PROTOCOL_ROWS: readonly {
  readonly name: string;
  readonly body: unknown;
  readonly status: number;
  readonly code?: number;
}[] = [
  { name: "unknown method", body: rpc("resources/list"), status: 200, code: -32_601 },
  { name: "unknown tool", body: call("drop_database"), status: 200, code: -32_602 },
  { name: "argument missing", body: call("get_entity"), status: 200, code: -32_602 },
  { name: "argument unknown", body: call("list_machines", { colour: "red" }), status: 200, code: -32_602 },
  { name: "argument of no text", body: call("get_entity", { entity_id: ["x"] }), status: 200, code: -32_602 },
  { name: "a step up", body: call("get_machine", { machine_id: ".." }), status: 200, code: -32_602 },
  { name: "arguments no object", body: call("list_machines", [1]), status: 200, code: -32_602 },
  { name: "no version asked for", body: rpc("initialize", {}), status: 200, code: -32_602 },
  { name: "not JSON-RPC", body: { id: 1, method: "ping" }, status: 200, code: -32_600 },
  { name: "params no object", body: rpc("ping", 7), status: 200, code: -32_600 },
  { name: "a batch", body: [rpc("ping")], status: 422 },
  { name: "ping", body: rpc("ping"), status: 200 },
  { name: "notification", body: { jsonrpc: "2.0", method: "notifications/initialized" }, status: 202 },
  { name: "answer to nothing", body: { jsonrpc: "2.0", id: 4, result: {} }, status: 202 },
];

Deno.test("/mcp answers each kind of message in its way", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const token = await harness.login("admin");
    for (const { name, body, status, code } of PROTOCOL_ROWS) {
      const answer = await post(harness, token, body);
      assertEquals(answer.status, status, `${name}: ${answer.text}`);
      if (status === 200) {
        assertEquals(answer.json.error?.code ?? null, code ?? null, `${name}: ${answer.text}`);
      }
      if (status === 202) {
        assertEquals(answer.text, "", name);
      }
    }
    for (const [wished, got] of [["2025-06-18", "2025-06-18"], ["1999-01-01", "2025-11-25"]]) {
      const { json } = await post(harness, token, rpc("initialize", { protocolVersion: wished }));
      assertEquals(json.result.protocolVersion, got);
      assertEquals(json.result.capabilities, { tools: { listChanged: false } });
    }
    const odd = await harness.call("POST", "/mcp", {
      token,
      body: rpc("ping"),
      headers: { "mcp-protocol-version": "1999-01-01" },
    });
    assertEquals(odd.json.error.code, -32_600);
    assertEquals((await harness.call("GET", "/mcp", { token })).status, 405);
  }));

Deno.test("/mcp keeps strangers and large or malformed bodies out", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    assertEquals((await post(harness, undefined, rpc("tools/list"))).status, 401);
    assertEquals((await post(harness, "x.y.z", rpc("tools/list"))).status, 401);
    const token = await harness.login("admin");
    const large = JSON.stringify(call("validate_machine", { yaml: "x".repeat(1_048_577) }));
    assertEquals((await harness.call("POST", "/mcp", { token, text: large })).status, 413);
    assertEquals((await harness.call("POST", "/mcp", { token, text: "{" })).status, 400);
    const typed = { "content-type": "text/plain" };
    assertEquals((await harness.call("POST", "/mcp", { token, text: "{}", headers: typed })).status, 415);
  }));

Deno.test("a Viewer reads by tools what the operations answer", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const admin = await harness.login("admin");
    const machine = await publish(harness, ORDER, admin);
    await harness.call("POST", "/api/v1/entities/o-1/create", {
      token: admin,
      body: { machine_name: "order" },
    });
    await harness.call("POST", "/api/v1/entities/o-1/events", { token: admin, body: { trigger: "ship" } });
    const token = await tokenOf(harness, "Viewer");
    const rows: readonly (readonly [string, Record<string, unknown>, string])[] = [
      ["list_machines", {}, '"order"'],
      ["get_machine", { machine_id: machine.id }, '"order"'],
      ["list_entities", { machine_name: "order", limit: 1 }, '"o-1"'],
      ["get_entity", { entity_id: "o-1" }, '"open"'],
      ["get_history", { entity_id: "o-1" }, '"ship"'],
      ["explain_entity", { entity_id: "o-1" }, '"pay"'],
      ["available_triggers", { entity_id: "o-1" }, '"pay"'],
      ["list_dead_letters", {}, "records"],
      ["simulate", { machine_name: "order", steps: [{ trigger: "pay" }] }, '"paid"'],
      ["validate_machine", { config: ORDER }, "true"],
      ["validate_machine", { yaml: "meta:\n  machine_name: x\n" }, "false"],
    ];
    for (const [name, args, part] of rows) {
      const { json, text } = await post(harness, token, call(name, args));
      assertEquals(json.result?.isError, false, `${name}: ${text}`);
      assert(json.result.content[0].text.includes(part), `${name} does not say ${part}: ${text}`);
      const value = JSON.parse(json.result.content[0].text);
      assertEquals(json.result.structuredContent ?? null, Array.isArray(value) ? null : value, name);
    }
    assertEquals([...new Set(rows.map(([name]) => name))].toSorted(), READING_NAMES.toSorted(), "rows");
    const { json } = await post(harness, token, call("get_entity", { entity_id: "nobody" }));
    assertEquals(json.result.isError, true);
    assert(json.result.content[0].text.includes("entity_not_found"), json.result.content[0].text);
  }));

Deno.test("tools that change something need the setting and the role", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const token = await harness.login("admin");
    await publish(harness, ORDER, token);
    const { json: list } = await post(harness, token, rpc("tools/list"));
    assertEquals(list.result.tools.map(readOnly), TOOLS.filter((one) => !one.isChanging).map(() => true));
    const { json } = await post(
      harness,
      token,
      call("create_entity", { entity_id: "o-1", machine_name: "order" }),
    );
    assertEquals(json.result.isError, true);
    assertEquals((await harness.call("GET", "/api/v1/entities/o-1/state", { token })).status, 404);
  }).then(() =>
    withApi(WRITE_SETTINGS, async (harness) => {
      const admin = await harness.login("admin");
      await publish(harness, ORDER, admin);
      const viewer = await tokenOf(harness, "Viewer");
      const operator = await tokenOf(harness, "Operator");
      const create = call("create_entity", {
        entity_id: "o-1",
        machine_name: "order",
        context: { total: 4 },
      });

      const refused = await post(harness, viewer, create);
      assertEquals(refused.json.result.isError, true);
      assert(refused.text.includes("forbidden"), refused.text);
      const seen = await post(harness, viewer, rpc("tools/list"));
      assertEquals(seen.json.result.tools.every(readOnly), true);

      const offered = await post(harness, operator, rpc("tools/list"));
      assertEquals(offered.json.result.tools.length, TOOLS.length);
      assertEquals((await post(harness, operator, create)).json.result.isError, false);
      const send = call("send_event", { entity_id: "o-1", trigger: "pay", idempotency_key: "k-1" });
      const first = (await post(harness, operator, send)).json.result.structuredContent;
      assertEquals([first.success, first.target_state], [true, "paid"]);
      const again = (await post(harness, operator, send)).json.result.structuredContent;
      assertEquals(again.event_id, first.event_id);
      const lost = await post(
        harness,
        operator,
        call("redrive_dead_letter", { record_id: "0123456789abcdef" }),
      );
      assert(lost.text.includes("dead_letter_not_found"), lost.text);
    })
  ));

Deno.test("/llms.txt tells strangers what this is, and names only operations that exist", () =>
  withApi(CLOSED_SETTINGS, async ({ call }) => {
    const { status, text, headers } = await call("GET", "/llms.txt");
    assertEquals(status, 200);
    assert((headers.get("content-type") ?? "").startsWith("text/plain"), "a text");
    assert(text.startsWith("# Stator\n"), "begins with the name");
    const served = Object.keys(ACCESS).map((one) => one.replaceAll(/\{[^}]+\}/g, "*"));
    let found = 0;
    for (const [, method = "", path = ""] of text.matchAll(/`(GET|POST) (\/[^`? ]+)/g)) {
      const pattern = path.replace(/\/(order-17|\{record_id\})/, "/*");
      assert(served.includes(`${method} ${pattern}`), `${method} ${path} is not served`);
      found++;
    }
    assert(found >= 10, `${found} operations`);
  }));

function readOnly(tool: { readonly annotations: { readonly readOnlyHint: boolean } }): boolean {
  return tool.annotations.readOnlyHint;
}
