/** The two operations that nearly all requests ask for, without the detours of the framework: same guards, same answers. */
import { accessOf } from "./access.ts";
import { keyFor, traceparentOf } from "./commands.ts";
import type { OperationGuard } from "./contract.ts";
import type { RequestFacts, RouteDeps } from "./env.ts";
import { decode, isPlainJson, parseBody, readPlainBytes } from "./guard/body.ts";
import type { OperationChecks } from "./guard/operation.ts";
import type { JsonObject } from "../json.ts";
import { createDeadlines } from "../runtime/deadlines.ts";
import { orNoMachine } from "./routes/entity_commands.ts";
import { readActiveEntity } from "./entities.ts";
import { entityState, etagOf } from "./routes/entity_records.ts";
import { answerFor } from "./routes/event_answers.ts";
import { RESERVED_IDS } from "./routes/shared.ts";

export type DirectAnswer =
  | { readonly type: "answer"; readonly body: object; readonly headers: Readonly<Record<string, string>> }
  /** Something is out of the ordinary: the framework is to answer this request. */
  | { readonly type: "detour"; readonly request: Request };

/** null = not one of these operations, or not in its usual form. Throws as handlers do. */
export type Direct = (request: Request, facts: RequestFacts) => Promise<DirectAnswer> | null;

const PATH = /^\/api\/v1\/entities\/([A-Za-z0-9][A-Za-z0-9._-]{0,254})\/(events|state)$/;
const SEND = operationOf("post", "/api/v1/entities/{entity_id}/events");
const READ = operationOf("get", "/api/v1/entities/{entity_id}/state");
/** Headers that ask for something special. */
const SEND_SPECIAL = ["prefer", "if-match", "transfer-encoding"];
const READ_SPECIAL = ["if-none-match"];

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
const TRIGGER = /^[A-Za-z0-9_.-]{1,200}$/;
const MACHINE_NAME = /^[a-z0-9_]{1,200}$/;
const MACHINE_VERSION = /^[A-Za-z0-9_.+-]{1,64}$/;

export function createDirect(deps: RouteDeps, checks: Pick<OperationChecks, "admit">): Direct {
  const { settings: { limits } } = deps;
  const deadlines = createDeadlines(limits.bodyDeadlineMs);

  return (request, facts) => {
    const { method } = request;
    if (method !== "POST" && method !== "GET") return null;
    const [, entityId, what] = PATH.exec(pathOf(request.url)) ?? [];
    if (entityId === undefined || RESERVED_IDS.has(entityId)) return null;
    if (what === "events" && method === "POST") {
      return isUsual(request, SEND_SPECIAL) && isPlainJson(request, limits)
        ? send(request, facts, entityId)
        : null;
    }
    return what === "state" && method === "GET" && isUsual(request, READ_SPECIAL)
      ? read(request, facts, entityId)
      : null;
  };

  async function send(request: Request, facts: RequestFacts, entityId: string): Promise<DirectAnswer> {
    const { caller } = await checks.admit(request, SEND, facts);
    const bytes = await readPlainBytes(request, deadlines);
    const body = parseBody(decode(bytes), limits);
    const event = sendEventOf(body);
    const key = request.headers.get("idempotency-key");
    if (event === null || (key !== null && !IDEMPOTENCY_KEY.test(key))) {
      const { url, headers, signal } = request;
      return { type: "detour", request: new Request(url, { method: "POST", headers, signal, body: bytes }) };
    }
    const { trigger, payload, machineName, machineVersion } = event;
    const sender = { actor: caller.name, traceparent: traceparentOf(request.headers.get("traceparent")) };
    const idempotency = key === null ? null : await keyFor(caller.name, key, {
      entityId,
      operation: "event",
      body: { context: payload, ...event.body },
    });
    const { answer, isReplayed } = await orNoMachine(machineName, () =>
      answerFor(sender, deps, {
        entityId,
        command: { type: "event", trigger, payload },
        machineName,
        machineVersion,
        idempotency,
      }));
    return {
      type: "answer",
      body: answer,
      headers: {
        ...(answer.version === null ? {} : { etag: `"${answer.version}"` }),
        ...(isReplayed ? { "idempotency-replayed": "true" } : {}),
      },
    };
  }

  async function read(request: Request, facts: RequestFacts, entityId: string): Promise<DirectAnswer> {
    await checks.admit(request, READ, facts);
    const entity = await readActiveEntity(deps, entityId);
    return { type: "answer", body: entityState(entity), headers: { etag: etagOf(entity) } };
  }
}

interface SentEvent {
  readonly trigger: string;
  readonly payload: JsonObject;
  readonly machineName: string | null;
  readonly machineVersion: string | null;
  /** As it was sent. */
  readonly body: JsonObject;
}

/** null = the schema of the operation shall judge it. What is taken here is taken there, as the same. */
function sendEventOf(body: unknown): SentEvent | null {
  if (!isObject(body)) return null;
  let trigger: string | null = null;
  let payload: JsonObject = {};
  let machineName: string | null = null;
  let machineVersion: string | null = null;
  for (const [name, value] of Object.entries(body)) {
    if (name === "trigger" && isText(value, TRIGGER)) trigger = value;
    else if (name === "context" && isCallerRecord(value)) payload = value;
    else if (name === "machine_name" && isTextOrNull(value, MACHINE_NAME)) machineName = value;
    else if (name === "machine_version" && isTextOrNull(value, MACHINE_VERSION)) machineVersion = value;
    else return null;
  }
  return trigger === null ? null : { trigger, payload, machineName, machineVersion, body };
}

/** Out of a JSON text, so that what it holds is plain data. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCallerRecord(value: unknown): value is JsonObject {
  if (!isObject(value)) return false;
  for (const key of Object.keys(value)) if (key.startsWith("_")) return false;
  return true;
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === "string" && pattern.test(value);
}

function isTextOrNull(value: unknown, pattern: RegExp): value is string | null {
  return value === null || isText(value, pattern);
}

function isUsual({ headers }: Request, special: readonly string[]): boolean {
  for (const name of special) if (headers.get(name) !== null) return false;
  return true;
}

/** With its query, so that a path with one is not taken for one without. */
function pathOf(url: string): string {
  return url.slice(url.indexOf("/", url.indexOf("://") + 3));
}

function operationOf(method: string, pattern: string): OperationGuard {
  return { access: accessOf(method, pattern), pattern, body: null };
}
