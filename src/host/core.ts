/** The runtime of a process and the actions it can carry out, on one store. */
import { type Actions, createActions } from "../actions/actions.ts";
import { createCelery } from "../actions/celery.ts";
import { createEgressPolicy } from "../actions/egress.ts";
import { createOutgoing, type Outgoing, resolveHost } from "../actions/outgoing.ts";
import { loadModules, type Modules, NO_MODULES } from "../actions/modules/modules.ts";
import { messageOf } from "../errors.ts";
import { renderTemplate } from "../expression/template.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { LeasedAction } from "../orchestrator/outbox.ts";
import { type CrashGuard, createCrashGuard } from "../runtime/crash_guard.ts";
import { createMetricsObserver } from "../runtime/metrics_observer.ts";
import { createRuntime, type Runtime } from "../runtime/runtime.ts";
import type { Store } from "../store/store.ts";
import { compileRecord } from "../api/definitions.ts";
import { PUBLICATION_KEPT_MS, PUBLICATION_KIND } from "../api/publications.ts";
import type { Clock } from "../clock.ts";
import { createOtherEntities } from "./other_entities.ts";
import type { ProcessDeps } from "./process.ts";
import { renderValues } from "./render_values.ts";
import { type DeliveriesDeps, deliverOrKeep } from "./webhook_deliveries.ts";
import { webhooksOf } from "./webhooks.ts";

export interface Core {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly actions: Actions;
  readonly crashGuard: CrashGuard | null;
  readonly outgoing: Outgoing;
  readonly deliveries: DeliveriesDeps;
  readonly modules: Modules;
  /** Lets go of what the actions hold open. */
  close(): void;
}

/** The operator's own actions and guards. Every process that decides events knows the guards. */
export function modulesOf(deps: ProcessDeps, use: "guards" | "guards_and_actions"): Promise<Modules> {
  const { path, net } = deps.config.modules;
  if (path === null) return Promise.resolve(NO_MODULES);
  return loadModules({ path, net, use, clock: deps.clock, log: deps.log.child({ room: "modules" }) });
}

/** `workerId` null = this process claims nothing. */
export function createCore(
  deps: ProcessDeps,
  store: Store,
  options: { readonly workerId: string | null; readonly modules: Modules },
): Core {
  const { workerId, modules } = options;
  const { config, clock, log, metrics } = deps;
  const retry = { baseMs: config.worker.retryBaseMs, capMs: config.worker.retryMaxMs };
  const crashGuard = workerId === null ? null : createCrashGuard({
    documents: store.operations.documents,
    turns: store.turns,
    clock,
    workerId,
    retry,
    random: Math.random,
    storeNowMs: () => store.ping(),
  });
  const runtime = createRuntime({
    store,
    clock,
    compile: compileRecord,
    guards: modules.guards,
    retry,
    crashGuard,
    observers: [createMetricsObserver(metrics), {
      onInvalidMachine: (problem) => log.error("A stored machine cannot be used", { ...problem }),
      onObserverError: (error) => log.error("An observer failed", { error: messageOf(error) }),
    }],
    limits: {
      catalogCheckMs: config.worker.catalogRefreshMs === 0
        ? 0
        : Math.min(1_000, config.worker.catalogRefreshMs),
      ...(config.worker.claimLanesMax === null ? {} : {
        lanesPerTurn: Math.max(1, config.worker.claimLanesMax),
        lanesPerTurnSparse: Math.max(1, config.worker.claimLanesMax),
      }),
    },
  });
  const render = (value: JsonValue, action: LeasedAction) => renderTemplate(value, scopeOf(action));
  const celery = config.celeryBrokerUrl === null
    ? null
    : createCelery({ brokerUrl: config.celeryBrokerUrl, render, clock, log: log.child({ room: "actions" }) });
  const outgoing = createOutgoing(createEgressPolicy({ allow: config.egressAllow, resolve: resolveHost }));
  const deliveries: DeliveriesDeps = {
    documents: store.operations.documents,
    outgoing,
    clock,
    log: log.child({ room: "webhooks" }),
    random: Math.random,
    resting: new Map(),
    secret: config.webhookSecret,
  };
  const actions = createActions({
    log: log.child({ room: "actions" }),
    metrics: config.worker.areMetricsShown ? metrics : null,
    clock,
    outgoing,
    render,
    handlers: modules.actions,
    secrets: config.actionSecrets,
    celery: celery?.run ?? null,
    webhooksOf: webhooksOf(store.operations.documents, { secret: config.webhookSecret, clock }),
    keepPublication: (actionId, message) => keepPublication(actionId, message, { store, clock }),
    deliverWebhook: (delivery, signal) => deliverOrKeep(delivery, deliveries, signal),
    renderValues: (value, action) => renderValues(value, scopeOf(action)),
    ...createOtherEntities(store, runtime),
  });
  return {
    store,
    runtime,
    actions,
    crashGuard,
    outgoing,
    deliveries,
    modules,
    close() {
      celery?.close();
      modules.close();
    },
  };
}

/** Read by streams for an hour; a repeated delivery finds it there. */
async function keepPublication(
  actionId: string,
  message: JsonObject,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): Promise<void> {
  await store.operations.documents.put(PUBLICATION_KIND, actionId, message, {
    expectedVersion: 0,
    expiresAtMs: clock.nowMs() + PUBLICATION_KEPT_MS,
  });
}

function scopeOf(action: LeasedAction) {
  return { values: { ...action.context, _entity_id: action.entityId } };
}
