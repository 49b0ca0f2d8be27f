/** Asks guards of the operator from inside a decision: in a thread without permissions, and not for long. */
import { TransientGuardError } from "../../engine/transient_guard.ts";
import { AppError } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import type { Guards } from "../../orchestrator/decide_input.ts";
import type { ModuleFolder } from "./module_folder.ts";

export interface GuardCalls {
  /** One for each file; each call blocks this thread until it is answered. */
  readonly guards: Guards;
  close(): void;
}

/** A guard compares values; one that needs longer goes round for ever. */
const ANSWER_MS_MAX = 500;
const LOAD_MS_MAX = 10_000;
const RELOAD_MS_MAX = 2_000;
const ERROR_BYTES_MAX = 2_048;
const CALLS_MAX = 2_000_000_000;
/** Places in the shared numbers: loaded, number of the last answer, its verdict, length of its text. */
const LOADED = 0;
const ANSWERED = 1;
const VERDICT = 2;
const LENGTH = 3;

interface Thread {
  readonly worker: Worker;
  readonly numbers: Int32Array<SharedArrayBuffer>;
  readonly text: Uint8Array<SharedArrayBuffer>;
  /** What cannot be used; known once everything is loaded. */
  readonly problems: Promise<readonly string[]>;
}

/** Loads all guards; throws `bad_configuration` when one of them cannot be used. */
export async function createGuardCalls(
  folder: ModuleFolder,
  limits: { readonly answerMsMax?: number } = {},
): Promise<GuardCalls> {
  const answerMsMax = limits.answerMsMax ?? ANSWER_MS_MAX;
  let thread: Thread | null = startThread(folder);
  const timer = Promise.withResolvers<readonly string[]>();
  const timeout = setTimeout(() => timer.resolve(["they do not load in time"]), LOAD_MS_MAX);
  const problems = await Promise.race([thread.problems, timer.promise]);
  clearTimeout(timeout);
  if (problems.length > 0) {
    thread.worker.terminate();
    throw new AppError("bad_configuration", `Cannot use PYSTATOR_MODULES_DIR: ${problems.join("; ")}`);
  }

  return {
    guards: new Map(
      [...folder.guards.keys()].map((name) => [name, (context, params) => ask(name, context, params)]),
    ),
    close: () => thread?.worker.terminate(),
  };

  function ask(name: string, context: JsonObject, params: JsonObject): boolean {
    thread ??= startThread(folder);
    const { worker, numbers, text } = thread;
    const isLoaded = Atomics.load(numbers, LOADED) === 1 ||
      Atomics.wait(numbers, LOADED, 0, RELOAD_MS_MAX) !== "timed-out";
    if (!isLoaded) throw giveUp(name, RELOAD_MS_MAX);
    const previous = Atomics.load(numbers, ANSWERED);
    const no = previous % CALLS_MAX + 1;
    const { _event: event = null, ...values } = context;
    worker.postMessage({ type: "ask", no, name, context: values, call: { params, event } });
    Atomics.wait(numbers, ANSWERED, previous, answerMsMax);
    if (Atomics.load(numbers, ANSWERED) !== no) throw giveUp(name, answerMsMax);
    const verdict = Atomics.load(numbers, VERDICT);
    if (verdict <= 1) return verdict === 1;
    const bytes = text.slice(0, Atomics.load(numbers, LENGTH));
    throw new Error(new TextDecoder().decode(Uint8Array.from(bytes)));
  }

  function giveUp(name: string, waitedMs: number): Error {
    thread?.worker.terminate();
    thread = null;
    return new TransientGuardError(`Guard "${name}" did not answer within ${waitedMs} ms`);
  }
}

function startThread(folder: ModuleFolder): Thread {
  const worker = new Worker(import.meta.resolve("./guard_thread.ts"), {
    type: "module",
    deno: { permissions: { ...NOTHING, read: [folder.root] } },
  });
  const numbers = new Int32Array(new SharedArrayBuffer(16));
  const text = new Uint8Array(new SharedArrayBuffer(ERROR_BYTES_MAX));
  const problems = new Promise<readonly string[]>((resolve) => {
    worker.onmessage = (message: MessageEvent<{ readonly problems: readonly string[] }>) =>
      resolve(message.data.problems);
    worker.onerror = (event) => {
      event.preventDefault();
      resolve([event.message]);
    };
  });
  worker.postMessage({ type: "load", files: [...folder.guards], numbers: numbers.buffer, text: text.buffer });
  return { worker, numbers, text, problems };
}

/** What code of the operator may reach unless they say more. */
export const NOTHING = {
  env: false,
  ffi: false,
  import: false,
  net: false,
  read: false,
  run: false,
  sys: false,
  write: false,
} as const satisfies Deno.PermissionOptionsObject;
