/** What operators do to entities over HTTP: park, resume, force; and what is written down of it. */
import { assertEquals } from "./assertions.ts";
import { type Answer, type Harness, OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const V1 = "/api/v1";
const WHY = { reason: "ticket 4711" };

async function born(harness: Harness): Promise<void> {
  await publish(harness, ORDER);
  await harness.call("POST", `${V1}/entities/o-1/create`, { body: { machine_name: "order" } });
}

async function stateOf({ call }: Harness): Promise<unknown> {
  const { json } = await call("GET", `${V1}/entities/o-1/state`);
  return [json.current_state, json.version];
}

async function work({ runtime }: Harness): Promise<void> {
  for (let turns = 0; turns < 100 && await runtime.turn() !== null; turns++);
}

async function auditOf({ call }: Harness): Promise<readonly (readonly [string, unknown])[]> {
  const { json } = await call("GET", `${V1}/audit`);
  const entries: readonly { action: string; details: { reason?: string } }[] = json.items;
  return entries.filter((entry) => entry.action.startsWith("entity.")).map((entry) =>
    [entry.action, entry.details.reason] as const
  );
}

function laneOf({ status, json }: Answer): unknown {
  return [status, json.state, json.reason, json.parked_by, json.waiting];
}

Deno.test("a parked entity accepts events and processes none; resumed, it goes on in their order", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call, clock } = harness;
    await born(harness);
    const parked = await call("POST", `${V1}/entities/o-1/park`, { body: WHY });
    assertEquals(laneOf(parked), [200, "parked", WHY.reason, "anonymous", 0]);
    for (const trigger of ["pay", "ship"]) {
      const queued = await call("POST", `${V1}/entities/o-1/queue-event`, { body: { trigger } });
      assertEquals(queued.status, 202);
    }
    await work(harness);
    assertEquals(await stateOf(harness), ["open", 1]);
    const sync = await call("POST", `${V1}/entities/o-1/events`, { body: { trigger: "pay" } });
    assertEquals([sync.status, sync.json.code], [409, "conflict"]);
    const again = await call("POST", `${V1}/entities/o-1/park`, { body: WHY });
    assertEquals([again.status, again.json.detail.includes(WHY.reason)], [409, true]);

    const { json: list } = await call("GET", `${V1}/lanes?machine_name=order`);
    assertEquals(
      list.lanes.map((lane: { entity_id: string; waiting: number }) => [lane.entity_id, lane.waiting]),
      [
        ["o-1", 2],
      ],
    );
    assertEquals(list.counts, { parked: 1, blocked: 0, ready: 0 });

    clock.advance(1);
    const resumed = await call("POST", `${V1}/entities/o-1/resume`, { body: { reason: "fixed" } });
    assertEquals([resumed.status, resumed.json.state, resumed.json.waiting], [200, "ready", 2]);
    await work(harness);
    assertEquals(await stateOf(harness), ["shipped", 3]);
    assertEquals(await auditOf(harness), [["entity.resumed", "fixed"], ["entity.parked", WHY.reason]]);
    const twice = await call("POST", `${V1}/entities/o-1/resume`, { body: WHY });
    assertEquals(twice.status, 409);
  }));

Deno.test("parking needs an entity and a reason", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await born(harness);
    const statuses = await Promise.all([
      harness.call("POST", `${V1}/entities/nobody/park`, { body: WHY }),
      harness.call("POST", `${V1}/entities/nobody/resume`, { body: WHY }),
      harness.call("GET", `${V1}/entities/nobody/lane`),
      harness.call("POST", `${V1}/entities/o-1/park`, { body: {} }),
      harness.call("POST", `${V1}/entities/o-1/park`, { body: { reason: "  " } }),
      harness.call("POST", `${V1}/entities/o-1/force`, { body: { state: "paid" } }),
      harness.call("POST", `${V1}/entities/o-1/force`, { body: WHY }),
    ]);
    assertEquals(statuses.map(({ status }) => status), [404, 404, 404, 422, 422, 422, 422]);
  }));

Deno.test("force sets the state with a reason, in history and in the audit trail", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await born(harness);
    const forced = await call("POST", `${V1}/entities/o-1/force`, {
      body: { ...WHY, state: "paid", context: { total: 3 } },
      headers: { "if-match": '"1"' },
    });
    assertEquals([forced.status, forced.json.current_state, forced.headers.get("etag")], [
      200,
      "paid",
      '"2"',
    ]);
    assertEquals(forced.json.context, { total: 3 });
    const { json: [row] } = await call("GET", `${V1}/entities/o-1/history`);
    assertEquals([row.type, row.source_state, row.target_state, row.payload.reason, row.actor], [
      "force",
      "open",
      "paid",
      WHY.reason,
      "anonymous",
    ]);
    assertEquals(await auditOf(harness), [["entity.forced", WHY.reason]]);
    const stale = await call("POST", `${V1}/entities/o-1/force`, {
      body: { ...WHY, state: "open" },
      headers: { "if-match": '"1"' },
    });
    assertEquals([stale.status, stale.json.details.current_version], [412, 2]);
    const merged = await call("POST", `${V1}/entities/o-1/force`, {
      body: { ...WHY, context: { note: "x" }, merge: true },
    });
    assertEquals([merged.json.current_state, merged.json.context], ["paid", { total: 3, note: "x" }]);
  }));

Deno.test("force names the nearest state when the machine has no such state", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await born(harness);
    const { status, json } = await harness.call("POST", `${V1}/entities/o-1/force`, {
      body: { ...WHY, state: "payd" },
    });
    assertEquals([status, json.code, json.details], [422, "validation_failed", {
      state: "payd",
      nearest: "paid",
    }]);
    assertEquals(await stateOf(harness), ["open", 1]);
    const gone = await harness.call("POST", `${V1}/entities/nobody/force`, {
      body: { ...WHY, state: "paid" },
    });
    assertEquals(gone.status, 404);
  }));

Deno.test("force moves a parked entity before what waits in it", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await born(harness);
    await call("POST", `${V1}/entities/o-1/park`, { body: WHY });
    await call("POST", `${V1}/entities/o-1/queue-event`, { body: { trigger: "ship" } });
    const stale = await call("POST", `${V1}/entities/o-1/force`, {
      body: { ...WHY, state: "paid" },
      headers: { "if-match": '"9"' },
    });
    assertEquals(stale.status, 412);
    const forced = await call("POST", `${V1}/entities/o-1/force`, { body: { ...WHY, state: "paid" } });
    assertEquals([forced.status, forced.json.current_state], [200, "paid"]);
    assertEquals(laneOf(await call("GET", `${V1}/entities/o-1/lane`)), [
      200,
      "parked",
      WHY.reason,
      "anonymous",
      1,
    ]);
    await call("POST", `${V1}/entities/o-1/resume`, { body: WHY });
    await work(harness);
    assertEquals(await stateOf(harness), ["shipped", 3]);
  }));

Deno.test("doctor gives one verdict for each check, and says what to do", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await born(harness);
    const sound = await call("GET", `${V1}/doctor`);
    assertEquals([sound.status, sound.json.status, sound.json.store], [200, "ok", "memory"]);
    await call("POST", `${V1}/entities/o-1/park`, { body: WHY });
    const { json } = await call("GET", `${V1}/doctor`);
    const findings = json.checks.filter((check: { verdict: string }) => check.verdict !== "ok");
    assertEquals([json.status, findings.map((check: { name: string }) => check.name)], ["findings", [
      "parked lanes",
    ]]);
    assertEquals(findings[0].advice.includes("stator resume"), true);
  }));

Deno.test("submissions are turned away while too much waits; reading and operators are not", () =>
  withApi({ ...OPEN_SETTINGS, limits: { ...OPEN_SETTINGS.limits, inboxMax: 2 } }, async (harness) => {
    const { call, clock } = harness;
    await born(harness);
    await call("POST", `${V1}/entities/o-1/park`, { body: WHY });
    const send = (trigger: string) => call("POST", `${V1}/entities/o-1/queue-event`, { body: { trigger } });
    assertEquals([(await send("pay")).status, (await send("ship")).status], [202, 202]);
    clock.advance(6_000);
    const refused = await send("pay");
    assertEquals([refused.status, refused.headers.get("retry-after"), refused.json.code], [
      429,
      "30",
      "too_many_requests",
    ]);
    assertEquals(refused.json.details, { limit: "inbox", setting: "PYSTATOR_INBOX_MAX", waiting: 2, max: 2 });
    const submissions = await Promise.all([
      call("POST", `${V1}/entities/o-2/events`, { body: { trigger: "pay", machine_name: "order" } }),
      call("POST", `${V1}/entities/o-2/create`, { body: { machine_name: "order" } }),
      call("POST", `${V1}/entities/o-1/apply-data`, { body: { data: {} } }),
      call("POST", `${V1}/entities/bulk/events`, { body: { trigger: "pay", entity_ids: ["o-1"] } }),
      call("POST", `${V1}/events/batch`, { body: { events: [{ entity_id: "o-1", trigger: "pay" }] } }),
    ]);
    assertEquals(submissions.map(({ status }) => status), [429, 429, 429, 429, 429]);
    const others = await Promise.all([
      call("GET", `${V1}/entities/o-1/state`),
      call("POST", `${V1}/entities/o-1/force`, { body: { ...WHY, state: "paid" } }),
      call("POST", `${V1}/entities/o-1/resume`, { body: WHY }),
    ]);
    assertEquals(others.map(({ status }) => status), [200, 200, 200]);
    await work(harness);
    clock.advance(6_000);
    assertEquals((await send("pay")).status, 202);
  }));

Deno.test("lists say whether their total is exact, and find words in ids and labels", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await born(harness);
    await call("PUT", `${V1}/entities/o-1/labels`, { body: { labels: { region: "North" } } });
    const rows = [["search=NORTH%20o-1", 1], ["search=region%3Dnor", 1], ["search=south", 0], [
      "q=o-",
      1,
    ]] as const;
    for (const [query, total] of rows) {
      const { json } = await call("GET", `${V1}/entities?${query}`);
      assertEquals([query, json.total, json.total_is_exact], [query, total, true]);
    }
  }));

Deno.test("figures say on how many rows they rest", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await born(harness);
    const paths = [
      "summary",
      "state-metrics?machine_name=order",
      "transition-metrics?machine_name=order",
      "entity-health",
      "transition-analytics",
    ];
    for (const path of paths) {
      const { json } = await call("GET", `${V1}/observability/${path}`);
      assertEquals([path, json.basis], [path, { rows: 1, is_complete: true }]);
    }
    const { json } = await call("GET", `${V1}/entities/o-1/metrics`);
    assertEquals(json.fleet_basis, { rows: 1, is_complete: true });
  }));
