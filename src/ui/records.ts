/** The answers of the API that pages show, as far as they show them. */

export interface MachineRow {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly description: string | null;
  readonly updated_at: string;
}

export interface MachineRecord extends MachineRow {
  readonly config: Record<string, unknown>;
  readonly revision: number;
}

export interface EntityRow {
  readonly entity_id: string;
  readonly current_state: string;
  readonly machine_name: string | null;
  readonly machine_version: string | null;
  readonly context: Record<string, unknown>;
  readonly status: string;
  readonly workflow_status: string;
  readonly is_terminal: boolean | null;
  readonly labels: Record<string, string>;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface HistoryRow {
  readonly id: string;
  readonly entity_id: string;
  readonly source_state: string;
  readonly target_state: string | null;
  readonly trigger: string;
  readonly success: boolean;
  readonly error_message: string | null;
  readonly actions_executed: readonly string[] | null;
  readonly created_at?: string;
  readonly occurred_at?: string;
  readonly duration_ms: number | null;
}

/** One trigger of the machine, asked about without sending it. */
export interface TriggerRow {
  readonly trigger: string;
  readonly would_succeed: boolean;
  readonly target_state: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly candidates: readonly {
    readonly guards: readonly {
      readonly name: string;
      readonly passed: boolean;
      readonly values?: Record<string, unknown>;
    }[];
  }[];
}

export interface TimerRow {
  readonly key: string;
  readonly trigger: string;
  readonly due_at: string;
}

export interface EventAnswer {
  readonly success: boolean;
  readonly source_state: string;
  readonly target_state: string | null;
  readonly trigger: string;
  readonly error_detail:
    | { readonly code: string; readonly message: string; readonly details?: unknown }
    | null;
}

export interface DeadLetterRow {
  readonly record_id: string;
  readonly source_name: string;
  readonly reason: string;
  readonly error_message: string;
  readonly stage: string;
  readonly payload: Record<string, unknown>;
  readonly attempt: number;
  readonly status: string;
  readonly created_at: string;
}

export interface Summary {
  readonly active_entities: number;
  readonly transitions_total: number;
  readonly transitions_failed: number;
  readonly p95_transition_duration_ms: number | null;
  readonly worker_pending: number;
  readonly worker_dead_letter: number;
}
