/** Action `celery`: hands a task to Celery workers over a Redis broker and takes the result back. */
import type { Redis } from "ioredis";
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import type { ActionResult, LeasedAction } from "../orchestrator/outbox.ts";
import type { Log } from "../telemetry/log.ts";
import type { ActionHandler } from "./actions.ts";

export interface CeleryDeps {
  /** `redis://` or `rediss://`, from the operator only. The result backend of the workers must be the same database. */
  readonly brokerUrl: string;
  readonly render: (value: JsonValue, action: LeasedAction) => JsonValue;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Celery {
  readonly run: ActionHandler;
  close(): void;
}

const QUEUE_DEFAULT = "celery";
const TIMEOUT_DEFAULT_S = 30;
const TIMEOUT_MAX_S = 600;
/** Between two looks at the result: short at first, for tasks that are quick. */
const POLL_MS_MIN = 20;
const POLL_MS_MAX = 1_000;
/** How long the mark of a task that was handed over is kept; longer than all attempts together. */
const MARK_SECONDS = 7 * 24 * 3600;
/** The broker must answer within this. */
const BROKER_MS_MAX = 5_000;
const RESULT_LENGTH_MAX = 64 * 1024;

/** Marks the task and queues it in one step, so that a repeated delivery does not queue it twice. */
const PUSH_ONCE = "if redis.call('set', KEYS[1], '1', 'NX', 'EX', ARGV[1]) then " +
  "return redis.call('lpush', KEYS[2], ARGV[2]) else return 0 end";

/**
 * Parameters: `task` (name), `args` (list), `kwargs` (mapping), `queue` (`celery`), `timeout` (30 s, at most 600 s),
 * `wait` (true; false = done as soon as it is queued). The task id is the action id. A message of protocol 2 is queued
 * once; an attempt that finds it queued only goes on waiting. SUCCESS answers the task's result, FAILURE and REVOKED are
 * final failures, no result in time is a failure that is tried again.
 */
export function createCelery(deps: CeleryDeps): Celery {
  let opening: Promise<Redis> | null = null;

  return {
    run,
    close: () => void opening?.then((redis) => redis.disconnect()),
  };

  /** The driver is loaded by those alone that have a broker and a task. */
  async function open(): Promise<Redis> {
    const { Redis } = await import("ioredis");
    // Connects with the first command; while the broker is away commands fail soon and the dispatcher tries again.
    const redis = new Redis(deps.brokerUrl, {
      lazyConnect: true,
      maxRetriesPerRequest: 1,
      connectTimeout: BROKER_MS_MAX,
      commandTimeout: BROKER_MS_MAX,
      retryStrategy: (times) => Math.min(times * 200, BROKER_MS_MAX),
    });
    redis.on(
      "error",
      (error) => deps.log.warning("The Celery broker does not answer", { error: messageOf(error) }),
    );
    return redis;
  }

  async function run(action: LeasedAction, signal: AbortSignal): Promise<ActionResult> {
    const request = requestOf(action, deps);
    if (typeof request === "string") return final(request);
    try {
      const redis = await (opening ??= open());
      const message = JSON.stringify(messageFor(request, action));
      await redis.eval(
        PUSH_ONCE,
        2,
        `stator:celery:${action.actionId}`,
        request.queue,
        MARK_SECONDS,
        message,
      );
      if (!request.isAwaited) return { type: "done", output: { task_id: action.actionId } };
      return await resultWithin(redis, { timeoutMs: request.timeoutMs, action, signal });
    } catch (error) {
      return transient(`Cannot reach the Celery broker: ${messageOf(error)}`);
    }
  }

  async function resultWithin(
    redis: Redis,
    { timeoutMs, action, signal }: {
      readonly timeoutMs: number;
      readonly action: LeasedAction;
      readonly signal: AbortSignal;
    },
  ): Promise<ActionResult> {
    const untilMs = deps.clock.nowMs() + timeoutMs;
    for (let waitMs = POLL_MS_MIN; !signal.aborted; waitMs = Math.min(waitMs * 2, POLL_MS_MAX)) {
      const text = await redis.get(`celery-task-meta-${action.actionId}`);
      const result = text === null ? null : resultOf(text, action);
      if (result !== null) return result;
      if (deps.clock.nowMs() >= untilMs) break;
      await deps.clock.sleep(waitMs, signal);
    }
    return transient(`No result of task "${action.actionId}" within ${timeoutMs} ms`);
  }
}

interface CeleryRequest {
  readonly task: string;
  readonly args: JsonValue;
  readonly kwargs: JsonValue;
  readonly queue: string;
  readonly timeoutMs: number;
  readonly isAwaited: boolean;
}

/** The request, or what is wrong with it. */
function requestOf(action: LeasedAction, deps: CeleryDeps): CeleryRequest | string {
  const { task, args = [], kwargs = {}, queue = QUEUE_DEFAULT, timeout, wait = true } = action.params;
  if (typeof task !== "string" || task === "") return "Cannot queue the task: it has no name under task";
  if (!Array.isArray(args)) return `Cannot queue task "${task}": args is not a list`;
  if (!isJsonObject(kwargs)) return `Cannot queue task "${task}": kwargs is not a mapping`;
  if (typeof queue !== "string" || !/^[\w.:-]{1,200}$/.test(queue)) {
    return `Cannot queue task "${task}": queue is not a name`;
  }
  const timeoutS = action.options.timeoutS ?? (typeof timeout === "number" ? timeout : TIMEOUT_DEFAULT_S);
  return {
    task,
    args: deps.render(args, action),
    kwargs: deps.render(kwargs, action),
    queue,
    timeoutMs: Math.min(Math.max(timeoutS, 0), TIMEOUT_MAX_S) * 1_000,
    isAwaited: wait !== false,
  };
}

/** Celery's task message, protocol 2, in the envelope that its Redis transport reads. */
function messageFor(request: CeleryRequest, action: LeasedAction): JsonObject {
  const { task, args, kwargs, queue } = request;
  const embed = { callbacks: null, errbacks: null, chain: null, chord: null };
  return {
    body: base64(JSON.stringify([args, kwargs, embed])),
    "content-encoding": "utf-8",
    "content-type": "application/json",
    headers: {
      lang: "py",
      task,
      id: action.actionId,
      root_id: action.actionId,
      parent_id: null,
      group: null,
      group_index: null,
      shadow: null,
      eta: null,
      expires: null,
      retries: 0,
      timelimit: [null, null],
      argsrepr: JSON.stringify(args),
      kwargsrepr: JSON.stringify(kwargs),
      origin: "stator",
      ignore_result: !request.isAwaited,
      traceparent: action.traceparent,
    },
    properties: {
      correlation_id: action.actionId,
      reply_to: "",
      delivery_mode: 2,
      delivery_info: { exchange: "", routing_key: queue },
      priority: 0,
      body_encoding: "base64",
      delivery_tag: action.actionId,
    },
  };
}

/** null = not finished. */
function resultOf(text: string, action: LeasedAction): ActionResult | null {
  if (text.length > RESULT_LENGTH_MAX) {
    return final(`The result of task "${action.actionId}" is over ${RESULT_LENGTH_MAX} characters`);
  }
  const meta: JsonValue = JSON.parse(text);
  if (!isJsonObject(meta)) return final(`The result of task "${action.actionId}" cannot be read`);
  const { status, result = null } = meta;
  if (status === "SUCCESS") return { type: "done", output: { task_id: action.actionId, result } };
  if (status === "FAILURE" || status === "REVOKED") {
    return final(`The task ended as ${status}: ${causeOf(result)}`);
  }
  return null;
}

function causeOf(result: JsonValue): string {
  if (!isJsonObject(result)) return JSON.stringify(result);
  const message = result["exc_message"];
  return `${result["exc_type"] ?? "error"}: ${Array.isArray(message) ? message.join(", ") : message ?? ""}`;
}

function final(error: string): ActionResult {
  return { type: "failed", error, isFinal: true, retryAfterMs: null };
}

function transient(error: string): ActionResult {
  return { type: "failed", error, isFinal: false, retryAfterMs: null };
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
