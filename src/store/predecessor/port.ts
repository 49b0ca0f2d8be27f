/** What can be read of a database of the predecessor. */
import type { DeadLetter } from "../../orchestrator/dead_letter.ts";
import type { Command } from "../../orchestrator/event.ts";
import type { OldEntity, OldMachine, OldTransition } from "../../orchestrator/predecessor.ts";

/** An event that was accepted there and not yet processed. */
export interface OldEvent {
  /** UUID. */
  readonly id: string;
  readonly machineName: string;
  readonly entityId: string;
  readonly command: Command;
  readonly firesAtMs: number;
  readonly attemptsMax: number;
  readonly idempotencyKey: string | null;
}

export interface PredecessorSource {
  machines(): Promise<readonly OldMachine[]>;
  /** By id, after `after`; at most `limit`. */
  entities(after: string, limit: number): Promise<readonly OldEntity[]>;
  /** The newest `limit` rows of one entity, oldest first. */
  history(entityId: string, limit: number): Promise<readonly OldTransition[]>;
  /** What waits, in the order in which it would have been processed; timers of states are left out. */
  events(limit: number): Promise<readonly OldEvent[]>;
  /** By record id, after `after`; at most `limit`. */
  deadLetters(after: string, limit: number): Promise<readonly DeadLetter[]>;
  close(): Promise<void>;
}
