/** Decides where work on machines of callers is done: small things here, anything that may take long in a thread. */
import { AppError } from "../../errors.ts";
import { type Job, type JobReply, type JobResults, runJob } from "./job.ts";

/** Documents up to this size take a few ms. */
export const INLINE_BYTES_MAX = 8_192;
/** Counted from the moment the thread takes the job. */
export const JOB_MS_MAX = 2_000;
const WAITING_MAX = 20;

export interface Compute {
  /** Throws `AppError` for mistakes of the caller, for a job that takes too long (422) and for a full queue (429). */
  run<Type extends Job["type"]>(job: Extract<Job, { type: Type }>): Promise<JobResults[Type]>;
  close(): void;
}

interface Waiting {
  readonly job: Job;
  readonly resolve: (reply: JobReply) => void;
  readonly reject: (error: unknown) => void;
}

/** One thread, started when first needed and replaced when a job broke it. */
export function createCompute(options: { readonly jobMsMax?: number } = {}): Compute {
  const jobMsMax = options.jobMsMax ?? JOB_MS_MAX;
  const queue: Waiting[] = [];
  let worker: Worker | null = null;
  let isReady = false;
  let current: { readonly waiting: Waiting; readonly deadline: ReturnType<typeof setTimeout> } | null = null;

  return {
    async run<Type extends Job["type"]>(job: Extract<Job, { type: Type }>): Promise<JobResults[Type]> {
      if (isSmall(job)) return runJob(job);
      const reply = await enqueue(job);
      if (reply.type === "refused") throw new AppError(reply.code, reply.message, { details: reply.details });
      return reply.result as JobResults[Type];
    },
    close() {
      stopWorker();
      for (const waiting of queue.splice(0)) {
        waiting.reject(new AppError("internal", "Cannot compute: closing"));
      }
    },
  };

  function enqueue(job: Job): Promise<JobReply> {
    if (queue.length >= WAITING_MAX) {
      throw new AppError("too_many_requests", "Cannot read the machine: too many are being read", {
        details: { retry_after_seconds: 1 },
      });
    }
    return new Promise((resolve, reject) => {
      queue.push({ job, resolve, reject });
      startNext();
    });
  }

  function startNext(): void {
    if (current !== null || queue.length === 0) return;
    const thread = worker ??= startWorker();
    if (!isReady) return;
    const waiting = queue.shift();
    if (waiting === undefined) return;
    current = { waiting, deadline: setTimeout(giveUp, jobMsMax) };
    thread.postMessage(waiting.job);
  }

  function startWorker(): Worker {
    const started = new Worker(import.meta.resolve("./compute_worker.ts"), {
      type: "module",
      deno: { permissions: "none" },
    });
    started.onmessage = (message: MessageEvent<JobReply | "ready">) => {
      if (message.data === "ready") isReady = true;
      else end((waiting) => waiting.resolve(message.data as JobReply));
      startNext();
    };
    started.onerror = (event) => {
      event.preventDefault();
      const error = new AppError("internal", "Cannot compute: the thread ended");
      stopWorker();
      // A thread that cannot even start would be tried for ever.
      if (current === null) { for (const waiting of queue.splice(0)) waiting.reject(error); }
      end((waiting) => waiting.reject(error));
      startNext();
    };
    return started;
  }

  function giveUp(): void {
    stopWorker();
    end((waiting) =>
      waiting.reject(
        new AppError("validation_failed", `Cannot read the machine: it takes longer than ${jobMsMax} ms`),
      )
    );
    startNext();
  }

  function end(settle: (waiting: Waiting) => void): void {
    if (current === null) return;
    clearTimeout(current.deadline);
    const { waiting } = current;
    current = null;
    settle(waiting);
  }

  function stopWorker(): void {
    worker?.terminate();
    worker = null;
    isReady = false;
    if (current !== null) clearTimeout(current.deadline);
  }
}

/** Aliases unfold, and simulations run long: neither is judged by its size. */
function isSmall(job: Job): boolean {
  switch (job.type) {
    case "simulate":
      return false;
    case "process":
      return JSON.stringify(job.document).length <= INLINE_BYTES_MAX;
    case "inspect": {
      const { source } = job;
      if (source.type === "document") return JSON.stringify(source.document).length <= INLINE_BYTES_MAX;
      return source.text.length <= INLINE_BYTES_MAX && !/(?:^|[\s[{,:-])[&*]/m.test(source.text);
    }
  }
}
