/** The clients: as the contract makes them, and in use against a running service. */
import { createStatorClient, StatorError } from "../../clients/typescript/client.ts";
import { generatedFiles } from "../../clients/generator/files.ts";
import { readContract } from "../../clients/generator/contract.ts";
import { assert } from "../../src/assert.ts";
import { ACCESS } from "../../src/api/access.ts";
import { assertEquals } from "../api/assertions.ts";
import { CLOSED_SETTINGS, withApi } from "../api/harness.ts";
import { ORDER, publish } from "../api/machines.ts";
import { missing, outputOf, withServer } from "./server.ts";

const ROOT = new URL("../../", import.meta.url);
const CONTRACT = await Deno.readTextFile(new URL("docs/openapi.json", ROOT));

Deno.test("the clients are what the contract makes; `deno task clients` writes them", async () => {
  for (const [path, text] of await generatedFiles(CONTRACT)) {
    const kept = await Deno.readTextFile(new URL(`clients/${path}`, ROOT));
    assert(kept === text, `clients/${path} is out of date: run deno task clients`);
  }
});

Deno.test("another contract makes other clients, and a name without operation is refused", async () => {
  const changed = await generatedFiles(CONTRACT.replace('"/api/v1/simulate"', '"/api/v1/simulate-more"'))
    .catch(
      (error: unknown) => String(error),
    );
  assert(String(changed).includes('Cannot name "POST /api/v1/simulate"'), String(changed));
  const document = JSON.parse(CONTRACT);
  document.paths["/api/v1/toys/{toy_id}/play-now"] = { post: { summary: "Play", responses: {} } };
  const added = readContract(JSON.stringify(document)).operations.map(({ name }) => name);
  assert(added.includes("postToysByToyIdPlayNow"), "named after its path");
});

Deno.test("every operation of the table is a method of the TypeScript client", () => {
  const client = createStatorClient({ baseUrl: "http://stator.test" });
  assertEquals(Object.keys(client).length, Object.keys(ACCESS).length);
});

Deno.test("types refuse what the contract does not know", () => {
  const client = createStatorClient({ baseUrl: "http://stator.test" });
  const wrong = [
    // @ts-expect-error The entity is missing.
    () => client.getEntity({}),
    // @ts-expect-error There is no such parameter.
    () => client.listEntities({ colour: "red" }),
    // @ts-expect-error A trigger is needed.
    () => client.sendEvent({ entity_id: "x", body: {} }),
    // @ts-expect-error There is no such role.
    () => client.createUser({ body: { username: "x", password: "y", role: "King" } }),
    // @ts-expect-error Answers have no such field.
    async () => (await client.getEntity({ entity_id: "x" })).colour,
  ];
  assertEquals(wrong.length, 5);
});

Deno.test("the TypeScript client creates, sends, reads and tells errors", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const token = await harness.login("admin");
    await publish(harness, ORDER, token);
    const fetch = (request: Request) => harness.api.fetch(request);
    const client = createStatorClient({ baseUrl: "http://stator.test/", token: () => token, fetch });

    const created = await client.createEntity({ entity_id: "ts-1", body: { machine_name: "order" } });
    assertEquals([created.entity_id, created.current_state], ["ts-1", "open"]);
    const key = { idempotencyKey: "ts-key" };
    const input = { entity_id: "ts-1", body: { trigger: "pay" } };
    const paid = await client.sendEvent(input, key);
    assert("success" in paid, "decided");
    assertEquals([paid.success, paid.target_state], [true, "paid"]);
    assertEquals((await client.sendEvent(input, key)).event_id, paid.event_id);
    const refused = await client.sendEvent(input);
    assert("success" in refused, "decided");
    assertEquals([refused.success, refused.error_detail?.code], [false, "invalid_trigger"]);
    const queued = await client.sendEvent(input, { headers: { prefer: "respond-async" } });
    assert(!("success" in queued), "only accepted");

    const history = await client.getHistory({ entity_id: "ts-1", limit: 50 });
    assertEquals(history.map((row) => row.trigger).toSorted(), ["__entity_created__", "pay", "pay"]);
    const page = await client.listDeadLetters({ limit: 1 });
    assertEquals([page.records, page.has_more, page.next_cursor], [[], false, null]);
    assertEquals((await client.listEntities({ is_terminal: false, state: "PAID" })).total, 1);
    assertEquals((await client.validateMachine({ body: "meta:\n  machine_name: x\n" })).valid, false);
    assert((await client.getLlmsText()).startsWith("# Stator"), "text");
    assert((await client.getTemplatesZip()).byteLength > 20, "bytes");
    const stream = await client.streamTransitions();
    assertEquals(stream.status, 200);
    await stream.body?.cancel();
  }));

Deno.test("the TypeScript client throws one class of error for everything that fails", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const token = await harness.login("admin");
    const fetch = (request: Request) => harness.api.fetch(request);
    const baseUrl = "http://stator.test";
    const client = createStatorClient({ baseUrl, token, fetch });
    const stranger = createStatorClient({ baseUrl, fetch });
    const nowhere = createStatorClient({ baseUrl: "http://127.0.0.1:1" });
    const other = createStatorClient({
      baseUrl,
      fetch: () => Promise.resolve(new Response("no", { status: 502 })),
    });
    const slow = createStatorClient({ baseUrl, timeoutMs: 1, fetch: neverAnswer });
    const rows: readonly (readonly [() => Promise<unknown>, number, string])[] = [
      [() => client.getEntity({ entity_id: "nobody" }), 404, "entity_not_found"],
      [() => client.getEntity({ entity_id: "a b" }), 422, "validation_failed"],
      [
        () => client.createEntity({ entity_id: "x", body: { machine_name: "none" } }),
        404,
        "machine_not_found",
      ],
      [() => stranger.getMe(), 401, "unauthenticated"],
      [() => nowhere.getHealth(), 0, "unreachable"],
      [() => other.getHealth(), 502, "http_502"],
      [() => slow.getHealth(), 0, "timeout"],
    ];
    for (const [call, status, code] of rows) {
      const error = await call().then(() => null, (error: unknown) => error);
      assert(error instanceof StatorError, `${code}: ${error}`);
      assertEquals([error.status, error.code], [status, code]);
      assertEquals(error.problem?.code ?? null, status === 0 || status === 502 ? null : code);
    }
    const error = await client.getEntity({ entity_id: ".." }).catch((error: unknown) => error);
    assert(error instanceof TypeError, `a step up: ${error}`);
  }));

/** YAML takes JSON as it is. */
const MACHINE = JSON.stringify(ORDER);
const node = await missing("node");

Deno.test({
  name: `Node runs the client as JavaScript${node === null ? "" : `: ${node}`}`,
  ignore: node !== null,
  fn: () =>
    withServer(MACHINE, async ({ url, token }) => {
      const module = new URL("clients/typescript/js/client.js", ROOT).href;
      const program = `
        const { createStatorClient, StatorError } = await import(${JSON.stringify(module)});
        const client = createStatorClient({ baseUrl: ${JSON.stringify(url)}, token: ${
        JSON.stringify(token)
      } });
        await client.createEntity({ entity_id: "js-1", body: { machine_name: "order" } });
        const { target_state } = await client.sendEvent({ entity_id: "js-1", body: { trigger: "pay" } });
        const error = await client.getEntity({ entity_id: "nobody" }).catch((error) => error);
        console.log(JSON.stringify([target_state, error instanceof StatorError, error.code]));`;
      const output = await outputOf("node", ["--input-type=module", "--eval", program]);
      assertEquals(JSON.parse(output), ["paid", true, "entity_not_found"]);
    }),
});

const python = await missing("python3");

Deno.test({
  name: `the Python client creates, sends, reads and tells errors${python === null ? "" : `: ${python}`}`,
  ignore: python !== null,
  fn: () =>
    withServer(MACHINE, async ({ url, token }) => {
      const path = (name: string) => new URL(name, ROOT).pathname;
      const output = await outputOf("python3", [
        "-B",
        path("tests/clients/shop.py"),
        path("clients/python"),
        url,
        token,
      ]);
      assertEquals(JSON.parse(output), {
        created: "open",
        paid: [true, "paid"],
        is_same: true,
        refused: [false, "invalid_trigger"],
        triggers: ["pay", "pay", "__entity_created__"],
        dead_letters: [[], 0, false],
        terminal: 1,
        checked: false,
        missing: [404, "entity_not_found"],
        stranger: [401, "unauthenticated"],
        wrong_argument: "get_entity() takes no argument 'colour'",
        step_up: "get_entity() needs entity_id",
        llms: true,
        unreachable: [0, "unreachable"],
      });
    }),
});

function neverAnswer(request: Request): Promise<Response> {
  return new Promise((_resolve, reject) => {
    request.signal.addEventListener("abort", () => reject(request.signal.reason), { once: true });
  });
}
