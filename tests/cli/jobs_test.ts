/** Verbs on schedules, jobs and redrives: what they print for people and for programs, and how they end. */
import { createCliWorld } from "./harness.ts";

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

function mentions(text: string, ...parts: readonly string[]): void {
  for (const part of parts) {
    if (!text.includes(part)) throw new Error(`no word of ${JSON.stringify(part)} in:\n${text}`);
  }
}

/** Words, exit code, and what must be in either output. */
const ENDS: readonly (readonly [readonly string[], number, string])[] = [
  [["jobs", "list"], 0, "No jobs."],
  [["jobs", "list", "--status", "lost"], 1, ""],
  [["jobs", "get", "nobody"], 3, "nobody"],
  [["jobs", "items", "nobody"], 3, "nobody"],
  [["jobs", "cancel", "nobody"], 3, "nobody"],
  [["jobs", "send", "pay"], 2, "--machine"],
  [["jobs", "send", "pay", "--label", "gold"], 2, "key=value"],
  [["jobs", "send", "pay", "--machine", "order", "--rate", "0"], 2, "1 to 1000"],
  [["schedules", "list"], 0, "No schedules."],
  [["schedules", "get", "nobody"], 3, "nobody"],
  [["schedules", "pause", "nobody"], 3, "nobody"],
  [
    ["schedules", "next", "0 9 * * 1-5", "--time-zone", "Europe/Berlin"],
    0,
    "Monday to Friday (Europe/Berlin)",
  ],
  [["schedules", "next", "sometimes"], 1, "five fields"],
  [["schedules", "add", "x", "--machine", "order"], 2, "--cron"],
  [["dead-letters", "list"], 0, "No dead letters."],
  [["dead-letters", "redrive"], 2, "--all"],
  [["dead-letters", "redrive", "--all", "--dry-run"], 0, "0 dead letters match"],
  [["dead-letters", "redrive", "--machine", "order", "--dry-run", "--json"], 0, '"matched": 0'],
  [["dead-letters", "redrive", "--all", "--rate", "fast"], 2, "--rate"],
];

for (const [args, code, part] of ENDS) {
  Deno.test(`stator ${args.join(" ")} ends with ${code}`, async () => {
    const { run } = await createCliWorld();
    const result = await run(...args);
    mentions(`${result.out}\n${result.err}`, part);
    same([result.code, code === 0 ? result.err : ""], [code, ""]);
  });
}

Deno.test("stator jobs send counts, orders, holds and ends", async () => {
  const { run } = await createCliWorld();
  await run("publish", "machines/order.yaml");
  for (const id of ["o-1", "o-2"]) await run("entity", "create", id, "--machine", "order");
  const send = ["jobs", "send", "cancel", "--machine", "order", "--state", "draft", "--rate", "5"];
  mentions((await run(...send, "--dry-run")).out, "2 entities match; nothing was done\n  o-1\n  o-2");
  const ordered = await run(...send, "--reason", "Shop is closed");
  mentions(ordered.out, "2 entities, 5 in a second", "stator jobs get");
  const { jobs: [job] } = JSON.parse((await run("jobs", "list", "--json")).out);
  same([job.status, job.filter, job.reason], [
    "queued",
    { machine_name: "order", state: "draft" },
    "Shop is closed",
  ]);
  mentions((await run("jobs", "list")).out, job.job_id, "Shop is closed");
  mentions((await run("jobs", "get", job.job_id)).out, "status: queued", "matched: 2");
  mentions((await run("jobs", "pause", job.job_id)).out, "paused, 0 of 2 done");
  mentions((await run("jobs", "resume", job.job_id)).out, "queued");
  mentions((await run("jobs", "cancel", job.job_id)).out, "cancelled");
  same((await run("jobs", "resume", job.job_id)).code, 4);
  mentions((await run("jobs", "items", job.job_id)).out, "Nothing yet.");
});

Deno.test("stator schedules add shows the times, and the schedule is held, run and deleted", async () => {
  const { run } = await createCliWorld();
  await run("publish", "machines/daily_report.yaml");
  const add = [
    "schedules",
    "add",
    "early",
    "--machine",
    "daily_report",
    "--trigger",
    "write",
    "--cron",
    "@daily",
  ];
  same((await run(...add)).code, 1);
  const added = await run(...add, "--entity", "report-{{ date }}", "--catch-up", "all");
  mentions(added.out, "early: write to report-{{ date }}, at 00:00 (UTC)", "Missed ones: all", "Next: ");
  mentions((await run("schedules", "list")).out, "early", "at 00:00 (UTC)", "active");
  mentions((await run("schedules", "get", "early")).out, "Sent: 0");
  mentions((await run("schedules", "pause", "early")).out, "early: paused, next never");
  mentions((await run("schedules", "resume", "early")).out, "early: active, next 2");
  mentions((await run("schedules", "run", "early")).out, "early: sent to report-2");
  const sweep = [
    "schedules",
    "add",
    "sweep",
    "--machine",
    "daily_report",
    "--trigger",
    "remind",
    "--cron",
    "@daily",
  ];
  mentions(
    (await run(...sweep, "--state", "written", "--rate", "5")).out,
    'all that match {"state":"written"}',
  );
  mentions((await run("schedules", "run", "sweep")).out, "sweep: job ");
  mentions((await run("schedules", "delete", "early")).out, "early: deleted");
  same((await run("schedules", "get", "early")).code, 3);
});

Deno.test("stator dead-letters redrive orders a job", async () => {
  const { run } = await createCliWorld();
  mentions(
    (await run("dead-letters", "redrive", "--machine", "order", "--rate", "7")).out,
    "0 dead letters, 7 in a second",
  );
  const { jobs: [job] } = JSON.parse((await run("jobs", "list", "--json")).out);
  same([job.type, job.rate, job.filter.source_name], ["redrive", 7, "order"]);
});
