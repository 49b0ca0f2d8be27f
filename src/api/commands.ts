/** From a request to a decision: commands of callers are handed to the runtime, and what it says becomes an answer. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError, type ErrorCode } from "../errors.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { DeadLetterReason } from "../orchestrator/dead_letter.ts";
import type { Decision } from "../orchestrator/decision.ts";
import type { Command, IdempotencyKey, NewEvent } from "../orchestrator/event.ts";
import type { SubmitResult } from "../runtime/submit.ts";
import { sha256Hex } from "./auth/tokens.ts";
import type { ApiEnv, Caller, RouteDeps } from "./env.ts";
import { changedMeanwhile } from "./preconditions.ts";

export const ATTEMPTS_MAX_DEFAULT = 5;
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

export interface CommandRequest {
  readonly entityId: string;
  readonly command: Command;
  readonly machineName?: string | null;
  readonly machineVersion?: string | null;
  readonly idempotency?: IdempotencyKey | null;
  readonly notBeforeMs?: number | null;
  readonly attemptsMax?: number;
  /** Only while the entity has this version; null = any. */
  readonly ifVersion?: number | null;
}

/** Who sends a command, and the trace it belongs to. */
export interface Sender {
  readonly actor: string;
  readonly traceparent: string | null;
}

export function senderOf(c: Context<ApiEnv>): Sender {
  return { actor: c.var.caller.name, traceparent: traceparentOf(c.req.header("traceparent") ?? null) };
}

/** The event of a command, with the caller as its actor. */
export function newEventOf(c: Context<ApiEnv>, deps: RouteDeps, request: CommandRequest): NewEvent {
  return eventFrom(senderOf(c), deps, request);
}

function eventFrom(sender: Sender, deps: RouteDeps, request: CommandRequest): NewEvent {
  return {
    eventId: deps.newId(),
    entityId: request.entityId,
    machineName: request.machineName ?? null,
    machineVersion: request.machineVersion ?? null,
    command: request.command,
    notBeforeMs: request.notBeforeMs ?? null,
    idempotency: request.idempotency ?? null,
    attemptsMax: request.attemptsMax ?? ATTEMPTS_MAX_DEFAULT,
    traceparent: sender.traceparent,
    actor: sender.actor,
  };
}

/** Decides now. Throws for whatever left no trace: unknown names, wrong standing, a lane that is held. */
export function decideNow(
  c: Context<ApiEnv>,
  deps: RouteDeps,
  request: CommandRequest,
): Promise<{ readonly decision: Decision; readonly eventId: string }> {
  return decideFor(senderOf(c), deps, request);
}

/** The same without the context of a route. */
export async function decideFor(
  sender: Sender,
  deps: RouteDeps,
  request: CommandRequest,
): Promise<{ readonly decision: Decision; readonly eventId: string }> {
  const result = await deps.runtime.submit({
    event: eventFrom(sender, deps, request),
    ifVersion: request.ifVersion ?? null,
  });
  const decided = decidedOf(result, request.entityId);
  if (decided.type === "replayed") throw new AppError("internal", "Cannot answer again: no key was given");
  return decided;
}

/**
 * Decides now and keeps the answer under the caller's key; the same request again gets the same answer. `answerOf`
 * must be able to answer from the decision alone.
 */
export async function decideOnce<Answer>(
  c: Context<ApiEnv>,
  deps: RouteDeps,
  once: Once<Answer>,
): Promise<Answer> {
  const { answer, isReplayed } = await decideOnceFor(senderOf(c), deps, once);
  if (isReplayed) c.header("idempotency-replayed", "true");
  return answer;
}

export interface Once<Answer> {
  readonly request: CommandRequest;
  readonly answerOf: (decision: Decision, eventId: string) => Answer;
  /** Reads a stored answer back. */
  readonly readAnswer: (stored: JsonValue) => Answer;
}

/** The same without the context of a route. */
export async function decideOnceFor<Answer>(
  sender: Sender,
  deps: RouteDeps,
  { request, answerOf, readAnswer }: Once<Answer>,
): Promise<{ readonly answer: Answer; readonly isReplayed: boolean }> {
  const event = eventFrom(sender, deps, request);
  const result = await deps.runtime.submit({
    event,
    ifVersion: request.ifVersion ?? null,
    answerOf: (item) =>
      item.decision.type === "rejected" ? null : storable(answerOf, item.decision, item.event.eventId),
  });
  const decided = decidedOf(result, request.entityId);
  if (decided.type === "replayed") {
    const failure = StoredError.safeParse(decided.answer);
    if (failure.success) throw new AppError(failure.data[ERROR_KEY].code, failure.data[ERROR_KEY].message);
    return { answer: readAnswer(decided.answer), isReplayed: true };
  }
  return { answer: answerOf(decided.decision, decided.eventId), isReplayed: false };
}

/**
 * The answer as it is stored. An answer that throws is a mistake of the caller: the decision stands, and the same
 * request again must hear the same, so that nothing is stored but the fact.
 */
function storable<Answer>(
  answerOf: (decision: Decision, eventId: string) => Answer,
  decision: Decision,
  eventId: string,
): JsonValue {
  try {
    return JSON.parse(JSON.stringify(answerOf(decision, eventId)));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { [ERROR_KEY]: { code: error.code, message: error.message } };
  }
}

const ERROR_KEY = "$error";
const StoredError = z.object({
  [ERROR_KEY]: z.object({
    code: z.custom<ErrorCode>((code) => typeof code === "string"),
    message: z.string(),
  }),
});

type Decided =
  | { readonly type: "decided"; readonly decision: Decision; readonly eventId: string }
  | { readonly type: "replayed"; readonly answer: JsonValue };

function decidedOf(result: SubmitResult, entityId: string): Decided {
  switch (result.type) {
    case "decided":
      if (result.decision.type === "rejected") throw rejectionError(result.decision);
      return { type: "decided", decision: result.decision, eventId: result.eventId };
    case "replayed":
      return { type: "replayed", answer: result.answer };
    case "key_conflict":
      throw keyConflict();
    case "stale":
      throw changedMeanwhile(entityId, result.version);
    case "held":
      throw result.obstacle === "parked"
        ? new AppError(
          "conflict",
          `Cannot change entity "${entityId}": it is parked, or waits until a dead letter is replayed or discarded`,
        )
        : new AppError(
          "too_many_requests",
          `Cannot change entity "${entityId}": earlier events are not done yet`,
          {
            details: { retry_after_seconds: 1 },
          },
        );
  }
}

export function keyConflict(): AppError {
  return new AppError(
    "idempotency_conflict",
    "Cannot use the idempotency key again: the first request was another",
  );
}

const REJECTIONS = {
  guard_rejected: "conflict",
  guard_execution_error: "conflict",
  guard_not_found: "conflict",
  invalid_transition: "validation_failed",
  terminal_state: "conflict",
  validation_failed: "validation_failed",
  action_failed: "internal",
  unknown_machine: "machine_not_found",
  machine_mismatch: "machine_mismatch",
  invalid_entity_id: "invalid_entity_id",
  entity_not_found: "entity_not_found",
  entity_not_active: "entity_not_active",
  entity_exists: "entity_exists",
  undefined_state: "conflict",
  livelock: "conflict",
  worker_crashed: "internal",
  max_retries_exhausted: "internal",
  unknown: "internal",
} as const satisfies Partial<Record<DeadLetterReason, ErrorCode>>;

/** A command that made no sense, or failed while it was decided. */
export function rejectionError(decision: Decision): AppError {
  const codes: Partial<Record<DeadLetterReason, ErrorCode>> = REJECTIONS;
  const code = codes[decision.reason ?? "unknown"] ?? "conflict";
  return new AppError(code, decision.message ?? "Cannot carry out the command");
}

/** null without the header. Keys of one caller never meet those of another, nor those of another entity. */
export async function idempotencyOf(
  c: Context<ApiEnv>,
  scope: { readonly entityId: string; readonly operation: string; readonly body: unknown },
): Promise<IdempotencyKey | null> {
  const key = c.req.header("idempotency-key");
  return key === undefined ? null : await keyFor(c.var.caller.name, key, scope);
}

/** `body` as the schema of the operation gives it out, with its defaults. */
export async function keyFor(
  callerName: string,
  key: string,
  { entityId, operation, body }: {
    readonly entityId: string;
    readonly operation: string;
    readonly body: unknown;
  },
): Promise<IdempotencyKey> {
  return {
    scope: `user:${callerName}|entity:${entityId}`,
    key,
    requestHash: await hashOf({ operation, body }),
  };
}

/** SHA-256 of plain data in canonical form: the order of keys does not count. */
export function hashOf(value: unknown): Promise<string> {
  return sha256Hex(canonicalText(value));
}

function canonicalText(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, part) => isRecord(part) ? Object.fromEntries(Object.entries(part).toSorted(byKey)) : part,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

/** null without the header, and for one that nobody can follow. */
export function traceparentOf(given: string | null): string | null {
  return given !== null && TRACEPARENT.test(given) ? given : null;
}

/** Writes who did what; a failure of the audit fails the request. */
export async function audit(
  c: Context<ApiEnv>,
  deps: RouteDeps,
  entry: {
    readonly action: string;
    readonly resource: string;
    readonly details?: JsonObject;
    readonly caller?: Caller;
  },
): Promise<void> {
  await deps.store.operations.audit({
    id: deps.newId(),
    atMs: deps.clock.nowMs(),
    actor: (entry.caller ?? c.var.caller).name,
    action: entry.action,
    resource: entry.resource,
    requestId: c.env.facts.requestId,
    details: entry.details ?? {},
  });
}
