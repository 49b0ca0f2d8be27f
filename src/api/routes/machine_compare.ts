/** What changes from one version of a machine to another, each change with its weight for those that run. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { diffMachines } from "../../definition/diff.ts";
import type { LoadedMachine } from "../../orchestrator/loaded_machine.ts";
import { defineRoute, jsonAnswer, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { machineParams, storedMachine } from "./machine_records.ts";
import { MachineVersion } from "./shared.ts";

const Impact = z.enum(["breaking", "behaviour", "neutral"]);

const Comparison = z.object({
  machine_name: z.string(),
  source_version: z.string(),
  target_version: z.string(),
  impact: Impact.openapi({ description: "The heaviest of all changes; `neutral` when there is none" }),
  changes: z.array(z.object({
    impact: Impact,
    subject: z.enum(["machine", "state", "transition", "variable", "invariant", "schedule"]),
    name: z.string(),
    message: z.string(),
  })),
}).openapi("MachineComparison");

const compareRoute = defineRoute({
  method: "get",
  path: "/api/v1/machines/{machine_id}/compare",
  tags: ["machines"],
  summary: "What another version of the machine does otherwise, in words and with its weight",
  request: { params: machineParams, query: z.strictObject({ target_version: MachineVersion }) },
  responses: { 200: jsonAnswer(Comparison, "Changes"), 404: problemAnswer("No such machine or version") },
});

export function addMachineCompareRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(compareRoute, async (c) => {
    const known = await storedMachine(deps, c.req.valid("param").machine_id);
    const { target_version: version } = c.req.valid("query");
    const [before, after] = [await loadedOf(known.name, known.version), await loadedOf(known.name, version)];
    const changes = diffMachines(before.spec, after.spec);
    const impacts = new Set(changes.map((change) => change.impact));
    return c.json({
      machine_name: known.name,
      source_version: known.version,
      target_version: version,
      impact: Impact.options.find((impact) => impacts.has(impact)) ?? "neutral",
      changes: changes.map(({ impact, subject, name, message }) => ({ impact, subject, name, message })),
    }, 200);
  });

  async function loadedOf(name: string, version: string): Promise<LoadedMachine> {
    const loaded = await deps.runtime.machines.find(name, version);
    if (loaded === null) {
      throw new AppError("machine_not_found", `Cannot compare machine "${name}": no version "${version}"`);
    }
    return loaded;
  }
}
