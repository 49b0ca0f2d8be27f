/** Errors that nobody caught: broken connections are counted and survived, everything else ends the process. */
import { AppError, messageOf } from "../errors.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** Codes of a connection that went away; drivers report them outside of any call. */
const CONNECTION_CODES = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "NOT_TAGGED_CALL",
  "57P01",
  "57P02",
  "57P03",
  "08000",
  "08003",
  "08006",
]);
const CONNECTION_ERRORS: readonly string[] = [
  "ConnectionReset",
  "ConnectionRefused",
  "ConnectionAborted",
  "BrokenPipe",
  "UnexpectedEof",
  "NotConnected",
  "Interrupted",
  "TimedOut",
];

/** Installs the handlers once for the process. `exit` is called for errors that must not be survived. */
export function surviveConnectionErrors(deps: {
  readonly log: Log;
  readonly metrics: Metrics | null;
  readonly exit: (code: number) => void;
}): void {
  const handle = (event: Event, error: unknown) => {
    event.preventDefault();
    if (isConnectionError(error)) {
      deps.metrics?.count("stator_unhandled_errors_total", { kind: "connection" });
      deps.log.warning("A connection broke outside of any call", { error: messageOf(error) });
      return;
    }
    deps.metrics?.count("stator_unhandled_errors_total", { kind: "other" });
    deps.log.error("An error that nobody caught ends the process", { error });
    deps.exit(1);
  };
  globalThis.addEventListener("unhandledrejection", (event) => handle(event, event.reason));
  globalThis.addEventListener("error", (event) => handle(event, event.error));
}

/** Whether an error says only that the other side went away. */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof AppError) return error.code === "store_unavailable";
  if (!(error instanceof Error)) return false;
  if (CONNECTION_ERRORS.includes(error.name)) return true;
  const code = "code" in error ? error.code : null;
  return typeof code === "string" && CONNECTION_CODES.has(code);
}
