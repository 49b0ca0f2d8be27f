/** Each refused event is told once, in order, to whoever asked; a receiver that is away is waited for. */
import type { OutgoingRequest, OutgoingResult } from "../actions/outgoing.ts";
import { compileRecord } from "../api/definitions.ts";
import type { JsonObject } from "../json.ts";
import { createRuntime } from "../runtime/runtime.ts";
import { createMemoryStore } from "../store/memory/memory_store.ts";
import { silentLog } from "../telemetry/log.ts";
import { followOnce, type WebhookFeedDeps } from "./webhook_feed.ts";

const DOCUMENT: JsonObject = {
  meta: { machine_name: "door", version: "1.0.0" },
  states: [{ name: "shut", type: "initial" }, { name: "open" }],
  transitions: [{ trigger: "push", source: "shut", dest: "open" }],
};

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

async function inWorld(
  test: (world: {
    readonly send: (entityId: string, trigger: string, isQueued?: boolean) => Promise<void>;
    readonly subscribe: (id: string, events: readonly string[]) => Promise<void>;
    readonly round: () => Promise<void>;
    readonly told: OutgoingRequest[];
    readonly deps: WebhookFeedDeps;
    readonly answerWith: (result: OutgoingResult) => void;
    readonly pass: (ms: number) => void;
  }) => Promise<void>,
): Promise<void> {
  let nowMs = 1_700_000_000_000;
  const clock = { nowMs: () => nowMs, sleep: () => Promise.resolve() };
  const store = createMemoryStore({ clock });
  const runtime = createRuntime({ store, clock, compile: compileRecord, limits: { catalogCheckMs: 0 } });
  await store.machines.insert({
    id: crypto.randomUUID(),
    name: "door",
    version: "1.0.0",
    description: null,
    isStrict: true,
    config: DOCUMENT,
    sourceText: null,
    hash: "h",
    revision: 1,
    createdAtMs: 0,
    updatedAtMs: 0,
    createdBy: null,
    updatedBy: null,
  });
  const told: OutgoingRequest[] = [];
  let answer: OutgoingResult = { type: "answered", status: 200, body: "", retryAfter: null };
  const deps: WebhookFeedDeps = {
    store,
    deliveries: {
      documents: store.operations.documents,
      outgoing: (request) => {
        told.push(request);
        return Promise.resolve(answer);
      },
      clock,
      log: silentLog,
      random: () => 0.5,
      resting: new Map(),
      secret: null,
    },
    clock,
    log: silentLog,
    owner: "me",
    secret: null,
  };
  await test({
    async send(entityId, trigger, isQueued = false) {
      nowMs += 1;
      const event = {
        eventId: crypto.randomUUID(),
        entityId,
        machineName: "door",
        machineVersion: null,
        command: { type: "event", trigger, payload: {} },
        notBeforeMs: null,
        idempotency: null,
        attemptsMax: 1,
        traceparent: null,
        actor: null,
      } as const;
      if (isQueued) {
        await runtime.append(event);
        await runtime.turn();
      } else await runtime.submit({ event });
    },
    subscribe: async (id, events) =>
      void await store.operations.documents.put("webhook", id, {
        url: `https://${id}.example`,
        events,
        enabled: true,
      }, {
        expectedVersion: 0,
        expiresAtMs: null,
      }),
    round: () => followOnce(deps, new AbortController().signal),
    told,
    deps,
    answerWith: (result) => answer = result,
    pass: (ms) => nowMs += ms,
  });
}

const bodiesOf = (told: readonly OutgoingRequest[]) => told.map(({ body }) => JSON.parse(body ?? "{}"));

Deno.test("followOnce() tells what is refused from now on, once and in order", () =>
  inWorld(async ({ send, subscribe, round, told }) => {
    await send("d-0", "pull");
    await subscribe("a", ["transition_failed"]);
    await subscribe("b", ["order_paid"]);
    await round();
    await send("d-1", "push");
    await send("d-1", "pull");
    await send("d-2", "pull");
    await round();
    await round();
    same(bodiesOf(told).map((body) => [body.event_type, body.entity_id, body.trigger]), [
      ["transition_failed", "d-1", "pull"],
      ["transition_failed", "d-2", "pull"],
    ]);
  }));

Deno.test("followOnce() tells dead letters", () =>
  inWorld(async ({ send, subscribe, round, told }) => {
    await subscribe("a", ["dead_letter_created"]);
    await round();
    await send("d-1", "push", true);
    await send("d-1", "pull", true);
    await send("d-1", "pull", true);
    await round();
    await round();
    same(bodiesOf(told).map((body) => [body.event_type, body.entity_id]), [
      ["dead_letter_created", "d-1"],
      ["dead_letter_created", "d-1"],
    ]);
    same(new Set(told.map(({ headers }) => headers["webhook-id"])).size, 2);
  }));

Deno.test("followOnce() waits for a receiver that is away, and repeats under the same id", () =>
  inWorld(async ({ send, subscribe, round, told, answerWith, pass }) => {
    await subscribe("a", ["*"]);
    await round();
    await send("d-1", "pull");
    answerWith({ type: "failed", reason: "away" });
    await round();
    await round();
    same(told.length, 1);
    pass(6_000);
    answerWith({ type: "answered", status: 204, body: "", retryAfter: null });
    await round();
    await round();
    same(
      told.map(({ headers }) => headers["webhook-id"]).every((id) => id === told[0]?.headers["webhook-id"]),
      true,
    );
    same(told.length, 2);
  }));

Deno.test("followOnce() gives a message up after three days and goes on", () =>
  inWorld(async ({ send, subscribe, round, told, answerWith, pass }) => {
    await subscribe("a", ["transition_failed"]);
    await round();
    await send("d-1", "pull");
    await send("d-2", "pull");
    answerWith({ type: "failed", reason: "away" });
    await round();
    pass(3 * 86_400_000 + 1);
    answerWith({ type: "failed", reason: "away" });
    await round();
    same(bodiesOf(told).map((body) => body.entity_id), ["d-1", "d-1", "d-2"]);
  }));

Deno.test("followOnce() switches a webhook off whose receiver is gone", () =>
  inWorld(async ({ send, subscribe, round, told, answerWith, deps }) => {
    await subscribe("a", ["transition_failed"]);
    await round();
    await send("d-1", "pull");
    answerWith({ type: "answered", status: 410, body: "", retryAfter: null });
    await round();
    await send("d-2", "pull");
    await round();
    const stored = await deps.store.operations.documents.get("webhook", "a");
    same([told.length, stored?.body.enabled], [1, false]);
  }));
