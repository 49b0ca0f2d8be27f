/**
 * pg-boss with the policy that keeps the order of each key, in batches and without pause while batches come back full.
 * A job that writes state does so in the transaction that completes its batch. A process of its own.
 */
import { answer, type Job, jobOf, PEER_TABLES, type PgClient, readTask, writeDecision } from "./peer_task.ts";

interface BossJob {
  readonly data: Job;
}

interface BossDatabase {
  executeSql(text: string, values?: readonly unknown[]): ReturnType<PgClient["query"]>;
}

interface Boss {
  on(event: "error", listener: () => void): void;
  start(): Promise<unknown>;
  createQueue(name: string, options: object): Promise<void>;
  insert(
    name: string,
    jobs: readonly { readonly data: Job; readonly singletonKey: string }[],
  ): Promise<unknown>;
  work(
    name: string,
    options: object,
    handler: (jobs: readonly BossJob[], db?: BossDatabase) => Promise<void>,
  ): Promise<string>;
  getDb(): BossDatabase;
}

const QUEUE = "add";
const BATCH = 1_000;
/** Fetched at once by each of `WORKERS`; 50 to 500 were tried. */
const FETCH = 200;
const WORKERS = 4;

const { task, specifier } = readTask();
const { PgBoss }: { readonly PgBoss: new (options: object) => Boss } = await import(specifier);
const boss = new PgBoss({ connectionString: task.url, max: 10 });
boss.on("error", () => {});
await boss.start();
await boss.createQueue(QUEUE, { policy: "key_strict_fifo" });
await boss.getDb().executeSql(PEER_TABLES);
for (let at = 0; at < task.jobs; at += BATCH) {
  const jobs = Array.from({ length: Math.min(BATCH, task.jobs - at) }, (_, index) => {
    const data = jobOf(at + index, task);
    return { data, singletonKey: data.entityId };
  });
  await boss.insert(QUEUE, jobs);
}
await boss.getDb().executeSql("vacuum analyze");

let done = 0;
const isWriting = task.work === "state";
const startedMs = performance.now();
const drained = new Promise<void>((resolve) => {
  setTimeout(resolve, task.limitMs);
  const options = {
    batchSize: FETCH,
    localConcurrency: WORKERS,
    pollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
    ...(isWriting ? { transactional: true } : {}),
  };
  void boss.work(QUEUE, options, async (jobs, db) => {
    if (isWriting && db !== undefined) {
      const client: PgClient = { query: (text, values) => db.executeSql(text, values) };
      for (const job of jobs) await writeDecision(client, job.data);
    }
    done += jobs.length;
    if (done >= task.jobs) resolve();
  });
});
await drained;
await answer({ done, durationMs: performance.now() - startedMs, latenciesMs: [] });
Deno.exit(0);
