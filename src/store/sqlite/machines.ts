/** Machine records in SQLite. */
import type { MachineRecord } from "../../orchestrator/machine_record.ts";
import { number } from "../columns.ts";
import { compareRecords } from "../machine_order.ts";
import { machineFrom } from "../rows.ts";
import type { MachineStore } from "../store.ts";
import type { SqliteDatabase, SqliteSession } from "./connect.ts";

export function createSqliteMachines(database: SqliteDatabase): MachineStore {
  return {
    insert: (record) =>
      database.write((session) => {
        const existing = find(session, record.name, record.version);
        if (existing !== null) return { type: "exists", record: existing };
        insertRecord(session, record);
        countRevision(session);
        return { type: "inserted", record };
      }),
    update: (record, expectedRevision) =>
      database.write((session) => {
        const current = get(session, record.id);
        if (current === null) return { type: "missing" };
        if (expectedRevision !== null && current.revision !== expectedRevision) return { type: "revision" };
        const other = find(session, record.name, record.version);
        if (other !== null && other.id !== record.id) return { type: "exists" };
        if (isPinned(session, current)) return { type: "in_use" };
        replaceRecord(session, record, database.nowMs());
        countRevision(session);
        return { type: "updated" };
      }),
    delete: (id, { isForced }) =>
      database.write((session) => {
        const record = get(session, id);
        if (record === null) return "missing";
        if (!isForced && isPinned(session, record)) return "in_use";
        session.run("delete from machine where id = ?", id);
        countRevision(session);
        return "deleted";
      }),
    get: (id) => database.read((session) => get(session, id)),
    find: (name, version) => database.read((session) => find(session, name, version)),
    list: ({ name, version }) =>
      database.read((session) =>
        session.all(
          "select * from machine where (?1 is null or name = ?1) and (?2 is null or version = ?2)",
          name ?? null,
          version ?? null,
        ).map(machineFrom).toSorted(compareRecords)
      ),
    revision: () =>
      database.read((session) => {
        const row = session.get("select value from setting where name = 'machine_revision'");
        return row === null ? 0 : number(row, "value");
      }),
  };
}

function get(session: SqliteSession, id: string): MachineRecord | null {
  const row = session.get("select * from machine where id = ?", id);
  return row === null ? null : machineFrom(row);
}

function find(session: SqliteSession, name: string, version: string): MachineRecord | null {
  const row = session.get("select * from machine where name = ? and version = ?", name, version);
  return row === null ? null : machineFrom(row);
}

/** Entities that could still be processed keep their machine; deleted ones do not. */
function isPinned(session: SqliteSession, record: MachineRecord): boolean {
  return session.get(
    "select 1 from entity where machine_name = ? and machine_version = ? and status <> 'deleted' limit 1",
    record.name,
    record.version,
  ) !== null;
}

function countRevision(session: SqliteSession): void {
  session.run("update setting set value = value + 1 where name = 'machine_revision'");
}

function insertRecord(session: SqliteSession, record: MachineRecord): void {
  session.run(
    "insert into machine (id, name, version, description, is_strict, config, source_text, hash, revision, created_at, " +
      "updated_at, created_by, updated_by) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    record.id,
    record.name,
    record.version,
    record.description,
    Number(record.isStrict),
    JSON.stringify(record.config),
    record.sourceText,
    record.hash,
    record.revision,
    record.createdAtMs,
    record.updatedAtMs,
    record.createdBy,
    record.updatedBy,
  );
}

function replaceRecord(session: SqliteSession, record: MachineRecord, nowMs: number): void {
  session.run(
    "update machine set name = ?, version = ?, description = ?, is_strict = ?, config = ?, source_text = ?, hash = ?, " +
      "revision = revision + 1, updated_at = ?, updated_by = ? where id = ?",
    record.name,
    record.version,
    record.description,
    Number(record.isStrict),
    JSON.stringify(record.config),
    record.sourceText,
    record.hash,
    nowMs,
    record.updatedBy,
    record.id,
  );
}
