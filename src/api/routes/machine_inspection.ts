/** Machines for people who write them: every finding with its place, the outline, and drawings. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { defineRoute, jsonAnswer, problemAnswer } from "../contract.ts";
import { type Drawing, drawingOf, DRAWINGS } from "../definitions.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { Diagnostic, diagnosticRecord, machineBody, registryOf, sourceOf } from "./machine_bodies.ts";
import { machineParams, storedMachine } from "./machine_records.ts";
import { JsonInput } from "./shared.ts";

const Outline = z.object({
  machine_name: z.string(),
  version: z.string(),
  states: z.array(z.object({
    name: z.string(),
    type: z.string(),
    parent: z.string().nullable(),
    description: z.string(),
  })),
  transitions: z.array(z.object({
    triggers: z.array(z.string()),
    source: z.array(z.string()),
    dest: z.string().nullable(),
    guards: z.int(),
    actions: z.int(),
    after_ms: z.int().nullable(),
  })),
  triggers: z.array(z.string()),
}).openapi("MachineOutline");

const Diagnosis = z.object({
  valid: z.boolean(),
  diagnostics: z.array(Diagnostic),
  outline: Outline.nullable(),
}).openapi("DiagnoseResponse");

const DiagnoseBody = z.strictObject({ config: JsonInput }).openapi("DiagnoseRequest");

const diagnoseRoute = defineRoute({
  method: "post",
  path: "/api/v1/machines/diagnose",
  tags: ["machines"],
  summary: "Errors, warnings and hints of a machine with line and column, and its outline; stores nothing",
  request: { body: machineBody(DiagnoseBody) },
  responses: { 200: jsonAnswer(Diagnosis, "Findings") },
});

const chartRoute = defineRoute({
  method: "get",
  path: "/api/v1/machines/{machine_id}/chart",
  tags: ["machines"],
  summary: "A drawing of a machine: Mermaid, Graphviz or SCXML",
  request: {
    params: machineParams,
    query: z.strictObject({ format: z.enum(DRAWINGS).optional() }),
  },
  responses: {
    200: { description: "Text of the drawing", content: { "text/plain": { schema: z.string() } } },
    404: problemAnswer("No such machine"),
  },
});

export function addMachineInspectionRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(diagnoseRoute, async (c) => {
    const source = sourceOf(c, c.req.valid("json"));
    const { machine, errors, warnings } = await deps.compute.run<"inspect">({
      type: "inspect",
      source,
      isLinted: true,
      registry: await registryOf(deps, source),
    });
    return c.json({
      valid: machine !== null,
      diagnostics: [...errors, ...warnings].map(diagnosticRecord),
      outline: machine === null ? null : {
        machine_name: machine.name,
        version: machine.version,
        states: [...machine.states],
        transitions: machine.transitions.map(({ afterMs, triggers, source, ...rest }) => ({
          ...rest,
          triggers: [...triggers],
          source: [...source],
          after_ms: afterMs,
        })),
        triggers: [...machine.triggers],
      },
    }, 200);
  });

  app.openapi(chartRoute, async (c) => {
    const { machine_id: id } = c.req.valid("param");
    const format: Drawing = c.req.valid("query").format ?? "mermaid";
    const record = await storedMachine(deps, id);
    const loaded = await deps.runtime.machines.find(record.name, record.version);
    if (loaded === null) {
      throw new AppError("machine_not_found", `Cannot draw machine "${record.name}": it cannot be read`);
    }
    return c.text(drawingOf(loaded, format), 200);
  });
}
