/** Playing a machine through before anything depends on it. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import type { LoadedMachine } from "../../orchestrator/loaded_machine.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import { requireDefinition } from "../definitions.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { simulate, type SimulatedItem, type SimulationInput } from "../simulation.ts";
import {
  Instant,
  JsonInput,
  JsonRecord,
  MachineName,
  MachineVersion,
  recordOf,
  timeOf,
  Trigger,
} from "./shared.ts";

const STEPS_MAX = 200;
const ADVANCE_MS_MAX = 315_360_000_000;

const SimulateBody = z.strictObject({
  config: JsonInput.optional(),
  machine_name: MachineName.optional(),
  machine_version: MachineVersion.optional(),
  context: JsonInput.default({}),
  steps: z.array(z.union([
    z.strictObject({ trigger: Trigger, context: JsonInput.default({}) }),
    z.strictObject({ data: JsonInput }),
    z.strictObject({ advance_ms: z.int().min(0).max(ADVANCE_MS_MAX) }),
  ])).max(STEPS_MAX).default([]),
}).openapi("SimulateRequest");

const SimulatedStep = z.object({
  input: z.int().openapi({ description: "0 = creation, n = the n-th step" }),
  at: Instant,
  type: z.string(),
  trigger: z.string(),
  success: z.boolean(),
  outcome: z.string(),
  source_state: z.string(),
  target_state: z.string().nullable(),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  actions: z.array(z.string()),
  context: JsonRecord.nullable(),
}).openapi("SimulatedStep");

const SimulateAnswer = z.object({
  machine_name: z.string(),
  machine_version: z.string(),
  steps: z.array(SimulatedStep),
  current_state: z.string().nullable(),
  active_states: z.array(z.string()),
  context: JsonRecord,
  is_terminal: z.boolean(),
  timers: z.array(z.object({ key: z.string(), trigger: z.string(), due_at: Instant })),
  now: Instant,
}).openapi("SimulateResponse");

const simulateRoute = defineRoute({
  method: "post",
  path: "/api/v1/simulate",
  tags: ["machines"],
  summary: "Create an entity of a machine, send it events, data and time; nothing is stored or done",
  request: { body: jsonBody(SimulateBody) },
  responses: {
    200: jsonAnswer(SimulateAnswer, "Everything that happened"),
    400: problemAnswer("The machine cannot be used"),
    404: problemAnswer("No such machine"),
  },
});

export function addSimulateRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(simulateRoute, async (c) => {
    const body = c.req.valid("json");
    const loaded = await machineOf(body);
    const inputs: SimulationInput[] = body.steps.map((step) => {
      if ("advance_ms" in step) return { type: "advance", durationMs: step.advance_ms };
      return "data" in step
        ? { type: "data", data: step.data }
        : { type: "event", trigger: step.trigger, payload: step.context };
    });
    const { items, lane, nowMs } = simulate(loaded, {
      context: body.context,
      inputs,
      nowMs: deps.clock.nowMs(),
    });
    const { entity } = lane;
    return c.json({
      machine_name: loaded.name,
      machine_version: loaded.version,
      steps: items.map(simulatedStep),
      current_state: entity?.currentState ?? null,
      active_states: [...entity?.snapshot.states ?? []],
      context: recordOf(entity?.context ?? {}),
      is_terminal: entity?.isTerminal ?? false,
      timers: lane.timers.map(({ key, trigger, dueAtMs }) => ({ key, trigger, due_at: timeOf(dueAtMs) })),
      now: timeOf(nowMs),
    }, 200);
  });

  async function machineOf(body: z.output<typeof SimulateBody>): Promise<LoadedMachine> {
    if (body.config !== undefined) {
      return requireDefinition({ type: "document", document: body.config }, "anonymous").loaded;
    }
    if (body.machine_name === undefined) {
      throw new AppError("validation_failed", "Request is not valid: send config, or machine_name");
    }
    const loaded = await deps.runtime.machines.find(body.machine_name, body.machine_version ?? null);
    if (loaded === null) {
      throw new AppError(
        "machine_not_found",
        `Cannot simulate machine "${body.machine_name}": no such machine`,
      );
    }
    return loaded;
  }
}

function simulatedStep({ input, atMs, item }: SimulatedItem): z.infer<typeof SimulatedStep> {
  const { decision, event, timer } = item;
  const { history, entity } = decision;
  const { command } = event;
  return {
    input,
    at: timeOf(atMs),
    type: timer === null ? command.type : "timer",
    trigger: history?.trigger ?? (command.type === "event" ? command.trigger : ""),
    success: history?.isSuccess ?? false,
    outcome: history?.outcome ?? "refused",
    source_state: history?.fromState ?? "",
    target_state: history?.toState ?? null,
    reason: history?.reason ?? decision.reason,
    message: decision.message,
    actions: (history?.actions ?? []).map((action) => action.name),
    context: entity === null ? null : recordOf(entity.context),
  };
}
