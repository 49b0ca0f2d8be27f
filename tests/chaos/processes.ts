/** Real processes of the program under test: started, frozen, killed, started again. */

export interface ProcessSpec {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Receives each line the process writes. */
  readonly onLine?: (line: string) => void;
  /** Told when it ended although nobody asked it to, with its last lines; it is started again. */
  readonly onDeath?: (code: number, lines: readonly string[]) => void;
}

export interface Kept {
  readonly name: string;
  /** SIGKILL; the process is started again by `restart`. */
  kill(): Promise<void>;
  restart(): void;
  freeze(): void;
  thaw(): void;
  /** Since it was last started. */
  ageMs(): number;
  /** SIGTERM; answers with the exit code, null = it had to be killed after `durationMs`. */
  stop(durationMs: number): Promise<number | null>;
}

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** A process that ends by itself is started again after this long, as an orchestrator would. */
const RESTART_MS = 500;
const LAST_LINES = 5;

export function startProcess(spec: ProcessSpec): Kept {
  let isRunning = true;
  let isFrozen = false;
  let startedAtMs = 0;
  let child = start();

  function start(): Deno.ChildProcess {
    startedAtMs = Date.now();
    const lines: string[] = [];
    const started = spawn(spec, (line) => {
      lines.push(line);
      if (lines.length > LAST_LINES) lines.shift();
      spec.onLine?.(line);
    });
    void started.status.then(({ code }) => {
      if (child !== started || !isRunning) return;
      spec.onDeath?.(code, lines);
      setTimeout(() => {
        if (child === started && isRunning) child = start();
      }, RESTART_MS);
    });
    return started;
  }

  function signal(name: Deno.Signal): void {
    try {
      child.kill(name);
    } catch (error) {
      // It has ended by itself; `onDeath` tells.
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return {
    name: spec.name,
    ageMs: () => Date.now() - startedAtMs,
    async kill() {
      isRunning = false;
      isFrozen = false;
      signal("SIGKILL");
      await child.status;
    },
    restart() {
      isRunning = true;
      child = start();
    },
    freeze() {
      isFrozen = true;
      signal("SIGSTOP");
    },
    thaw() {
      if (isFrozen) signal("SIGCONT");
      isFrozen = false;
    },
    async stop(durationMs) {
      isRunning = false;
      signal("SIGTERM");
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        signal("SIGKILL");
      }, durationMs);
      const { code } = await child.status;
      clearTimeout(timer);
      return isLate ? null : code;
    },
  };
}

function spawn(spec: ProcessSpec, onLine: (line: string) => void): Deno.ChildProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", MAIN, ...spec.args],
    env: { ...spec.env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  for (const stream of [child.stdout, child.stderr]) void readLines(stream, onLine);
  return child;
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
