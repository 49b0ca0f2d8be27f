/** Machines as the wire shows them. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import type { MachineRecord } from "../../orchestrator/machine_record.ts";
import type { RouteDeps } from "../env.ts";
import { Instant, JsonRecord, recordOf, timeOf } from "./shared.ts";

export const MachineRecordSchema = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  description: z.string().nullable(),
  strict_mode: z.boolean(),
  config: JsonRecord,
  revision: z.int(),
  source_text: z.string().nullable(),
  hash: z.string(),
  created_at: Instant.nullable(),
  updated_at: Instant.nullable(),
  created_by: z.string().nullable(),
  updated_by: z.string().nullable(),
}).openapi("MachineResponse");

export const MachineRow = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  namespace: z.string().nullable(),
  description: z.string().nullable(),
  created_at: Instant.nullable(),
  updated_at: Instant.nullable(),
  revision: z.int(),
}).openapi("MachineListItem");

export function machineRecord(record: MachineRecord): z.infer<typeof MachineRecordSchema> {
  return {
    id: record.id,
    name: record.name,
    version: record.version,
    description: record.description,
    strict_mode: record.isStrict,
    config: recordOf(record.config),
    revision: record.revision,
    source_text: record.sourceText,
    hash: record.hash,
    created_at: timeOf(record.createdAtMs),
    updated_at: timeOf(record.updatedAtMs),
    created_by: record.createdBy,
    updated_by: record.updatedBy,
  };
}

export function machineRow(record: MachineRecord): z.infer<typeof MachineRow> {
  return {
    id: record.id,
    name: record.name,
    version: record.version,
    namespace: namespaceOf(record.config["meta"]),
    description: record.description,
    created_at: timeOf(record.createdAtMs),
    updated_at: timeOf(record.updatedAtMs),
    revision: record.revision,
  };
}

export const machineParams = z.object({ machine_id: z.string().max(64).openapi({ format: "uuid" }) });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Throws `bad_request` for what is no id, and `machine_not_found`. */
export async function storedMachine(deps: Pick<RouteDeps, "store">, id: string): Promise<MachineRecord> {
  if (!UUID.test(id)) throw new AppError("bad_request", "Cannot find the machine: its id is a UUID");
  const record = await deps.store.machines.get(id.toLowerCase());
  if (record === null) throw missingMachine();
  return record;
}

export function missingMachine(): AppError {
  return new AppError("machine_not_found", "Cannot find the machine: no such record");
}

function namespaceOf(meta: JsonValue | undefined): string | null {
  if (typeof meta !== "object" || meta === null || !("namespace" in meta)) return null;
  const { namespace } = meta;
  return typeof namespace === "string" ? namespace : null;
}
