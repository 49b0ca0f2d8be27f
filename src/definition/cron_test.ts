/** When schedules are due: fields, nicknames, time zones, the two nights on which clocks change. */
import { calendarOf, cronProblem, nextTimes } from "./cron.ts";
import { cronWords } from "./cron_words.ts";

function check(name: string, actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${name}: expected ${b}, got ${a}`);
}

const NEXT: readonly (readonly [string, string, string, readonly string[]])[] = [
  ["0 3 * * *", "UTC", "2026-11-25T03:00:00Z", ["2026-11-26T03:00:00Z", "2026-11-27T03:00:00Z"]],
  ["0 3 * * *", "UTC", "2026-11-25T02:59:59.999Z", ["2026-11-25T03:00:00Z"]],
  ["0 9 * * 1-5", "Europe/Berlin", "2026-11-27T12:00:00Z", ["2026-11-30T08:00:00Z"]],
  ["*/20 * * * * *", "UTC", "2026-11-25T00:00:19.500Z", ["2026-11-25T00:00:20Z", "2026-11-25T00:00:40Z"]],
  ["@daily", "Asia/Kathmandu", "2026-11-25T00:00:00Z", ["2026-11-25T18:15:00Z"]],
  ["@midnight", "UTC", "2026-11-25T00:00:00Z", ["2026-11-26T00:00:00Z"]],
  ["@hourly", "UTC", "2026-11-25T00:00:00Z", ["2026-11-25T01:00:00Z"]],
  ["@weekly", "UTC", "2026-11-25T00:00:00Z", ["2026-11-29T00:00:00Z"]],
  ["@monthly", "UTC", "2026-11-25T00:00:00Z", ["2026-12-01T00:00:00Z"]],
  ["@yearly", "UTC", "2026-11-25T00:00:00Z", ["2027-01-01T00:00:00Z"]],
  ["0 0 L * *", "UTC", "2026-11-25T00:00:00Z", ["2026-11-30T00:00:00Z", "2026-12-31T00:00:00Z"]],
  ["0 12 * * MON#2", "UTC", "2026-11-25T00:00:00Z", ["2026-12-14T12:00:00Z"]],
  // Day of month or day of week, as everywhere: the Friday comes before the 13th.
  ["0 0 13 * 5", "UTC", "2026-11-25T00:00:00Z", ["2026-11-27T00:00:00Z"]],
  ["0 0 29 2 *", "UTC", "2026-11-25T00:00:00Z", ["2028-02-29T00:00:00Z"]],
  // 29 March: 02:00 becomes 03:00. What does not exist is due when the gap ends, and once.
  ["30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]],
  ["30 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:30:00Z"]],
  ["0 * * * *", "Europe/Berlin", "2026-03-28T23:30:00Z", [
    "2026-03-29T00:00:00Z",
    "2026-03-29T01:00:00Z",
    "2026-03-29T02:00:00Z",
  ]],
  ["0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", ["2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z"]],
  // 25 October: 03:00 becomes 02:00. A fixed time is due once, every hour is due in both hours.
  ["30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]],
  ["30 2 * * *", "Europe/Berlin", "2026-10-25T00:59:00Z", ["2026-10-26T01:30:00Z"]],
  ["30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", [
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
    "2026-10-25T02:30:00Z",
  ]],
];

for (const [cron, timeZone, after, expected] of NEXT) {
  Deno.test(`nextTimes() of "${cron}" in ${timeZone} after ${after}`, () => {
    const times = nextTimes(calendarOf(cron, timeZone), Date.parse(after), expected.length);
    check(
      cron,
      times.map((ms) => new Date(ms).toISOString()),
      expected.map((text) => text.replace("Z", ".000Z")),
    );
  });
}

const PROBLEMS: readonly (readonly [string, string, string])[] = [
  ["61 * * * *", "UTC", "minute"],
  ["* * *", "UTC", "five fields"],
  ["* * * * * * *", "UTC", "five fields"],
  ["", "UTC", "five fields"],
  ["@reboot", "UTC", "none of"],
  ["@fortnightly", "UTC", "none of"],
  ["0 0 30 2 *", "UTC", "never comes"],
  ["0 0 * * *", "Mars/Phobos", "time zone"],
  [`0 0 * * ${"1,".repeat(60)}1`, "UTC", "longer than"],
];

for (const [cron, timeZone, part] of PROBLEMS) {
  Deno.test(`cronProblem() refuses "${cron.slice(0, 20)}" in ${timeZone}`, () => {
    const problem = cronProblem(cron, timeZone);
    if (problem === null || !problem.includes(part)) throw new Error(`expected "${part}", got ${problem}`);
  });
}

Deno.test("cronProblem() takes what nextTimes() can follow", () => {
  for (const [cron, timeZone] of NEXT) check(cron, cronProblem(cron, timeZone), null);
});

Deno.test("latestUntil() finds what a walk from one to the next finds", () => {
  const rows = [
    ["*/7 * * * *", "Europe/Berlin", "2026-10-24T20:00:00Z", 13 * 3_600_000],
    ["30 2 * * *", "Europe/Berlin", "2026-10-20T00:00:00Z", 9 * 86_400_000],
    ["30 2 * * *", "Europe/Berlin", "2026-03-25T00:00:00Z", 9 * 86_400_000],
    ["0 0 1 1 *", "UTC", "2020-01-01T00:00:00Z", 4 * 366 * 86_400_000],
    ["15 10 * * * *", "UTC", "2026-11-25T00:00:00Z", 3_600_000],
  ] as const;
  for (const [cron, timeZone, after, lengthMs] of rows) {
    const calendar = calendarOf(cron, timeZone);
    const afterMs = Date.parse(after);
    for (let part = 0; part <= 10; part++) {
      const untilMs = afterMs + Math.floor(lengthMs * part / 10) + part;
      let expected: number | null = null;
      for (let at = calendar.nextAfter(afterMs); at !== null && at <= untilMs; at = calendar.nextAfter(at)) {
        expected = at;
      }
      check(`${cron} at ${part}`, calendar.latestUntil(untilMs, afterMs), expected);
    }
  }
});

const WORDS: readonly (readonly [string, string])[] = [
  ["0 3 * * *", "at 03:00 (UTC)"],
  ["30 2,14 * * *", "at 02:30 and 14:30 (UTC)"],
  ["0 9 * * 1-5", "at 09:00 on working days, Monday to Friday (UTC)"],
  ["0 9 * * sat,sun", "at 09:00 at weekends (UTC)"],
  ["0 0 1 * *", "at 00:00 on day 1 of the month (UTC)"],
  ["0 0 L * *", "at 00:00 on the last day of the month (UTC)"],
  ["0 12 * * MON#2", "at 12:00 on the second Monday of the month (UTC)"],
  ["0 0 13 * 5", "at 00:00 on day 13 of the month, or on Friday (UTC)"],
  ["0 0 1 1,7 *", "at 00:00 on day 1 of the month in January and July (UTC)"],
  ["*/5 * * * *", "every 5 minutes (UTC)"],
  ["* * * * *", "every minute (UTC)"],
  ["* * * * * *", "every second (UTC)"],
  ["*/20 * * * * *", "every 20 seconds (UTC)"],
  ["0 * * * *", "every hour (UTC)"],
  ["15 * * * *", "every hour at 15 past (UTC)"],
  ["0 8-18 * * *", "every hour from 8 to 18 (UTC)"],
  ["*/10 8 * * *", "every 10 minutes, in the hour of 08:00 (UTC)"],
  ["@daily", "at 00:00 (UTC)"],
  ["@weekly", "at 00:00 on Sunday (UTC)"],
  ["30 15 10 * * *", "at 10:15:30 (UTC)"],
  ["nonsense", "nonsense"],
];

for (const [cron, words] of WORDS) {
  Deno.test(`cronWords() of "${cron}"`, () => check(cron, cronWords(cron, "UTC"), words));
}
