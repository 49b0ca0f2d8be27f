/** What a machine says of events that the clock sends; the engine itself knows nothing of them. */
import type { JsonObject } from "../json.ts";

/** An event that is sent again and again, by the clock of a time zone. */
export interface ScheduleSpec {
  readonly name: string;
  readonly description: string;
  /** Five fields, six with seconds in front, or a nickname such as `@daily`. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  /** Occurrences that were missed: none of them, the most recent one, or each in order. */
  readonly catchUp: "skip" | "last" | "all";
  readonly trigger: string;
  readonly payload: JsonObject;
  readonly target:
    /** `{{ date }}` and other names stand for parts of the due time; an entity that does not exist is created. */
    | { readonly type: "entity"; readonly entityId: string }
    /** All that match when it is due; names of the filter as in the API. */
    | { readonly type: "entities"; readonly filter: JsonObject; readonly rate: number };
}

/** Names that may stand as `{{ name }}` in an entity id and in texts of a payload. */
export const SCHEDULE_NAMES = ["date", "time", "due_at", "due_at_ms", "schedule", "machine"] as const;

/** Entities in a second, where a schedule sends to many. */
export const SEND_RATE_DEFAULT = 50;
export const SEND_RATE_MAX = 1_000;
