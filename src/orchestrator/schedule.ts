/** A schedule: what it sends, to whom, and what one of its occurrences is as an event or as a job. */
import { createHash } from "node:crypto";
import { SCHEDULE_NAMES, type ScheduleSpec, SEND_RATE_DEFAULT } from "../engine/schedule_spec.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { uuidV5 } from "./action_id.ts";
import type { NewEvent } from "./event.ts";
import { type Job, newJob } from "./job.ts";
import { flagOf, numberOf, numberOrNullOf, objectOf, textOf, textOrNullOf, wordOf } from "./stored_fields.ts";

export const SCHEDULE_KIND = "schedule";
const ATTEMPTS_MAX = 5;

export interface Schedule extends ScheduleSpec {
  /** `machine:name` when it stands in a machine, else the name. */
  readonly id: string;
  /** Events name it, so that one entity for each occurrence can be born. */
  readonly machineName: string;
  /** `machine`: the file of the machine decides; people may only pause it and run it. */
  readonly source: "machine" | "api";
  readonly isPaused: boolean;
  /** Due time of the last occurrence that was sent; null = none was. */
  readonly lastDueAtMs: number | null;
  readonly sent: number;
  /** When occurrences were left out last, because they were missed; null = never. */
  readonly skippedAtMs: number | null;
  /** Occurrences sent in this catch-up; 0 = it is on time. */
  readonly lateInARow: number;
  /** Why it cannot go on; null = nothing is wrong. */
  readonly problem: string | null;
}

/** A schedule that never ran. */
export function newSchedule(
  spec: ScheduleSpec,
  place: Pick<Schedule, "id" | "machineName" | "source">,
): Schedule {
  return {
    ...spec,
    ...place,
    isPaused: false,
    lastDueAtMs: null,
    sent: 0,
    skippedAtMs: null,
    lateInARow: 0,
    problem: null,
  };
}

export function scheduleIdOf(machineName: string, name: string): string {
  return `${machineName}:${name}`;
}

/** What an occurrence gives: one event, or a job that sends to all who match. */
export type Sending =
  | { readonly type: "event"; readonly event: NewEvent }
  | { readonly type: "job"; readonly jobId: string; readonly job: Job };

/**
 * The same schedule and due time always give the same ids, whichever worker asks. `runId` stands for the due time when a
 * person starts it out of turn.
 */
export function sendingOf(
  schedule: Schedule,
  { dueAtMs, runId = null, actor = null }: {
    readonly dueAtMs: number;
    readonly runId?: string | null;
    readonly actor?: string | null;
  },
): Sending {
  const occurrence = `schedule:${schedule.id}:${runId ?? new Date(dueAtMs).toISOString()}`;
  const names = namesOf(schedule, dueAtMs);
  const payload = filled(schedule.payload, names);
  const sender = actor ?? `schedule:${schedule.id}`;
  if (schedule.target.type === "entities") {
    const job = newJob({
      type: "event",
      trigger: schedule.trigger,
      payload,
      filter: { ...schedule.target.filter, machine_name: schedule.machineName },
      rate: schedule.target.rate,
      actor: sender,
      reason: `Schedule ${schedule.id}`,
      scheduleId: schedule.id,
    });
    return { type: "job", jobId: uuidV5(`job:${occurrence}`), job };
  }
  const entityId = substituted(schedule.target.entityId, names);
  return {
    type: "event",
    event: {
      eventId: uuidV5(occurrence),
      entityId,
      machineName: schedule.machineName,
      machineVersion: null,
      command: { type: "event", trigger: schedule.trigger, payload },
      notBeforeMs: null,
      idempotency: { scope: "schedule", key: occurrence, requestHash: hashOf(occurrence) },
      attemptsMax: ATTEMPTS_MAX,
      traceparent: null,
      actor: sender,
    },
  };
}

/** `date` and `time` by the clock of the schedule's time zone. */
function namesOf(schedule: Schedule, dueAtMs: number): Readonly<Record<string, string>> {
  const local = new Intl.DateTimeFormat("sv-SE", {
    timeZone: schedule.timeZone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(dueAtMs);
  const names: Record<typeof SCHEDULE_NAMES[number], string> = {
    date: local.slice(0, 10),
    time: local.slice(11).replaceAll(":", "-"),
    due_at: new Date(dueAtMs).toISOString(),
    due_at_ms: String(dueAtMs),
    schedule: schedule.name,
    machine: schedule.machineName,
  };
  return names;
}

/** Names that mean nothing stay as they are written. */
function substituted(text: string, names: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    /\{\{\s*([a-z_]+)\s*\}\}/g,
    (whole, name: string) => Object.hasOwn(names, name) ? names[name] ?? whole : whole,
  );
}

function filled(payload: JsonObject, names: Readonly<Record<string, string>>): JsonObject {
  const fill = (value: JsonValue): JsonValue => {
    if (typeof value === "string") return substituted(value, names);
    if (Array.isArray(value)) return value.map(fill);
    return isJsonObject(value) ? filled(value, names) : value;
  };
  return Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, fill(value)]));
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A schedule as a document keeps it. */
export function scheduleBody(schedule: Schedule): JsonObject {
  const { target, ...rest } = schedule;
  return { ...rest, target: { ...target } };
}

export function scheduleFrom(body: JsonObject): Schedule {
  const target = objectOf(body, "target");
  return {
    id: textOf(body, "id"),
    name: textOf(body, "name"),
    description: textOf(body, "description"),
    machineName: textOf(body, "machineName"),
    source: wordOf(body, "source", ["api", "machine"]),
    cron: textOf(body, "cron"),
    timeZone: textOf(body, "timeZone"),
    catchUp: wordOf(body, "catchUp", ["last", "skip", "all"]),
    trigger: textOf(body, "trigger"),
    payload: objectOf(body, "payload"),
    target: target.type === "entities"
      ? {
        type: "entities",
        filter: objectOf(target, "filter"),
        rate: numberOrNullOf(target, "rate") ?? SEND_RATE_DEFAULT,
      }
      : { type: "entity", entityId: textOf(target, "entityId") },
    isPaused: flagOf(body, "isPaused"),
    lastDueAtMs: numberOrNullOf(body, "lastDueAtMs"),
    sent: numberOf(body, "sent"),
    skippedAtMs: numberOrNullOf(body, "skippedAtMs"),
    lateInARow: numberOf(body, "lateInARow"),
    problem: textOrNullOf(body, "problem"),
  };
}

/** What the author decides; the rest is what became of it. */
export function specOf(schedule: Schedule): ScheduleSpec {
  const { name, description, cron, timeZone, catchUp, trigger, payload, target } = schedule;
  return { name, description, cron, timeZone, catchUp, trigger, payload, target };
}
