/** One JSON object a line for everything that a process has to say; secrets never get this far. */
import type { Clock } from "../clock.ts";
import { createRedact } from "./redact.ts";

export type LogLevel = "debug" | "info" | "warning" | "error";
export type LogFields = Readonly<Record<string, unknown>>;

/** `message` is a constant sentence; what varies goes into `fields`. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose lines all carry these fields. */
  child(fields: LogFields): Log;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly clock: Pick<Clock, "nowMs">;
  /** Receives one line without its end. */
  readonly write: (line: string) => void;
  /** Values that may not appear in any line. */
  readonly secrets: readonly string[];
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warning: 2, error: 3 };

/** A log that writes lines of `level` and above: `time`, `level`, `message`, then the fields. */
export function createLog(options: LogOptions): Log {
  const redact = createRedact(options.secrets);
  const loggerOf = (inherited: LogFields): Log => {
    const write = (level: LogLevel, message: string, fields: LogFields) => {
      if (RANK[level] < RANK[options.level]) return;
      const time = new Date(options.clock.nowMs()).toISOString();
      options.write(lineOf({ time, level, message, ...inherited, ...fields }, redact));
    };
    return {
      debug: (message, fields = {}) => write("debug", message, fields),
      info: (message, fields = {}) => write("info", message, fields),
      warning: (message, fields = {}) => write("warning", message, fields),
      error: (message, fields = {}) => write("error", message, fields),
      child: (fields) => loggerOf({ ...inherited, ...fields }),
    };
  };
  return loggerOf({});
}

/** Says nothing: for tests and for commands that answer a person. */
export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warning: () => {},
  error: () => {},
  child: () => silentLog,
};

const encoder = new TextEncoder();

/** Writes a whole line to standard output; a reader that went away is no reason to stop. */
export function writeLine(line: string): void {
  const bytes = encoder.encode(`${line}\n`);
  try {
    for (let written = 0; written < bytes.length;) written += Deno.stdout.writeSync(bytes.subarray(written));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

function lineOf(record: LogFields, redact: (value: unknown) => unknown): string {
  return JSON.stringify(redact(record)) ?? "{}";
}
