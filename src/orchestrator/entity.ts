/** One business entity as it is stored, and the names for its standing. */
import type { JsonObject } from "../json.ts";
import type { Snapshot } from "../engine/snapshot.ts";

export type EntityStatus = "active" | "archived" | "deleted";
export type WorkflowStatus = "active" | "complete" | "failed";
export type Labels = Readonly<Record<string, string>>;

/** All times are ms since the epoch, by the clock of the store. */
export interface Entity {
  /** Unique in the whole store. */
  readonly entityId: string;
  readonly machineName: string;
  /** Pinned: every event is decided by this version until the entity is migrated. */
  readonly machineVersion: string;
  readonly snapshot: Snapshot;
  readonly context: JsonObject;
  /** PyStator's text of the configuration (`leaf`, `parallel:a=x,b=y`), derived from the snapshot. */
  readonly currentState: string;
  /** +1 for each applied change; the fence of every write. 1 after creation. */
  readonly version: number;
  /** +1 for each consumed event; equals the number of history rows. */
  readonly position: number;
  readonly status: EntityStatus;
  readonly workflowStatus: WorkflowStatus;
  readonly isTerminal: boolean;
  readonly labels: Labels;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly archivedAtMs: number | null;
  readonly deletedAtMs: number | null;
}
