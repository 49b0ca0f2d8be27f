/** A store with entities, dead letters and a job; workers on it, and processes that die at a given call. */
import {
  controlled,
  type Job,
  JOB_ITEMS_KIND,
  JOB_KIND,
  jobBody,
  type JobControl,
  jobFrom,
  type JobItem,
  jobItemsFrom,
} from "../../orchestrator/job.ts";
import { entityOf, letterFor, newEvent, writeLane } from "../../store/contract/fixtures.ts";
import type { Store } from "../../store/store.ts";
import { silentLog } from "../../telemetry/log.ts";
import { type JobDeps, runJobs } from "../jobs.ts";

/** When clocks of tests begin, and letters die. */
export const START = Date.parse("2026-11-25T00:00:00Z");

export async function addEntities(store: Store, count: number, state = "open"): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, (_, n) => `${state}-${String(n).padStart(4, "0")}`);
  for (const id of ids) {
    await writeLane(store, id, () => ({ expectedVersion: 0, entity: entityOf(id, { currentState: state }) }));
  }
  return ids;
}

export async function addLetters(store: Store, count: number): Promise<readonly string[]> {
  const letters = Array.from(
    { length: count },
    (_, n) => letterFor(newEvent(`o-${n % 7}`), { createdAtMs: START + n }),
  );
  for (const letter of letters) await writeLane(store, letter.entityId, () => ({ deadLetters: [letter] }));
  return letters.map((letter) => letter.recordId);
}

export async function order(store: Store, job: Job, id = "j-1"): Promise<void> {
  await store.operations.documents.put(JOB_KIND, id, jobBody(job), {
    expectedVersion: 0,
    expiresAtMs: null,
    dueAtMs: 0,
  });
}

export async function jobOf(store: Store, id = "j-1"): Promise<Job> {
  const document = await store.operations.documents.get(JOB_KIND, id);
  if (document === null) throw new Error("There is no such job");
  return jobFrom(document.body);
}

export async function control(store: Store, wish: JobControl, nowMs: number): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    const document = await store.operations.documents.get(JOB_KIND, "j-1");
    const job = document === null ? null : controlled(jobFrom(document.body), wish, nowMs);
    if (document === null || job === null) throw new Error("It cannot be changed");
    const version = await store.operations.documents.put(JOB_KIND, "j-1", jobBody(job), {
      expectedVersion: document.version,
      expiresAtMs: null,
      dueAtMs: job.status === "queued" ? 0 : null,
    });
    if (version !== null) return;
  }
  throw new Error("It changed all the time");
}

export async function itemsOf(store: Store): Promise<readonly JobItem[]> {
  const { pages } = await jobOf(store);
  const { items } = await store.operations.documents.list(JOB_ITEMS_KIND, {
    prefix: "j-1:",
    limit: 1_000,
    isNewestFirst: false,
  });
  return items.slice(0, pages).flatMap((document) => jobItemsFrom(document.body));
}

export async function waitingOf(store: Store, entityIds: readonly string[]) {
  const turn = await store.turns.lock({
    entityIds: [...new Set(entityIds)],
    keys: [],
    eventsPerLaneMax: 10_000,
  });
  await turn.rollback();
  return turn.lanes.flatMap((lane) => lane.events);
}

export function start(store: JobDeps["store"], clock: JobDeps["clock"], workerId = "w") {
  const ended = new AbortController();
  const done = runJobs({ store, clock, log: silentLog, workerId, random: () => 0.5, signal: ended.signal });
  return {
    async stop() {
      ended.abort();
      await done;
    },
  };
}

/** A process that dies at the n-th call: nothing that it does later has an effect, and it hears of nothing. */
export function dyingStore(
  store: Store,
  callsMax: number,
): { readonly store: Store; readonly isDead: () => boolean } {
  let calls = 0;
  const isDead = () => calls >= callsMax;
  const never = () => new Promise<never>(() => {});
  async function call<T>(run: () => Promise<T>): Promise<T> {
    calls += 1;
    if (isDead()) return await never();
    const result = await run();
    calls += 1;
    return isDead() ? await never() : result;
  }
  const { documents } = store.operations;
  return {
    isDead,
    store: {
      ...store,
      entities: { ...store.entities, list: (query) => call(() => store.entities.list(query)) },
      deadLetters: {
        ...store.deadLetters,
        get: (id) => call(() => store.deadLetters.get(id)),
        list: (query) => call(() => store.deadLetters.list(query)),
        replay: (request) => call(() => store.deadLetters.replay(request)),
      },
      operations: {
        ...store.operations,
        documents: {
          ...documents,
          get: (kind, id) => call(() => documents.get(kind, id)),
          due: (kind, limit) => call(() => documents.due(kind, limit)),
          put: (kind, id, body, options) => call(() => documents.put(kind, id, body, options)),
        },
      },
    },
  };
}
