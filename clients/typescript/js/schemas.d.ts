/** Shapes of what is sent and answered. Generated from docs/openapi.json by `deno task clients`; do not edit. */
export interface ActionRef {
  readonly name: string;
  readonly params: {
    readonly [key: string]: unknown;
  };
}
export interface ActionResult {
  readonly name: string;
  readonly status: "ok" | "failed" | "skipped" | "pending";
  readonly success: boolean;
  readonly skipped: boolean;
  readonly phase: "exit" | "transition" | "enter";
  readonly result?: unknown | undefined;
  readonly error?: string | undefined;
}
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly scopes: readonly (string)[];
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly created_by: string;
  readonly created_at: string;
}
export interface AppConfig {
  readonly theme: string;
  readonly app_name: string;
  readonly version: string;
  readonly allow_inline_code_actions: false;
  readonly allow_inline_code_actions_source: "default";
  readonly allow_inline_code_imports: false;
  readonly allow_inline_code_imports_source: "default";
  readonly allow_catalog_code: false;
  readonly allow_catalog_code_source: "default";
}
export interface ApplyDataEnqueueResponse {
  readonly entity_id: string;
  readonly machine_name: string;
  readonly event_id: string;
}
export interface ApplyDataRequest {
  /** Names that begin with _ are reserved */
  readonly data?: {
    readonly [key: string]: JsonValue;
  } | undefined;
  readonly machine_name?: string | null | undefined;
  readonly fires_at?: string | null | undefined;
  readonly idempotency_key?: string | null | undefined;
  readonly max_attempts?: number | null | undefined;
}
export interface AuditLog {
  readonly items: readonly ({
    readonly id: string;
    readonly at: string;
    readonly actor: string;
    readonly action: string;
    readonly resource: string;
    readonly request_id: string | null;
    readonly details: {
      readonly [key: string]: unknown;
    };
  })[];
  readonly next_cursor: string | null;
}
export interface AvailableTriggersResponse {
  readonly entity_id: string;
  readonly current_state: string;
  readonly triggers: readonly (TriggerInfo)[];
}
export interface BatchEventsRequest {
  readonly events: readonly ({
    readonly entity_id: string;
    readonly trigger: string;
    /** Names that begin with _ are reserved */
    readonly context?: {
      readonly [key: string]: JsonValue;
    } | undefined;
    readonly machine_name?: string | null | undefined;
    readonly machine_version?: string | null | undefined;
    readonly fires_at?: string | null | undefined;
    readonly idempotency_key?: string | null | undefined;
    readonly max_attempts?: number | null | undefined;
  })[];
}
export interface BatchEventsResponse {
  readonly results: readonly ({
    readonly entity_id: string;
    readonly event_id: string;
    readonly status: "queued" | "duplicate" | "conflict";
  })[];
  readonly total: number;
  readonly queued: number;
}
export interface BrowserSession {
  readonly username: string;
  readonly role: "Viewer" | "Operator" | "Editor" | "Admin";
  /** For the header `X-CSRF-Token` of every change; null when no cookie was used */
  readonly csrf_token: string | null;
  readonly expires_at: string | null;
}
export interface BuiltinCatalog {
  readonly guards: readonly ({
    readonly name: string;
    readonly description: string;
    readonly params: readonly ({
      readonly name: string;
      readonly type: string;
      readonly default: string | null;
    })[];
  })[];
  readonly actions: readonly ({
    readonly name: string;
    readonly description: string;
    readonly params: readonly ({
      readonly name: string;
      readonly type: string;
      readonly default: string | null;
    })[];
  })[];
  readonly effects: readonly ({
    readonly name: string;
    readonly description: string;
    readonly syntax: string;
    readonly params: readonly ({
      readonly name: string;
      readonly type: string;
      readonly default: string | null;
    })[];
  })[];
  readonly check_operators: readonly ({
    readonly name: string;
  })[];
  readonly http_action: {
    readonly name: string;
    readonly description: string;
    readonly syntax: string;
    readonly params: readonly (string)[];
  };
  readonly condition_forms: readonly ({
    readonly name: string;
    readonly tier: string;
    readonly description: string;
    readonly syntax: string;
  })[];
  readonly advanced_actions: readonly ({
    readonly name: string;
    readonly tier: string;
    readonly description: string;
    readonly syntax: string;
  })[];
  readonly action_statuses: readonly ({
    readonly name: string;
    readonly description: string;
  })[];
  readonly recommended_model: readonly (string)[];
}
export interface BulkCreateEntitiesRequest {
  readonly items: readonly ({
    readonly entity_id: string;
    readonly machine_name: string;
    readonly machine_version?: string | null | undefined;
    /** Names that begin with _ are reserved */
    readonly context?: {
      readonly [key: string]: JsonValue;
    } | undefined;
  })[];
}
export interface BulkCreateEntitiesResponse {
  readonly results: readonly ({
    readonly entity_id: string;
    readonly success: boolean;
    readonly current_state: string | null;
    readonly error: string | null;
    readonly error_code: string | null;
  })[];
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
}
export interface BulkProcessEventsRequest {
  readonly trigger: string;
  readonly entity_ids: readonly (string)[];
  /** Names that begin with _ are reserved */
  readonly context?: {
    readonly [key: string]: JsonValue;
  } | undefined;
  readonly machine_name?: string | null | undefined;
  readonly machine_version?: string | null | undefined;
}
export interface BulkProcessEventsResponse {
  readonly trigger: string;
  readonly results: readonly ({
    readonly entity_id: string;
    readonly success: boolean;
    readonly source_state: string | null;
    readonly target_state: string | null;
    readonly error: string | null;
    readonly error_code: string | null;
    readonly error_detail: FsmOutcomeError;
  })[];
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
}
export interface CandidateVerdict {
  readonly source: string;
  readonly dest: string | null;
  readonly verdict: "selected" | "rejected" | "error" | "preempted" | "missing_guard";
  readonly guards: readonly (GuardVerdict)[];
}
export interface ChangePasswordRequest {
  readonly current_password: string;
  readonly new_password: string;
}
export interface ChangeUserRequest {
  readonly password?: string | undefined;
  readonly role?: "Viewer" | "Operator" | "Editor" | "Admin" | undefined;
  readonly is_enabled?: boolean | undefined;
}
export interface CloudEvent {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: string;
  /** The entity */
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly machine?: string | undefined;
  readonly machineversion?: string | undefined;
  /** Order within the entity */
  readonly sequence?: string | undefined;
  readonly data: {
    readonly [key: string]: unknown;
  };
}
export interface CloudEventsAccepted {
  readonly results: readonly ({
    readonly source: string;
    readonly id: string;
    readonly entity_id: string;
    readonly event_id: string;
    readonly status: "queued" | "duplicate" | "conflict";
  })[];
  readonly total: number;
  readonly queued: number;
}
export interface CompatibilityReport {
  readonly compatible: boolean;
  readonly source_version: string;
  readonly target_version: string;
  readonly entities_checked: number;
  readonly entities_total: number;
  readonly issues: readonly ({
    readonly entity_id: string;
    readonly current_state: string;
    readonly issue: string;
  })[];
}
export interface CreateApiKeyRequest {
  readonly name: string;
  readonly role: "Viewer" | "Operator" | "Editor" | "Admin";
  readonly scopes?: readonly ("api" | "metrics")[] | undefined;
  readonly expires_at?: string | null | undefined;
}
export interface CreateEntityRequest {
  readonly machine_name: string;
  readonly machine_version?: string | null | undefined;
  /** Names that begin with _ are reserved */
  readonly context?: {
    readonly [key: string]: JsonValue;
  } | undefined;
  /** Labels by key */
  readonly labels?: {
    readonly [key: string]: string;
  } | undefined;
}
export interface CreateEntityResponse {
  readonly entity_id: string;
  readonly current_state: string;
  readonly machine_name: string | null;
  readonly machine_version: string | null;
  readonly context: {
    readonly [key: string]: unknown;
  };
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly transition_id: string;
  readonly version: number;
}
export interface CreateStreamTicketRequest {
  readonly route?:
    | "/api/v1/stream"
    | "/api/v1/events/stream"
    | "/api/v1/transitions/stream"
    | "/api/v1/publications/stream"
    | undefined;
  /** The topics that the stream will ask for; none for a stream that asks for none */
  readonly topics?: readonly (string)[] | undefined;
}
export interface CreateUserRequest {
  readonly username: string;
  readonly password: string;
  readonly role: "Viewer" | "Operator" | "Editor" | "Admin";
}
export interface CreatedApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly scopes: readonly (string)[];
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly created_by: string;
  readonly created_at: string;
  /** Shown only now */
  readonly key: string;
}
export interface DLQBulkRequest {
  readonly source_name?: string | undefined;
  readonly entity_id?: string | undefined;
  readonly reason?: string | undefined;
  readonly stage?: string | undefined;
  /** Only count */
  readonly dry_run?: boolean | undefined;
}
export interface DLQBulkResponse {
  /** Pending letters that fit */
  readonly matched: number;
  /** At most 500 in one call; call again for the rest */
  readonly changed: number;
  readonly record_ids: readonly (string)[];
}
export interface DLQDiscardResponse {
  readonly record_id: string;
  readonly status: "pending" | "retrying" | "resolved" | "ignored" | "expired";
}
export interface DLQListResponse {
  readonly records: readonly (DLQRecordResponse)[];
  readonly total: number;
  readonly total_is_exact: boolean;
  readonly has_more: boolean;
  readonly next_cursor: string | null;
}
export interface DLQRecordResponse {
  readonly record_id: string;
  /** Machine */
  readonly source_name: string;
  readonly entity_id: string;
  readonly reason: string;
  readonly error_message: string;
  readonly error_type: string;
  readonly stage: string;
  readonly payload: {
    readonly [key: string]: unknown;
  };
  readonly metadata: {
    readonly [key: string]: unknown;
  };
  readonly attempt: number;
  readonly max_attempts: number;
  readonly status: "pending" | "retrying" | "resolved" | "ignored" | "expired";
  readonly retry_count: number;
  readonly created_at: string;
  readonly updated_at: string | null;
  readonly expires_at: string | null;
}
export interface DLQRedriveRequest {
  readonly filter?: DeadLetterFilter | undefined;
  /** Records in a second */
  readonly rate?: number | undefined;
  /** For those who find the job */
  readonly reason?: string | null | undefined;
  /** Only count, and show some */
  readonly dry_run?: boolean | undefined;
}
export interface DLQReplayRequest {
  /** Replaces the stored payload */
  readonly payload?: {
    readonly [key: string]: JsonValue;
  } | undefined;
}
export interface DLQReplayResponse {
  readonly record_id: string;
  readonly event_id: string;
  readonly queue: "trigger" | "apply_data" | "outbox";
  readonly resolved: boolean;
}
export interface DLQStatsResponse {
  readonly total: number;
  readonly by_reason: {
    readonly [key: string]: number;
  };
  readonly by_status: {
    readonly [key: string]: number;
  };
  readonly by_stage: {
    readonly [key: string]: number;
  };
}
export interface DatabaseConfigResponse {
  readonly configured_url: string | null;
  readonly actual_url: string;
  readonly database_type: string;
  readonly is_default: boolean;
  readonly machine_count: number;
  readonly message: string;
}
export interface DatabaseTestResponse {
  readonly success: boolean;
  readonly message: string;
}
export interface DeadLetterFilter {
  /** Machine */
  readonly source_name?: string | undefined;
  readonly entity_id?: string | undefined;
  readonly reason?: string | undefined;
  readonly stage?: string | undefined;
  readonly created_after?: string | undefined;
  readonly created_before?: string | undefined;
}
export interface DiagnoseRequest {
  readonly config: {
    readonly [key: string]: JsonValue;
  };
}
export interface DiagnoseResponse {
  readonly valid: boolean;
  readonly diagnostics: readonly (Diagnostic)[];
  readonly outline: MachineOutline;
}
export interface Diagnosis {
  readonly status: "ok" | "findings";
  readonly store: string;
  readonly checked_at: string;
  readonly checks: readonly ({
    readonly name: string;
    readonly verdict: "ok" | "warning" | "problem";
    /** What was found */
    readonly summary: string;
    /** What to do next */
    readonly advice: string | null;
  })[];
}
export interface Diagnostic {
  readonly code: string;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly path: readonly ((string) | (number))[];
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly hint?: string | undefined;
  /** Facts for programs */
  readonly data?: {
    readonly [key: string]: unknown;
  } | undefined;
}
export interface DiscoveryConfigResponse {
  readonly backend: "none";
  readonly database_url_source: "default";
  readonly database_url: string | null;
  readonly shadow_enabled: false;
  readonly min_edge_count: number;
  readonly min_confidence: number;
  readonly drift_alert_threshold: number;
  readonly drift_severe_threshold: number;
  readonly drift_min_sample: number;
  readonly low_sample_threshold: number;
}
export interface DlqStatsResponse {
  readonly total_messages: number;
  readonly by_reason: {
    readonly [key: string]: number;
  };
  readonly by_stage: {
    readonly [key: string]: number;
  };
  readonly by_status: {
    readonly [key: string]: number;
  };
}
export interface Done {
  readonly ok: true;
}
export interface DryRunRequest {
  readonly trigger: string;
  /** Names that begin with _ are reserved */
  readonly context?: {
    readonly [key: string]: JsonValue;
  } | undefined;
}
export interface DryRunResponse {
  readonly would_succeed: boolean;
  readonly entity_id: string;
  readonly source_state: string;
  readonly target_state: string | null;
  readonly trigger: string;
  readonly actions_that_would_execute: readonly (string)[];
  readonly error_message: string | null;
  readonly error_code: string | null;
  readonly context_after: {
    readonly [key: string]: unknown;
  } | null;
  /** Transitions that were looked at, each guard with what it read */
  readonly candidates: readonly (CandidateVerdict)[];
}
export interface DwellByStateItem {
  readonly state: string;
  readonly avg_ms: number;
  readonly min_ms: number;
  readonly max_ms: number;
  readonly visit_count: number;
}
export interface EntityEventLog {
  readonly events: readonly ({
    readonly id: string;
    readonly entity_id: string;
    readonly machine_name: string;
    readonly sequence: number;
    readonly trigger: string;
    readonly payload: {
      readonly [key: string]: unknown;
    };
    readonly event_id: string;
    readonly source: string;
    readonly created_at: string;
  })[];
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
}
export interface EntityExplanation {
  readonly entity_id: string;
  readonly current_state: string;
  readonly version: number;
  readonly triggers: readonly (TriggerVerdict)[];
}
export interface EntityFilter {
  readonly machine_name?: string | undefined;
  /** Compared without case */
  readonly state?: string | undefined;
  readonly workflow_status?: "active" | "complete" | "failed" | undefined;
  readonly is_terminal?: boolean | undefined;
  /** Labels by key */
  readonly labels?: {
    readonly [key: string]: string;
  } | undefined;
  /** Part of the entity id */
  readonly q?: string | undefined;
  readonly created_after?: string | undefined;
  readonly created_before?: string | undefined;
  readonly updated_after?: string | undefined;
  readonly updated_before?: string | undefined;
}
export interface EntityHealthResponse {
  readonly state_distribution: readonly ({
    readonly state: string;
    readonly count: number;
    readonly percentage: number;
  })[];
  readonly status_distribution: {
    readonly active: number;
    readonly archived: number;
    readonly deleted: number;
  };
  readonly machine_distribution: readonly ({
    readonly machine_name: string;
    readonly count: number;
  })[];
  readonly top_failing_entities: readonly ({
    readonly entity_id: string;
    readonly failure_count: number;
    readonly last_failure_at: string;
  })[];
  /** Percent */
  readonly terminal_rate: number;
  readonly total_entities: number;
  /** false: entities were too many to count, shares are a sample's */
  readonly is_exact: boolean;
  readonly basis: FiguresBasis;
}
export interface EntityLabelsResponse {
  readonly entity_id: string;
  readonly labels: {
    readonly [key: string]: string;
  };
}
export interface EntityListResponse {
  readonly entities: readonly (EntityStateResponse)[];
  readonly total: number;
  /** false: more than 10,000 fit and `total` is an estimate */
  readonly total_is_exact: boolean;
  readonly limit: number;
  readonly offset: number;
  readonly next_cursor: string | null;
}
export interface EntityMetricsResponse {
  readonly entity_id: string;
  readonly machine_name: string | null;
  readonly health_score: number;
  readonly health_status: "healthy" | "warning" | "critical";
  readonly staleness_seconds: number | null;
  readonly staleness_label: string;
  readonly error_patterns: readonly ({
    readonly error_type: string | null;
    readonly trigger: string;
    readonly source_state: string;
    readonly count: number;
    readonly last_occurred: string;
  })[];
  readonly recent_failure_rate: number;
  readonly latency_percentiles: {
    readonly p50: number | null;
    readonly p75: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  };
  readonly dwell_by_state: readonly (DwellByStateItem)[];
  readonly is_potentially_stuck: boolean;
  readonly stuck_state: string | null;
  readonly stuck_current_dwell_ms: number | null;
  readonly stuck_avg_dwell_ms: number | null;
  readonly state_revisits: {
    readonly [key: string]: number;
  };
  readonly has_cycles: boolean;
  readonly fleet_comparison: {
    readonly entity_failure_rate: number;
    readonly fleet_failure_rate: number;
    readonly entity_avg_latency_ms: number | null;
    readonly fleet_avg_latency_ms: number | null;
    readonly latency_percentile_rank: number | null;
  };
  readonly fleet_basis: FiguresBasis;
  readonly velocity_points: readonly ({
    readonly timestamp: string;
    readonly duration_ms: number;
  })[];
}
export interface EntityReplay {
  readonly steps: readonly ({
    readonly sequence: number;
    readonly trigger: string;
    readonly source_state: string;
    readonly target_state: string | null;
    readonly success: boolean;
    readonly current_state: string;
  })[];
  readonly total_events: number;
  readonly final_state: string | null;
}
export interface EntitySnapshotResponse {
  readonly entity_id: string;
  readonly machine_name: string | null;
  readonly machine_version: string | null;
  readonly current_state: string;
  readonly active_states: readonly (string)[];
  readonly context: {
    readonly [key: string]: unknown;
  };
  readonly status: string;
  readonly labels: {
    readonly [key: string]: string;
  };
  readonly history: readonly (TransitionHistorySnapshotItem)[];
  readonly version: number;
  readonly exported_at: string;
}
export interface EntityStateResponse {
  readonly entity_id: string;
  readonly current_state: string;
  readonly machine_name: string | null;
  readonly machine_version: string | null;
  readonly context: {
    readonly [key: string]: unknown;
  };
  readonly status: "active" | "archived" | "deleted";
  readonly workflow_status: "active" | "complete" | "failed";
  readonly is_terminal: boolean | null;
  readonly labels: {
    readonly [key: string]: string;
  };
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly archived_at: string | null;
  readonly deleted_at: string | null;
  /** +1 for each applied change; the ETag */
  readonly version: number;
  /** Rows of history */
  readonly position: number;
  /** Leaves in document order */
  readonly active_states: readonly (string)[];
}
export interface EntityTimelineResponse {
  readonly entity_id: string;
  readonly machine_name: string | null;
  readonly current_state: string;
  readonly steps: readonly (TimelineStep)[];
  readonly total_dwell_ms: number;
  readonly states_visited: number;
}
export interface EntityTimers {
  readonly entity_id: string;
  readonly timers: readonly ({
    readonly key: string;
    readonly trigger: string;
    readonly due_at: string;
    readonly generation: number;
  })[];
}
export interface EventStatusResponse {
  readonly event_id: string;
  readonly state: "queued" | "succeeded" | "dead_letter";
  readonly type: "event" | "data" | "command";
  readonly trigger: string;
  readonly machine: string;
  readonly entity_id: string;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly error_message: string | null;
  readonly result: {
    readonly [key: string]: unknown;
  } | null;
  readonly fires_at: string;
  readonly created_at: string | null;
  readonly completed_at: string | null;
  readonly transition_history_id: string | null;
}
export interface FieldError {
  readonly path: readonly ((string) | (number))[];
  readonly code: string;
  readonly message: string;
}
export interface FiguresBasis {
  /** Newest rows of history in the window that the figures rest on */
  readonly rows: number;
  /** These are all rows of the window */
  readonly is_complete: boolean;
}
export interface ForceEntityRequest {
  /** Kept in history and in the audit trail */
  readonly reason: string;
  /** A state of its machine, or `parallel:region=state,…`; absent = it stays where it is */
  readonly state?: string | undefined;
  /** The whole context; absent = it stays as it is */
  readonly context?: {
    readonly [key: string]: JsonValue;
  } | undefined;
  /** `context` only sets the keys that it names */
  readonly merge?: boolean | undefined;
}
export type FsmOutcomeError = {
  readonly code: string;
  readonly type: string;
  readonly message: string;
  readonly details: {
    readonly [key: string]: unknown;
  } | null;
} | null;
export interface GuardVerdict {
  readonly name: string;
  readonly kind: "check" | "expr" | "name" | "composite";
  readonly passed: boolean;
  readonly error?: string | undefined;
  readonly values?: {
    readonly [key: string]: unknown;
  } | undefined;
}
export interface Health {
  readonly status: "healthy" | "unhealthy";
  readonly version: string;
  readonly auth_disabled?: true | undefined;
}
export interface HistoryPurgeResponse {
  readonly entity_id: string;
  readonly deleted_count: number;
  readonly remaining_count: number;
}
export interface HistoryStatsResponse {
  readonly entity_id: string;
  readonly total_transitions: number;
  readonly first_at: string | null;
  readonly last_at: string | null;
  readonly success_count: number;
  readonly failure_count: number;
}
export interface Hook {
  readonly id: string;
  readonly name: string;
  /** Where the sender posts to */
  readonly path: string;
  readonly verification: HookVerification;
  readonly mapping: {
    readonly machine: string | null;
    readonly entity_id: string;
    readonly trigger: string;
    readonly payload: {
      readonly [key: string]: string;
    } | null;
    readonly delivery_id: string | null;
    readonly when: string | null;
  };
  readonly enabled: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}
export interface HookCallTaken {
  readonly status: "queued" | "duplicate" | "ignored";
  readonly event_id: string | null;
}
export interface HookCreateRequest {
  readonly name: string;
  readonly verification: HookVerification;
  readonly mapping: {
    readonly machine?: string | null | undefined;
    readonly entity_id: string;
    readonly trigger: string;
    /** Keys of the payload; the body as it is when left out */
    readonly payload?:
      | {
        readonly [key: string]: string;
      }
      | null
      | undefined;
    readonly delivery_id?: string | null | undefined;
    readonly when?: string | null | undefined;
  };
  /** Made here and shown once when left out */
  readonly secret?: string | null | undefined;
  readonly enabled?: boolean | undefined;
}
export interface HookList {
  readonly hooks: readonly (Hook)[];
  readonly total: number;
}
export interface HookUpdateRequest {
  readonly name?: string | undefined;
  readonly verification?: HookVerification | undefined;
  readonly mapping?: {
    readonly machine?: string | null | undefined;
    readonly entity_id: string;
    readonly trigger: string;
    /** Keys of the payload; the body as it is when left out */
    readonly payload?:
      | {
        readonly [key: string]: string;
      }
      | null
      | undefined;
    readonly delivery_id?: string | null | undefined;
    readonly when?: string | null | undefined;
  } | undefined;
  /** Takes the place of the one before at once */
  readonly secret?: string | undefined;
  readonly enabled?: boolean | undefined;
}
export type HookVerification =
  | ({
    readonly type: "standard";
    /** Seconds that a signed time may differ from now, either way; 300 when left out */
    readonly tolerance_seconds?: number | undefined;
  })
  | ({
    readonly type: "github";
  })
  | ({
    readonly type: "stripe";
    readonly header?: string | undefined;
    /** Seconds that a signed time may differ from now, either way; 300 when left out */
    readonly tolerance_seconds?: number | undefined;
  })
  | ({
    readonly type: "hmac";
    readonly header: string;
    readonly prefix?: string | undefined;
    readonly encoding?: "hex" | "base64" | undefined;
    readonly algorithm?: "sha256" | "sha512" | undefined;
    /** Names a delivery, so that it counts once */
    readonly id_header?: string | null | undefined;
  });
export interface ImportEntityRequest {
  readonly entity_id: string;
  readonly machine_name?: string | null | undefined;
  readonly machine_version?: string | null | undefined;
  readonly current_state: string;
  /** Names that begin with _ are reserved */
  readonly context?: {
    readonly [key: string]: JsonValue;
  } | undefined;
  readonly status?: "active" | "archived" | "deleted" | undefined;
  /** Labels by key */
  readonly labels?: {
    readonly [key: string]: string;
  } | undefined;
  /** Oldest first */
  readonly history?:
    | readonly ({
      readonly id?: string | null | undefined;
      readonly source_state: string;
      readonly target_state?: string | null | undefined;
      readonly trigger: string;
      readonly success: boolean;
      readonly error_message?: string | null | undefined;
      readonly actions_executed?: readonly (string)[] | null | undefined;
      readonly created_at: string;
      readonly duration_ms?: number | null | undefined;
      readonly outcome?: string | null | undefined;
      readonly position?: number | null | undefined;
    })[]
    | undefined;
  /** Takes the place of an entity that exists. Its own history goes only where the role may remove it (Admin); for anybody else it stays, and the history sent along is not taken over */
  readonly overwrite?: boolean | undefined;
}
export interface ImportEntityResponse {
  readonly entity_id: string;
  /** Rows of history that were taken over */
  readonly history_count: number;
  readonly success: boolean;
}
export interface JobCreateRequest {
  readonly trigger: string;
  /** Names that begin with _ are reserved */
  readonly payload?: {
    readonly [key: string]: JsonValue;
  } | undefined;
  readonly filter: EntityFilter;
  /** Records in a second */
  readonly rate?: number | undefined;
  /** For those who find the job */
  readonly reason?: string | null | undefined;
  /** Only count, and show some */
  readonly dry_run?: boolean | undefined;
}
export interface JobDryRunResponse {
  readonly dry_run: true;
  readonly matched: number;
  readonly is_matched_exact: boolean;
  /** Ids of the first 20 */
  readonly sample: readonly (string)[];
}
export interface JobItemResponse {
  /** Entity, or dead letter */
  readonly id: string;
  readonly outcome: "done" | "failed" | "skipped";
  /** What became of it: GET /api/v1/events/{event_id} */
  readonly event_id: string | null;
  readonly error: string | null;
}
export interface JobItemsResponse {
  readonly items: readonly (JobItemResponse)[];
  readonly next_cursor: string | null;
}
export interface JobListResponse {
  readonly jobs: readonly (JobResponse)[];
  readonly next_cursor: string | null;
}
export interface JobResponse {
  readonly job_id: string;
  readonly type: "event" | "redrive";
  readonly status: "queued" | "running" | "paused" | "completed" | "cancelled" | "failed";
  readonly filter: {
    readonly [key: string]: unknown;
  };
  readonly trigger: string | null;
  readonly payload: {
    readonly [key: string]: unknown;
  };
  readonly rate: number;
  /** When it was ordered; null = not counted yet */
  readonly matched: number | null;
  readonly is_matched_exact: boolean;
  /** Accepted by their lanes; the items name the events */
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** 0 to 1 */
  readonly progress: number | null;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly schedule_id: string | null;
  readonly error: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
}
export type JsonValue =
  | (null)
  | (boolean)
  | (number)
  | (string)
  | (readonly (JsonValue)[])
  | ({
    readonly [key: string]: JsonValue;
  });
export interface Lane {
  readonly entity_id: string;
  readonly machine_name: string | null;
  /** parked: by a person; blocked: by a dead letter; retrying: its first event failed and is tried again */
  readonly state: "parked" | "blocked" | "retrying" | "ready" | "scheduled" | "idle";
  /** Of the person who parked it */
  readonly reason: string | null;
  readonly parked_by: string | null;
  readonly dead_letter_id: string | null;
  /** Since when it is parked or blocked */
  readonly parked_at: string | null;
  /** Failed attempts of the first event */
  readonly attempts: number;
  /** When it next has something to do */
  readonly ready_at: string | null;
  /** Events that wait, counted up to 1,000 */
  readonly waiting: number;
}
export interface LaneList {
  readonly lanes: readonly (Lane)[];
  /** Of all machines, each counted up to 10,000 */
  readonly counts: {
    readonly parked: number;
    readonly blocked: number;
    readonly ready: number;
  };
  /** How long the oldest ready lane waits */
  readonly lag_ms: number | null;
  readonly next_cursor: string | null;
}
export interface LayoutRequest {
  /** By state */
  readonly positions: {
    readonly [key: string]: {
      readonly x?: number | undefined;
      readonly y?: number | undefined;
    };
  };
}
export interface LayoutSaved {
  readonly ok: true;
  readonly upserted: number;
}
export interface Live {
  readonly status: "alive";
}
export interface LoginRequest {
  readonly username: string;
  readonly password: string;
}
export interface LoginResponse {
  readonly access_token: string;
  readonly token_type: "bearer";
  /** Seconds */
  readonly expires_in: number;
  /** Good for one use; the use of an old one ends all of them */
  readonly refresh_token: string;
}
export interface LogoutRequest {
  readonly refresh_token?: string | undefined;
}
export interface MachineComparison {
  readonly machine_name: string;
  readonly source_version: string;
  readonly target_version: string;
  /** The heaviest of all changes; `neutral` when there is none */
  readonly impact: "breaking" | "behaviour" | "neutral";
  readonly changes: readonly ({
    readonly impact: "breaking" | "behaviour" | "neutral";
    readonly subject: "machine" | "state" | "transition" | "variable" | "invariant" | "schedule";
    readonly name: string;
    readonly message: string;
  })[];
}
export interface MachineCreateRequest {
  readonly config: {
    readonly [key: string]: JsonValue;
  };
}
export interface MachineListItem {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly namespace: string | null;
  readonly description: string | null;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly revision: number;
}
export interface MachineListResponse {
  readonly machines: readonly (MachineListItem)[];
  readonly count: number;
}
export type MachineOutline = {
  readonly machine_name: string;
  readonly version: string;
  readonly states: readonly ({
    readonly name: string;
    readonly type: string;
    readonly parent: string | null;
    readonly description: string;
  })[];
  readonly transitions: readonly ({
    readonly triggers: readonly (string)[];
    readonly source: readonly (string)[];
    readonly dest: string | null;
    readonly guards: number;
    readonly actions: number;
    readonly after_ms: number | null;
  })[];
  readonly triggers: readonly (string)[];
} | null;
export interface MachinePublishResponse {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly description: string | null;
  readonly strict_mode: boolean;
  readonly config: {
    readonly [key: string]: unknown;
  };
  readonly revision: number;
  readonly source_text: string | null;
  readonly hash: string;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly created_by: string | null;
  readonly updated_by: string | null;
  /** What is doubtful, and no reason to refuse */
  readonly warnings: readonly (string)[];
}
export interface MachineResponse {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly description: string | null;
  readonly strict_mode: boolean;
  readonly config: {
    readonly [key: string]: unknown;
  };
  readonly revision: number;
  readonly source_text: string | null;
  readonly hash: string;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly created_by: string | null;
  readonly updated_by: string | null;
}
export interface MachineUpdateRequest {
  readonly config: {
    readonly [key: string]: JsonValue;
  };
  readonly expected_revision?: number | null | undefined;
}
export interface McpMessage {
  readonly [key: string]: JsonValue;
}
export interface ModuleCatalog {
  readonly actions: readonly (string)[];
  readonly guards: readonly (string)[];
}
export interface NewHook {
  readonly id: string;
  readonly name: string;
  /** Where the sender posts to */
  readonly path: string;
  readonly verification: HookVerification;
  readonly mapping: {
    readonly machine: string | null;
    readonly entity_id: string;
    readonly trigger: string;
    readonly payload: {
      readonly [key: string]: string;
    } | null;
    readonly delivery_id: string | null;
    readonly when: string | null;
  };
  readonly enabled: boolean;
  readonly created_at: string;
  readonly updated_at: string;
  /** Only here, and only when it was made here */
  readonly secret: string | null;
}
export interface NoteRequest {
  readonly body_markdown: string;
}
export interface ObservabilityStateMetricsResponse {
  readonly machine_name: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly items: readonly ({
    readonly state_name: string;
    readonly entity_count: number;
    /** Ages: of the 2,000 entities that stand still longest */
    readonly age_p95_seconds: number | null;
    readonly age_oldest_seconds: number | null;
    readonly age_buckets: {
      readonly le_5m: number;
      readonly le_30m: number;
      readonly gt_30m: number;
    };
    readonly failed_transition_count: number;
    readonly successful_target_entries_count: number;
    readonly top_error: StateOpsErrorTopItem;
  })[];
  readonly basis: FiguresBasis;
}
export interface ObservabilitySummaryResponse {
  readonly window_start: string;
  readonly window_end: string;
  readonly active_entities: number;
  readonly transitions_total: number;
  readonly transitions_failed: number;
  readonly transition_failure_rate: number;
  readonly p95_transition_duration_ms: number | null;
  readonly worker_pending: number;
  readonly worker_claimed: number;
  readonly worker_failed: number;
  readonly worker_dead_letter: number;
  readonly worker_scheduled: number;
  readonly oldest_pending_at: string | null;
  readonly outbox_pending: number;
  readonly outbox_leased: number;
  /** false: counts of entities or transitions are estimates */
  readonly is_exact: boolean;
  readonly basis: FiguresBasis;
}
export interface ObservabilityTransitionItem {
  readonly id: string;
  readonly entity_id: string;
  readonly machine_name: string | null;
  readonly source_state: string;
  readonly target_state: string | null;
  readonly trigger: string;
  readonly success: boolean;
  readonly error_message: string | null;
  readonly actions_executed: readonly (string)[] | null;
  readonly duration_ms: number | null;
  readonly created_at: string;
}
export interface ObservabilityTransitionMetricsResponse {
  readonly machine_name: string;
  readonly window_start: string;
  readonly window_end: string;
  readonly items: readonly ({
    readonly source_state: string;
    readonly target_state: string;
    readonly trigger: string;
    readonly attempts_total: number;
    readonly attempts_failed: number;
    readonly duration_p95_ms: number | null;
    readonly top_error: StateOpsErrorTopItem;
  })[];
  readonly basis: FiguresBasis;
}
export interface ObservabilityTransitionsResponse {
  readonly items: readonly (ObservabilityTransitionItem)[];
  readonly total: number;
  readonly total_is_exact: boolean;
  readonly limit: number;
  readonly offset: number;
}
export interface ObservabilityWorkerEventItem {
  readonly id: string;
  readonly machine_name: string;
  readonly entity_id: string;
  readonly trigger: string;
  readonly status: "pending" | "completed" | "dead_letter";
  readonly attempt: number;
  readonly max_attempts: number;
  readonly error_message: string | null;
  readonly fires_at: string;
  readonly claimed_by: string | null;
  readonly claimed_at: string | null;
  readonly created_at: string | null;
  readonly completed_at: string | null;
  readonly result_json: {
    readonly [key: string]: unknown;
  } | null;
  readonly transition_history_id: string | null;
}
export interface ObservabilityWorkerEventsResponse {
  readonly items: readonly (ObservabilityWorkerEventItem)[];
  readonly total: number;
  readonly total_is_exact: boolean;
  readonly limit: number;
  readonly offset: number;
}
export interface OutboxAction {
  /** The `Idempotency-Key` that its receiver sees */
  readonly action_id: string;
  readonly entity_id: string;
  readonly machine_name: string;
  readonly machine_version: string;
  readonly position: number;
  readonly ordinal: number;
  readonly kind:
    | "named"
    | "http"
    | "celery"
    | "send"
    | "send_event"
    | "create_entity"
    | "invoke_start"
    | "invoke_stop";
  readonly name: string;
  /** Who receives it: a host, `celery`, the name of a named action, a kind */
  readonly target: string;
  readonly params: {
    readonly [key: string]: unknown;
  };
  readonly state: "pending" | "leased";
  readonly attempts: number;
  readonly attempts_max: number;
  readonly created_at: string | null;
  /** When it is delivered next, or when its lease ends */
  readonly next_at: string | null;
}
export interface OutboxPage {
  readonly items: readonly (OutboxAction)[];
  readonly next_cursor: string | null;
}
export interface OutboxSummary {
  readonly pending: number;
  readonly leased: number;
  readonly failing: number;
  /** When the next action is due; null = nothing waits */
  readonly next_at: string | null;
  /** Largest first */
  readonly targets: readonly ({
    readonly target: string;
    readonly kind:
      | "named"
      | "http"
      | "celery"
      | "send"
      | "send_event"
      | "create_entity"
      | "invoke_start"
      | "invoke_stop";
    readonly pending: number;
    readonly leased: number;
    /** How many of them failed at least once */
    readonly failing: number;
    readonly next_at: string | null;
  })[];
}
export interface ParkLaneRequest {
  readonly reason: string;
}
export interface PastState {
  readonly entity_id: string;
  readonly at: string;
  readonly current_state: string;
  readonly machine_name: string;
  readonly machine_version: string;
  /** null = the history that tells it is gone */
  readonly context: {
    readonly [key: string]: unknown;
  } | null;
  /** Of the last event that had been taken by then */
  readonly position: number;
  readonly transition_id: string;
  readonly trigger: string;
  /** When that event was decided */
  readonly since: string;
}
export interface PlaygroundRoutes {
  readonly routes: readonly ({
    readonly path: string;
    readonly method: string;
    readonly summary: string;
    readonly tag: string;
  })[];
}
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Stable, for programs */
  readonly code: string;
  /** For people: text, or a text with a list where several things are wrong */
  readonly detail:
    | (string)
    | ({
      readonly message: string;
      readonly errors: readonly (string)[];
    });
  readonly request_id: string;
  readonly errors?: readonly (FieldError)[] | undefined;
  readonly details?: {
    readonly [key: string]: unknown;
  } | undefined;
}
export interface ProcessEntityEventRequest {
  readonly trigger: string;
  /** Names that begin with _ are reserved */
  readonly context?: {
    readonly [key: string]: JsonValue;
  } | undefined;
  readonly machine_name?: string | null | undefined;
  readonly machine_version?: string | null | undefined;
}
export interface ProcessEntityEventResponse {
  readonly success: boolean;
  readonly entity_id: string;
  readonly source_state: string;
  readonly target_state: string | null;
  readonly trigger: string;
  readonly actions: readonly (string)[];
  readonly action_results: readonly (ActionResult)[] | null;
  readonly error_detail: FsmOutcomeError;
  readonly shadow_diff: {
    readonly [key: string]: unknown;
  } | null;
  readonly transition_id: string | null;
  readonly event_id: string;
  readonly outcome: string;
  readonly version: number | null;
}
export interface ProcessRequest {
  readonly config: {
    readonly [key: string]: JsonValue;
  };
  readonly current_state: string;
  readonly trigger: string;
  readonly context?:
    | {
      readonly [key: string]: JsonValue;
    }
    | null
    | undefined;
  /** Named guards that are not built in pass, instead of refusing the event */
  readonly assume_guards?: boolean | undefined;
}
export interface ProcessResponse {
  readonly success: boolean;
  readonly source_state: string;
  readonly target_state: string | null;
  readonly trigger: string;
  readonly actions_to_execute: readonly (ActionRef)[];
  readonly on_exit_actions: readonly (ActionRef)[];
  readonly on_enter_actions: readonly (ActionRef)[];
  readonly error: FsmOutcomeError;
  readonly metadata: {
    readonly [key: string]: unknown;
  };
}
export interface QueueEventRequest {
  readonly trigger: string;
  /** Names that begin with _ are reserved */
  readonly context?: {
    readonly [key: string]: JsonValue;
  } | undefined;
  readonly machine_name?: string | null | undefined;
  readonly machine_version?: string | null | undefined;
  readonly fires_at?: string | null | undefined;
  readonly idempotency_key?: string | null | undefined;
  readonly max_attempts?: number | null | undefined;
}
export interface QueuedEventResponse {
  readonly entity_id: string;
  readonly machine_name: string;
  readonly event_id: string;
  readonly status: "queued";
}
export interface Ready {
  readonly status: "ready" | "not ready";
  readonly checks: {
    readonly store: boolean;
    readonly schema: boolean;
  };
}
export interface RefreshRequest {
  readonly refresh_token: string;
}
export interface RenameNoteRequest {
  readonly old_state_name: string;
  readonly new_state_name: string;
}
export interface RenamedNote {
  readonly ok: true;
  readonly moved: boolean;
}
export interface Root {
  readonly name: string;
  readonly version: string;
  readonly api_version: string;
  readonly docs: string;
  readonly redoc: string;
  readonly openapi: string;
}
export interface RuntimeOverview {
  readonly version: string;
  readonly app_name: string;
  readonly ui_theme: string;
  readonly api_url: string;
  readonly allow_inline_code_actions: false;
  readonly allow_inline_code_actions_source: "default";
  readonly allow_inline_code_imports: false;
  readonly allow_inline_code_imports_source: "default";
  readonly allow_catalog_code: false;
  readonly allow_catalog_code_source: "default";
  readonly registry: {
    readonly load_database: false;
    readonly load_database_source: "default";
  };
  readonly discovery: {
    readonly backend: "none";
    readonly database_url_source: "default";
    readonly shadow_enabled: false;
    readonly min_edge_count: number;
    readonly min_confidence: number;
    readonly drift_alert_threshold: number;
    readonly drift_severe_threshold: number;
    readonly drift_min_sample: number;
    readonly low_sample_threshold: number;
    readonly database_url_masked: string | null;
  };
  /** Settings of workers by their name */
  readonly worker: {
    readonly [key: string]: (string) | (number);
  };
  readonly environment: "production" | "development" | "test";
  readonly auth_disabled: boolean;
  readonly auth_mode: "open_no_login" | "builtin_jwt" | "external_oidc";
  readonly database: {
    readonly configured_url_masked: string | null;
    readonly driver_kind: "memory" | "sqlite" | "postgres";
    readonly schema_applied: number | null;
    readonly schema_expected: number;
  };
  readonly cors_origins: readonly (string)[];
}
export interface ScheduleCreateRequest {
  readonly name: string;
  readonly machine_name: string;
  readonly description?: string | undefined;
  /** Five fields, six with seconds in front, or @hourly, @daily, @weekly, @monthly, @yearly */
  readonly cron: string;
  readonly time_zone?: string | undefined;
  /** Occurrences that were missed: none, the most recent one, or each in order */
  readonly catch_up?: "skip" | "last" | "all" | undefined;
  readonly trigger: string;
  /** Texts may use {{ date }}, {{ time }}, {{ due_at }} */
  readonly payload?: {
    readonly [key: string]: JsonValue;
  } | undefined;
  /** One entity, created when it is missing; may use {{ date }} */
  readonly entity_id?: string | undefined;
  /** Or all active entities that match */
  readonly entities?: {
    readonly state?: string | undefined;
    readonly workflow_status?: "active" | "complete" | "failed" | undefined;
    readonly is_terminal?: boolean | undefined;
    /** Labels by key */
    readonly labels?: {
      readonly [key: string]: string;
    } | undefined;
    /** Part of the entity id */
    readonly q?: string | undefined;
  } | undefined;
  /** Entities in a second */
  readonly rate?: number | undefined;
}
export interface ScheduleListResponse {
  readonly schedules: readonly (ScheduleResponse)[];
  readonly next_cursor: string | null;
}
export interface SchedulePreviewRequest {
  /** Five fields, six with seconds in front, or @hourly, @daily, @weekly, @monthly, @yearly */
  readonly cron: string;
  readonly time_zone?: string | undefined;
}
export interface SchedulePreviewResponse {
  readonly words: string;
  readonly next_at: readonly (string)[];
}
export interface ScheduleResponse {
  readonly schedule_id: string;
  readonly name: string;
  readonly description: string;
  readonly machine_name: string;
  /** Where it stands: in the machine's file, or here */
  readonly source: "machine" | "api";
  readonly cron: string;
  readonly time_zone: string;
  readonly words: string;
  readonly catch_up: "skip" | "last" | "all";
  readonly trigger: string;
  readonly payload: {
    readonly [key: string]: unknown;
  };
  readonly entity_id: string | null;
  readonly entities: {
    readonly [key: string]: unknown;
  } | null;
  readonly rate: number | null;
  readonly status: "active" | "paused" | "ended" | "failed";
  readonly error: string | null;
  /** The next 5 times; none while it is paused */
  readonly next_at: readonly (string)[];
  /** Due time of the last occurrence that was sent */
  readonly last_at: string | null;
  readonly sent: number;
  /** When occurrences were left out last */
  readonly skipped_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}
export interface ScheduleRunResponse {
  readonly schedule_id: string;
  readonly event_id: string | null;
  readonly entity_id: string | null;
  readonly job_id: string | null;
}
export interface ScheduleUpdateRequest {
  readonly machine_name: string;
  readonly description?: string | undefined;
  /** Five fields, six with seconds in front, or @hourly, @daily, @weekly, @monthly, @yearly */
  readonly cron: string;
  readonly time_zone?: string | undefined;
  /** Occurrences that were missed: none, the most recent one, or each in order */
  readonly catch_up?: "skip" | "last" | "all" | undefined;
  readonly trigger: string;
  /** Texts may use {{ date }}, {{ time }}, {{ due_at }} */
  readonly payload?: {
    readonly [key: string]: JsonValue;
  } | undefined;
  /** One entity, created when it is missing; may use {{ date }} */
  readonly entity_id?: string | undefined;
  /** Or all active entities that match */
  readonly entities?: {
    readonly state?: string | undefined;
    readonly workflow_status?: "active" | "complete" | "failed" | undefined;
    readonly is_terminal?: boolean | undefined;
    /** Labels by key */
    readonly labels?: {
      readonly [key: string]: string;
    } | undefined;
    /** Part of the entity id */
    readonly q?: string | undefined;
  } | undefined;
  /** Entities in a second */
  readonly rate?: number | undefined;
}
export interface ServerConfig {
  readonly config_file_resolved: string | null;
  readonly config_write_target: string | null;
  readonly features_config_write_target: string | null;
  readonly rows: readonly ({
    readonly id: string;
    readonly env_key: string;
    readonly section: string;
    readonly kind: "readonly" | "secret";
    readonly env_locked: true;
    readonly cfg_value: string | null;
    readonly effective_display: string;
    readonly source_hint: "environment" | "file" | "default";
    readonly is_secret: boolean;
    readonly editable: false;
  })[];
}
export interface ServerConfigPatchRequest {
  readonly values: {
    readonly [key: string]: (string) | (number) | (boolean) | (null);
  };
}
export interface SimulateRequest {
  readonly config?: {
    readonly [key: string]: JsonValue;
  } | undefined;
  readonly machine_name?: string | undefined;
  readonly machine_version?: string | undefined;
  readonly context?: {
    readonly [key: string]: JsonValue;
  } | undefined;
  readonly steps?:
    | readonly (
      | ({
        readonly trigger: string;
        readonly context?: {
          readonly [key: string]: JsonValue;
        } | undefined;
      })
      | ({
        readonly data: {
          readonly [key: string]: JsonValue;
        };
      })
      | ({
        readonly advance_ms: number;
      })
    )[]
    | undefined;
}
export interface SimulateResponse {
  readonly machine_name: string;
  readonly machine_version: string;
  readonly steps: readonly (SimulatedStep)[];
  readonly current_state: string | null;
  readonly active_states: readonly (string)[];
  readonly context: {
    readonly [key: string]: unknown;
  };
  readonly is_terminal: boolean;
  readonly timers: readonly ({
    readonly key: string;
    readonly trigger: string;
    readonly due_at: string;
  })[];
  readonly now: string;
}
export interface SimulatedStep {
  /** 0 = creation, n = the n-th step */
  readonly input: number;
  readonly at: string;
  readonly type: string;
  readonly trigger: string;
  readonly success: boolean;
  readonly outcome: string;
  readonly source_state: string;
  readonly target_state: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly actions: readonly (string)[];
  readonly context: {
    readonly [key: string]: unknown;
  } | null;
}
export type StateOpsErrorTopItem = {
  readonly error_type: string | null;
  readonly error_message: string | null;
  readonly count: number;
} | null;
export interface StreamTicket {
  /** For the query parameter `ticket`; good once */
  readonly ticket: string;
  readonly expires_at: string;
  /** Seconds */
  readonly expires_in: number;
}
export interface TemplateList {
  readonly templates: readonly (string)[];
}
export interface TestDiscoveryRequest {
  readonly backend: string;
  readonly connection_string?: string | null | undefined;
  readonly host?: string | null | undefined;
  readonly port?: (number) | (string) | (null) | undefined;
  readonly database?: string | null | undefined;
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  readonly table_name?: string | null | undefined;
}
export interface TestTargetRequest {
  readonly target?: "store" | undefined;
  readonly connection_string?: string | null | undefined;
  readonly host?: string | null | undefined;
  readonly port?: (number) | (string) | (null) | undefined;
  readonly database?: string | null | undefined;
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  readonly table_name?: string | null | undefined;
}
export interface TimelineStep {
  readonly state: string;
  readonly entered_at: string;
  readonly exited_at: string | null;
  readonly dwell_ms: number | null;
  readonly trigger_in: string | null;
  readonly trigger_out: string | null;
  readonly success: boolean;
}
export interface TransitionAnalyticsResponse {
  readonly time_buckets: readonly ({
    readonly bucket_start: string;
    readonly bucket_end: string;
    readonly total: number;
    readonly failed: number;
    readonly failure_rate: number;
  })[];
  readonly duration_percentiles: {
    readonly p50: number | null;
    readonly p75: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  };
  readonly top_failing_triggers: readonly ({
    readonly trigger: string;
    readonly total: number;
    readonly failed: number;
    readonly failure_rate: number;
  })[];
  readonly top_failing_states: readonly ({
    readonly state: string;
    readonly total: number;
    readonly failed: number;
    readonly failure_rate: number;
  })[];
  readonly volume_trend: readonly ({
    readonly bucket_start: string;
    readonly count: number;
  })[];
  readonly basis: FiguresBasis;
}
export interface TransitionAnnotations {
  readonly machine_name: string;
  readonly machine_version: string;
  readonly items: readonly ({
    readonly transition_key: string;
    readonly body_markdown: string;
    readonly updated_at: string | null;
  })[];
}
export interface TransitionFeedItem {
  readonly id: string;
  readonly entity_id: string;
  readonly machine_name: string | null;
  readonly source_state: string;
  readonly target_state: string | null;
  readonly trigger: string;
  readonly success: boolean;
  readonly error_type: string | null;
  readonly error_message: string | null;
  /** Context afterwards; null when it did not change */
  readonly payload: {
    readonly [key: string]: unknown;
  } | null;
  readonly actions_executed: readonly (string)[] | null;
  readonly occurred_at: string;
  readonly duration_ms: number | null;
  readonly outcome: string;
  readonly position: number;
  readonly cursor: string;
}
export interface TransitionHistoryResponse {
  readonly id: string;
  readonly entity_id: string;
  readonly source_state: string;
  readonly target_state: string | null;
  readonly trigger: string;
  readonly success: boolean;
  readonly error_message: string | null;
  readonly actions_executed: readonly (string)[] | null;
  readonly created_at: string;
  readonly duration_ms: number | null;
  readonly position: number;
  readonly outcome: "transitioned" | "internal" | "ignored" | "deferred" | "refused" | "failed";
  readonly type: "created" | "event" | "data" | "timer" | "status" | "labels" | "migrate" | "force";
  readonly reason: string | null;
  readonly machine_version: string;
  readonly actor: string | null;
  readonly event_id: string;
  readonly payload: {
    readonly [key: string]: unknown;
  };
}
export interface TransitionHistorySnapshotItem {
  readonly source_state: string;
  readonly target_state: string | null;
  readonly trigger: string;
  readonly success: boolean;
  readonly error_message: string | null;
  readonly actions_executed: readonly (string)[] | null;
  readonly created_at: string;
  readonly duration_ms: number | null;
  readonly outcome: string;
}
export interface TransitionsFeedResponse {
  readonly items: readonly (TransitionFeedItem)[];
  readonly next_cursor: string | null;
}
export interface TriggerInfo {
  readonly trigger: string;
  readonly target_state: string;
  readonly has_guard: boolean;
  readonly guard_description: string | null;
  readonly description: string;
  /** An event without payload would be taken now */
  readonly would_succeed: boolean;
}
export interface TriggerVerdict {
  readonly trigger: string;
  readonly would_succeed: boolean;
  readonly outcome: string;
  readonly target_state: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly candidates: readonly (CandidateVerdict)[];
}
export interface UpdateLabelsRequest {
  /** Labels by key */
  readonly labels: {
    readonly [key: string]: string;
  };
}
export interface User {
  readonly username: string;
  readonly role: "Viewer" | "Operator" | "Editor" | "Admin";
  readonly is_enabled: boolean;
  readonly created_at: string;
}
export interface UserResponse {
  readonly username: string;
  readonly role: "Viewer" | "Operator" | "Editor" | "Admin";
  readonly auth_disabled: boolean;
}
export interface ValidateResponse {
  readonly valid: boolean;
  readonly errors: readonly (string)[];
  readonly warnings: readonly (string)[];
  readonly info: {
    readonly machine_name: string;
    readonly version: string;
    readonly state_names: readonly (string)[];
    readonly trigger_names: readonly (string)[];
    readonly terminal_states: readonly (string)[];
  } | null;
  readonly diagnostics: readonly (Diagnostic)[];
}
export interface WebhookCreateRequest {
  readonly name: string;
  readonly url: string;
  readonly events: readonly (string)[];
  /** Sent along */
  readonly headers?:
    | {
      readonly [key: string]: string;
    }
    | null
    | undefined;
  /** Signs deliveries as Standard Webhooks */
  readonly secret?: string | null | undefined;
  readonly enabled?: boolean | undefined;
}
export interface WebhookDelivery {
  readonly id: string;
  readonly webhook_id: string;
  /** With the id of the webhook it is `webhook-id` of the message */
  readonly message_id: string;
  readonly topic: string;
  /** `publish`, `feed` or `test` */
  readonly source: string;
  readonly state: "waiting" | "delivered" | "failed" | "gone" | "cancelled";
  readonly attempts: number;
  readonly status_code: number | null;
  readonly error: string | null;
  readonly took_ms: number | null;
  /** The first 1,000 characters of the answer */
  readonly answer: string | null;
  readonly created_at: string | null;
  readonly last_attempt_at: string | null;
  readonly next_attempt_at: string | null;
}
export interface WebhookDeliveryDetail {
  readonly id: string;
  readonly webhook_id: string;
  /** With the id of the webhook it is `webhook-id` of the message */
  readonly message_id: string;
  readonly topic: string;
  /** `publish`, `feed` or `test` */
  readonly source: string;
  readonly state: "waiting" | "delivered" | "failed" | "gone" | "cancelled";
  readonly attempts: number;
  readonly status_code: number | null;
  readonly error: string | null;
  readonly took_ms: number | null;
  /** The first 1,000 characters of the answer */
  readonly answer: string | null;
  readonly created_at: string | null;
  readonly last_attempt_at: string | null;
  readonly next_attempt_at: string | null;
  /** What was sent; null when it is too large to be kept */
  readonly body: string | null;
}
export interface WebhookDeliveryPage {
  readonly items: readonly (WebhookDelivery)[];
  readonly next_cursor: string | null;
}
export interface WebhookListResponse {
  readonly webhooks: readonly (WebhookResponse)[];
  readonly total: number;
}
export interface WebhookResponse {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly events: readonly (string)[];
  /** Values are masked */
  readonly headers: {
    readonly [key: string]: string;
  } | null;
  readonly enabled: boolean;
  readonly has_secret: boolean;
  /** Until then its signature is sent, too */
  readonly previous_secret_until: string | null;
  readonly created_at: string | null;
  readonly updated_at: string | null;
}
export interface WebhookSecretRotated {
  /** Shown this once */
  readonly secret: string;
  readonly previous_secret_until: string | null;
}
export interface WebhookSecretRotation {
  readonly overlap_hours?: number | undefined;
}
export interface WebhookTestResult {
  readonly success: boolean;
  readonly status_code: number | null;
  readonly error: string | null;
  readonly took_ms: number | null;
  readonly answer: string | null;
  readonly delivery_id: string;
}
export interface WebhookUpdateRequest {
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly events?: readonly (string)[] | undefined;
  /** null removes them, absent keeps them */
  readonly headers?:
    | {
      readonly [key: string]: string;
    }
    | null
    | undefined;
  readonly secret?: string | null | undefined;
  readonly enabled?: boolean | undefined;
}
export interface WorkerDlqConfigResponse {
  readonly dlq_enabled: true;
  readonly dlq_database_url: string | null;
  readonly dlq_table_name: string;
  readonly persistence: string;
}
export interface WorkerList {
  readonly workers: readonly ({
    readonly worker_id: string;
    readonly started_at: string;
    readonly seen_at: string;
    readonly info: {
      readonly [key: string]: unknown;
    };
  })[];
}
export interface WorkspaceAnnotationsListResponse {
  readonly machine_name: string;
  readonly machine_version: string;
  readonly items: readonly ({
    readonly state_name: string;
    readonly body_markdown: string;
    readonly updated_at: string | null;
  })[];
}
export interface WorkspaceLayoutsListResponse {
  readonly machine_name: string;
  readonly machine_version: string;
  readonly positions: {
    readonly [key: string]: {
      readonly x: number;
      readonly y: number;
    };
  };
}
