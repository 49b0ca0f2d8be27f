/**
 * graphile-worker as its documentation tunes it for throughput: a queue for each key, jobs added 1,000 a call, a local
 * queue that fetches ahead, completions gathered. A process of its own; fetched when it runs, never by the program.
 */
import {
  answer,
  decideAndWrite,
  type Job,
  jobOf,
  PEER_TABLES,
  type PgClient,
  readTask,
} from "./peer_task.ts";

interface JobSpec {
  readonly identifier: string;
  readonly payload: Job;
  readonly queueName: string;
}

interface WithClient {
  withPgClient<T>(use: (client: PgClient) => Promise<T>): Promise<T>;
}

interface Utils extends WithClient {
  migrate(): Promise<void>;
  addJobs(specs: readonly JobSpec[]): Promise<unknown>;
  addJob(identifier: string, payload: Job, spec: { readonly queueName: string }): Promise<unknown>;
}

interface Graphile {
  makeWorkerUtils(options: object): Promise<Utils>;
  run(options: object): Promise<unknown>;
  readonly Logger: new (factory: () => () => void) => object;
}

const BATCH = 1_000;
/** More did not help on a machine of two processors, fewer did worse; 4 to 32 were tried. */
const JOBS_AT_A_TIME = 24;
/** Fetched ahead; more than there are queues cannot be fetched at once. 0 to 1,000 were tried. */
const LOCAL_QUEUE_MAX = 1_000;

const { task, specifier } = readTask();
const graphile: Graphile = await import(specifier);
const logger = new graphile.Logger(() => () => {});
const utils = await graphile.makeWorkerUtils({ connectionString: task.url, logger });
await utils.migrate();
await utils.withPgClient((client) => client.query(PEER_TABLES));
for (let at = 0; at < task.jobs; at += BATCH) {
  await utils.addJobs(
    Array.from({ length: Math.min(BATCH, task.jobs - at) }, (_, index) => specOf(at + index)),
  );
}
await utils.withPgClient((client) => client.query("vacuum analyze"));

let done = 0;
let whenDone = () => {};
const isDrain = task.singles === 0;
const startedMs = performance.now();
await graphile.run({
  preset: {
    worker: { connectionString: task.url, logger, ...(isDrain ? drainSettings() : { concurrentJobs: 4 }) },
  },
  noHandleSignals: true,
  taskList: {
    async add(job: Job, helpers: WithClient) {
      if (task.work === "state") await helpers.withPgClient((client) => decideAndWrite(client, job));
      done += 1;
      whenDone();
    },
  },
});
const latenciesMs = isDrain ? [] : await addSingles();
if (isDrain) await drained();
await answer({ done, durationMs: performance.now() - startedMs, latenciesMs });
Deno.exit(0);

function drainSettings(): object {
  return {
    concurrentJobs: JOBS_AT_A_TIME,
    maxPoolSize: JOBS_AT_A_TIME + 4,
    // A local queue that came back short waits for this long.
    pollInterval: 10,
    localQueue: { size: Math.min(LOCAL_QUEUE_MAX, task.keys) },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  };
}

async function drained(): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, task.limitMs);
    whenDone = () => done >= task.jobs && resolve();
  });
}

async function addSingles(): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < task.singles; index++) {
    const committed = new Promise<void>((resolve) => whenDone = resolve);
    const addedMs = performance.now();
    const { queueName, payload } = specOf(index);
    await utils.addJob("add", payload, { queueName });
    await committed;
    times.push(performance.now() - addedMs);
    await new Promise((resolve) => setTimeout(resolve, task.pauseMs));
  }
  return times;
}

function specOf(index: number): JobSpec {
  const payload = jobOf(index, task);
  return { identifier: "add", payload, queueName: payload.entityId };
}
