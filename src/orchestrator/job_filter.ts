/** The filter of a job, kept with the names of the API, as a query of a store. */
import type { JsonObject } from "../json.ts";
import type { EntityStatus, WorkflowStatus } from "./entity.ts";
import { objectOf, textOrNullOf } from "./stored_fields.ts";

/** What entities must match; the fields are those of the list of entities. */
export interface EntityFilter {
  readonly machineName?: string;
  readonly state?: string;
  readonly isTerminal?: boolean;
  readonly workflowStatus?: WorkflowStatus;
  /** Any of these. */
  readonly statuses: readonly EntityStatus[];
  readonly createdFromMs?: number;
  readonly createdToMs?: number;
  readonly updatedFromMs?: number;
  readonly updatedToMs?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly search?: string;
}

/** What dead letters must match; always pending ones. */
export interface LetterFilter {
  readonly machineName?: string;
  readonly entityId?: string;
  readonly reason?: string;
  readonly stage?: string;
  readonly createdFromMs?: number;
  readonly createdToMs?: number;
}

/** Only active entities take events: others are never meant. */
export function entityFilterOf(filter: JsonObject): EntityFilter {
  const { is_terminal: isTerminal } = filter;
  const labels = Object.entries(objectOf(filter, "labels")).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, value] as const] : []
  );
  const workflowStatus = WORKFLOW_STATUSES.find((word) => word === filter.workflow_status);
  return {
    statuses: ["active"],
    ...named("machineName", textOrNullOf(filter, "machine_name")),
    ...named("state", textOrNullOf(filter, "state")),
    ...(typeof isTerminal === "boolean" ? { isTerminal } : {}),
    ...(workflowStatus === undefined ? {} : { workflowStatus }),
    ...named("createdFromMs", timeOf(filter, "created_after")),
    ...named("createdToMs", timeOf(filter, "created_before")),
    ...named("updatedFromMs", timeOf(filter, "updated_after")),
    ...named("updatedToMs", timeOf(filter, "updated_before")),
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
    ...named("search", textOrNullOf(filter, "q")),
  };
}

export function letterFilterOf(filter: JsonObject): LetterFilter {
  return {
    ...named("machineName", textOrNullOf(filter, "source_name")),
    ...named("entityId", textOrNullOf(filter, "entity_id")),
    ...named("reason", textOrNullOf(filter, "reason")),
    ...named("stage", textOrNullOf(filter, "stage")),
    ...named("createdFromMs", timeOf(filter, "created_after")),
    ...named("createdToMs", timeOf(filter, "created_before")),
  };
}

const WORKFLOW_STATUSES: readonly WorkflowStatus[] = ["active", "complete", "failed"];

function named<Key extends string, Value>(key: Key, value: Value | null): { readonly [K in Key]?: Value } {
  const found: { [K in Key]?: Value } = {};
  if (value !== null) found[key] = value;
  return found;
}

/** ms since the epoch of an ISO instant. */
function timeOf(filter: JsonObject, key: string): number | null {
  const text = textOrNullOf(filter, key);
  const ms = text === null ? NaN : Date.parse(text);
  return Number.isFinite(ms) ? ms : null;
}
