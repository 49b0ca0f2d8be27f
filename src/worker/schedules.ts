/** Sends what schedules say when it is due: any number of workers look, each occurrence is sent once. */
import type { Clock } from "../clock.ts";
import { calendarOf } from "../definition/cron.ts";
import { messageOf } from "../errors.ts";
import type { NewEvent } from "../orchestrator/event.ts";
import { JOB_KIND, jobBody } from "../orchestrator/job.ts";
import { type OccurrencePlan, planOccurrences } from "../orchestrator/occurrences.ts";
import {
  type Schedule,
  SCHEDULE_KIND,
  scheduleBody,
  scheduleFrom,
  sendingOf,
} from "../orchestrator/schedule.ts";
import type { DocumentStore, StoredDocument } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import { createBackoff } from "./backoff.ts";
import type { MachineSchedules } from "./machine_schedules.ts";

export interface ScheduleDeps {
  readonly documents: DocumentStore;
  readonly machineSchedules: MachineSchedules;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Told of each occurrence after it was sent. */
  readonly onSent?: (schedule: Schedule, dueAtMs: number, lateMs: number) => void;
}

/** Longest time until a worker looks again. */
const POLL_MS = 1_000;
const SCHEDULES_AT_ONCE = 50;

/** Runs until the signal. */
export async function runSchedules(deps: ScheduleDeps): Promise<void> {
  const backoff = createBackoff({ ...deps, what: "schedules" });
  while (!deps.signal.aborted) {
    try {
      await deps.machineSchedules.align();
      const waitMs = await sendDue(deps);
      backoff.succeeded();
      if (waitMs > 0) await deps.clock.sleep(waitMs, deps.signal);
    } catch (error) {
      await backoff.failed(error);
    }
  }
}

/** Sends what is due now; answers how long nothing more will be. */
export async function sendDue(deps: Pick<ScheduleDeps, "documents" | "log" | "onSent">): Promise<number> {
  const due = await deps.documents.due(SCHEDULE_KIND, SCHEDULES_AT_ONCE);
  let isMoreDue = false;
  for (const document of due.items) {
    const plan = await sendOne(deps, document, due.nowMs);
    isMoreDue ||= plan !== null && plan.nextDueAtMs !== null && plan.nextDueAtMs <= due.nowMs;
  }
  if (isMoreDue || due.items.length === SCHEDULES_AT_ONCE) return 0;
  return Math.max(1, Math.min(POLL_MS, (due.nextDueAtMs ?? Infinity) - due.nowMs));
}

/** Null = somebody else was faster, or the schedule cannot go on. */
async function sendOne(
  deps: Pick<ScheduleDeps, "documents" | "log" | "onSent">,
  document: StoredDocument,
  nowMs: number,
): Promise<OccurrencePlan | null> {
  const schedule = scheduleFrom(document.body);
  const dueAtMs = document.dueAtMs ?? nowMs;
  const plan = planOf(schedule, { dueAtMs, nowMs });
  if (typeof plan === "string") {
    deps.log.error("A schedule cannot go on", { schedule: schedule.id, problem: plan });
    await write(deps.documents, { document, schedule: { ...schedule, problem: plan }, nextDueAtMs: null });
    return null;
  }
  const events = await eventsOf(deps.documents, { schedule, plan, nowMs });
  // Nobody else is told: the events stand or fall with this version of the row.
  const isWritten = await write(deps.documents, {
    document,
    schedule: {
      ...schedule,
      sent: schedule.sent + plan.send.length,
      lastDueAtMs: plan.send.at(-1) ?? schedule.lastDueAtMs,
      skippedAtMs: plan.isSkipping ? nowMs : schedule.skippedAtMs,
      lateInARow: plan.lateInARow,
    },
    nextDueAtMs: plan.nextDueAtMs,
    events,
  });
  if (!isWritten) return null;
  for (const atMs of plan.send) deps.onSent?.(schedule, atMs, nowMs - atMs);
  if (plan.isSkipping) {
    deps.log.warning("Left out occurrences that were missed", {
      schedule: schedule.id,
      catch_up: schedule.catchUp,
      since: new Date(dueAtMs).toISOString(),
    });
  }
  return plan;
}

function planOf(
  schedule: Schedule,
  { dueAtMs, nowMs }: { readonly dueAtMs: number; readonly nowMs: number },
): OccurrencePlan | string {
  try {
    return planOccurrences(schedule, {
      dueAtMs,
      nowMs,
      calendar: calendarOf(schedule.cron, schedule.timeZone),
    });
  } catch (error) {
    return messageOf(error);
  }
}

/** Jobs are made beforehand: their ids are those of the occurrence, so that a second worker finds them made. */
async function eventsOf(
  documents: DocumentStore,
  { schedule, plan, nowMs }: {
    readonly schedule: Schedule;
    readonly plan: OccurrencePlan;
    readonly nowMs: number;
  },
): Promise<readonly NewEvent[]> {
  const events: NewEvent[] = [];
  for (const dueAtMs of plan.send) {
    const sending = sendingOf(schedule, { dueAtMs });
    if (sending.type === "event") events.push(sending.event);
    else {
      await documents.put(JOB_KIND, sending.jobId, jobBody(sending.job), {
        expectedVersion: 0,
        expiresAtMs: null,
        dueAtMs: nowMs,
      });
    }
  }
  return events;
}

async function write(
  documents: DocumentStore,
  { document, schedule, nextDueAtMs, events = [] }: {
    readonly document: StoredDocument;
    readonly schedule: Schedule;
    readonly nextDueAtMs: number | null;
    readonly events?: readonly NewEvent[];
  },
): Promise<boolean> {
  const version = await documents.put(SCHEDULE_KIND, document.id, scheduleBody(schedule), {
    expectedVersion: document.version,
    expiresAtMs: null,
    dueAtMs: nextDueAtMs,
    events,
  });
  return version !== null;
}
