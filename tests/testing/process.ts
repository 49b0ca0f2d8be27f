/** A process of the program as a test sees it: its lines, the moment it is ready, its end. */

export interface LogLine {
  readonly message?: unknown;
  readonly [key: string]: unknown;
}

export interface StartOptions {
  /** Arguments of Deno. */
  readonly args: readonly string[];
  readonly cwd: string | URL;
  /** Besides `PATH`, `HOME` and Deno's own names: nothing of the machine reaches the process. */
  readonly env: Readonly<Record<string, string>>;
  readonly isReady: (line: LogLine) => boolean;
}

export interface RunningProcess {
  readonly ready: LogLine;
  readonly lines: readonly string[];
  /** Sends SIGTERM and answers with the exit code; a process that stays is killed. */
  stop(): Promise<number>;
}

const READY_MS = 60_000;
const STOP_MS = 20_000;

export function cleanEnvironment(more: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) =>
    ["PATH", "HOME", "TMPDIR"].includes(name) || name.startsWith("DENO_") || name.startsWith("NPM_CONFIG_")
  );
  return { ...Object.fromEntries(kept), NO_COLOR: "1", ...more };
}

/** Waits for the line that `isReady` takes; throws with all lines when the process ends or is late. */
export async function startProcess(options: StartOptions): Promise<RunningProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...options.args],
    cwd: options.cwd,
    env: cleanEnvironment(options.env),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const ready = Promise.withResolvers<LogLine>();
  const readers = [child.stdout, child.stderr].map((stream) =>
    readLines(stream, (line) => {
      lines.push(line);
      const record = recordOf(line);
      if (record !== null && options.isReady(record)) ready.resolve(record);
    })
  );
  const timer = setTimeout(
    () => ready.reject(new Error(`not ready in time:\n${lines.join("\n")}`)),
    READY_MS,
  );
  const ended = child.status.then(async (status) => {
    await Promise.all(readers);
    ready.reject(new Error(`ended with ${status.code}:\n${lines.join("\n")}`));
    return status.code;
  });
  const stop = async () => {
    const kill = setTimeout(() => signal(child, "SIGKILL"), STOP_MS);
    signal(child, "SIGTERM");
    const code = await ended;
    clearTimeout(kill);
    return code;
  };
  try {
    return { ready: await ready.promise, lines, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a process to its end. */
export async function runProcess(
  options: Pick<StartOptions, "args" | "cwd" | "env"> & { readonly stdin?: string },
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...options.args],
    cwd: options.cwd,
    env: cleanEnvironment(options.env),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(READY_MS),
  });
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = `${rest}${text}`.split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) take(part);
  }
  if (rest !== "") take(rest);
}

function recordOf(line: string): LogLine | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

/** A process that is gone already needs no signal. */
function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch (error) {
    if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
  }
}
