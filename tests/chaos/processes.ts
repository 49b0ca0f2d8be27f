/** Real processes of the program under test: started, frozen, killed, started again. */

export interface ProcessSpec {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Receives each line the process writes. */
  readonly onLine?: (line: string) => void;
}

export interface Kept {
  readonly name: string;
  /** SIGKILL; the process is started again by `restart`. */
  kill(): Promise<void>;
  restart(): void;
  freeze(): void;
  thaw(): void;
  isRunning(): boolean;
  /** SIGTERM; answers with the exit code, null = it had to be killed after `durationMs`. */
  stop(durationMs: number): Promise<number | null>;
}

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

export function startProcess(spec: ProcessSpec): Kept {
  let child = spawn(spec);
  let isRunning = true;
  let isFrozen = false;

  function signal(name: Deno.Signal): void {
    try {
      child.kill(name);
    } catch {
      // It has ended by itself: whoever asked finds out by its exit code.
      isRunning = false;
    }
  }
  return {
    name: spec.name,
    isRunning: () => isRunning,
    async kill() {
      isRunning = false;
      isFrozen = false;
      signal("SIGKILL");
      await child.status;
    },
    restart() {
      child = spawn(spec);
      isRunning = true;
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
      signal("SIGTERM");
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        signal("SIGKILL");
      }, durationMs);
      const { code } = await child.status;
      clearTimeout(timer);
      isRunning = false;
      return isLate ? null : code;
    },
  };
}

function spawn(spec: ProcessSpec): Deno.ChildProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", MAIN, ...spec.args],
    env: { ...spec.env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  for (const stream of [child.stdout, child.stderr]) void readLines(stream, spec.onLine ?? (() => {}));
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
