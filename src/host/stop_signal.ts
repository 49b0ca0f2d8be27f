/** Ctrl-C and SIGTERM as an abort signal: the first asks to end, the second insists. */

export interface StopSignal {
  readonly signal: AbortSignal;
  dispose(): void;
}

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
/** As a shell reports a process that was interrupted. */
const EXIT_INTERRUPTED = 130;

/** The reason of the signal is the name that arrived first. */
export function createStopSignal(): StopSignal {
  const abort = new AbortController();
  const listeners = SIGNALS.map((name) => {
    const listener = () => {
      if (abort.signal.aborted) Deno.exit(EXIT_INTERRUPTED);
      abort.abort(name);
    };
    Deno.addSignalListener(name, listener);
    return { name, listener };
  });
  return {
    signal: abort.signal,
    dispose() {
      for (const { name, listener } of listeners) Deno.removeSignalListener(name, listener);
    },
  };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
