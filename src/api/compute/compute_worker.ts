/** A thread that works on machines of callers, one job at a time; it is ended when a job takes too long. */
import { type Job, replyOf } from "./job.ts";

/** The part of a worker's global scope that is used here. */
declare const self: { postMessage(message: unknown): void };

addEventListener("message", (event) => {
  if (!(event instanceof MessageEvent)) return;
  const job: Job = event.data;
  self.postMessage(replyOf(job));
});

self.postMessage("ready");
