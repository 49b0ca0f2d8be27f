/** Machines: check, publish, replace, delete, compare with what runs. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../../errors.ts";
import type { Diagnostic as Diagnosed } from "../../definition/diagnostic.ts";
import type { Entity } from "../../orchestrator/entity.ts";
import type { MachineRecord } from "../../orchestrator/machine_record.ts";
import { isAtLeast } from "../access.ts";
import { audit, hashOf } from "../commands.ts";
import { defineRoute, jsonAnswer, problemAnswer } from "../contract.ts";
import {
  type DefinitionSource,
  diagnosticText,
  invalidMachine,
  type MachineSummary,
} from "../definitions.ts";
import type { ApiApp, ApiEnv, RouteDeps } from "../env.ts";
import { answerOnce } from "../kept_answers.ts";
import { maskedMachine } from "../masked_machine.ts";
import { Diagnostic, diagnosticRecord, machineBody, registryOf, sourceOf } from "./machine_bodies.ts";
import {
  machineParams,
  machineRecord,
  MachineRecordSchema,
  MachineRow,
  machineRow,
  missingMachine,
  storedMachine,
} from "./machine_records.ts";
import { Flag, idempotencyHeaders, JsonInput, MachineName, MachineVersion } from "./shared.ts";

/** Entities that one comparison looks at. */
const COMPARED_MAX = 2_000;
const PAGE_ENTITIES = 200;
const NAME = /^[a-z0-9_]{1,200}$/;
const VERSION = /^[A-Za-z0-9_.+-]{1,64}$/;

const Validation = z.object({
  valid: z.boolean(),
  errors: z.array(z.string()),
  warnings: z.array(z.string()),
  info: z.object({
    machine_name: z.string(),
    version: z.string(),
    state_names: z.array(z.string()),
    trigger_names: z.array(z.string()),
    terminal_states: z.array(z.string()),
  }).nullable(),
  diagnostics: z.array(Diagnostic),
}).openapi("ValidateResponse");

const PublishedMachine = z.object({
  ...MachineRecordSchema.shape,
  warnings: z.array(z.string()).openapi({ description: "What is doubtful, and no reason to refuse" }),
}).openapi("MachinePublishResponse");

const MachineList = z.object({ machines: z.array(MachineRow), count: z.int() }).openapi(
  "MachineListResponse",
);

const Compatibility = z.object({
  compatible: z.boolean(),
  source_version: z.string(),
  target_version: z.string(),
  entities_checked: z.int(),
  entities_total: z.int(),
  issues: z.array(z.object({ entity_id: z.string(), current_state: z.string(), issue: z.string() })),
}).openapi("CompatibilityReport");

const ConfigBody = z.strictObject({ config: JsonInput }).openapi("MachineCreateRequest");
const UpdateBody = z.strictObject({ config: JsonInput, expected_revision: z.int().min(1).nullish() })
  .openapi("MachineUpdateRequest");
const INVALID = problemAnswer("The machine is not valid; `detail.errors` lists everything");
const NO_MACHINE = problemAnswer("No such machine");

const validateRoute = defineRoute({
  method: "post",
  path: "/api/v1/machines/validate",
  tags: ["machines"],
  summary: "Everything that is wrong or doubtful in a machine; stores nothing",
  request: { body: machineBody(ConfigBody) },
  responses: { 200: jsonAnswer(Validation, "Findings") },
});

const listRoute = defineRoute({
  method: "get",
  path: "/api/v1/machines",
  tags: ["machines"],
  summary: "Machines by name, newest version first",
  request: { query: z.strictObject({ name: MachineName.optional(), version: MachineVersion.optional() }) },
  responses: { 200: jsonAnswer(MachineList, "All of them") },
});

const createMachineRoute = defineRoute({
  method: "post",
  path: "/api/v1/machines",
  tags: ["machines"],
  summary: "Publish a version of a machine",
  request: { headers: idempotencyHeaders, body: machineBody(ConfigBody) },
  responses: {
    201: jsonAnswer(PublishedMachine, "Published"),
    400: INVALID,
    409: problemAnswer("This name and version are taken"),
  },
});

const readRoute = defineRoute({
  method: "get",
  path: "/api/v1/machines/{machine_id}",
  tags: ["machines"],
  summary: "One version, whole",
  request: { params: machineParams },
  responses: { 200: jsonAnswer(MachineRecordSchema, "The machine"), 404: NO_MACHINE },
});

const updateRoute = defineRoute({
  method: "put",
  path: "/api/v1/machines/{machine_id}",
  tags: ["machines"],
  summary: "Replace a version in place, as long as no entity uses it",
  request: { params: machineParams, body: machineBody(UpdateBody) },
  responses: {
    200: jsonAnswer(MachineRecordSchema, "Replaced"),
    400: INVALID,
    404: NO_MACHINE,
    409: problemAnswer("In use, changed meanwhile, or name and version are taken"),
  },
});

const deleteRoute = defineRoute({
  method: "delete",
  path: "/api/v1/machines/{machine_id}",
  tags: ["machines"],
  summary: "Delete a version that no active entity uses; `force` is for administrators",
  request: { params: machineParams, query: z.strictObject({ force: Flag.optional() }) },
  responses: { 204: { description: "Gone" }, 404: NO_MACHINE, 409: problemAnswer("Entities use it") },
});

const compatibilityRoute = defineRoute({
  method: "post",
  path: "/api/v1/machines/{machine_id}/compatibility",
  tags: ["machines"],
  summary: "Which active entities could not move to another version",
  request: { params: machineParams, query: z.strictObject({ target_version: MachineVersion }) },
  responses: { 200: jsonAnswer(Compatibility, "Report"), 404: NO_MACHINE },
});

export function addMachineRoutes(app: ApiApp, deps: RouteDeps): void {
  const { machines } = deps.store;

  app.openapi(validateRoute, async (c) => {
    const source = sourceOf(c, c.req.valid("json"));
    const { machine, errors, warnings } = await deps.compute.run<"inspect">({
      type: "inspect",
      source,
      isLinted: false,
      registry: await registryOf(deps, source),
    });
    return c.json({
      valid: machine !== null,
      errors: errors.map(diagnosticText),
      warnings: warnings.map(diagnosticText),
      info: machine === null ? null : machineInfo(machine),
      diagnostics: [...errors, ...warnings].map(diagnosticRecord),
    }, 200);
  });

  app.openapi(listRoute, async (c) => {
    const { name, version } = c.req.valid("query");
    const records = await machines.list({
      ...(name === undefined ? {} : { name }),
      ...(version === undefined ? {} : { version }),
    });
    return c.json({ machines: records.map(machineRow), count: records.length }, 200);
  });

  app.openapi(createMachineRoute, async (c) => {
    const source = sourceOf(c, c.req.valid("json"));
    const created = await answerOnce(c, deps, {
      operation: "machines",
      body: source,
      readAnswer: (stored) => PublishedMachine.parse(stored),
      run: async () => {
        const { record, warnings } = await newRecord(c, source);
        const result = await machines.insert(record);
        if (result.type === "exists") throw taken(record);
        await audit(c, deps, {
          action: "machine.created",
          resource: `machine:${record.name}`,
          details: { version: record.version, hash: record.hash },
        });
        return { ...machineRecord(result.record), warnings: warnings.map(diagnosticText) };
      },
    });
    c.header("location", `/api/v1/machines/${created.id}`);
    return c.json(created, 201);
  });

  app.openapi(readRoute, async (c) => {
    const record = await storedMachine(deps, c.req.valid("param").machine_id);
    c.header("etag", `"${record.revision}"`);
    const isEditor = isAtLeast(c.var.caller.role, "Editor");
    return c.json(machineRecord(isEditor ? record : maskedMachine(record)), 200);
  });

  app.openapi(updateRoute, async (c) => {
    const known = await storedMachine(deps, c.req.valid("param").machine_id);
    const body = c.req.valid("json");
    const { record: fresh } = await newRecord(c, sourceOf(c, body));
    const record: MachineRecord = {
      ...fresh,
      id: known.id,
      revision: known.revision + 1,
      createdAtMs: known.createdAtMs,
      createdBy: known.createdBy,
    };
    const tag = /^"([0-9]{1,15})"$/.exec(c.req.header("if-match") ?? "")?.[1];
    const given = typeof body === "string" ? null : body.expected_revision ?? null;
    const result = await machines.update(record, given ?? (tag === undefined ? null : Number(tag)));
    switch (result.type) {
      case "updated":
        break;
      case "missing":
        throw missingMachine();
      case "revision":
        throw new AppError(
          given === null ? "precondition_failed" : "revision_conflict",
          `Cannot replace machine "${known.name}": it changed meanwhile`,
        );
      case "in_use":
        throw inUse(known);
      case "exists":
        throw taken(record);
    }
    await audit(c, deps, {
      action: "machine.changed",
      resource: `machine:${record.name}`,
      details: { version: record.version, hash: record.hash },
    });
    return c.json(machineRecord(await storedMachine(deps, known.id)), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const known = await storedMachine(deps, c.req.valid("param").machine_id);
    const { force = false } = c.req.valid("query");
    if (force && !isAtLeast(c.var.caller.role, "Admin")) {
      throw new AppError("forbidden", "Role Admin is needed to delete what entities use", {
        details: { needed_role: "Admin" },
      });
    }
    const result = await machines.delete(known.id, { isForced: force });
    if (result === "missing") throw missingMachine();
    if (result === "in_use") throw inUse(known);
    await audit(c, deps, {
      action: "machine.deleted",
      resource: `machine:${known.name}`,
      details: { version: known.version, is_forced: force },
    });
    return c.body(null, 204);
  });

  app.openapi(compatibilityRoute, async (c) => {
    const known = await storedMachine(deps, c.req.valid("param").machine_id);
    const { target_version: version } = c.req.valid("query");
    const target = await deps.runtime.machines.find(known.name, version);
    if (target === null) {
      throw new AppError(
        "machine_not_found",
        `Cannot compare machine "${known.name}": no version "${version}"`,
      );
    }
    const { entities, total } = await activeEntities(known.name);
    const issues = entities.flatMap((entity) =>
      entity.snapshot.states.filter((state) => !target.stateTypes.has(state)).map((state) => ({
        entity_id: entity.entityId,
        current_state: entity.currentState,
        issue: `State "${state}" does not exist in version ${version}`,
      }))
    );
    return c.json({
      compatible: issues.length === 0,
      source_version: known.version,
      target_version: version,
      entities_checked: entities.length,
      entities_total: total,
      issues,
    }, 200);
  });

  async function newRecord(
    c: Context<ApiEnv>,
    source: DefinitionSource,
  ): Promise<{ readonly record: MachineRecord; readonly warnings: readonly Diagnosed[] }> {
    const { machine, document, errors, warnings } = await deps.compute.run<"inspect">({
      type: "inspect",
      source,
      isLinted: false,
      registry: await registryOf(deps, source),
    });
    if (machine === null || document === null) {
      throw invalidMachine(errors, errors.every(isOfName) ? 422 : undefined);
    }
    const { name, version, description, isStrict } = machine;
    if (!NAME.test(name)) {
      throw new AppError(
        "validation_failed",
        "Cannot store the machine: its name has characters beside a-z, 0-9 and _",
      );
    }
    if (!VERSION.test(version)) {
      throw new AppError(
        "validation_failed",
        "Cannot store the machine: its version has forbidden characters",
      );
    }
    const nowMs = deps.clock.nowMs();
    const record: MachineRecord = {
      id: deps.newId(),
      name,
      version,
      description: description === "" ? null : description,
      isStrict,
      config: document,
      sourceText: source.type === "text" ? source.text : null,
      hash: await hashOf(document),
      revision: 1,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      createdBy: c.var.caller.name,
      updatedBy: c.var.caller.name,
    };
    return { record, warnings };
  }

  async function activeEntities(machineName: string) {
    const entities: Entity[] = [];
    let cursor: string | null = null;
    let total = 0;
    do {
      const page: { items: readonly Entity[]; nextCursor: string | null; total: number } = await deps.store
        .entities
        .list({
          machineName,
          statuses: ["active"],
          sortBy: "entity_id",
          isAscending: true,
          limit: PAGE_ENTITIES,
          cursor,
        });
      entities.push(...page.items);
      total = page.total;
      cursor = page.nextCursor;
    } while (cursor !== null && entities.length < COMPARED_MAX);
    return { entities, total };
  }
}

function machineInfo(machine: MachineSummary) {
  return {
    machine_name: machine.name,
    version: machine.version,
    state_names: machine.states.map((state) => state.name),
    trigger_names: [...machine.triggers],
    terminal_states: machine.states.filter((state) => state.type === "terminal").map((state) => state.name),
  };
}

/** Only the name is wrong, or missing: PyStator's clients look for another status. */
function isOfName({ path }: { readonly path: readonly (string | number)[] }): boolean {
  return path.join(".") === "meta.machine_name" || path.join(".") === "meta.name";
}

function taken(record: MachineRecord): AppError {
  return new AppError(
    "machine_exists",
    `Cannot store machine "${record.name}" ${record.version}: this version exists; raise meta.version`,
  );
}

function inUse(record: MachineRecord): AppError {
  return new AppError(
    "machine_in_use",
    `Cannot change machine "${record.name}" ${record.version}: entities use it; publish a new version`,
  );
}
