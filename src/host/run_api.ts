/** The API process: waits for its database, listens, and ends without cutting answers off. */
import { type Api, createApi } from "../api/app.ts";
import { createEgressPolicy } from "../actions/egress.ts";
import { resolveHost } from "../actions/outgoing.ts";
import type { CallOut } from "../api/auth/settings.ts";
import { badConfiguration } from "../config.ts";
import type { StartDecision } from "../start_check.ts";
import { checkStart } from "../start_check.ts";
import type { OutsideLogins } from "../start_check_outside.ts";
import { apiSettingsOf } from "./api_settings.ts";
import { type Core, createCore, modulesOf } from "./core.ts";
import { runGauges } from "./gauges.ts";
import { listen } from "./listen.ts";
import { readMachineFolder } from "./machine_folder.ts";
import { openStore } from "./open_store.ts";
import type { ProcessDeps } from "./process.ts";
import { aborted } from "./stop_signal.ts";

export const SAMPLES = new URL("../../machines/", import.meta.url);
/** Machines to start from, under the names of PyStator's templates; they are offered and never published. */
const STARTERS = new URL("../../machines/templates/", import.meta.url);
const GRACE_MS = 10_000;

type Allowed = Exclude<StartDecision, { type: "refused" }>;

/** Everybody who gets this far may do everything: for callers in this process. */
export const OPEN: Allowed = { type: "open", host: "", isOnPurpose: true, warnings: [] };

/** Runs until `signal`. Throws `AppError` when it cannot start. */
export async function runApi(deps: ProcessDeps, signal: AbortSignal): Promise<void> {
  const { config, log, clock } = deps;
  const start = startOrThrow(deps, "0.0.0.0");
  const store = await openStore(deps, { database: config.database, signal });
  const core = createCore(deps, store, { workerId: null, modules: await modulesOf(deps, "guards") });
  const api = await createApiOn(core, deps, start);
  const ended = new AbortController();
  const gauges = runGauges({ ...deps, ...core, signal: ended.signal });
  try {
    const listener = listen({ hostname: start.host, port: config.api.port, clock, handler: api.fetch });
    log.info("API is ready", {
      url: listener.url,
      database: config.database.dialect,
      is_open: start.type === "open",
    });
    await aborted(signal);
    log.info("API stops", { reason: signal.reason });
    api.close();
    await listener.close(GRACE_MS);
  } finally {
    api.close();
    ended.abort();
    await gauges;
    core.close();
    await store.close();
  }
  log.info("API stopped");
}

/** Decides who may come in and says so; throws what forbids to start. */
export function startOrThrow(deps: Pick<ProcessDeps, "config" | "log">, defaultHost: string): Allowed {
  const start = checkStart(deps.config, defaultHost);
  if (start.type === "refused") throw badConfiguration(start.problems);
  const forbidden = start.type === "open" ? [] : unreachableOf(start.outside, deps.config.egressAllow);
  if (forbidden.length > 0) throw badConfiguration(forbidden);
  for (const warning of start.warnings) deps.log.warning(warning);
  return start;
}

/** How the API asks identity providers: under the rules and limits of everything that goes out. */
function callOutOf({ outgoing }: Core): CallOut {
  return async (request) => {
    const result = await outgoing(request, new AbortController().signal);
    return result.type === "answered" ? result : null;
  };
}

/** Addresses of identity providers that the rules for everything that goes out forbid by their form alone. */
function unreachableOf(outside: OutsideLogins, allow: readonly string[]): readonly string[] {
  const policy = createEgressPolicy({ allow, resolve: resolveHost });
  return [
    ["PYSTATOR_AUTH_OIDC_JWKS_URL", outside.oidc?.jwksUrl] as const,
    ["PYSTATOR_AUTH_SERVICE_URL", outside.service?.introspectUrl] as const,
  ].flatMap(([name, url]) => {
    const reason = url === undefined ? null : policy.refusal(url);
    return reason === null
      ? []
      : [`${name} cannot be called: ${reason} (or name it in PYSTATOR_EGRESS_ALLOW)`];
  });
}

export async function createApiOn(core: Core, deps: ProcessDeps, start: Allowed): Promise<Api> {
  return await createApi({
    store: core.store,
    runtime: core.runtime,
    clock: deps.clock,
    settings: apiSettingsOf(deps.config, { version: deps.version, start }),
    log: deps.log.child({ room: "api" }),
    metrics: deps.metrics,
    templates: new Map([...await readMachineFolder(STARTERS), ...await readMachineFolder(SAMPLES)]),
    newId: deps.newId,
    callOut: callOutOf(core),
    registry: { guards: [...core.modules.guards.keys()], actions: [...core.modules.actions.keys()] },
  });
}
