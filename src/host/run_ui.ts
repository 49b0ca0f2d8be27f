/** The process of the pages: they are made here, everything else is passed on to the API. */
import { createUi } from "../ui/app.tsx";
import { createApiProxy } from "./api_proxy.ts";
import { listen } from "./listen.ts";
import type { ProcessDeps } from "./process.ts";
import { aborted } from "./stop_signal.ts";
import { wellFramed } from "./well_framed.ts";

const GRACE_MS = 5_000;

/** Needs no database. Runs until `signal`. */
export async function runUi(
  deps: Pick<ProcessDeps, "config" | "log" | "clock">,
  signal: AbortSignal,
): Promise<void> {
  const { config, log, clock } = deps;
  const { ui } = config;
  const pages = createUi({ api: createApiProxy(ui.apiUrl), appName: ui.appName, theme: ui.theme });
  const handler = wellFramed(pages.fetch, config);
  const listener = listen({ hostname: ui.host ?? "127.0.0.1", port: ui.port, clock, handler });
  log.info("Pages are ready", { url: listener.url, api: ui.apiUrl });
  await aborted(signal);
  log.info("Pages stop", { reason: signal.reason });
  await listener.close(GRACE_MS);
}
