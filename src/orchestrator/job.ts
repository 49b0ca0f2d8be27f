/** Work on many records that takes its time: what it does, how far it is, and who may go on with it. */
import { SEND_RATE_DEFAULT, SEND_RATE_MAX } from "../engine/schedule_spec.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import {
  flagOf,
  numberOf,
  numberOrNullOf,
  objectOf,
  textOf,
  textOrNullOf,
  textsOf,
  wordOf,
} from "./stored_fields.ts";

export const JOB_KIND = "job";
/** Pages of what became of each record of a job. */
export const JOB_ITEMS_KIND = "job_items";
/** How long a job and its trail are kept after its end. */
export const JOB_KEPT_MS = 30 * 86_400_000;
/** Records of one step. */
export const JOB_STEP_MAX = 100;

export type JobStatus = "queued" | "running" | "paused" | "completed" | "cancelled" | "failed";
/** `event`: sends a trigger to every entity that matches. `redrive`: puts every dead letter back that matches. */
export type JobType = "event" | "redrive";

export interface JobOrder {
  readonly type: JobType;
  /** Names as in the API; what is absent does not matter. */
  readonly filter: JsonObject;
  /** null for `redrive`. */
  readonly trigger: string | null;
  readonly payload: JsonObject;
  readonly rate: number;
  readonly actor: string | null;
  readonly reason: string | null;
  /** The schedule that ordered it. */
  readonly scheduleId: string | null;
}

export interface Job extends JobOrder {
  readonly status: JobStatus;
  /** Records that matched when the job was made; null = nobody counted. */
  readonly matched: number | null;
  readonly isMatchedExact: boolean;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** Place in the list of records: the next page begins here. */
  readonly cursor: string | null;
  /** The list has come to its end. */
  readonly isAtEnd: boolean;
  /** Records that were taken and not counted yet. */
  readonly inHand: readonly string[];
  /** Pages of the trail that count. */
  readonly pages: number;
  /** Worker that runs it. */
  readonly owner: string | null;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly error: string | null;
}

/** What became of one record. */
export interface JobItem {
  /** Entity id, or id of the dead letter. */
  readonly id: string;
  readonly outcome: "done" | "failed" | "skipped";
  readonly eventId: string | null;
  readonly error: string | null;
}

export function newJob(
  order: Omit<JobOrder, "scheduleId" | "rate"> & {
    readonly scheduleId?: string | null;
    readonly rate?: number;
  },
): Job {
  return {
    ...order,
    rate: Math.max(1, Math.min(SEND_RATE_MAX, Math.floor(order.rate ?? SEND_RATE_DEFAULT))),
    scheduleId: order.scheduleId ?? null,
    status: "queued",
    matched: null,
    isMatchedExact: false,
    done: 0,
    failed: 0,
    skipped: 0,
    cursor: null,
    isAtEnd: false,
    inHand: [],
    pages: 0,
    owner: null,
    startedAtMs: null,
    endedAtMs: null,
    error: null,
  };
}

export function isJobOver(status: JobStatus): boolean {
  return status === "completed" || status === "cancelled" || status === "failed";
}

export type JobControl = "pause" | "resume" | "cancel";

/** The job as a person wants it; null = it cannot be changed so. Asking for what is already so changes nothing. */
export function controlled(job: Job, control: JobControl, nowMs: number): Job | null {
  if (isJobOver(job.status)) return control === "cancel" && job.status === "cancelled" ? job : null;
  switch (control) {
    case "pause":
      return { ...job, status: "paused" };
    case "resume":
      return job.status === "paused" ? { ...job, status: "queued", owner: null } : job;
    case "cancel":
      return { ...job, status: "cancelled", endedAtMs: nowMs };
  }
}

/** Records of one step: what the rate allows in half a second. */
export function stepSizeOf(rate: number): number {
  return Math.max(1, Math.min(JOB_STEP_MAX, Math.floor(rate / 2)));
}

/** Counts what became of records in hand. */
export function settled(job: Job, items: readonly JobItem[]): Job {
  const count = (outcome: JobItem["outcome"]) => items.filter((item) => item.outcome === outcome).length;
  return {
    ...job,
    done: job.done + count("done"),
    failed: job.failed + count("failed"),
    skipped: job.skipped + count("skipped"),
    inHand: [],
    pages: job.pages + (items.length === 0 ? 0 : 1),
  };
}

/** Id of a page of the trail; pages of one job sort by number. */
export function jobPageId(jobId: string, page: number): string {
  return `${jobId}:${String(page).padStart(8, "0")}`;
}

/** A job as a document keeps it. */
export function jobBody(job: Job): JsonObject {
  return { ...job };
}

export function jobFrom(body: JsonObject): Job {
  return {
    type: wordOf(body, "type", ["event", "redrive"]),
    filter: objectOf(body, "filter"),
    trigger: textOrNullOf(body, "trigger"),
    payload: objectOf(body, "payload"),
    rate: Math.max(1, numberOf(body, "rate")),
    actor: textOrNullOf(body, "actor"),
    reason: textOrNullOf(body, "reason"),
    scheduleId: textOrNullOf(body, "scheduleId"),
    status: wordOf(body, "status", ["failed", "queued", "running", "paused", "completed", "cancelled"]),
    matched: numberOrNullOf(body, "matched"),
    isMatchedExact: flagOf(body, "isMatchedExact"),
    done: numberOf(body, "done"),
    failed: numberOf(body, "failed"),
    skipped: numberOf(body, "skipped"),
    cursor: textOrNullOf(body, "cursor"),
    isAtEnd: flagOf(body, "isAtEnd"),
    inHand: textsOf(body, "inHand"),
    pages: numberOf(body, "pages"),
    owner: textOrNullOf(body, "owner"),
    startedAtMs: numberOrNullOf(body, "startedAtMs"),
    endedAtMs: numberOrNullOf(body, "endedAtMs"),
    error: textOrNullOf(body, "error"),
  };
}

/** A page of the trail as a document keeps it. */
export function jobItemsBody(items: readonly JobItem[]): JsonObject {
  return { items: items.map((item) => ({ ...item })) };
}

export function jobItemsFrom(body: JsonObject): readonly JobItem[] {
  const { items } = body;
  return (Array.isArray(items) ? items : []).filter(isJsonObject).map((item) => ({
    id: textOf(item, "id"),
    outcome: wordOf(item, "outcome", ["failed", "done", "skipped"]),
    eventId: textOrNullOf(item, "eventId"),
    error: textOrNullOf(item, "error"),
  }));
}
