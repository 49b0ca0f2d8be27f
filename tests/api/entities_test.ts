/** Entities over HTTP: create, send, read, archive, purge, transfer. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "./assertions.ts";
import { type Answer, type Harness, OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const V1 = "/api/v1";

Deno.test("an entity is created, moved, read and explained", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await publish(harness, ORDER);
    const created = await call("POST", `${V1}/entities/o-1/create`, {
      body: { machine_name: "order", context: { total: 3 } },
    });
    assertEquals(created.status, 200);
    assertEquals(pick(created, ["entity_id", "current_state", "machine_name", "context", "version"]), {
      entity_id: "o-1",
      current_state: "open",
      machine_name: "order",
      context: { total: 3 },
      version: 1,
    });

    const sent = await call("POST", `${V1}/entities/o-1/events`, { body: { trigger: "pay" } });
    assertEquals(
      pick(sent, ["success", "source_state", "target_state", "trigger", "error_detail", "version"]),
      {
        success: true,
        source_state: "open",
        target_state: "paid",
        trigger: "pay",
        error_detail: null,
        version: 2,
      },
    );

    const state = await call("GET", `${V1}/entities/o-1/state`);
    assertEquals([state.status, state.json.current_state, state.headers.get("etag")], [200, "paid", '"2"']);
    const again = await call("GET", `${V1}/entities/o-1/state`, { headers: { "if-none-match": '"2"' } });
    assertEquals([again.status, again.text], [304, ""]);

    const history = await call("GET", `${V1}/entities/o-1/history`);
    assertEquals(history.json.map((row: { trigger: string }) => row.trigger), ["pay", "__entity_created__"]);
    const stats = await call("GET", `${V1}/entities/o-1/history/stats`);
    assertEquals([stats.json.total_transitions, stats.json.success_count, stats.json.failure_count], [
      2,
      2,
      0,
    ]);
    const timeline = await call("GET", `${V1}/entities/o-1/timeline`);
    assertEquals(timeline.json.steps.map((step: { state: string }) => step.state), ["open", "paid"]);
    const triggers = await call("GET", `${V1}/entities/o-1/available-triggers`);
    const [ship, ...others] = triggers.json.triggers;
    assertEquals([ship.trigger, ship.target_state, ship.would_succeed, others], [
      "ship",
      "shipped",
      true,
      [],
    ]);
  }));

Deno.test("a refused event is answered with 200, success false and an error object", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, ORDER);
    await create(harness, "o-1");
    const { status, json } = await harness.call("POST", `${V1}/entities/o-1/events`, {
      body: { trigger: "ship" },
    });
    assertEquals([status, json.success, json.target_state], [200, false, null]);
    const { code, type } = json.error_detail;
    assertEquals([code, type], ["invalid_trigger", "InvalidTransitionError"]);
    const unknown = await harness.call("POST", `${V1}/entities/new/events`, {
      body: { trigger: "nope", machine_name: "order" },
      headers: { "idempotency-key": "k" },
    });
    assertEquals(unknown.json.error_detail.type, "UndefinedTriggerError");
    const state = await harness.call("GET", `${V1}/entities/o-1/state`);
    assertEquals(state.json.current_state, "open");
  }));

interface Row {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code?: string;
}

const MISTAKES: readonly Row[] = [
  {
    name: "unknown machine",
    path: "/entities/x/create",
    body: { machine_name: "none" },
    status: 404,
    code: "machine_not_found",
  },
  {
    name: "taken id",
    path: "/entities/o-1/create",
    body: { machine_name: "order" },
    status: 409,
    code: "entity_exists",
  },
  { name: "reserved id", path: "/entities/bulk/create", body: { machine_name: "order" }, status: 422 },
  { name: "id with a blank", path: "/entities/a%20b/create", body: { machine_name: "order" }, status: 422 },
  {
    name: "unknown field",
    path: "/entities/x/create",
    body: { machine_name: "order", state: "paid" },
    status: 422,
  },
  {
    name: "reserved context key",
    path: "/entities/x/create",
    body: { machine_name: "order", context: { _a: 1 } },
    status: 422,
  },
  { name: "no trigger", path: "/entities/o-1/events", body: {}, status: 422 },
  { name: "empty trigger", path: "/entities/o-1/events", body: { trigger: "" }, status: 422 },
  {
    name: "unknown entity without machine",
    path: "/entities/none/events",
    body: { trigger: "pay" },
    status: 400,
  },
  {
    name: "other machine",
    path: "/entities/o-1/events",
    body: { trigger: "pay", machine_name: "other" },
    status: 409,
    code: "machine_mismatch",
  },
  {
    name: "stale version",
    path: "/entities/o-1/events",
    body: { trigger: "pay" },
    headers: { "if-match": '"7"' },
    status: 412,
    code: "precondition_failed",
  },
  { name: "apply-data to nobody", path: "/entities/none/apply-data", body: { data: {} }, status: 404 },
  {
    name: "state of nobody",
    method: "GET",
    path: "/entities/none/state",
    status: 404,
    code: "entity_not_found",
  },
  { name: "unknown event", method: "GET", path: "/events/not-an-id", status: 404, code: "event_not_found" },
  {
    name: "unknown letter",
    method: "GET",
    path: "/dlq/0123456789abcdef",
    status: 404,
    code: "dead_letter_not_found",
  },
  { name: "odd letter id", method: "GET", path: "/dlq/xyz", status: 404 },
  { name: "odd machine id", method: "GET", path: "/machines/nope", status: 400 },
  {
    name: "unknown machine id",
    method: "GET",
    path: "/machines/00000000-0000-4000-8000-000000000000",
    status: 404,
  },
  { name: "limit 0", method: "GET", path: "/entities?limit=0", status: 422 },
  { name: "limit 201", method: "GET", path: "/entities?limit=201", status: 422 },
  { name: "doubled parameter", method: "GET", path: "/entities?limit=5&limit=6", status: 422 },
  { name: "unknown parameter", method: "GET", path: "/entities?foo=1", status: 422 },
  { name: "free sort field", method: "GET", path: "/entities?sort_by=context", status: 422 },
  { name: "odd time", method: "GET", path: "/entities?created_after=yesterday", status: 422 },
  { name: "odd cursor", method: "GET", path: "/entities?cursor=%21%21", status: 400 },
  {
    name: "migrate to nothing",
    path: "/entities/o-1/migrate?machine_name=order&machine_version=9.9.9",
    status: 404,
  },
];

Deno.test("mistakes of callers have their own status and code", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, ORDER);
    await create(harness, "o-1");
    for (const row of MISTAKES) {
      const answer = await harness.call(row.method ?? "POST", `${V1}${row.path}`, {
        ...(row.body === undefined ? {} : { body: row.body }),
        ...(row.headers === undefined ? {} : { headers: row.headers }),
      });
      assertEquals(answer.status, row.status, `${row.name}: ${answer.text}`);
      assertEquals(answer.headers.get("content-type"), "application/problem+json", row.name);
      if (row.code !== undefined) assertEquals(answer.json.code, row.code, row.name);
      assert(answer.json.request_id === answer.headers.get("x-request-id"), row.name);
    }
  }));

Deno.test("an idempotency key gives the same answer, and refuses another request", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, ORDER);
    await create(harness, "o-1");
    const send = (trigger: string) =>
      harness.call("POST", `${V1}/entities/o-1/events`, {
        body: { trigger },
        headers: { "idempotency-key": "k-1" },
      });
    const first = await send("pay");
    const second = await send("pay");
    assertEquals(second.json, first.json);
    assertEquals(second.headers.get("idempotency-replayed"), "true");
    const other = await send("ship");
    assertEquals([other.status, other.json.code], [422, "idempotency_conflict"]);
    const stats = await harness.call("GET", `${V1}/entities/o-1/history/stats`);
    assertEquals(stats.json.total_transitions, 2);
  }));

Deno.test("of many who know the same version one wins and the others get 412", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await publish(harness, ORDER);
    await create(harness, "o-1");
    const change = (value: number) =>
      call("PATCH", `${V1}/entities/o-1/labels`, {
        body: { labels: { winner: String(value) } },
        headers: { "if-match": '"1"' },
      });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => change(index)));
    const statuses = answers.map((answer) => answer.status).toSorted();
    assertEquals(statuses, [200, ...Array.from({ length: 9 }, () => 412)]);
    const won = answers.findIndex((answer) => answer.status === 200);
    const { json } = await call("GET", `${V1}/entities/o-1/state`);
    assertEquals([json.version, json.labels], [2, { winner: String(won) }]);
    const queued = await call("POST", `${V1}/entities/o-1/queue-event`, { body: { trigger: "pay" } });
    assertEquals(queued.status, 202);
    const behind = await call("POST", `${V1}/entities/o-1/events`, {
      body: { trigger: "ship" },
      headers: { "if-match": '"2"' },
    });
    assertEquals(
      [behind.status, behind.json.details],
      [412, { current_version: 3 }],
      "what was queued comes first",
    );
  }));

Deno.test("an event is accepted for later and its status can be followed", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call, runtime } = harness;
    await publish(harness, ORDER);
    await create(harness, "o-1");
    const queued = await call("POST", `${V1}/entities/o-1/events`, {
      body: { trigger: "pay" },
      headers: { prefer: "respond-async" },
    });
    assertEquals([queued.status, queued.json.status], [202, "queued"]);
    const location = queued.headers.get("location") ?? "";
    assertEquals((await call("GET", location)).json.state, "queued");
    await runtime.turn();
    const done = await call("GET", location);
    assertEquals([done.json.state, done.json.attempts >= 0], ["succeeded", true]);
    assertEquals((await call("GET", `${V1}/entities/o-1/state`)).json.current_state, "paid");
  }));

Deno.test("archive, restore, delete, labels and purge", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await publish(harness, ORDER);
    await create(harness, "o-1");
    assertEquals((await call("POST", `${V1}/entities/o-1/archive`)).json.status, "archived");
    assertEquals((await call("GET", `${V1}/entities/o-1/state`)).status, 404);
    assertEquals((await call("POST", `${V1}/entities/o-1/events`, { body: { trigger: "pay" } })).status, 409);
    assertEquals((await call("POST", `${V1}/entities/o-1/restore`)).json.status, "active");
    assertEquals(
      (await call("PUT", `${V1}/entities/o-1/labels`, { body: { labels: { a: "1", b: "2" } } })).json.labels,
      {
        a: "1",
        b: "2",
      },
    );
    assertEquals(
      (await call("PATCH", `${V1}/entities/o-1/labels`, { body: { labels: { b: "3" } } })).json.labels,
      {
        a: "1",
        b: "3",
      },
    );
    assertEquals((await call("DELETE", `${V1}/entities/o-1/labels/a`)).json.labels, { b: "3" });
    const found = await call("GET", `${V1}/entities?labels=b%3D3`);
    assertEquals([found.json.total, found.json.entities[0].entity_id], [1, "o-1"]);
    assertEquals((await call("GET", `${V1}/entities?labels=b%3D4`)).json.total, 0);
    assertEquals((await call("DELETE", `${V1}/entities/o-1`)).json.status, "deleted");
    assertEquals((await call("DELETE", `${V1}/entities/o-1/purge`)).status, 204);
    assertEquals((await call("DELETE", `${V1}/entities/o-1/purge`)).status, 404);
    assertEquals((await call("GET", `${V1}/entities/o-1/history`)).json, []);
  }));

Deno.test("snapshot and import, bulk create and bulk events", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await publish(harness, ORDER);
    const items = ["b-1", "b-2", "b-2"].map((entity_id) => ({ entity_id, machine_name: "order" }));
    const created = await call("POST", `${V1}/entities/bulk/create`, { body: { items } });
    assertEquals([created.json.total, created.json.succeeded, created.json.results[2].error_code], [
      3,
      2,
      "entity_exists",
    ]);
    const sent = await call("POST", `${V1}/entities/bulk/events`, {
      body: { trigger: "pay", entity_ids: ["b-1", "none", "b-2"] },
    });
    assertEquals(sent.json.results.map((row: { success: boolean }) => row.success), [true, false, true]);

    const { json: snapshot } = await call("GET", `${V1}/entities/b-1/snapshot`);
    const { machine_version, history, machine_name, current_state, context, labels, status } = snapshot;
    const imported = await call("POST", `${V1}/entities/import`, {
      body: {
        entity_id: "copy",
        machine_version,
        history,
        machine_name,
        current_state,
        context,
        labels,
        status,
      },
    });
    assertEquals(imported.status, 200, imported.text);
    assertEquals((await call("GET", `${V1}/entities/copy/state`)).json.current_state, "paid");
    const unknown = await call("POST", `${V1}/entities/import`, {
      body: { entity_id: "copy-2", machine_name: "order", current_state: "nowhere" },
    });
    assertEquals(unknown.status, 409);
  }));

Deno.test("pages by cursor show every entity once while others are added", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, ORDER);
    for (let i = 0; i < 7; i++) await create(harness, `p-${i}`);
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 10; page++) {
      const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { json }: Answer = await harness.call(
        "GET",
        `${V1}/entities?page_size=3&sort_by=entity_id&sort_order=asc${query}`,
      );
      seen.push(...json.entities.map((entity: { entity_id: string }) => entity.entity_id));
      cursor = json.next_cursor;
      if (page === 0) await create(harness, "a-new");
      if (cursor === null) break;
    }
    assertEquals(seen, ["p-0", "p-1", "p-2", "p-3", "p-4", "p-5", "p-6"]);

    const newestFirst: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 10; page++) {
      const query: string = after === null ? "" : `&cursor=${encodeURIComponent(after)}`;
      const { json }: Answer = await harness.call("GET", `${V1}/entities?page_size=3${query}`);
      newestFirst.push(...json.entities.map((entity: { entity_id: string }) => entity.entity_id));
      after = json.next_cursor;
      await create(harness, `z-${page}`);
      if (after === null) break;
    }
    const older = newestFirst.filter((id) => !id.startsWith("z-"));
    assertEquals(older.toSorted(), ["a-new", ...seen], "each older one once, newest first too");
  }));

async function create({ call }: Harness, entityId: string): Promise<void> {
  const { status, text } = await call("POST", `${V1}/entities/${entityId}/create`, {
    body: { machine_name: "order" },
  });
  assert(status === 200, `create answers ${status}: ${text}`);
}

function pick({ json }: Answer, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, json[key]]));
}
