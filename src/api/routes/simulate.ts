/** Playing a machine through before anything depends on it. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import type { PlayedStep, SimulationInput } from "../simulation.ts";
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
    const document = await documentOf(body);
    const inputs: SimulationInput[] = body.steps.map((step) => {
      if ("advance_ms" in step) return { type: "advance", durationMs: step.advance_ms };
      return "data" in step
        ? { type: "data", data: step.data }
        : { type: "event", trigger: step.trigger, payload: step.context };
    });
    const played = await deps.compute.run<"simulate">({
      type: "simulate",
      document,
      context: body.context,
      inputs,
      nowMs: deps.clock.nowMs(),
    });
    const { entity } = played;
    return c.json({
      machine_name: played.machineName,
      machine_version: played.machineVersion,
      steps: played.steps.map(simulatedStep),
      current_state: entity?.currentState ?? null,
      active_states: [...entity?.states ?? []],
      context: recordOf(entity?.context ?? {}),
      is_terminal: entity?.isTerminal ?? false,
      timers: played.timers.map(({ key, trigger, dueAtMs }) => ({ key, trigger, due_at: timeOf(dueAtMs) })),
      now: timeOf(played.nowMs),
    }, 200);
  });

  async function documentOf(body: z.output<typeof SimulateBody>): Promise<JsonObject> {
    if (body.config !== undefined) return body.config;
    const { machine_name: name, machine_version: version = null } = body;
    if (name === undefined) {
      throw new AppError("validation_failed", "Request is not valid: send config, or machine_name");
    }
    const loaded = await deps.runtime.machines.find(name, version);
    const record = loaded === null ? null : await deps.store.machines.find(loaded.name, loaded.version);
    if (record === null) {
      throw new AppError("machine_not_found", `Cannot simulate machine "${name}": no such machine`);
    }
    return record.config;
  }
}

function simulatedStep(step: PlayedStep): z.infer<typeof SimulatedStep> {
  return {
    input: step.input,
    at: timeOf(step.atMs),
    type: step.type,
    trigger: step.trigger,
    success: step.isSuccess,
    outcome: step.outcome,
    source_state: step.fromState,
    target_state: step.toState,
    reason: step.reason,
    message: step.message,
    actions: [...step.actions],
    context: step.context === null ? null : recordOf(step.context),
  };
}
