/** What waits to be done to the world: actions that are due, being delivered or waiting for their next attempt. */
import { z } from "@hono/zod-openapi";
import { receiverOf } from "../../orchestrator/action_target.ts";
import type { OutboxGroup, OutboxItem } from "../../store/store.ts";
import { defineRoute, jsonAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { Cursor, EntityId, Instant, MachineName, timeOf, wholeNumber } from "./shared.ts";

const PAGE_MAX = 200;
const PAGE_DEFAULT = 50;

const KINDS = [
  "named",
  "http",
  "celery",
  "send",
  "send_event",
  "create_entity",
  "invoke_start",
  "invoke_stop",
] as const satisfies readonly OutboxItem["kind"][];

const OutboxAction = z.object({
  action_id: z.string().openapi({ description: "The `Idempotency-Key` that its receiver sees" }),
  entity_id: z.string(),
  machine_name: z.string(),
  machine_version: z.string(),
  position: z.int(),
  ordinal: z.int(),
  kind: z.enum(KINDS),
  name: z.string(),
  target: z.string().openapi({
    description: "Who receives it: a host, `celery`, the name of a named action, a kind",
  }),
  params: z.record(z.string(), z.unknown()),
  state: z.enum(["pending", "leased"]),
  attempts: z.int(),
  attempts_max: z.int(),
  created_at: Instant.nullable(),
  next_at: Instant.nullable().openapi({ description: "When it is delivered next, or when its lease ends" }),
}).openapi("OutboxAction");

const OutboxPage = z.object({
  items: z.array(OutboxAction),
  next_cursor: z.string().nullable(),
}).openapi("OutboxPage");

const OutboxTarget = z.object({
  target: z.string(),
  kind: z.enum(KINDS),
  pending: z.int(),
  leased: z.int(),
  failing: z.int().openapi({ description: "How many of them failed at least once" }),
  next_at: Instant.nullable(),
});

const OutboxSummary = z.object({
  pending: z.int(),
  leased: z.int(),
  failing: z.int(),
  next_at: Instant.nullable().openapi({ description: "When the next action is due; null = nothing waits" }),
  targets: z.array(OutboxTarget).openapi({ description: "Largest first" }),
}).openapi("OutboxSummary");

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/outbox",
  tags: ["outbox"],
  summary: "Actions that wait or are being delivered, next due first",
  request: {
    query: z.strictObject({
      state: z.enum(["pending", "leased"]).optional(),
      kind: z.enum(KINDS).optional(),
      machine_name: MachineName.optional(),
      entity_id: EntityId.optional(),
      limit: wholeNumber({ min: 1, max: PAGE_MAX }).optional(),
      cursor: Cursor.optional(),
    }),
  },
  responses: { 200: jsonAnswer(OutboxPage, "One page") },
});

const summaryRoute = defineRoute({
  method: "get",
  path: "/api/v1/outbox/summary",
  tags: ["outbox"],
  summary: "How much waits for each receiver, and when the next action is due",
  responses: { 200: jsonAnswer(OutboxSummary, "Counts") },
});

export function addOutboxRoutes(app: ApiApp, deps: RouteDeps): void {
  const { outbox } = deps.store;

  app.openapi(listRoute, async (c) => {
    const { machine_name: machineName, entity_id: entityId, kind, state, ...page } = c.req.valid("query");
    const { items, nextCursor } = await outbox.list({
      ...(machineName === undefined ? {} : { machineName }),
      ...(entityId === undefined ? {} : { entityId }),
      ...(kind === undefined ? {} : { kind }),
      ...(state === undefined ? {} : { state }),
      limit: page.limit ?? PAGE_DEFAULT,
      cursor: page.cursor ?? null,
    });
    return c.json({ items: items.map(actionRecord), next_cursor: nextCursor }, 200);
  });

  app.openapi(summaryRoute, async (c) => c.json(summaryOf(await outbox.groups()), 200));
}

function actionRecord(item: OutboxItem): z.infer<typeof OutboxAction> {
  return {
    action_id: item.actionId,
    entity_id: item.entityId,
    machine_name: item.machineName,
    machine_version: item.machineVersion,
    position: item.position,
    ordinal: item.ordinal,
    kind: item.kind,
    name: item.name,
    target: receiverOf(item),
    params: { ...item.params },
    state: item.state,
    attempts: item.attempts,
    attempts_max: item.attemptsMax,
    created_at: timeOf(item.createdAtMs),
    next_at: timeOf(item.nextAtMs),
  };
}

/** Groups with one receiver are one target, whatever their addresses are. */
function summaryOf(groups: readonly OutboxGroup[]): z.infer<typeof OutboxSummary> {
  const targets = new Map<string, { sum: Sum; kind: OutboxGroup["kind"]; target: string }>();
  let total = NOTHING;
  for (const { kind, name, address, ...sum } of groups) {
    const target = receiverOf({
      kind,
      name,
      params: address === null ? {} : { url: address, target: address, src: address },
    });
    const key = `${kind} ${target}`;
    targets.set(key, { kind, target, sum: added(targets.get(key)?.sum ?? NOTHING, sum) });
    total = added(total, sum);
  }
  return {
    ...sumRecord(total),
    targets: [...targets.values()].map(({ target, kind, sum }) => ({ target, kind, ...sumRecord(sum) }))
      .toSorted((a, b) => b.pending + b.leased - a.pending - a.leased),
  };
}

type Sum = Pick<OutboxGroup, "pending" | "leased" | "failing" | "nextAtMs">;

const NOTHING: Sum = { pending: 0, leased: 0, failing: 0, nextAtMs: Infinity };

function added(a: Sum, b: Sum): Sum {
  return {
    pending: a.pending + b.pending,
    leased: a.leased + b.leased,
    failing: a.failing + b.failing,
    nextAtMs: Math.min(a.nextAtMs, b.nextAtMs),
  };
}

function sumRecord({ pending, leased, failing, nextAtMs }: Sum) {
  return { pending, leased, failing, next_at: Number.isFinite(nextAtMs) ? timeOf(nextAtMs) : null };
}
