/** Runs jobs, each in one worker at a time: a step reads a page, does it and writes down how far it came. */
import type { Clock } from "../clock.ts";
import { AppError, messageOf } from "../errors.ts";
import {
  isJobOver,
  type Job,
  JOB_KEPT_MS,
  JOB_KIND,
  jobBody,
  jobFrom,
  type JobItem,
  type JobType,
} from "../orchestrator/job.ts";
import type { DocumentWrite, Store, StoredDocument } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";
import { createBackoff } from "./backoff.ts";
import { eventStep } from "./event_step.ts";
import { redriveStep } from "./redrive_step.ts";

export interface JobDeps {
  readonly store: Pick<Store, "entities" | "deadLetters" | "operations">;
  readonly clock: Clock;
  readonly log: Log;
  readonly workerId: string;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Told of records that a step took and counted. */
  readonly onItems?: (type: JobType, items: readonly JobItem[]) => void;
}

/** A job that this worker holds, as it was last written. */
export interface HeldJob {
  readonly id: string;
  readonly version: number;
  readonly job: Job;
}

export interface StepDeps extends JobDeps {
  /** Time of the store, as far as this process can tell. */
  readonly storeNowMs: () => number;
  /** Writes the job and keeps hold of it; null = it is somebody else's, or was paused or cancelled. */
  readonly write: (held: HeldJob, job: Job, options?: WriteOptions) => Promise<HeldJob | null>;
}

export interface WriteOptions {
  readonly events?: DocumentWrite["events"];
}

/** A step took so many records; null = the job is out of these hands. */
export type StepResult = { readonly held: HeldJob; readonly count: number } | null;

const POLL_MS = 1_000;
const JOBS_AT_ONCE = 4;
/** A worker that says nothing for so long has lost its job to the next one. Steps are a second apart at most. */
export const JOB_LEASE_MS = 15_000;

/** Runs until the signal; jobs in hand are then given back. */
export async function runJobs(deps: JobDeps): Promise<void> {
  const backoff = createBackoff({ ...deps, what: "jobs" });
  const running = new Map<string, Promise<void>>();
  while (!deps.signal.aborted) {
    try {
      if (running.size < JOBS_AT_ONCE) await takeDue(deps, running);
      backoff.succeeded();
      await deps.clock.sleep(POLL_MS, deps.signal);
    } catch (error) {
      await backoff.failed(error);
    }
  }
  await Promise.all(running.values());
}

async function takeDue(deps: JobDeps, running: Map<string, Promise<void>>): Promise<void> {
  const due = await deps.store.operations.documents.due(JOB_KIND, JOBS_AT_ONCE);
  for (const document of due.items) {
    if (running.size >= JOBS_AT_ONCE || running.has(document.id)) continue;
    running.set(document.id, runJob(deps, document, due.nowMs).finally(() => running.delete(document.id)));
  }
}

/** Takes the job, works until it is over or out of hand; never throws. */
export async function runJob(deps: JobDeps, document: StoredDocument, nowMs: number): Promise<void> {
  const offsetMs = nowMs - deps.clock.nowMs();
  const storeNowMs = () => Math.floor(deps.clock.nowMs() + offsetMs);
  const steps: StepDeps = { ...deps, storeNowMs, write: (held, job, options) => write(held, job, options) };
  let held: HeldJob | null = { id: document.id, version: document.version, job: jobFrom(document.body) };
  try {
    held = await write(held, {
      ...held.job,
      status: "running",
      owner: deps.workerId,
      startedAtMs: held.job.startedAtMs ?? nowMs,
    });
    while (held !== null && !isJobOver(held.job.status)) {
      if (deps.signal.aborted) return await giveBack(held);
      const beganAtMs = deps.clock.nowMs();
      const result: StepResult = await stepOf(held.job)(steps, held);
      held = result?.held ?? null;
      if (result === null || isJobOver(result.held.job.status)) return;
      const pauseMs = result.count * 1_000 / result.held.job.rate - (deps.clock.nowMs() - beganAtMs);
      if (pauseMs > 0) await deps.clock.sleep(pauseMs, deps.signal);
    }
  } catch (error) {
    await failed(held, error);
  }

  async function write(from: HeldJob, job: Job, { events = [] }: WriteOptions = {}): Promise<HeldJob | null> {
    const isOver = isJobOver(job.status);
    const version = await deps.store.operations.documents.put(JOB_KIND, from.id, jobBody(job), {
      expectedVersion: from.version,
      expiresAtMs: isOver ? storeNowMs() + JOB_KEPT_MS : null,
      dueAtMs: job.status === "running" ? storeNowMs() + JOB_LEASE_MS : job.status === "queued" ? 0 : null,
      events,
    });
    return version === null ? null : { id: from.id, version, job };
  }

  async function giveBack(from: HeldJob): Promise<void> {
    await write(from, { ...from.job, status: "queued", owner: null });
  }

  /** A store that cannot be reached is no fault of the job: its lease runs out, and somebody goes on. */
  async function failed(last: HeldJob | null, error: unknown): Promise<void> {
    const isOfStore = error instanceof AppError && PASSING.includes(error.code);
    deps.log.error(isOfStore ? "Cannot go on with a job for now" : "A job failed", {
      job: document.id,
      error: messageOf(error),
    });
    if (isOfStore || last === null) return;
    const job: Job = { ...last.job, status: "failed", error: messageOf(error), endedAtMs: storeNowMs() };
    await write(last, job).catch((problem: unknown) =>
      deps.log.error("Cannot write down that a job failed", { job: document.id, error: messageOf(problem) })
    );
  }
}

const PASSING: readonly string[] = ["store_unavailable", "timeout", "conflict"];

function stepOf(job: Job): (deps: StepDeps, held: HeldJob) => Promise<StepResult> {
  switch (job.type) {
    case "event":
      return eventStep;
    case "redrive":
      return redriveStep;
  }
}
