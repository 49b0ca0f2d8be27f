/** One event against a machine that is sent along: nothing is stored, nothing is done. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { OutcomeError } from "./event_answers.ts";
import { JsonInput, JsonRecord, recordOf } from "./shared.ts";

const ActionRef = z.object({ name: z.string(), params: JsonRecord }).openapi("ActionRef");

const ProcessBody = z.strictObject({
  config: JsonInput,
  current_state: z.string().min(1).max(10_000),
  trigger: z.string().max(200),
  context: JsonInput.nullish(),
  assume_guards: z.boolean().default(false).openapi({
    description: "Named guards that are not built in pass, instead of refusing the event",
  }),
}).openapi("ProcessRequest");

const ProcessAnswer = z.object({
  success: z.boolean(),
  source_state: z.string(),
  target_state: z.string().nullable(),
  trigger: z.string(),
  actions_to_execute: z.array(ActionRef),
  on_exit_actions: z.array(ActionRef),
  on_enter_actions: z.array(ActionRef),
  error: OutcomeError.nullable(),
  metadata: JsonRecord,
}).openapi("ProcessResponse");

const processRoute = defineRoute({
  method: "post",
  path: "/api/v1/process",
  tags: ["machines"],
  summary: "What an event would do to a machine in a given state",
  request: { body: jsonBody(ProcessBody) },
  responses: {
    200: jsonAnswer(ProcessAnswer, "The transition, or why there is none"),
    400: problemAnswer("The machine cannot be used, the state does not exist, or the trigger is empty"),
  },
});

export function addProcessRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(processRoute, async (c) => {
    const body = c.req.valid("json");
    if (body.trigger === "") throw new AppError("bad_request", "Cannot process: the trigger is empty");
    const outcome = await deps.compute.run<"process">({
      type: "process",
      document: body.config,
      currentState: body.current_state,
      trigger: body.trigger,
      context: body.context ?? {},
      nowMs: deps.clock.nowMs(),
      areGuardsAssumed: body.assume_guards,
    });
    const { error } = outcome;
    return c.json({
      success: outcome.success,
      source_state: outcome.source_state,
      target_state: outcome.target_state,
      trigger: outcome.trigger,
      actions_to_execute: outcome.actions_to_execute.map(actionRef),
      on_exit_actions: outcome.on_exit_actions.map(actionRef),
      on_enter_actions: outcome.on_enter_actions.map(actionRef),
      error: error === null ? null : { ...error, details: recordOf(error.details) },
      metadata: recordOf(outcome.metadata),
    }, 200);
  });
}

function actionRef(
  { name, params = {} }: { readonly name: string; readonly params?: Parameters<typeof recordOf>[0] },
) {
  return { name, params: recordOf(params) };
}
