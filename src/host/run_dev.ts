/** Everything in one process: tables, sample machines, API, pages and worker, on one address. */
import { createUi } from "../ui/app.tsx";
import { listen } from "./listen.ts";
import { openStore } from "./open_store.ts";
import { publishFolder } from "./publish_folder.ts";
import type { ProcessDeps } from "./process.ts";
import { createApiOn, SAMPLES, startOrThrow } from "./run_api.ts";
import { startWorkerOn } from "./run_worker.ts";
import { runBackground } from "./background.ts";
import { createSampleEntity } from "./sample_entity.ts";
import { aborted } from "./stop_signal.ts";
import { wellFramed } from "./well_framed.ts";

const GRACE_MS = 5_000;

/** Runs until `signal`. The rules about passwords and hosts are those of the API. */
export async function runDev(deps: ProcessDeps, signal: AbortSignal): Promise<void> {
  const { config, log, clock } = deps;
  const start = startOrThrow(deps, "127.0.0.1");
  if (config.database.dialect === "postgres") {
    const { applied } = await deps.databases.upgrade(config.database);
    if (applied.length > 0) log.info("Tables are up to date", { applied });
  }
  const store = await openStore(deps, { database: config.database, signal });
  const { worker, core } = await startWorkerOn(deps, store);
  const ended = new AbortController();
  const background = runBackground(deps, core, ended.signal);
  try {
    const published = await publishFolder(SAMPLES, { ...deps, core });
    const entity = await createSampleEntity(core.runtime, deps.newId);
    const api = await createApiOn(core, deps, start);
    const pages = createUi({ api: api.fetch, appName: config.ui.appName, theme: config.ui.theme });
    const handler = wellFramed(pages.fetch, config);
    const listener = listen({ hostname: start.host, port: config.api.port, clock, handler });
    log.info("Stator is ready", {
      url: listener.url,
      docs: `${listener.url}/docs`,
      database: config.database.path ?? config.database.dialect,
      machines: published.length,
      ...(entity === null ? {} : { entity }),
    });
    const failed = await Promise.race([aborted(signal), worker.done]).then(
      () => null,
      (error: unknown) => ({ error }),
    );
    log.info("Stator stops", { reason: signal.reason ?? "worker" });
    api.close();
    await Promise.all([listener.close(GRACE_MS), worker.stop()]);
    if (failed !== null) throw failed.error;
  } finally {
    await worker.stop();
    await worker.done.catch(() => {});
    ended.abort();
    await background;
    core.close();
    await store.close();
  }
  log.info("Stator stopped");
}
