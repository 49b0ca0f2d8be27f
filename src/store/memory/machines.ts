/** Machine records in memory. */
import type { MachineRecord } from "../../orchestrator/machine_record.ts";
import { compareRecords } from "../machine_order.ts";
import type { MachineStore } from "../store.ts";
import { type MemoryState, nowMsOf } from "./state.ts";

export function createMemoryMachines(state: MemoryState): MachineStore {
  const { machines } = state;
  return {
    insert(record) {
      const existing = findRecord(state, record.name, record.version);
      if (existing !== null) return Promise.resolve({ type: "exists", record: existing });
      machines.set(record.id, record);
      state.machineRevision += 1;
      return Promise.resolve({ type: "inserted", record });
    },
    update(record, expectedRevision) {
      const current = machines.get(record.id);
      if (current === undefined) return Promise.resolve({ type: "missing" });
      if (expectedRevision !== null && current.revision !== expectedRevision) {
        return Promise.resolve({ type: "revision" });
      }
      const other = findRecord(state, record.name, record.version);
      if (other !== null && other.id !== record.id) return Promise.resolve({ type: "exists" });
      if (isPinned(state, current)) return Promise.resolve({ type: "in_use" });
      machines.set(record.id, {
        ...record,
        revision: current.revision + 1,
        createdAtMs: current.createdAtMs,
        createdBy: current.createdBy,
        updatedAtMs: nowMsOf(state),
      });
      state.machineRevision += 1;
      return Promise.resolve({ type: "updated" });
    },
    delete(id, { isForced }) {
      const record = machines.get(id);
      if (record === undefined) return Promise.resolve("missing");
      if (!isForced && isPinned(state, record)) return Promise.resolve("in_use");
      machines.delete(id);
      state.machineRevision += 1;
      return Promise.resolve("deleted");
    },
    get: (id) => Promise.resolve(machines.get(id) ?? null),
    find: (name, version) => Promise.resolve(findRecord(state, name, version)),
    list(query) {
      const records = [...machines.values()].filter((record) =>
        (query.name === undefined || record.name === query.name) &&
        (query.version === undefined || record.version === query.version)
      );
      return Promise.resolve(records.toSorted(compareRecords));
    },
    revision: () => Promise.resolve(state.machineRevision),
  };
}

function findRecord(state: MemoryState, name: string, version: string): MachineRecord | null {
  return [...state.machines.values()].find((record) => record.name === name && record.version === version) ??
    null;
}

/** Entities that could still be processed keep their machine; deleted ones do not. */
function isPinned(state: MemoryState, record: MachineRecord): boolean {
  return [...state.entities.values()].some((entity) =>
    entity.status !== "deleted" && entity.machineName === record.name &&
    entity.machineVersion === record.version
  );
}
