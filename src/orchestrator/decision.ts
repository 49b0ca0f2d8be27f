/** What one event does to one entity: everything a commit must write, and the answer to the sender. */
import type { Run } from "../engine/step.ts";
import type { DeadLetter, DeadLetterReason } from "./dead_letter.ts";
import type { Entity } from "./entity.ts";
import type { Timer } from "./event.ts";
import type { HistoryRow } from "./history.ts";
import type { OutboxRow } from "./outbox.ts";

export interface Decision {
  /** `consumed`: the event leaves the lane; `retry`: it stays and blocks; `rejected`: it leaves without a history row. */
  readonly type: "consumed" | "retry" | "rejected";
  /** The entity afterwards; null = there is none (yet). */
  readonly entity: Entity | null;
  readonly history: HistoryRow | null;
  /** The row `__entity_created__` that comes before `history` when the event created its entity. */
  readonly created: HistoryRow | null;
  readonly timersSet: readonly Timer[];
  readonly timersCancelled: readonly string[];
  readonly outbox: readonly OutboxRow[];
  readonly deadLetter: DeadLetter | null;
  readonly reason: DeadLetterReason | null;
  readonly message: string | null;
  /** null for commands that do not ask the engine. */
  readonly run: Run | null;
  /** Only for `retry`: not before. */
  readonly retryAtMs: number | null;
}
