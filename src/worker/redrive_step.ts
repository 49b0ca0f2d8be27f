/** One step of a job that puts dead letters back: taken in hand, replayed one by one, counted. */
import { AppError, messageOf } from "../errors.ts";
import { uuidV5 } from "../orchestrator/action_id.ts";
import {
  type Job,
  JOB_ITEMS_KIND,
  JOB_KEPT_MS,
  JOB_KIND,
  jobFrom,
  type JobItem,
  jobItemsBody,
  jobPageId,
  settled,
  stepSizeOf,
} from "../orchestrator/job.ts";
import { letterFilterOf } from "../orchestrator/job_filter.ts";
import type { HeldJob, StepDeps, StepResult } from "./jobs.ts";

/** Tries to count what was done, while people pause and go on. */
const SETTLE_TRIES_MAX = 5;

/**
 * Oldest first, so that the events of one entity come back in the order in which they failed. A letter can be put back
 * once only, so that a worker which takes over may do a page again.
 */
export async function redriveStep(deps: StepDeps, held: HeldJob): Promise<StepResult> {
  const taken = held.job.inHand.length > 0 ? held : await take(deps, held);
  if (taken === null) return null;
  const items: JobItem[] = [];
  for (const recordId of taken.job.inHand) items.push(await redrive(deps, taken, recordId));
  if (items.length > 0) {
    const id = jobPageId(taken.id, taken.job.pages);
    await deps.store.operations.documents.put(JOB_ITEMS_KIND, id, jobItemsBody(items), {
      expectedVersion: null,
      expiresAtMs: deps.storeNowMs() + JOB_KEPT_MS,
    });
  }
  const written = await settle(deps, taken, items);
  deps.onItems?.(taken.job.type, items);
  return written === null ? null : { held: written, count: items.length };
}

async function take(deps: StepDeps, held: HeldJob): Promise<HeldJob | null> {
  const { job } = held;
  if (job.isAtEnd) return held;
  const page = await deps.store.deadLetters.list({
    ...letterFilterOf(job.filter),
    status: "pending",
    isAscending: true,
    limit: stepSizeOf(job.rate),
    cursor: job.cursor,
  });
  return await deps.write(held, {
    ...job,
    ...(job.matched === null ? { matched: page.total, isMatchedExact: page.isTotalExact } : {}),
    inHand: page.items.map((letter) => letter.recordId),
    cursor: page.nextCursor,
    isAtEnd: page.nextCursor === null,
  });
}

async function redrive(deps: StepDeps, { id, job }: HeldJob, recordId: string): Promise<JobItem> {
  const item = { id: recordId, eventId: null, error: null };
  const letter = await deps.store.deadLetters.get(recordId);
  if (letter === null) return { ...item, outcome: "skipped", error: "It is gone" };
  if (letter.status === "ignored" || letter.status === "expired") {
    return { ...item, outcome: "skipped", error: `It is ${letter.status}` };
  }
  try {
    const eventId = uuidV5(`job:${id}:${recordId}`);
    const replayed = await deps.store.deadLetters.replay({ recordId, eventId, actor: job.actor });
    if (replayed === null) return { ...item, outcome: "skipped", error: "It is gone" };
    // Somebody else was faster: the letter tells which event it became.
    return replayed.eventId === eventId
      ? { ...item, outcome: "done", eventId }
      : { ...item, outcome: "skipped", eventId: replayed.eventId, error: "It was put back before" };
  } catch (error) {
    if (error instanceof AppError && error.code === "validation_failed") {
      return { ...item, outcome: "failed", error: messageOf(error) };
    }
    throw error;
  }
}

/** What is done is done: it counts also when the job was paused or cancelled meanwhile. */
async function settle(deps: StepDeps, taken: HeldJob, items: readonly JobItem[]): Promise<HeldJob | null> {
  let held = taken;
  for (let tries = 0; tries < SETTLE_TRIES_MAX; tries++) {
    const written = await deps.write(held, finished(settled(held.job, items), deps.storeNowMs()));
    if (written !== null) return written.job.status === "running" ? written : over(written);
    const document = await deps.store.operations.documents.get(JOB_KIND, taken.id);
    if (document === null) return null;
    const job = jobFrom(document.body);
    const isOurs = (job.owner === deps.workerId || job.owner === null) && job.pages === taken.job.pages &&
      job.inHand.join() === taken.job.inHand.join();
    if (!isOurs) return null;
    held = { id: taken.id, version: document.version, job };
  }
  return null;
}

/** Only a job that ended by itself is told of; one that was paused is out of hand. */
function over(held: HeldJob): HeldJob | null {
  return held.job.status === "completed" ? held : null;
}

function finished(job: Job, nowMs: number): Job {
  return job.isAtEnd && job.status === "running" ? { ...job, status: "completed", endedAtMs: nowMs } : job;
}
