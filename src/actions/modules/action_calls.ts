/** Runs actions of the operator in threads that can be ended at any moment. */
import type { Clock } from "../../clock.ts";
import { AppError } from "../../errors.ts";
import type { ActionResult, LeasedAction } from "../../orchestrator/outbox.ts";
import type { Log } from "../../telemetry/log.ts";
import type { ActionHandler } from "../actions.ts";
import { NOTHING } from "./guard_calls.ts";
import type { ModuleFolder } from "./module_folder.ts";

export interface ActionCallsDeps {
  readonly folder: ModuleFolder;
  /** `host:port` that the actions may reach; empty = no network. */
  readonly net: readonly string[];
  readonly log: Log;
  readonly clock: Clock;
}

export interface ActionCalls {
  readonly handlers: ReadonlyMap<string, ActionHandler>;
  /** What cannot be loaded, by name. */
  problems(): Promise<readonly string[]>;
  close(): void;
}

const THREADS_MAX = 4;
const TIMEOUT_DEFAULT_S = 30;
const TIMEOUT_MAX_S = 600;
const LOAD_MS_MAX = 10_000;

interface Line {
  readonly type: "line";
  readonly level: "debug" | "info" | "log" | "warn" | "error";
  readonly text: string;
}

type Reply =
  | { readonly type: "ready" }
  | { readonly type: "broken"; readonly error: string }
  | { readonly type: "loaded" }
  | Line
  | { readonly type: "done"; readonly text: string }
  | {
    readonly type: "failed";
    readonly error: string;
    readonly isFinal: boolean;
    readonly retryAfterMs: number | null;
  };

interface Job {
  readonly url: string;
  readonly input?: unknown;
  readonly call?: unknown;
}

/** One action at a time in each thread; a thread whose action took too long or broke it is not used again. */
export function createActionCalls(deps: ActionCallsDeps): ActionCalls {
  const { folder, clock } = deps;
  const idle: Worker[] = [];
  const waiting: (() => void)[] = [];
  const threads = new Set<Worker>();
  let running = 0;

  return {
    handlers: new Map([...folder.actions].map(([name, url]) => [name, handlerOf(name, url)])),
    async problems() {
      const found: string[] = [];
      for (const [name, url] of folder.actions) {
        const reply = await ask({ url }, {
          name,
          timeoutMs: LOAD_MS_MAX,
          signal: new AbortController().signal,
        });
        if (reply.type === "failed") found.push(`action "${name}": ${reply.error}`);
      }
      return found;
    },
    close() {
      for (const thread of threads) thread.terminate();
      threads.clear();
      idle.length = 0;
    },
  };

  function handlerOf(name: string, url: string): ActionHandler {
    return async (action, signal) => {
      const timeoutS = Math.min(TIMEOUT_MAX_S, action.options.timeoutS ?? TIMEOUT_DEFAULT_S);
      const job = { url, input: action.params, call: callOf(action) };
      const reply = await ask(job, { name, timeoutMs: timeoutS * 1_000, signal, action });
      switch (reply.type) {
        case "done":
          return { type: "done", output: JSON.parse(reply.text) };
        case "failed":
          return { ...reply, error: `Action "${name}" failed: ${reply.error}` };
        default:
          return transient(`Action "${name}" failed: it did not answer`);
      }
    };
  }

  async function ask(
    job: Job,
    options: {
      readonly name: string;
      readonly timeoutMs: number;
      readonly signal: AbortSignal;
      readonly action?: LeasedAction;
    },
  ): Promise<Reply> {
    const ended = new AbortController();
    const given = AbortSignal.any([options.signal, ended.signal]);
    if (!(await takeTurn(options.signal))) return transient("It was told to end");
    const thread = idle.pop() ?? startThread();
    try {
      const late = clock.sleep(options.timeoutMs, given).then(() => "late" as const);
      const reply = await Promise.race([replyOf(thread, job, (line) => tell(line, options)), late]);
      if (reply !== "late") {
        keep(thread);
        return reply;
      }
      end(thread);
      return transient(
        options.signal.aborted ? "It was told to end" : `It took longer than ${options.timeoutMs} ms`,
      );
    } catch (error) {
      end(thread);
      return transient(error instanceof Error ? error.message : String(error));
    } finally {
      ended.abort();
      running -= 1;
      waiting.shift()?.();
    }
  }

  /** False = told to end before there was a thread. */
  async function takeTurn(signal: AbortSignal): Promise<boolean> {
    while (running >= THREADS_MAX && !signal.aborted) {
      const turn = Promise.withResolvers<void>();
      waiting.push(turn.resolve);
      signal.addEventListener("abort", () => turn.resolve(), { once: true });
      await turn.promise;
    }
    if (signal.aborted) return false;
    running += 1;
    return true;
  }

  function startThread(): Worker {
    const net = deps.net.length === 0 ? false : [...deps.net];
    const thread = new Worker(import.meta.resolve("./action_thread.ts"), {
      type: "module",
      deno: { permissions: { ...NOTHING, net, read: [folder.root] } },
    });
    threads.add(thread);
    return thread;
  }

  function keep(thread: Worker): void {
    // Something that an action left behind failed: nobody waits for it, and the thread is not used again.
    const drop = () => {
      const place = idle.indexOf(thread);
      if (place >= 0) idle.splice(place, 1);
      end(thread);
    };
    thread.onmessage = ({ data }: MessageEvent<Reply>) => {
      if (data.type === "broken") drop();
    };
    thread.onerror = (event) => {
      event.preventDefault();
      drop();
    };
    if (threads.has(thread)) idle.push(thread);
  }

  function end(thread: Worker): void {
    thread.terminate();
    threads.delete(thread);
  }

  function tell(
    line: Line,
    { name, action }: { readonly name: string; readonly action?: LeasedAction },
  ): void {
    deps.log[LEVELS[line.level]](line.text, {
      source: "module",
      action: name,
      ...(action === undefined ? {} : { entity: action.entityId, action_id: action.actionId }),
    });
  }
}

const LEVELS = { debug: "debug", info: "info", log: "info", warn: "warning", error: "error" } as const;

function replyOf(thread: Worker, job: Job, onLine: (line: Line) => void): Promise<Reply> {
  return new Promise((resolve, reject) => {
    thread.onmessage = ({ data }: MessageEvent<Reply>) => {
      if (data.type === "line") onLine(data);
      else if (data.type === "broken") reject(new Error(data.error));
      else if (data.type !== "ready") resolve(data);
    };
    thread.onerror = (event) => {
      // What nobody caught must not end this process.
      event.preventDefault();
      reject(new Error(event.message));
    };
    thread.postMessage(job);
  });
}

/** What the second argument of an action tells. */
function callOf(action: LeasedAction) {
  return {
    action_id: action.actionId,
    attempt: action.attempts + 1,
    entity_id: action.entityId,
    machine_name: action.machineName,
    machine_version: action.machineVersion,
    context: action.context,
    traceparent: action.traceparent,
  };
}

function transient(error: string): ActionResult & { readonly type: "failed" } {
  return { type: "failed", error, isFinal: false, retryAfterMs: null };
}

/** Throws `bad_configuration` when an action cannot be loaded. */
export async function checkActions(calls: ActionCalls): Promise<void> {
  const problems = await calls.problems();
  if (problems.length === 0) return;
  calls.close();
  throw new AppError("bad_configuration", `Cannot use PYSTATOR_MODULES_DIR: ${problems.join("; ")}`);
}
