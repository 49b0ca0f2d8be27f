/** What a new version of a machine sends by the clock that the old one did not, and the other way round. */
import type { ScheduleSpec } from "../engine/schedule_spec.ts";
import type { MachineSpec } from "../engine/spec.ts";
import { canonicalJson } from "./canonical.ts";
import { cronWords } from "./cron_words.ts";
import type { MachineChange } from "./machine_change.ts";

/** Nothing of it breaks callers: entities hear of other events, or at other times. */
export function diffSchedules(before: MachineSpec, after: MachineSpec): readonly MachineChange[] {
  const old = byName(before);
  const now = byName(after);
  return [
    ...[...old.values()].filter(({ name }) => !now.has(name)).map((schedule) =>
      change(schedule, `is gone: "${schedule.trigger}" ${timesOf(schedule)}`)
    ),
    ...[...now.values()].flatMap((schedule) => {
      const previous = old.get(schedule.name);
      return previous === undefined
        ? [change(schedule, `is new: "${schedule.trigger}" ${timesOf(schedule)}`)]
        : changesOf(previous, schedule);
    }),
  ];
}

function changesOf(before: ScheduleSpec, after: ScheduleSpec): readonly MachineChange[] {
  const rows: readonly (readonly [string, string])[] = [
    [timesOf(before), timesOf(after)],
    [`sends "${before.trigger}"`, `sends "${after.trigger}"`],
    [
      `sends with payload ${canonicalJson(before.payload)}`,
      `sends with payload ${canonicalJson(after.payload)}`,
    ],
    [targetOf(before), targetOf(after)],
    [`makes up for ${MISSED[before.catchUp]}`, `makes up for ${MISSED[after.catchUp]}`],
  ];
  return rows.flatMap(([old, now]) => old === now ? [] : [change(after, `${now}, before: ${old}`)]);
}

const MISSED = {
  skip: "no missed occurrence",
  last: "the last missed occurrence",
  all: "every missed occurrence",
} as const satisfies Record<ScheduleSpec["catchUp"], string>;

function byName({ schedules = [] }: MachineSpec): ReadonlyMap<string, ScheduleSpec> {
  return new Map(schedules.map((schedule) => [schedule.name, schedule]));
}

function timesOf({ cron, timeZone }: ScheduleSpec): string {
  return cronWords(cron, timeZone);
}

function targetOf({ target }: ScheduleSpec): string {
  return target.type === "entity"
    ? `sends to ${target.entityId}`
    : `sends to all that match ${canonicalJson(target.filter)}, ${target.rate} in a second`;
}

function change(schedule: ScheduleSpec, message: string): MachineChange {
  return {
    impact: "behaviour",
    subject: "schedule",
    name: schedule.name,
    message: `Schedule "${schedule.name}" ${message}`,
  };
}
