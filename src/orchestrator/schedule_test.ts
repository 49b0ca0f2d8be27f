/** Occurrences of schedules as events and jobs, and how both are kept. */
import {
  controlled,
  jobBody,
  type JobControl,
  jobFrom,
  type JobStatus,
  newJob,
  settled,
  stepSizeOf,
} from "./job.ts";
import { newSchedule, scheduleBody, scheduleFrom, sendingOf } from "./schedule.ts";

function equal(actual: unknown, expected: unknown, name = ""): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${name}: expected ${b}, got ${a}`);
}

const SPEC = {
  name: "nightly",
  description: "",
  cron: "30 2 * * *",
  timeZone: "Europe/Berlin",
  catchUp: "all",
  trigger: "close",
  payload: { day: "{{date}}", list: ["{{ due_at }}", 7], "{{ date }}": "{{ nobody }}" },
  target: { type: "entity", entityId: "day-{{ date }}.{{ time }}" },
} as const;
const PLACE = { id: "shop:nightly", machineName: "shop", source: "machine" } as const;
const DUE = Date.parse("2026-10-24T22:30:00Z");

Deno.test("an occurrence names its time by the clock of the schedule", () => {
  const sending = sendingOf(newSchedule(SPEC, PLACE), { dueAtMs: DUE });
  if (sending.type !== "event") throw new Error("It is a job");
  equal(sending.event.entityId, "day-2026-10-25.00-30-00");
  equal(sending.event.command, {
    type: "event",
    trigger: "close",
    payload: {
      day: "2026-10-25",
      list: ["2026-10-24T22:30:00.000Z", 7],
      "{{ date }}": "{{ nobody }}",
    },
  });
  equal([sending.event.machineName, sending.event.actor], ["shop", "schedule:shop:nightly"]);
});

Deno.test("the same occurrence has the same ids, others have others", () => {
  const one = newSchedule(SPEC, PLACE);
  const other = newSchedule(SPEC, { ...PLACE, id: "shop:weekly" });
  const idOf = (...args: Parameters<typeof sendingOf>) => {
    const sending = sendingOf(...args);
    return sending.type === "event" ? sending.event.eventId : sending.jobId;
  };
  const ids = [
    idOf(one, { dueAtMs: DUE }),
    idOf(one, { dueAtMs: DUE + 1_000 }),
    idOf(other, { dueAtMs: DUE }),
    idOf(one, { dueAtMs: DUE, runId: "r-1" }),
    idOf(one, { dueAtMs: DUE, runId: "r-2" }),
  ];
  equal(new Set(ids).size, ids.length);
  equal(idOf({ ...one, payload: {}, sent: 9 }, { dueAtMs: DUE }), ids[0]);
});

Deno.test("a schedule over entities gives a job", () => {
  const target = { type: "entities", filter: { state: "open" }, rate: 7 } as const;
  const sending = sendingOf(newSchedule({ ...SPEC, target }, PLACE), { dueAtMs: DUE });
  if (sending.type !== "job") throw new Error("It is an event");
  const { job } = sending;
  equal([job.type, job.trigger, job.rate, job.scheduleId, job.status], [
    "event",
    "close",
    7,
    "shop:nightly",
    "queued",
  ]);
  equal(job.filter, { state: "open", machine_name: "shop" });
});

Deno.test("schedules and jobs come out of documents as they went in", () => {
  const target = { type: "entities", filter: { labels: { a: "b" } }, rate: 7 } as const;
  const schedules = [
    newSchedule(SPEC, PLACE),
    { ...newSchedule({ ...SPEC, target, catchUp: "skip" }, { ...PLACE, source: "api" }) },
    {
      ...newSchedule(SPEC, PLACE),
      isPaused: true,
      lastDueAtMs: 5,
      sent: 3,
      skippedAtMs: 4,
      lateInARow: 2,
      problem: "no",
    },
  ];
  const sorted = (value: object) => Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const schedule of schedules) {
    equal(sorted(scheduleFrom(JSON.parse(JSON.stringify(scheduleBody(schedule))))), sorted(schedule));
  }
  const order = {
    type: "redrive",
    filter: { reason: "x" },
    trigger: null,
    payload: {},
    actor: "ann",
  } as const;
  const jobs = [
    newJob({ ...order, reason: null }),
    {
      ...newJob({ ...order, type: "event", trigger: "go", payload: { a: 1 }, rate: 3, reason: "because" }),
      status: "failed",
      matched: 5,
      isMatchedExact: true,
      done: 1,
      failed: 2,
      skipped: 3,
      cursor: "c",
      isAtEnd: true,
      inHand: ["a", "b"],
      pages: 4,
      owner: "w",
      startedAtMs: 1,
      endedAtMs: 2,
      error: "no",
      scheduleId: "s",
    } as const,
  ];
  for (const job of jobs) equal(sorted(jobFrom(JSON.parse(JSON.stringify(jobBody(job))))), sorted(job));
});

const CONTROLS: readonly (readonly [JobStatus, JobControl, JobStatus | null])[] = [
  ["queued", "pause", "paused"],
  ["running", "pause", "paused"],
  ["paused", "pause", "paused"],
  ["completed", "pause", null],
  ["paused", "resume", "queued"],
  ["running", "resume", "running"],
  ["cancelled", "resume", null],
  ["queued", "cancel", "cancelled"],
  ["running", "cancel", "cancelled"],
  ["paused", "cancel", "cancelled"],
  ["cancelled", "cancel", "cancelled"],
  ["failed", "cancel", null],
];

for (const [status, control, expected] of CONTROLS) {
  Deno.test(`controlled(): ${control} of a job that is ${status}`, () => {
    const order = {
      type: "redrive",
      filter: {},
      trigger: null,
      payload: {},
      actor: null,
      reason: null,
    } as const;
    equal(controlled({ ...newJob(order), status }, control, 9)?.status ?? null, expected);
  });
}

Deno.test("the rate has bounds, a step is what it allows in half a second, settling counts", () => {
  const order = {
    type: "redrive",
    filter: {},
    trigger: null,
    payload: {},
    actor: null,
    reason: null,
  } as const;
  equal([0, 1, 2.7, 5_000].map((rate) => newJob({ ...order, rate }).rate), [1, 1, 2, 1_000]);
  equal([1, 2, 50, 1_000].map(stepSizeOf), [1, 1, 25, 100]);
  const items = (["done", "done", "failed", "skipped"] as const).map((outcome) => ({
    id: "a",
    outcome,
    eventId: null,
    error: null,
  }));
  const after = settled({ ...newJob(order), inHand: ["a"] }, items);
  equal([after.done, after.failed, after.skipped, after.inHand, after.pages], [2, 1, 1, [], 1]);
  equal(settled(after, []).pages, 1);
});
