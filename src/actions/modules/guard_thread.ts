/** A thread that answers guards of the operator: without permissions, clock or chance, to somebody who stands and waits. */

/** The part of a worker's global scope that is used here. */
declare const self: { postMessage(message: unknown): void };

type Guard = (context: unknown, call: unknown) => unknown;

const guards = new Map<string, Guard>();
/** Places in the shared numbers: loaded, number of the last answer, its verdict, length of its text. */
const LOADED = 0;
const ANSWERED = 1;
const VERDICT = 2;
const LENGTH = 3;
const VERDICTS = { no: 0, yes: 1, error: 2 } as const;
let numbers = new Int32Array(new SharedArrayBuffer(16));
let text = new Uint8Array(new SharedArrayBuffer(0));

addEventListener("message", async (event) => {
  if (!(event instanceof MessageEvent)) return;
  const { data } = event;
  if (data.type === "load") {
    numbers = new Int32Array(data.numbers);
    text = new Uint8Array(data.text);
    self.postMessage({ type: "loaded", problems: await loadAll(data.files) });
    Atomics.store(numbers, LOADED, 1);
    Atomics.notify(numbers, LOADED);
  } else answer(data.name, data);
});

async function loadAll(files: readonly (readonly [string, string])[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const [name, url] of files) {
    try {
      const { default: guard } = await import(url);
      if (typeof guard === "function") guards.set(name, guard);
      else problems.push(`guard "${name}" has no function as default export`);
    } catch (error) {
      problems.push(`guard "${name}": ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  forbidChance();
  return problems;
}

function answer(
  name: string,
  call: { readonly no: number; readonly context: unknown; readonly call: unknown },
) {
  try {
    const passed = guards.get(name)?.(call.context, call.call);
    if (typeof passed === "boolean") write(call.no, passed ? "yes" : "no", "");
    else write(call.no, "error", `Guard "${name}" answered neither true nor false`);
  } catch (error) {
    write(call.no, "error", error instanceof Error ? error.message : String(error));
  }
}

function write(no: number, verdict: keyof typeof VERDICTS, message: string): void {
  // A shared buffer cannot be encoded into directly.
  const bytes = new TextEncoder().encode(message).subarray(0, text.length);
  text.set(bytes);
  Atomics.store(numbers, VERDICT, VERDICTS[verdict]);
  Atomics.store(numbers, LENGTH, bytes.length);
  Atomics.store(numbers, ANSWERED, no);
  Atomics.notify(numbers, ANSWERED);
}

/** The same question must have the same answer in every process and whenever it is asked again. */
function forbidChance(): void {
  const refuse = (what: string) => () => {
    throw new Error(`A guard cannot use ${what}: its answer may depend on its arguments only`);
  };
  Math.random = refuse("chance");
  performance.now = refuse("the clock");
  crypto.getRandomValues = refuse("chance");
  crypto.randomUUID = refuse("chance");
  const refuseClock = refuse("the clock");
  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given) => given.length === 0 ? refuseClock() : Reflect.construct(target, given),
    apply: refuseClock,
    get: (target, key) => key === "now" ? refuseClock : Reflect.get(target, key),
  });
  for (const name of ["fetch", "setTimeout", "setInterval", "queueMicrotask", "Worker", "WebSocket"]) {
    Reflect.set(globalThis, name, refuse(name));
  }
  const output = Reflect.get(globalThis, "console");
  for (const level of ["debug", "info", "log", "warn", "error"]) Reflect.set(output, level, () => {});
  Reflect.deleteProperty(globalThis, "Deno");
}
