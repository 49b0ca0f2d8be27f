/** Questions about an entity that change nothing: what it accepts now, what an event would do, and why. */
import { z } from "@hono/zod-openapi";
import type { JsonObject } from "../../json.ts";
import type { Decision } from "../../orchestrator/decision.ts";
import type { LoadedMachine } from "../../orchestrator/loaded_machine.ts";
import { stateTreeOf } from "../../orchestrator/state_tree.ts";
import { rejectionError } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { triggersOf } from "../definitions.ts";
import { requireEntity } from "../entities.ts";
import { guardsText } from "../guard_texts.ts";
import { CallerRecord, entityParams, Instant, JsonRecord, recordOf, timeOf, Trigger } from "./shared.ts";

/** Triggers that one explanation tries. */
const EXPLAINED_MAX = 200;

const TriggerInfo = z.object({
  trigger: z.string(),
  target_state: z.string(),
  has_guard: z.boolean(),
  guard_description: z.string().nullable(),
  description: z.string(),
  would_succeed: z.boolean().openapi({ description: "An event without payload would be taken now" }),
}).openapi("TriggerInfo");

const AvailableTriggers = z.object({
  entity_id: z.string(),
  current_state: z.string(),
  triggers: z.array(TriggerInfo),
}).openapi("AvailableTriggersResponse");

const DryRun = z.strictObject({ trigger: Trigger, context: CallerRecord.default({}) }).openapi(
  "DryRunRequest",
);

const GuardVerdict = z.object({
  name: z.string(),
  kind: z.enum(["check", "expr", "name", "composite"]),
  passed: z.boolean(),
  error: z.string().optional(),
  values: JsonRecord.optional(),
}).openapi("GuardVerdict");

const Candidate = z.object({
  source: z.string(),
  dest: z.string().nullable(),
  verdict: z.enum(["selected", "rejected", "error", "preempted", "missing_guard"]),
  guards: z.array(GuardVerdict),
}).openapi("CandidateVerdict");

const DryRunAnswer = z.object({
  would_succeed: z.boolean(),
  entity_id: z.string(),
  source_state: z.string(),
  target_state: z.string().nullable(),
  trigger: z.string(),
  actions_that_would_execute: z.array(z.string()),
  error_message: z.string().nullable(),
  error_code: z.string().nullable(),
  context_after: JsonRecord.nullable(),
  candidates: z.array(Candidate).openapi({
    description: "Transitions that were looked at, each guard with what it read",
  }),
}).openapi("DryRunResponse");

const TriggerVerdict = z.object({
  trigger: z.string(),
  would_succeed: z.boolean(),
  outcome: z.string(),
  target_state: z.string().nullable(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  candidates: z.array(Candidate),
}).openapi("TriggerVerdict");

const Explanation = z.object({
  entity_id: z.string(),
  current_state: z.string(),
  version: z.int(),
  triggers: z.array(TriggerVerdict),
}).openapi("EntityExplanation");

const Timers = z.object({
  entity_id: z.string(),
  timers: z.array(z.object({ key: z.string(), trigger: z.string(), due_at: Instant, generation: z.int() })),
}).openapi("EntityTimers");

const ASK_ANSWERS = { 404: problemAnswer("No such entity"), 409: problemAnswer("The entity is not active") };

const triggersRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/available-triggers",
  tags: ["entities"],
  summary: "Triggers that a transition of the current state answers to, and which would be taken now",
  request: { params: entityParams },
  responses: { 200: jsonAnswer(AvailableTriggers, "Triggers"), ...ASK_ANSWERS },
});

const dryRunRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/{entity_id}/dry-run",
  tags: ["entities"],
  summary: "What an event would do now, with the stored context and the pinned version",
  request: { params: entityParams, body: jsonBody(DryRun) },
  responses: { 200: jsonAnswer(DryRunAnswer, "What would happen"), ...ASK_ANSWERS },
});

const explainRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/explain",
  tags: ["entities"],
  summary: "Every trigger of the machine with its verdict, each guard and the values it read",
  request: { params: entityParams },
  responses: { 200: jsonAnswer(Explanation, "Verdicts for an event without payload"), ...ASK_ANSWERS },
});

const timersRoute = defineRoute({
  method: "get",
  path: "/api/v1/entities/{entity_id}/timers",
  tags: ["entities"],
  summary: "Timers that run",
  request: { params: entityParams },
  responses: { 200: jsonAnswer(Timers, "By due time"), 404: problemAnswer("No such entity") },
});

export function addEntityPreviewRoutes(app: ApiApp, deps: RouteDeps): void {
  const { runtime, store } = deps;

  app.openapi(triggersRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { entity, loaded } = await runtime.entityWithMachine(entityId);
    const taken = new Set(await runtime.availableTriggers(entityId));
    const triggers = availableTriggers(loaded, entity.snapshot.states);
    return c.json({
      entity_id: entityId,
      current_state: entity.currentState,
      triggers: triggers.map((row) => ({ ...row, would_succeed: taken.has(row.trigger) })),
    }, 200);
  });

  app.openapi(dryRunRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    const { trigger, context } = c.req.valid("json");
    const { entity } = await runtime.entityWithMachine(entityId);
    const decision = await tried(entityId, trigger, context);
    return c.json({
      would_succeed: isTaken(decision),
      entity_id: entityId,
      source_state: decision.history?.fromState ?? entity.currentState,
      target_state: isTaken(decision) ? decision.history?.toState ?? null : null,
      trigger,
      actions_that_would_execute: isTaken(decision)
        ? (decision.history?.actions ?? []).map((row) => row.name)
        : [],
      error_message: decision.message,
      error_code: decision.run?.refusal?.code ?? decision.reason,
      context_after: isTaken(decision) && decision.entity !== null ? recordOf(decision.entity.context) : null,
      candidates: candidatesOf(decision),
    }, 200);
  });

  app.openapi(explainRoute, async (c) => {
    const { entity, loaded } = await runtime.entityWithMachine(c.req.valid("param").entity_id);
    const verdicts: z.infer<typeof TriggerVerdict>[] = [];
    for (const trigger of triggersOf(loaded).slice(0, EXPLAINED_MAX)) {
      verdicts.push(verdictOf(trigger, await tried(entity.entityId, trigger, {})));
    }
    return c.json({
      entity_id: entity.entityId,
      current_state: entity.currentState,
      version: entity.version,
      triggers: verdicts,
    }, 200);
  });

  app.openapi(timersRoute, async (c) => {
    const { entity_id: entityId } = c.req.valid("param");
    await requireEntity(deps, entityId);
    const timers = await store.entities.timers(entityId);
    return c.json({
      entity_id: entityId,
      timers: timers.map((timer) => ({
        key: timer.key,
        trigger: timer.trigger,
        due_at: timeOf(timer.dueAtMs),
        generation: timer.generation,
      })),
    }, 200);
  });

  async function tried(entityId: string, trigger: string, context: JsonObject): Promise<Decision> {
    const decision = await runtime.dryRun({
      entityId,
      command: { type: "event", trigger, payload: context },
      machineName: null,
      machineVersion: null,
    });
    if (decision.type === "rejected" && decision.reason !== "invalid_transition") {
      throw rejectionError(decision);
    }
    return decision;
  }
}

function isTaken(decision: Decision): boolean {
  return decision.history?.isSuccess === true;
}

/** Each transition that stands above an active leaf and waits for a trigger, in file order. */
function availableTriggers(
  loaded: LoadedMachine,
  leaves: readonly string[],
): Omit<z.infer<typeof TriggerInfo>, "would_succeed">[] {
  const tree = stateTreeOf(loaded.spec);
  const isActive = (source: string) => leaves.some((leaf) => tree.isInside(leaf, source));
  const isTerminal = (leaf: string) => loaded.stateTypes.get(leaf) === "terminal";
  return loaded.spec.transitions.filter((transition) => {
    if (transition.origin !== "transition" || transition.isAuto || transition.afterMs !== null) return false;
    return transition.source === "*"
      ? leaves.some((leaf) => !isTerminal(leaf))
      : transition.source.some(isActive);
  }).flatMap((transition) =>
    transition.triggers.map((trigger) => ({
      trigger,
      target_state: transition.dest ?? leaves.join(","),
      has_guard: transition.guards.length > 0,
      guard_description: guardsText(transition.guards),
      description: transition.description,
    }))
  );
}

function verdictOf(trigger: string, decision: Decision): z.infer<typeof TriggerVerdict> {
  return {
    trigger,
    would_succeed: isTaken(decision),
    outcome: decision.run?.outcome ?? "refused",
    target_state: isTaken(decision) ? decision.history?.toState ?? null : null,
    reason: decision.run?.refusal?.code ?? decision.reason,
    message: decision.message,
    candidates: candidatesOf(decision),
  };
}

function candidatesOf(decision: Decision): z.infer<typeof Candidate>[] {
  return (decision.run?.steps[0]?.candidates ?? []).map((row) => ({
    source: row.source,
    dest: row.dest,
    verdict: row.verdict,
    guards: row.guards.map(({ name, kind, passed, error, values }) => ({
      name,
      kind,
      passed,
      ...(error === undefined ? {} : { error }),
      ...(values === undefined ? {} : { values: recordOf(values) }),
    })),
  }));
}
