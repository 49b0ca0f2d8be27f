/** An entity as it stands elsewhere: taken over under the rules of its machine, with its history before it. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../../errors.ts";
import { CONTEXT_BYTES_MAX } from "../../engine/result.ts";
import type { Entity } from "../../orchestrator/entity.ts";
import type { Command } from "../../orchestrator/event.ts";
import { changeLabels } from "../../orchestrator/labels.ts";
import type { LoadedMachine } from "../../orchestrator/loaded_machine.ts";
import type { OldTransition } from "../../orchestrator/predecessor.ts";
import { isAtLeast } from "../access.ts";
import { audit, decideNow } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import { statesOfText } from "../stored_states.ts";
import {
  CallerRecord,
  EntityId,
  InstantText,
  LabelsInput,
  MachineName,
  MachineVersion,
  StateText,
} from "./shared.ts";

const HISTORY_ITEMS_MAX = 5_000;

/** As snapshots have it, here and in PyStator. */
const HistoryItem = z.strictObject({
  id: z.string().max(64).nullish(),
  source_state: z.string().max(10_000),
  target_state: z.string().max(10_000).nullish(),
  trigger: z.string().max(300),
  success: z.boolean(),
  error_message: z.string().max(10_000).nullish(),
  actions_executed: z.array(z.string().max(200)).max(1_000).nullish(),
  created_at: InstantText,
  duration_ms: z.int().min(0).nullish(),
  outcome: z.string().max(50).nullish(),
  position: z.int().min(0).nullish(),
});

const ImportEntity = z.strictObject({
  entity_id: EntityId,
  machine_name: MachineName.nullish(),
  machine_version: MachineVersion.nullish(),
  current_state: StateText,
  context: CallerRecord.default({}),
  status: z.enum(["active", "archived", "deleted"]).default("active"),
  labels: LabelsInput.default({}),
  history: z.array(HistoryItem).max(HISTORY_ITEMS_MAX).default([]).openapi({ description: "Oldest first" }),
  overwrite: z.boolean().default(false).openapi({
    description:
      "Takes the place of an entity that exists. Its own history goes only where the role may remove it " +
      "(Admin); for anybody else it stays, and the history sent along is not taken over",
  }),
}).openapi("ImportEntityRequest");

const ImportedEntity = z.object({
  entity_id: z.string(),
  history_count: z.int().openapi({ description: "Rows of history that were taken over" }),
  success: z.boolean(),
}).openapi("ImportEntityResponse");

const importRoute = defineRoute({
  method: "post",
  path: "/api/v1/entities/import",
  tags: ["entities"],
  summary: "Take an entity over in a given state, with its history, under the rules of its machine",
  request: { body: jsonBody(ImportEntity) },
  responses: {
    200: jsonAnswer(ImportedEntity, "Imported"),
    404: problemAnswer("No such machine"),
    409: problemAnswer("The id is taken, or the state does not exist"),
  },
});

type ImportBody = z.output<typeof ImportEntity>;

export function addEntityImportRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(importRoute, async (c) => {
    const body = c.req.valid("json");
    const known = await deps.store.entities.get(body.entity_id);
    if (known !== null && !body.overwrite) {
      throw new AppError("entity_exists", `Cannot import entity "${body.entity_id}": it exists`);
    }
    checkLimits(body);
    const loaded = await machineOf(body, known);
    const isReplaced = known === null || isAtLeast(c.var.caller.role, "Admin");
    if (isReplaced) await takeOver(c, { body, known, loaded });
    else await changeInPlace(c, body, loaded);
    await audit(c, deps, {
      action: "entity.imported",
      resource: `entity:${body.entity_id}`,
      details: { is_overwritten: known !== null },
    });
    const historyCount = isReplaced ? body.history.length : 0;
    return c.json({ entity_id: body.entity_id, history_count: historyCount, success: true }, 200);
  });

  async function machineOf(body: ImportBody, known: Entity | null): Promise<LoadedMachine> {
    const name = body.machine_name ?? known?.machineName ?? null;
    if (name === null) {
      throw new AppError(
        "validation_failed",
        `Cannot import entity "${body.entity_id}": no machine is named`,
      );
    }
    const ownVersion = known?.machineName === name ? known.machineVersion : null;
    const version = body.machine_version ?? ownVersion;
    const loaded = await deps.runtime.machines.find(name, version);
    if (loaded === null) {
      const text = version === null ? `"${name}"` : `"${name}" ${version}`;
      throw new AppError("machine_not_found", `Cannot import "${body.entity_id}": no machine ${text}`);
    }
    return loaded;
  }

  async function takeOver(
    c: Context<ApiEnv>,
    { body, known, loaded }: {
      readonly body: ImportBody;
      readonly known: Entity | null;
      readonly loaded: LoadedMachine;
    },
  ): Promise<void> {
    if (known !== null) await deps.runtime.purge(body.entity_id);
    const nowMs = deps.clock.nowMs();
    const history = body.history.map((item) => transitionOf(body.entity_id, item));
    const result = await deps.runtime.adopt({
      loaded,
      entity: {
        entityId: body.entity_id,
        machineName: loaded.name,
        machineVersion: loaded.version,
        currentState: body.current_state,
        context: body.context,
        version: (known?.version ?? 0) + 1,
        status: body.status,
        labels: body.labels,
        createdAtMs: Math.min(nowMs, history[0]?.createdAtMs ?? nowMs),
        updatedAtMs: nowMs,
        archivedAtMs: body.status === "archived" ? nowMs : null,
        deletedAtMs: body.status === "deleted" ? nowMs : null,
      },
      history,
      actor: c.var.caller.name,
    });
    if (result.type === "misfit") {
      throw new AppError("conflict", `Cannot import "${body.entity_id}": ${result.message}`);
    }
    if (result.type === "taken") {
      throw new AppError(
        "entity_exists",
        `Cannot import entity "${body.entity_id}": the id is taken meanwhile`,
      );
    }
  }

  function transitionOf(entityId: string, item: z.output<typeof HistoryItem>): OldTransition {
    return {
      id: deps.newId(),
      entityId,
      trigger: item.trigger,
      fromState: item.source_state,
      toState: item.target_state ?? null,
      isSuccess: item.success,
      errorType: null,
      errorMessage: item.error_message ?? null,
      actionNames: item.actions_executed ?? [],
      context: null,
      createdAtMs: item.created_at,
      durationMs: item.duration_ms ?? 0,
    };
  }

  /** What was before stays readable in front of the change. */
  async function changeInPlace(c: Context<ApiEnv>, body: ImportBody, loaded: LoadedMachine): Promise<void> {
    const { entity_id: entityId } = body;
    const run = (command: Command) => decideNow(c, deps, { entityId, command });
    await decideNow(c, deps, {
      entityId,
      machineName: loaded.name,
      machineVersion: loaded.version,
      command: {
        type: "force",
        snapshot: { v: 1, states: statesOfText(body.current_state) },
        context: body.context,
        reason: "import",
      },
    });
    if (Object.keys(body.labels).length > 0) {
      await run({ type: "labels", set: body.labels, remove: [], isReplace: true });
    }
    if (body.status !== "active") await run({ type: "status", status: body.status });
  }
}

function checkLimits(body: ImportBody): void {
  const labels = changeLabels({}, { set: body.labels, remove: [], isReplace: true });
  if (typeof labels === "string") throw new AppError("validation_failed", labels);
  if (new TextEncoder().encode(JSON.stringify(body.context)).length > CONTEXT_BYTES_MAX) {
    throw new AppError(
      "validation_failed",
      `Cannot import: the context has more than ${CONTEXT_BYTES_MAX} bytes`,
    );
  }
}
