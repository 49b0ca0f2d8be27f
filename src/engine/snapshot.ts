/** The state of one instance between two events, as plain, versioned, readable JSON. */
import type { JsonObject } from "../json.ts";

/**
 * Everything the engine must remember besides the context. Names, never indexes, so that it survives a new version of
 * the machine. Optional keys are left out when empty.
 */
export interface Snapshot {
  readonly v: 1;
  /** Active leaves in document order. */
  readonly states: readonly string[];
  /** History owner (compound, or named history node) → remembered nodes. Keys `x` (shallow) and `x*` (deep). */
  readonly history?: { readonly [owner: string]: readonly string[] };
  /** Timers that run: key → generation. A fire with another generation is a no-op. */
  readonly timers?: { readonly [key: string]: number };
  /** States whose services run → generation of their start. A result with another generation comes from an earlier stay. */
  readonly invokes?: { readonly [state: string]: number };
  /** Generation of the timer or service that was started last; 0 at first. */
  readonly generation?: number;
  /** Events put off until the configuration changes, oldest first; at most 100. */
  readonly deferred?: readonly DeferredEvent[];
  readonly isDone?: boolean;
}

export interface DeferredEvent {
  readonly trigger: string;
  readonly payload: JsonObject;
  readonly id?: string;
}

/** One instance: what is active and what it knows. */
export interface Instance {
  readonly snapshot: Snapshot;
  readonly context: JsonObject;
}
