/** Schedules, jobs and redrives as people order them over HTTP, and what workers make of them. */
import { silentLog } from "../../src/telemetry/log.ts";
import { createMachineSchedules } from "../../src/worker/machine_schedules.ts";
import { runJobs } from "../../src/worker/jobs.ts";
import { sendDue } from "../../src/worker/schedules.ts";
import { assertEquals } from "./assertions.ts";
import { type Harness, OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const V1 = "/api/v1";
/** The clock of the harness stands at noon of this day. */
const TOMORROW = "2026-02-01";

async function turns({ runtime }: Harness): Promise<void> {
  for (let count = 0; count < 1_000 && await runtime.turn() !== null; count++);
}

/** A worker that goes on until no job is queued or running, then turns until nothing waits. */
async function work(harness: Harness): Promise<void> {
  const ended = new AbortController();
  const done = runJobs({
    store: harness.store,
    clock: harness.clock,
    log: silentLog,
    workerId: "w",
    random: () => 0.5,
    signal: ended.signal,
  });
  for (let look = 0; look < 500; look++) {
    const { json } = await harness.call("GET", `${V1}/jobs`);
    const jobs: readonly { status: string }[] = json.jobs;
    if (jobs.every(({ status }) => status !== "queued" && status !== "running")) break;
    await harness.clock.sleep(1);
  }
  ended.abort();
  await done;
  await turns(harness);
}

/** A worker looks at schedules once. */
async function look(harness: Harness): Promise<void> {
  const { store, runtime } = harness;
  const { documents } = store.operations;
  const machines = createMachineSchedules({
    documents,
    machines: store.machines,
    ping: () => store.ping(),
    find: (name) => runtime.machines.find(name, null),
    log: silentLog,
  });
  await machines.align();
  while (await sendDue({ documents, log: silentLog }) === 0);
}

async function orders(harness: Harness, ids: readonly string[]): Promise<void> {
  await publish(harness, ORDER);
  for (const id of ids) {
    await harness.call("POST", `${V1}/entities/${id}/create`, { body: { machine_name: "order" } });
  }
}

async function stateOf({ call }: Harness, id: string): Promise<unknown> {
  const { status, json } = await call("GET", `${V1}/entities/${id}/state`);
  return status === 200 ? json.current_state : status;
}

async function auditOf({ call }: Harness): Promise<readonly string[]> {
  const { json } = await call("GET", `${V1}/audit`);
  // Entries of one instant come in no order.
  return json.items.map((entry: { action: string }) => entry.action)
    .filter((action: string) => /^(?:job|schedule)\./.test(action)).toSorted();
}

Deno.test("an event goes to every entity that matches: counted first, then done, with a trail", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await orders(harness, ["o-1", "o-2", "o-3", "p-1"]);
    const body = { trigger: "pay", filter: { machine_name: "order", q: "o-" }, reason: "Payments of today" };
    const dry = await call("POST", `${V1}/jobs`, { body: { ...body, dry_run: true } });
    assertEquals([dry.status, dry.json], [200, {
      dry_run: true,
      matched: 3,
      is_matched_exact: true,
      sample: ["o-1", "o-2", "o-3"],
    }]);
    assertEquals((await call("GET", `${V1}/jobs`)).json, { jobs: [], next_cursor: null });

    const ordered = await call("POST", `${V1}/jobs`, { body });
    assertEquals([ordered.status, ordered.json.status, ordered.json.matched, ordered.json.progress], [
      202,
      "queued",
      3,
      0,
    ]);
    const path = `${V1}/jobs/${ordered.json.job_id}`;
    await work(harness);
    const { json: job } = await call("GET", path);
    assertEquals([job.status, job.done, job.failed, job.skipped, job.progress, job.reason, job.actor], [
      "completed",
      3,
      0,
      0,
      1,
      "Payments of today",
      "anonymous",
    ]);
    assertEquals(await Promise.all(["o-1", "o-2", "o-3", "p-1"].map((id) => stateOf(harness, id))), [
      "paid",
      "paid",
      "paid",
      "open",
    ]);
    const { json: trail } = await call("GET", `${path}/items`);
    assertEquals(trail.items.map((item: { id: string; outcome: string }) => [item.id, item.outcome]), [
      ["o-1", "done"],
      ["o-2", "done"],
      ["o-3", "done"],
    ]);
    const { json: event } = await call("GET", `${V1}/events/${trail.items[0].event_id}`);
    assertEquals([event.entity_id, event.trigger], ["o-1", "pay"]);
    assertEquals((await call("POST", `${path}/cancel`)).status, 409);
    assertEquals((await call("GET", `${V1}/jobs?status=completed`)).json.jobs.length, 1);
    assertEquals((await call("GET", `${V1}/jobs?status=failed`)).json.jobs, []);
    assertEquals(await auditOf(harness), ["job.created"]);
  }));

Deno.test("pages that watch jobs are told how far they are", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { api, call } = harness;
    await orders(harness, ["o-1"]);
    await call("POST", `${V1}/jobs`, { body: { trigger: "pay", filter: { state: "open" } } });
    const response = await api.fetch(
      new Request(`http://stator.test${V1}/stream?topics=jobs`, { headers: { accept: "text/event-stream" } }),
      { remoteAddr: { transport: "tcp", hostname: "203.0.113.7", port: 1 } },
    );
    const reader = (response.body ?? new Blob().stream()).pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let reads = 0; reads < 20 && !text.includes("event: jobs"); reads++) {
      text += (await reader.read()).value ?? "";
    }
    await reader.cancel();
    const data = /event: jobs\ndata: (.*)/.exec(text)?.[1] ?? "[]";
    assertEquals(
      JSON.parse(data).map((job: { status: string; matched: number }) => [job.status, job.matched]),
      [
        ["queued", 1],
      ],
    );
  }));

Deno.test("a job is held, goes on and is ended", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await orders(harness, ["o-1"]);
    const { json } = await call("POST", `${V1}/jobs`, {
      body: { trigger: "pay", filter: { state: "open" }, rate: 1 },
    });
    const path = `${V1}/jobs/${json.job_id}`;
    const rows = [
      ["pause", 200, "paused"],
      ["pause", 200, "paused"],
      ["resume", 200, "queued"],
      ["pause", 200, "paused"],
      ["cancel", 200, "cancelled"],
      ["cancel", 200, "cancelled"],
    ] as const;
    for (const [control, status, standing] of rows) {
      const answer = await call("POST", `${path}/${control}`);
      assertEquals([answer.status, answer.json.status], [status, standing], control);
    }
    assertEquals((await call("POST", `${path}/resume`)).json.code, "conflict");
    await work(harness);
    assertEquals(await stateOf(harness, "o-1"), "open");
    assertEquals((await call("GET", `${path}/items`)).json, { items: [], next_cursor: null });
    assertEquals(await auditOf(harness), [
      "job.cancelled",
      "job.created",
      "job.paused",
      "job.paused",
      "job.resumed",
    ]);
    for (const control of ["cancel", "pause", "resume"]) {
      assertEquals((await call("POST", `${V1}/jobs/nobody/${control}`)).status, 404);
    }
    assertEquals((await call("GET", `${V1}/jobs/nobody`)).status, 404);
    assertEquals((await call("GET", `${V1}/jobs/nobody/items`)).status, 404);
  }));

Deno.test("a job without a filter, or with a wrong one, is refused", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    const rows = [
      { trigger: "pay" },
      { trigger: "pay", filter: {} },
      { trigger: "pay", filter: { colour: "red" } },
      { trigger: "pay", filter: { state: "open" }, rate: 0 },
      { trigger: "pay", filter: { state: "open" }, rate: 1_001 },
      { trigger: "pay day", filter: { state: "open" } },
      { trigger: "pay", filter: { state: "open" }, payload: { _entity_id: "x" } },
    ];
    for (const body of rows) {
      const { status } = await call("POST", `${V1}/jobs`, { body });
      assertEquals(status, 422, JSON.stringify(body));
    }
  }));

Deno.test("dead letters are put back by filter: counted, then a job; one alone with another payload", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await orders(harness, ["o-1", "o-2", "o-3"]);
    // A paid order is not shipped twice: each second event ends as a dead letter.
    for (const id of ["o-1", "o-2", "o-3"]) {
      await call("POST", `${V1}/entities/${id}/queue-event`, { body: { trigger: "ship" } });
    }
    await turns(harness);
    const list = (await call("GET", `${V1}/dlq?status=pending`)).json;
    assertEquals(list.total, 3);
    for (const id of ["o-1", "o-2", "o-3"]) {
      await call("POST", `${V1}/entities/${id}/events`, { body: { trigger: "pay" } });
    }
    harness.clock.advance(1_000);
    const filter = { source_name: "order", reason: list.records[0].reason };
    const dry = await call("POST", `${V1}/dlq/redrive`, { body: { filter, dry_run: true } });
    assertEquals([dry.status, dry.json.matched, dry.json.sample.length], [200, 3, 3]);
    const none = await call("POST", `${V1}/dlq/redrive`, {
      body: { filter: { source_name: "other" }, dry_run: true },
    });
    assertEquals(none.json.matched, 0);
    const early = await call("POST", `${V1}/dlq/redrive`, {
      body: { filter: { created_before: "2026-01-01T00:00:00Z" }, dry_run: true },
    });
    assertEquals(early.json.matched, 0);

    const one = (await call("GET", `${V1}/dlq?entity_id=o-3`)).json.records[0];
    const edited = await call("POST", `${V1}/dlq/${one.record_id}/replay`, {
      body: { payload: { note: "by hand" } },
    });
    assertEquals(edited.status, 200);
    const ordered = await call("POST", `${V1}/dlq/redrive`, { body: { filter, rate: 100 } });
    assertEquals([ordered.status, ordered.json.type, ordered.json.matched], [202, "redrive", 2]);
    await work(harness);
    const { json: job } = await call("GET", `${V1}/jobs/${ordered.json.job_id}`);
    assertEquals([job.status, job.done, job.failed, job.skipped], ["completed", 2, 0, 0]);
    assertEquals(await Promise.all(["o-1", "o-2", "o-3"].map((id) => stateOf(harness, id))), [
      "shipped",
      "shipped",
      "shipped",
    ]);
    const { json: history } = await call("GET", `${V1}/events/${edited.json.event_id}`);
    assertEquals(history.entity_id, "o-3");
    assertEquals((await call("GET", `${V1}/dlq?status=pending`)).json.total, 0);
    assertEquals(
      (await call("POST", `${V1}/dlq/redrive`, { body: { filter: { colour: "red" } } })).status,
      422,
    );
  }));

const NIGHTLY = {
  name: "nightly",
  machine_name: "order",
  cron: "0 3 * * *",
  time_zone: "Europe/Berlin",
  trigger: "pay",
  entity_id: "day-{{ date }}",
};

Deno.test("a schedule tells its times in words, sends when it is due, is held, changed and deleted", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call, clock } = harness;
    await publish(harness, ORDER);
    const created = await call("POST", `${V1}/schedules`, { body: NIGHTLY });
    assertEquals([created.status, created.json.schedule_id, created.json.words, created.json.status], [
      201,
      "nightly",
      "at 03:00 (Europe/Berlin)",
      "active",
    ]);
    assertEquals(created.json.next_at, [1, 2, 3, 4, 5].map((day) => `2026-02-0${day}T02:00:00.000Z`));
    const path = `${V1}/schedules/nightly`;
    await look(harness);
    await turns(harness);
    assertEquals(await stateOf(harness, `day-${TOMORROW}`), 404, "nothing is sent early");
    clock.advance(14 * 3_600_000);
    await look(harness);
    await turns(harness);
    assertEquals(await stateOf(harness, `day-${TOMORROW}`), "paid");
    const after = (await call("GET", path)).json;
    assertEquals([after.sent, after.last_at, after.next_at[0]], [
      1,
      `${TOMORROW}T02:00:00.000Z`,
      "2026-02-02T02:00:00.000Z",
    ]);

    const paused = await call("POST", `${path}/pause`);
    assertEquals([paused.json.status, paused.json.next_at], ["paused", []]);
    clock.advance(3 * 86_400_000);
    await look(harness);
    const resumed = await call("POST", `${path}/resume`);
    assertEquals([resumed.json.status, resumed.json.next_at[0], resumed.json.sent], [
      "active",
      "2026-02-05T02:00:00.000Z",
      1,
    ]);
    assertEquals((await call("POST", `${path}/resume`)).json.next_at[0], "2026-02-05T02:00:00.000Z");

    const ran = await call("POST", `${path}/run`);
    assertEquals([ran.status, ran.json.entity_id, ran.json.job_id], [202, "day-2026-02-04", null]);
    await turns(harness);
    assertEquals(await stateOf(harness, "day-2026-02-04"), "paid");

    const { name: _name, ...rest } = NIGHTLY;
    const changed = await call("PUT", path, { body: { ...rest, cron: "@hourly", catch_up: "all" } });
    assertEquals([changed.status, changed.json.words, changed.json.catch_up, changed.json.sent], [
      200,
      "every hour (Europe/Berlin)",
      "all",
      1,
    ]);
    assertEquals(changed.json.next_at[0], "2026-02-04T03:00:00.000Z");
    assertEquals((await call("DELETE", path)).status, 204);
    assertEquals((await call("GET", path)).status, 404);
    assertEquals(await auditOf(harness), [
      "schedule.changed",
      "schedule.created",
      "schedule.deleted",
      "schedule.paused",
      "schedule.resumed",
      "schedule.resumed",
      "schedule.run",
    ]);
  }));

Deno.test("schedules that cannot work are refused, with the reason", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await publish(harness, ORDER);
    const rows = [
      [{ cron: "61 * * * *" }, 422],
      [{ cron: "0 0 30 2 *" }, 422],
      [{ time_zone: "Mars/Phobos" }, 422],
      [{ entity_id: "day-{{ day }}" }, 422],
      [{ entities: { state: "open" } }, 422],
      [{ entity_id: undefined }, 422],
      [{ machine_name: "nobody" }, 404],
      [{ name: "Nightly" }, 422],
    ] as const;
    for (const [change, status] of rows) {
      const answer = await call("POST", `${V1}/schedules`, { body: { ...NIGHTLY, ...change } });
      assertEquals(answer.status, status, JSON.stringify(change));
    }
    assertEquals((await call("POST", `${V1}/schedules`, { body: NIGHTLY })).status, 201);
    assertEquals((await call("POST", `${V1}/schedules`, { body: NIGHTLY })).status, 409);
    const preview = await call("POST", `${V1}/schedules/preview`, { body: { cron: "0 9 * * 1-5" } });
    assertEquals([preview.status, preview.json.words, preview.json.next_at.length], [
      200,
      "at 09:00 on working days, Monday to Friday (UTC)",
      5,
    ]);
    assertEquals((await call("POST", `${V1}/schedules/preview`, { body: { cron: "never" } })).status, 422);
    for (
      const [method, path] of [["POST", "/pause"], ["POST", "/resume"], ["POST", "/run"], [
        "DELETE",
        "",
      ]] as const
    ) {
      assertEquals((await call(method, `${V1}/schedules/nobody${path}`)).status, 404, path);
    }
  }));

Deno.test("schedules of a machine are listed, held and run; only their file changes them", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call, clock } = harness;
    const schedules = [
      { name: "sweep", cron: "@daily", trigger: "pay", entities: { state: "open" }, rate: 100 },
      { name: "born", cron: "@daily", trigger: "pay", entity_id: "o-{{ date }}" },
    ];
    await publish(harness, { ...ORDER, schedules });
    await call("POST", `${V1}/entities/o-1/create`, { body: { machine_name: "order" } });
    await look(harness);
    const { json: list } = await call("GET", `${V1}/schedules?machine_name=order`);
    assertEquals(
      list.schedules.map((one: { schedule_id: string; source: string }) => [one.schedule_id, one.source]),
      [
        ["order:born", "machine"],
        ["order:sweep", "machine"],
      ],
    );
    assertEquals((await call("GET", `${V1}/schedules?machine_name=other`)).json.schedules, []);
    const path = `${V1}/schedules/order:sweep`;
    assertEquals((await call("GET", path)).json.entities, { state: "open" });
    assertEquals((await call("DELETE", path)).status, 409);
    const { name: _name, ...rest } = NIGHTLY;
    assertEquals((await call("PUT", path, { body: rest })).status, 409);
    await call("POST", `${V1}/schedules/order:born/pause`);
    clock.advance(86_400_000);
    await look(harness);
    await work(harness);
    assertEquals([await stateOf(harness, "o-1"), await stateOf(harness, `o-${TOMORROW}`)], ["paid", 404]);
    const { json: { jobs: [job] } } = await call("GET", `${V1}/jobs`);
    assertEquals([job.status, job.schedule_id, job.done], ["completed", "order:sweep", 1]);
    const ran = await call("POST", `${path}/run`);
    assertEquals([ran.status, ran.json.event_id, ran.json.job_id === null], [202, null, false]);
  }));
