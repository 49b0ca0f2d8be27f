/** Places for processes: each is filled again and again, and whatever is in it dies in one of several ways. */
import { pick } from "../runtime/random.ts";
import { failPointsOf } from "./fail_points.ts";

export interface SlotSpec {
  readonly name: string;
  readonly kind: "worker" | "api" | "pooler";
  /** Script and arguments. */
  readonly args: readonly string[];
  /** Variables of the process of this name. */
  readonly env: (name: string) => Readonly<Record<string, string>>;
  /** Null = it says so itself, by a line `ready`. */
  readonly port: number | null;
  /** How long a process lives once it is ready, at least and at most, when no fail point ends it before. */
  readonly lifeMs: readonly [number, number];
}

export interface Deaths {
  /** SIGKILL, by kind of process. */
  readonly kills: Record<SlotSpec["kind"], number>;
  /** The same by the place: a fail point, `anywhere`, `frozen`. */
  readonly places: Record<string, number>;
  stops: number;
  freezes: number;
  /** Names of dead processes, and when they died. */
  readonly dead: Map<string, number>;
  /** Processes that ended as they should not. */
  readonly failures: string[];
}

export interface SlotsDeps {
  readonly random: () => number;
  readonly deaths: Deaths;
  readonly isRunning: () => boolean;
  /** More have died by now than was asked for: the living get on with their work. */
  readonly isAhead: () => boolean;
  /** Longer than a lease. */
  readonly freezeMs: number;
  readonly say: (line: string) => void;
}

interface Child {
  readonly name: string;
  readonly process: Deno.ChildProcess;
  readonly startedAtMs: number;
  readonly lines: string[];
  isReady(): boolean;
  /** Everything it wrote was read. */
  readonly read: Promise<unknown>;
}

const STOP_MS_MAX = 40_000;
const LINES_KEPT = 5;
/** While it still loads its modules a process ends by the signal itself: it holds nothing yet. */
const SIGTERM_EXIT = 143;
const LOADING_MS_MAX = 5_000;
const RESTART_MS_MAX = 300;
const READ_MS_MAX = 1_000;
const READY_MS_MAX = 20_000;
const READY_LOOK_MS = 100;
const AHEAD_MS = 250;
/** So many are not given the time to become ready. */
const LOADING_CHANCE = 0.08;
const LOADING_MS = 1_500;

export interface Slot {
  /** Fills the place until the chaos is over; then one process without a fail point stays in it. */
  run(): Promise<void>;
  /** SIGTERM to the last process. */
  end(): Promise<void>;
  /** Leaves nothing behind, whatever went wrong. */
  close(): void;
}

export function createSlot(spec: SlotSpec, deps: SlotsDeps): Slot {
  const { random, deaths } = deps;
  let count = 0;
  let last: Child | null = null;
  let isClosed = false;
  return {
    async run() {
      while (deps.isRunning() && !isClosed) {
        const child = start(deps.isAhead() ? "" : armedPoint());
        const [least, most] = spec.lifeMs;
        if (random() < LOADING_CHANCE) await within(child, random() * LOADING_MS);
        else {
          await Promise.race([child.process.status, untilReady(child)]);
          let status = await within(child, least + random() * (most - least));
          while (status === null && deps.isAhead() && deps.isRunning()) {
            status = await within(child, AHEAD_MS);
          }
        }
        await finish(child);
        await pause(random() * RESTART_MS_MAX);
      }
      if (!isClosed) start("");
    },
    async end() {
      if (last !== null) await stop(last);
    },
    close() {
      isClosed = true;
      if (last !== null) send(last, "SIGKILL");
    },
  };

  /** Or until it takes too long, which is no crime among so many. */
  async function untilReady(child: Child): Promise<void> {
    const untilMs = Date.now() + READY_MS_MAX;
    while (Date.now() < untilMs && deps.isRunning()) {
      if (spec.port === null ? child.isReady() : await isOpen(spec.port)) return;
      await pause(READY_LOOK_MS);
    }
  }

  function armedPoint(): string {
    if (spec.kind === "pooler") return "";
    const { name, passesMax } = pick(random, failPointsOf(spec.kind));
    return `${name}:${Math.floor(random() * passesMax)}`;
  }

  function start(failPoint: string): Child {
    const name = `${spec.name}-${++count}`;
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--quiet", "--cached-only", ...spec.args],
      env: { ...spec.env(name), CHAOS_FAIL_POINT: failPoint, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const lines: string[] = [];
    let isReady = false;
    const read = Promise.all([process.stdout, process.stderr].map((stream) => readLines(stream, onLine)));
    const child = { name, process, startedAtMs: Date.now(), lines, read, isReady: () => isReady };
    last = child;
    return child;

    function onLine(line: string): void {
      if (line === "ready") isReady = true;
      lines.push(line);
      if (lines.length > LINES_KEPT) lines.shift();
      if (/unhandled|panicked|AssertionError/i.test(line)) {
        deaths.failures.push(`${name}: ${line.slice(0, 300)}`);
      }
      if (/"level":"(error|warning)"/.test(line)) deps.say(`${name}: ${line.slice(0, 300)}`);
    }
  }

  /** Whatever has not died at its fail point dies now. */
  async function finish(child: Child): Promise<void> {
    const status = await within(child, 0);
    if (status !== null) return await died(child, status, "nothing");
    const deed = random();
    if (spec.kind !== "pooler" && deed < 0.06) return await stop(child);
    if (spec.kind !== "pooler" && deed < 0.2) return await freeze(child);
    await kill(child, "anywhere");
  }

  async function kill(child: Child, place: string): Promise<void> {
    send(child, "SIGKILL");
    await died(child, await child.process.status, place);
  }

  /** Frozen for longer than its leases last; it is killed then, or goes on not knowing what happened. */
  async function freeze(child: Child): Promise<void> {
    deaths.freezes += 1;
    send(child, "SIGSTOP");
    await pause(deps.freezeMs + random() * 1_000);
    if (random() < 0.5) return await kill(child, "frozen");
    send(child, "SIGCONT");
    const status = await within(child, 1_000 + random() * 2_000);
    if (status !== null) return await died(child, status, "nothing");
    await kill(child, "anywhere");
  }

  async function stop(child: Child): Promise<void> {
    deaths.stops += 1;
    const ageMs = Date.now() - child.startedAtMs;
    send(child, "SIGTERM");
    const status = await within(child, STOP_MS_MAX);
    if (status === null) {
      deaths.failures.push(`${child.name} did not end within ${STOP_MS_MAX} ms after SIGTERM`);
      return await kill(child, "frozen");
    }
    const isLoading = status.code === SIGTERM_EXIT && ageMs < LOADING_MS_MAX;
    if (status.code === 0 || isLoading || spec.kind === "pooler") deaths.dead.set(child.name, Date.now());
    else await died(child, status, "nothing");
  }

  /** Counts a death: by its fail point, by our signal, or by itself, which nothing may. */
  async function died(child: Child, status: Deno.CommandStatus, place: string): Promise<void> {
    await Promise.race([child.read, pause(READ_MS_MAX)]);
    deaths.dead.set(child.name, Date.now());
    const point = child.lines.findLast((line) => line.startsWith("fail point "))?.slice("fail point ".length);
    const killedAt = point ?? (place === "nothing" ? undefined : place);
    if (status.signal !== "SIGKILL" || killedAt === undefined) {
      const told = child.lines.join(" | ").slice(0, 800);
      deaths.failures.push(`${child.name} ended by itself with ${status.signal ?? status.code}: ${told}`);
      return;
    }
    deaths.kills[spec.kind] += 1;
    const counted = spec.kind === "pooler" ? "pooler" : `${spec.kind}: ${killedAt}`;
    deaths.places[counted] = (deaths.places[counted] ?? 0) + 1;
  }
}

/** How it ended; null = it still runs after `durationMs`. */
async function within(child: Child, durationMs: number): Promise<Deno.CommandStatus | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), durationMs);
  const status = await Promise.race([child.process.status, late]);
  clearTimeout(timer);
  return status;
}

function send(child: Child, signal: Deno.Signal): void {
  try {
    child.process.kill(signal);
  } catch (error) {
    // It has ended by itself; its status tells.
    if (!(error instanceof TypeError)) throw error;
  }
}

async function isOpen(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

async function readLines(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
  if (rest !== "") onLine(rest);
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
