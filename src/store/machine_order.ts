/** The order of machine records in lists: by name, then newest version first. */
import type { MachineRecord } from "../orchestrator/machine_record.ts";
import { compareVersions } from "../orchestrator/version_order.ts";

export function compareRecords(a: MachineRecord, b: MachineRecord): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return compareVersions(b.version, a.version);
}
