/** A thread that runs actions of the operator, one at a time; it is ended when one takes too long. */

/** The part of a worker's global scope that is used here. */
declare const self: { postMessage(message: unknown): void };

type Run = (input: unknown, call: unknown) => unknown;

const loaded = new Map<string, Run>();
const RESULT_LENGTH_MAX = 64 * 1024;
const ERROR_LENGTH_MAX = 2_000;
const LINES_MAX = 100;
let lines = 0;

const output = Reflect.get(globalThis, "console");
for (const level of ["debug", "info", "log", "warn", "error"]) {
  Reflect.set(output, level, (...parts: unknown[]) => {
    lines += 1;
    if (lines > LINES_MAX) return;
    const text = parts.map((part) => typeof part === "string" ? part : Deno.inspect(part)).join(" ");
    self.postMessage({ type: "line", level, text: text.slice(0, ERROR_LENGTH_MAX) });
  });
}

addEventListener("message", async (event) => {
  if (!(event instanceof MessageEvent)) return;
  const { url, input, call } = event.data;
  lines = 0;
  try {
    const run = await load(url);
    // Without input the file is only looked at.
    self.postMessage(input === undefined ? { type: "loaded" } : answerOf(await run(input, call)));
  } catch (error) {
    self.postMessage(failureOf(error));
  }
});

async function load(url: string): Promise<Run> {
  const known = loaded.get(url);
  if (known !== undefined) return known;
  const { default: run } = await import(url);
  if (typeof run !== "function") throw new TypeError("It has no function as default export");
  loaded.set(url, run);
  return run;
}

function answerOf(output: unknown): unknown {
  const text = JSON.stringify(output ?? null);
  if (text === undefined) return final("It answered with something that is not JSON");
  if (text.length > RESULT_LENGTH_MAX) {
    return final(`It answered with more than ${RESULT_LENGTH_MAX} characters`);
  }
  return { type: "done", text };
}

/** `final: true` on what is thrown forbids another attempt, `retryAfterSeconds` asks to wait. */
function failureOf(thrown: unknown): unknown {
  const facts = Object(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const waitS = facts.retryAfterSeconds;
  return {
    type: "failed",
    error: message.slice(0, ERROR_LENGTH_MAX),
    isFinal: facts.final === true,
    retryAfterMs: typeof waitS === "number" && waitS >= 0 ? waitS * 1_000 : null,
  };
}

function final(error: string): unknown {
  return { type: "failed", error, isFinal: true, retryAfterMs: null };
}

/** What nobody caught: the thread is not used any further. */
for (const type of ["error", "unhandledrejection"]) {
  addEventListener(type, (event) => {
    event.preventDefault();
    const { reason, message } = Object(event);
    self.postMessage({ type: "broken", error: String(message ?? reason).slice(0, ERROR_LENGTH_MAX) });
  });
}

self.postMessage({ type: "ready" });
