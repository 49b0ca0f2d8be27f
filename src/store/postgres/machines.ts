/** Machine records in PostgreSQL. */
import { assert } from "../../assert.ts";
import type { MachineRecord } from "../../orchestrator/machine_record.ts";
import { number, word } from "../columns.ts";
import { compareRecords } from "../machine_order.ts";
import { machineFrom } from "../rows.ts";
import type { MachineStore } from "../store.ts";
import type { PostgresDatabase } from "./connect.ts";
import { isUuid } from "./uuid.ts";

/** Added to a statement whose changes are called `changed`. */
const COUNT_REVISION = "counted as (update stator.setting set value = value + 1 " +
  "where name = 'machine_revision' and exists (select 1 from changed))";

/** Entities that could still be processed keep their machine; deleted ones do not. */
const PINNED = "exists (select 1 from stator.entity e where e.machine_name = current.name " +
  "and e.machine_version = current.version and e.status <> 'deleted')";

export function createPostgresMachines(database: PostgresDatabase): MachineStore {
  return {
    async insert(record) {
      const row = await database.get(
        "with changed as (insert into stator.machine (id, name, version, description, is_strict, config, source_text, " +
          "hash, revision, created_at, updated_at, created_by, updated_by) values ($1, $2, $3, $4, $5, $6::text::json, " +
          "$7, $8, $9, $10, $11, $12, $13) on conflict (name, version) do nothing returning id), " +
          `${COUNT_REVISION} select id from changed`,
        record.id,
        record.name,
        record.version,
        record.description,
        record.isStrict,
        JSON.stringify(record.config),
        record.sourceText,
        record.hash,
        record.revision,
        record.createdAtMs,
        record.updatedAtMs,
        record.createdBy,
        record.updatedBy,
      );
      if (row !== null) return { type: "inserted", record };
      const existing = await find(database, record.name, record.version);
      assert(existing !== null, "a taken name and version has a record");
      return { type: "exists", record: existing };
    },
    async update(record, expectedRevision) {
      if (!isUuid(record.id)) return { type: "missing" };
      const row = await database.get(
        "with current as materialized (select * from stator.machine where id = $1 for update), " +
          "verdict as materialized (select case " +
          "when $2::int is not null and current.revision <> $2::int then 'revision' " +
          "when exists (select 1 from stator.machine o where o.name = $3 and o.version = $4 and o.id <> $1) then 'exists' " +
          `when ${PINNED} then 'in_use' else 'updated' end as type from current), ` +
          "changed as (update stator.machine m set name = $3, version = $4, description = $5, is_strict = $6, " +
          "config = $7::text::json, source_text = $8, hash = $9, revision = m.revision + 1, " +
          "updated_at = stator.now_ms(), updated_by = $10 from verdict where m.id = $1 and verdict.type = 'updated' " +
          `returning m.id), ${COUNT_REVISION} select type from verdict`,
        record.id,
        expectedRevision,
        record.name,
        record.version,
        record.description,
        record.isStrict,
        JSON.stringify(record.config),
        record.sourceText,
        record.hash,
        record.updatedBy,
      );
      return { type: row === null ? "missing" : word(row, "type") };
    },
    async delete(id, { isForced }) {
      if (!isUuid(id)) return "missing";
      const row = await database.get(
        "with current as materialized (select * from stator.machine where id = $1 for update), " +
          `verdict as materialized (select case when not $2 and ${PINNED} then 'in_use' else 'deleted' end as type ` +
          "from current), changed as (delete from stator.machine m using verdict where m.id = $1 " +
          `and verdict.type = 'deleted' returning m.id), ${COUNT_REVISION} select type from verdict`,
        id,
        isForced,
      );
      return row === null ? "missing" : word(row, "type");
    },
    async get(id) {
      if (!isUuid(id)) return null;
      const row = await database.get("select * from stator.machine where id = $1", id);
      return row === null ? null : machineFrom(row);
    },
    find: (name, version) => find(database, name, version),
    async list({ name, version }) {
      const rows = await database.all(
        "select * from stator.machine where ($1::text is null or name = $1::text) " +
          "and ($2::text is null or version = $2::text)",
        name ?? null,
        version ?? null,
      );
      return rows.map(machineFrom).toSorted(compareRecords);
    },
    async revision() {
      const row = await database.get("select value from stator.setting where name = 'machine_revision'");
      return row === null ? 0 : number(row, "value");
    },
  };
}

async function find(
  database: PostgresDatabase,
  name: string,
  version: string,
): Promise<MachineRecord | null> {
  const row = await database.get(
    "select * from stator.machine where name = $1 and version = $2",
    name,
    version,
  );
  return row === null ? null : machineFrom(row);
}
