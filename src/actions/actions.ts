/** Carries out what entities want done to the world: one handler for each kind, one table for the names. */
import type { Clock } from "../clock.ts";
import type { JsonValue } from "../json.ts";
import type { ActionResult, LeasedAction } from "../orchestrator/outbox.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { emitMetric } from "./emit_metric.ts";
import { createHttpAction } from "./http.ts";
import type { HttpSecret } from "./http_secrets.ts";
import { createInvoke } from "./invoke.ts";
import { logAction } from "./log.ts";
import { createCreateEntity, createSendEvent, type OtherEntityDeps } from "./other_entity.ts";
import type { Outgoing } from "./outgoing.ts";
import { createPublish, type PublishDeps } from "./publish.ts";
import { createSend } from "./send.ts";
import type { WebhookTarget } from "./webhook.ts";

export interface Actions {
  /** Never throws on purpose; ends soon after `signal`. */
  run(action: LeasedAction, signal: AbortSignal): Promise<ActionResult>;
}

/** Does one delivery. May be called again with the same `actionId`, which is the idempotency key. */
export type ActionHandler = (action: LeasedAction, signal: AbortSignal) => Promise<ActionResult>;

export interface ActionsDeps {
  readonly log: Log;
  /** null = metrics are off. */
  readonly metrics: Metrics | null;
  readonly clock: Clock;
  readonly outgoing: Outgoing;
  /** Fills `{{ expression }}` in every text of `value` from the context of the action. */
  readonly render: (value: JsonValue, action: LeasedAction) => JsonValue;
  /** Subscriptions to this topic. */
  readonly webhooksOf: (topic: string, machineName: string) => Promise<readonly WebhookTarget[]>;
  readonly keepPublication?: PublishDeps["keepPublication"];
  readonly deliverWebhook?: PublishDeps["deliverWebhook"];
  readonly renderValues: OtherEntityDeps["renderValues"];
  /** Appends an event for another entity; repeated calls with one `actionId` append it once. */
  readonly sendEvent: OtherEntityDeps["sendEvent"];
  readonly createEntity: OtherEntityDeps["createEntity"];
  /** Named actions of the operator, beside the built-in ones. */
  readonly handlers?: ReadonlyMap<string, ActionHandler>;
  /** Values that headers of `http` may name. */
  readonly secrets?: readonly HttpSecret[];
  /** null = no broker is configured. */
  readonly celery?: ActionHandler | null;
}

/** Names with a meaning of their own; a name that is not in the table is skipped and reported. */
export function createActions(deps: ActionsDeps): Actions {
  const http = createHttpAction(deps);
  const send = createSend(deps);
  const invoke = createInvoke(deps);
  const named = new Map<string, ActionHandler>([
    ["log", logAction(deps.log)],
    ["emit_metric", emitMetric(deps)],
    ["publish", createPublish(deps)],
    ...deps.handlers ?? [],
  ]);
  const byKind = {
    named: (action, signal) => {
      const handler = named.get(action.name);
      return handler === undefined ? Promise.resolve(NOT_REGISTERED) : handler(action, signal);
    },
    http,
    celery: deps.celery ?? (() => Promise.resolve({ type: "skipped", reason: "no_celery_broker" })),
    send,
    send_event: createSendEvent(deps),
    create_entity: createCreateEntity(deps),
    invoke_start: invoke,
    // A call that is under way is not called back: its result is dropped when it arrives.
    invoke_stop: () => Promise.resolve({ type: "done", output: null }),
  } satisfies Record<LeasedAction["kind"], ActionHandler>;

  return { run: (action, signal) => byKind[action.kind](action, signal) };
}

const NOT_REGISTERED: ActionResult = { type: "skipped", reason: "not_registered" };
