/** Every operation of the service as a method. Generated from docs/openapi.json by `deno task clients`; do not edit. */
import type * as Schemas from "./schemas.ts";
import { type ClientOptions, createSend, type RequestOptions } from "./transport.ts";

export { type ClientOptions, type RequestOptions, StatorError } from "./transport.ts";
export type { Schemas };

export interface StatorClient {
  /** Queue data for an entity: a worker merges it and lets the machine route. `POST /api/v1/entities/{entity_id}/apply-data`. Takes `idempotencyKey`. */
  applyData(input: {
    readonly entity_id: string;
    readonly body: Schemas.ApplyDataRequest;
  }, options?: RequestOptions): Promise<Schemas.ApplyDataEnqueueResponse>;

  /** Put away; no events are taken until it is restored. `POST /api/v1/entities/{entity_id}/archive`. */
  archiveEntity(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<Schemas.EntityStateResponse>;

  /** Where systems outside send their signed requests. `POST /api/v1/hooks/{hook_id}`. */
  callHook(input: {
    readonly hook_id: string;
    readonly body: { readonly [key: string]: Schemas.JsonValue };
  }, options?: RequestOptions): Promise<Schemas.HookCallTaken>;

  /** Tools for language models: Model Context Protocol over HTTP. `POST /mcp`. */
  callMcp(input: {
    readonly body: Schemas.McpMessage;
  }, options?: RequestOptions): Promise<Schemas.McpMessage>;

  /** End it; what was sent stays sent. `POST /api/v1/jobs/{job_id}/cancel`. */
  cancelJob(input: {
    readonly job_id: string;
  }, options?: RequestOptions): Promise<Schemas.JobResponse>;

  /** Set some labels, keep the others. `PATCH /api/v1/entities/{entity_id}/labels`. */
  changeLabels(input: {
    readonly entity_id: string;
    readonly body: Schemas.UpdateLabelsRequest;
  }, options?: RequestOptions): Promise<Schemas.EntityLabelsResponse>;

  /** Replace a version in place, as long as no entity uses it. `PUT /api/v1/machines/{machine_id}`. */
  changeMachine(input: {
    readonly machine_id: string;
    /** A document, or the text of a machine file. */
    readonly body: Schemas.MachineUpdateRequest | string;
  }, options?: RequestOptions): Promise<Schemas.MachineResponse>;

  /** Change one's own password; every token given before ends. `PUT /api/v1/auth/password`. */
  changePassword(input: {
    readonly body: Schemas.ChangePasswordRequest;
  }, options?: RequestOptions): Promise<void>;

  /** Replace what it does; what became of it is kept. `PUT /api/v1/schedules/{schedule_id}`. */
  changeSchedule(input: {
    readonly schedule_id: string;
    readonly body: Schemas.ScheduleUpdateRequest;
  }, options?: RequestOptions): Promise<Schemas.ScheduleResponse>;

  /** Change password, role or standing; tokens given before end. `PATCH /api/v1/auth/users/{username}`. */
  changeUser(input: {
    readonly username: string;
    readonly body: Schemas.ChangeUserRequest;
  }, options?: RequestOptions): Promise<Schemas.User>;

  /** Change some of it: null clears, absent keeps. `PUT /api/v1/webhooks/{webhook_id}`. */
  changeWebhook(input: {
    readonly webhook_id: string;
    readonly body: Schemas.WebhookUpdateRequest;
  }, options?: RequestOptions): Promise<Schemas.WebhookResponse>;

  /** Which active entities could not move to another version. `POST /api/v1/machines/{machine_id}/compatibility`. */
  checkCompatibility(input: {
    readonly machine_id: string;
    readonly target_version: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.CompatibilityReport>;

  /** What another version of the machine does otherwise, in words and with its weight. `GET /api/v1/machines/{machine_id}/compare`. */
  compareMachines(input: {
    readonly machine_id: string;
    readonly target_version: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.MachineComparison>;

  /** Create up to 100 entities, each for itself. `POST /api/v1/entities/bulk/create`. Takes `idempotencyKey`. */
  createEntities(input: {
    readonly body: Schemas.BulkCreateEntitiesRequest;
  }, options?: RequestOptions): Promise<Schemas.BulkCreateEntitiesResponse>;

  /** Create an entity in the initial state of its machine. `POST /api/v1/entities/{entity_id}/create`. Takes `idempotencyKey`. */
  createEntity(input: {
    readonly entity_id: string;
    readonly body: Schemas.CreateEntityRequest;
  }, options?: RequestOptions): Promise<Schemas.CreateEntityResponse>;

  /** Let a system outside send events, by signed requests of its own form. `POST /api/v1/hooks`. */
  createHook(input: {
    readonly body: Schemas.HookCreateRequest;
  }, options?: RequestOptions): Promise<Schemas.NewHook>;

  /** Send an event to every entity that matches, at a rate. `POST /api/v1/jobs`. */
  createJob(input: {
    readonly body: Schemas.JobCreateRequest;
  }, options?: RequestOptions): Promise<Schemas.JobDryRunResponse | Schemas.JobResponse>;

  /** Make an API key; it is shown once. `POST /api/v1/auth/keys`. */
  createKey(input: {
    readonly body: Schemas.CreateApiKeyRequest;
  }, options?: RequestOptions): Promise<Schemas.CreatedApiKey>;

  /** Send an event by the clock from now on. `POST /api/v1/schedules`. */
  createSchedule(input: {
    readonly body: Schemas.ScheduleCreateRequest;
  }, options?: RequestOptions): Promise<Schemas.ScheduleResponse>;

  /** Add an account. `POST /api/v1/auth/users`. */
  createUser(input: {
    readonly body: Schemas.CreateUserRequest;
  }, options?: RequestOptions): Promise<Schemas.User>;

  /** Tell somebody from now on. `POST /api/v1/webhooks`. */
  createWebhook(input: {
    readonly body: Schemas.WebhookCreateRequest;
  }, options?: RequestOptions): Promise<Schemas.WebhookResponse>;

  /** Remove the note on a state. `DELETE /api/v1/annotations/{machine_name}/{machine_version}/{state_name}`. */
  deleteAnnotation(input: {
    readonly machine_name: string;
    readonly machine_version: string;
    readonly state_name: string;
  }, options?: RequestOptions): Promise<void>;

  /** Log this browser out, everywhere. `DELETE /api/v1/auth/session`. */
  deleteAuthSession(input?: Record<string, never>, options?: RequestOptions): Promise<void>;

  /** Delete softly: the id stays taken and history stays readable. `DELETE /api/v1/entities/{entity_id}`. */
  deleteEntity(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<Schemas.EntityStateResponse>;

  /** Delete history before a time, for good. `DELETE /api/v1/entities/{entity_id}/history`. */
  deleteHistory(input: {
    readonly entity_id: string;
    readonly before: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.HistoryPurgeResponse>;

  /** Stop listening. `DELETE /api/v1/hooks/{hook_id}`. */
  deleteHook(input: {
    readonly hook_id: string;
  }, options?: RequestOptions): Promise<void>;

  /** End an API key. `DELETE /api/v1/auth/keys/{key_id}`. */
  deleteKey(input: {
    readonly key_id: string;
  }, options?: RequestOptions): Promise<void>;

  /** Remove one label; an unknown key is fine. `DELETE /api/v1/entities/{entity_id}/labels/{key}`. */
  deleteLabel(input: {
    readonly entity_id: string;
    readonly key: string;
  }, options?: RequestOptions): Promise<Schemas.EntityLabelsResponse>;

  /** Forget all places. `DELETE /api/v1/layouts/{machine_name}/{machine_version}`. */
  deleteLayout(input: {
    readonly machine_name: string;
    readonly machine_version: string;
  }, options?: RequestOptions): Promise<void>;

  /** Forget the place of one state. `DELETE /api/v1/layouts/{machine_name}/{machine_version}/{state_name}`. */
  deleteLayoutOfState(input: {
    readonly machine_name: string;
    readonly machine_version: string;
    readonly state_name: string;
  }, options?: RequestOptions): Promise<void>;

  /** Delete a version that no active entity uses; `force` is for administrators. `DELETE /api/v1/machines/{machine_id}`. */
  deleteMachine(input: {
    readonly machine_id: string;
    readonly force?: boolean | undefined;
  }, options?: RequestOptions): Promise<void>;

  /** Send nothing any more. `DELETE /api/v1/schedules/{schedule_id}`. */
  deleteSchedule(input: {
    readonly schedule_id: string;
  }, options?: RequestOptions): Promise<void>;

  /** Remove the note on a transition. `DELETE /api/v1/transition-annotations/{machine_name}/{machine_version}/{transition_key}`. */
  deleteTransitionAnnotation(input: {
    readonly machine_name: string;
    readonly machine_version: string;
    readonly transition_key: string;
  }, options?: RequestOptions): Promise<void>;

  /** Remove an account; its tokens end. `DELETE /api/v1/auth/users/{username}`. */
  deleteUser(input: {
    readonly username: string;
  }, options?: RequestOptions): Promise<void>;

  /** Stop telling. `DELETE /api/v1/webhooks/{webhook_id}`. */
  deleteWebhook(input: {
    readonly webhook_id: string;
  }, options?: RequestOptions): Promise<void>;

  /** Errors, warnings and hints of a machine with line and column, and its outline; stores nothing. `POST /api/v1/machines/diagnose`. */
  diagnoseMachine(input: {
    /** A document, or the text of a machine file. */
    readonly body: Schemas.DiagnoseRequest | string;
  }, options?: RequestOptions): Promise<Schemas.DiagnoseResponse>;

  /** Give up; a lane that waits for this letter goes on. `POST /api/v1/dlq/{record_id}/discard`. */
  discardDeadLetter(input: {
    readonly record_id: string;
  }, options?: RequestOptions): Promise<Schemas.DLQDiscardResponse>;

  /** Give up every pending letter that fits. `POST /api/v1/dlq/discard`. */
  discardDeadLetters(input: {
    readonly body: Schemas.DLQBulkRequest;
  }, options?: RequestOptions): Promise<Schemas.DLQBulkResponse>;

  /** What an event would do now, with the stored context and the pinned version. `POST /api/v1/entities/{entity_id}/dry-run`. */
  dryRun(input: {
    readonly entity_id: string;
    readonly body: Schemas.DryRunRequest;
  }, options?: RequestOptions): Promise<Schemas.DryRunResponse>;

  /** Every trigger of the machine with its verdict, each guard and the values it read. `GET /api/v1/entities/{entity_id}/explain`. */
  explainEntity(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<Schemas.EntityExplanation>;

  /** Name, theme and version, for pages before a login. `GET /api/v1/settings/app-config`. */
  getAppConfig(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.AppConfig>;

  /** The session of this browser, and the word that its changes need. `GET /api/v1/auth/session`. */
  getAuthSession(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.BrowserSession>;

  /** Triggers that a transition of the current state answers to, and which would be taken now. `GET /api/v1/entities/{entity_id}/available-triggers`. */
  getAvailableTriggers(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<Schemas.AvailableTriggersResponse>;

  /** Names of the operator's own actions and guards, as this process loaded them. `GET /api/v1/catalog/modules`. */
  getCatalogModules(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.ModuleCatalog>;

  /** A drawing of a machine: Mermaid, Graphviz or SCXML. `GET /api/v1/machines/{machine_id}/chart`. */
  getChart(input: {
    readonly machine_id: string;
    readonly format?: "mermaid" | "flowchart" | "dot" | "scxml" | undefined;
  }, options?: RequestOptions): Promise<string>;

  /** This contract. `GET /openapi.json`. */
  getContract(
    input?: Record<string, never>,
    options?: RequestOptions,
  ): Promise<{ readonly [key: string]: unknown }>;

  /** One dead letter. `GET /api/v1/dlq/{record_id}`. */
  getDeadLetter(input: {
    readonly record_id: string;
  }, options?: RequestOptions): Promise<Schemas.DLQRecordResponse>;

  /** How many, by reason, status and stage. `GET /api/v1/dlq/stats`. */
  getDeadLetterStats(input?: {
    readonly source_name?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.DLQStatsResponse>;

  /** Script and style of that page. `GET /docs/{file}`. */
  getDocsFile(input: {
    readonly file: "init.js" | "swagger-ui.css" | "swagger-ui-bundle.js";
  }, options?: RequestOptions): Promise<string>;

  /** The contract as a page. `GET /docs`. */
  getDocsPage(input?: Record<string, never>, options?: RequestOptions): Promise<string>;

  /** Every operation in short. `GET /api/v1/docs/playground-routes`. */
  getDocsPlaygroundRoutes(
    input?: Record<string, never>,
    options?: RequestOptions,
  ): Promise<Schemas.PlaygroundRoutes>;

  /** What is wrong: schema, clock, lag, lanes, dead letters, bloat, transactions, settings. `GET /api/v1/doctor`. */
  getDoctor(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.Diagnosis>;

  /** What the lane of an entity waits for. `GET /api/v1/entities/{entity_id}/lane`. */
  getEntitiesByEntityIdLane(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<Schemas.Lane>;

  /** State and context of an active entity. `GET /api/v1/entities/{entity_id}/state`. */
  getEntity(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<Schemas.EntityStateResponse>;

  /** How entities are spread over states and machines, and which fail most. `GET /api/v1/observability/entity-health`. */
  getEntityHealth(input?: {
    readonly window_hours?: number | undefined;
    readonly machine_name?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.EntityHealthResponse>;

  /** Health, pace and failures of one entity. `GET /api/v1/entities/{entity_id}/metrics`. */
  getEntityMetrics(input: {
    readonly entity_id: string;
    readonly window_hours?: number | undefined;
  }, options?: RequestOptions): Promise<Schemas.EntityMetricsResponse>;

  /** Where an event is: waiting, done or dead. `GET /api/v1/events/{event_id}`. */
  getEvent(input: {
    readonly event_id: string;
  }, options?: RequestOptions): Promise<Schemas.EventStatusResponse>;

  /** Whether the service works; asks the store at most once a second. `GET /health`. */
  getHealth(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.Health>;

  /** History of an entity, newest first; empty for an id that never was. `GET /api/v1/entities/{entity_id}/history`. */
  getHistory(input: {
    readonly entity_id: string;
    readonly limit?: number | undefined;
    readonly offset?: number | undefined;
  }, options?: RequestOptions): Promise<readonly (Schemas.TransitionHistoryResponse)[]>;

  /** How much happened, and when. `GET /api/v1/entities/{entity_id}/history/stats`. */
  getHistoryStats(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<Schemas.HistoryStatsResponse>;

  /** One inbound webhook. `GET /api/v1/hooks/{hook_id}`. */
  getHook(input: {
    readonly hook_id: string;
  }, options?: RequestOptions): Promise<Schemas.Hook>;

  /** One job, with its progress. `GET /api/v1/jobs/{job_id}`. */
  getJob(input: {
    readonly job_id: string;
  }, options?: RequestOptions): Promise<Schemas.JobResponse>;

  /** Labels of an entity in any status. `GET /api/v1/entities/{entity_id}/labels`. */
  getLabels(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<Schemas.EntityLabelsResponse>;

  /** Lanes that wait for a person, or for a worker; oldest first. `GET /api/v1/lanes`. */
  getLanes(input?: {
    readonly state?: "held" | "parked" | "blocked" | "ready" | undefined;
    readonly machine_name?: string | undefined;
    readonly limit?: number | undefined;
    readonly cursor?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.LaneList>;

  /** Whether the process lives; asks nobody. `GET /health/live`. */
  getLiveness(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.Live>;

  /** What this service is, for language models. `GET /llms.txt`. */
  getLlmsText(input?: Record<string, never>, options?: RequestOptions): Promise<string>;

  /** One version, whole. `GET /api/v1/machines/{machine_id}`. */
  getMachine(input: {
    readonly machine_id: string;
  }, options?: RequestOptions): Promise<Schemas.MachineResponse>;

  /** Who is asking. `GET /api/v1/auth/me`. */
  getMe(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.UserResponse>;

  /** Figures of this process for Prometheus. `GET /metrics`. */
  getMetrics(input?: Record<string, never>, options?: RequestOptions): Promise<string>;

  /** Actions that wait or are being delivered, next due first. `GET /api/v1/outbox`. */
  getOutbox(input?: {
    readonly state?: "pending" | "leased" | undefined;
    readonly kind?:
      | "named"
      | "http"
      | "celery"
      | "send"
      | "send_event"
      | "create_entity"
      | "invoke_start"
      | "invoke_stop"
      | undefined;
    readonly machine_name?: string | undefined;
    readonly entity_id?: string | undefined;
    readonly limit?: number | undefined;
    readonly cursor?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.OutboxPage>;

  /** How much waits for each receiver, and when the next action is due. `GET /api/v1/outbox/summary`. */
  getOutboxSummary(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.OutboxSummary>;

  /** Where an entity stood at a given time. `GET /api/v1/entities/{entity_id}/past-state`. */
  getPastState(input: {
    readonly entity_id: string;
    readonly at: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.PastState>;

  /** What action `publish` tells, by topic, `*` = all; `Last-Event-ID` resumes for an hour. `GET /api/v1/publications/stream`. */
  getPublicationsStream(input: {
    readonly topics: string | undefined;
    readonly after?: string | undefined;
    readonly ticket?: string | undefined;
  }, options?: RequestOptions): Promise<Response>;

  /** Whether requests can be served: store reachable, schema as expected. `GET /ready`. */
  getReadiness(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.Ready>;

  /** The same page where PyStator's readers look for it. `GET /redoc`. */
  getRedoc(input?: Record<string, never>, options?: RequestOptions): Promise<string>;

  /** One schedule. `GET /api/v1/schedules/{schedule_id}`. */
  getSchedule(input: {
    readonly schedule_id: string;
  }, options?: RequestOptions): Promise<Schemas.ScheduleResponse>;

  /** What this is. `GET /`. */
  getService(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.Root>;

  /** Which kind of store is in use. `GET /api/v1/settings/database-config`. */
  getSettingsDatabaseConfig(
    input?: Record<string, never>,
    options?: RequestOptions,
  ): Promise<Schemas.DatabaseConfigResponse>;

  /** That states are not inferred from observations: off, with PyStator's names. `GET /api/v1/settings/discovery-config`. */
  getSettingsDiscoveryConfig(
    input?: Record<string, never>,
    options?: RequestOptions,
  ): Promise<Schemas.DiscoveryConfigResponse>;

  /** How this process runs. `GET /api/v1/settings/runtime-overview`. */
  getSettingsRuntimeOverview(
    input?: Record<string, never>,
    options?: RequestOptions,
  ): Promise<Schemas.RuntimeOverview>;

  /** Effective settings and where they come from; they cannot be changed over HTTP. `GET /api/v1/settings/server-config`. */
  getSettingsServerConfig(
    input?: Record<string, never>,
    options?: RequestOptions,
  ): Promise<Schemas.ServerConfig>;

  /** Where dead letters are kept: always with everything else. `GET /api/v1/settings/worker-dlq-config`. */
  getSettingsWorkerDlqConfig(
    input?: Record<string, never>,
    options?: RequestOptions,
  ): Promise<Schemas.WorkerDlqConfigResponse>;

  /** The whole entity as one document. `GET /api/v1/entities/{entity_id}/snapshot`. */
  getSnapshot(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<Schemas.EntitySnapshotResponse>;

  /** Entities in each state, how long they have been there, and what failed. `GET /api/v1/observability/state-metrics`. */
  getStateMetrics(input: {
    readonly machine_name: string | undefined;
    readonly window_hours?: number | undefined;
  }, options?: RequestOptions): Promise<Schemas.ObservabilityStateMetricsResponse>;

  /** The figures of an overview. `GET /api/v1/observability/summary`. */
  getSummary(input?: {
    readonly window_hours?: number | undefined;
    readonly machine_name?: string | undefined;
    readonly entity_id?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.ObservabilitySummaryResponse>;

  /** One of them, as YAML. `GET /api/v1/templates/fsm/{filename}`. */
  getTemplate(input: {
    readonly filename: string;
  }, options?: RequestOptions): Promise<string>;

  /** All of them in one archive. `GET /api/v1/templates/fsm/zip`. */
  getTemplatesZip(input?: Record<string, never>, options?: RequestOptions): Promise<Uint8Array>;

  /** States in the order they were entered, with the time spent in each. `GET /api/v1/entities/{entity_id}/timeline`. */
  getTimeline(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<Schemas.EntityTimelineResponse>;

  /** Events over time, with durations and what fails most. `GET /api/v1/observability/transition-analytics`. */
  getTransitionAnalytics(input?: {
    readonly window_hours?: number | undefined;
    readonly machine_name?: string | undefined;
    readonly bucket_count?: number | undefined;
  }, options?: RequestOptions): Promise<Schemas.TransitionAnalyticsResponse>;

  /** Attempts, failures and durations of each transition. `GET /api/v1/observability/transition-metrics`. */
  getTransitionMetrics(input: {
    readonly machine_name: string | undefined;
    readonly window_hours?: number | undefined;
  }, options?: RequestOptions): Promise<Schemas.ObservabilityTransitionMetricsResponse>;

  /** History of all entities, newest first. `GET /api/v1/observability/transitions`. */
  getTransitionReport(input?: {
    readonly machine_name?: string | undefined;
    readonly entity_id?: string | undefined;
    readonly start_at?: string | undefined;
    readonly end_at?: string | undefined;
    readonly limit?: number | undefined;
    readonly offset?: number | undefined;
    readonly status?: "all" | "success" | "failed" | undefined;
  }, options?: RequestOptions): Promise<Schemas.ObservabilityTransitionsResponse>;

  /** One webhook. `GET /api/v1/webhooks/{webhook_id}`. */
  getWebhook(input: {
    readonly webhook_id: string;
  }, options?: RequestOptions): Promise<Schemas.WebhookResponse>;

  /** Messages to one webhook, newest first; kept for seven days. `GET /api/v1/webhooks/{webhook_id}/deliveries`. */
  getWebhooksByWebhookIdDeliveries(input: {
    readonly webhook_id: string;
    readonly limit?: number | undefined;
    readonly cursor?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.WebhookDeliveryPage>;

  /** One message with its body. `GET /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}`. */
  getWebhooksByWebhookIdDeliveriesByDeliveryId(input: {
    readonly webhook_id: string;
    readonly delivery_id: string;
  }, options?: RequestOptions): Promise<Schemas.WebhookDeliveryDetail>;

  /** Events of every lane, waiting and done, newest first. `GET /api/v1/observability/worker-events`. */
  getWorkerEventReport(input?: {
    readonly machine_name?: string | undefined;
    readonly entity_id?: string | undefined;
    readonly start_at?: string | undefined;
    readonly end_at?: string | undefined;
    readonly limit?: number | undefined;
    readonly offset?: number | undefined;
    readonly status?: "all" | "pending" | "claimed" | "completed" | "failed" | "dead_letter" | undefined;
  }, options?: RequestOptions): Promise<Schemas.ObservabilityWorkerEventsResponse>;

  /** Take an entity over in a given state, with its history, under the rules of its machine. `POST /api/v1/entities/import`. */
  importEntity(input: {
    readonly body: Schemas.ImportEntityRequest;
  }, options?: RequestOptions): Promise<Schemas.ImportEntityResponse>;

  /** Notes on the states of a machine. `GET /api/v1/annotations`. */
  listAnnotations(input: {
    readonly machine_name: string | undefined;
    readonly machine_version: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.WorkspaceAnnotationsListResponse>;

  /** Who did what, newest first. `GET /api/v1/audit`. */
  listAudit(input?: {
    readonly limit?: number | undefined;
    readonly cursor?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.AuditLog>;

  /** Guards, actions and effects that are always there. `GET /api/v1/catalog/builtins`. */
  listBuiltins(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.BuiltinCatalog>;

  /** Dead letters, newest first. `GET /api/v1/dlq`. */
  listDeadLetters(input?: {
    readonly source_name?: string | undefined;
    readonly entity_id?: string | undefined;
    readonly reason?: string | undefined;
    readonly stage?: string | undefined;
    readonly status?: "pending" | "retrying" | "resolved" | "ignored" | "expired" | undefined;
    readonly limit?: number | undefined;
    readonly offset?: number | undefined;
    readonly cursor?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.DLQListResponse>;

  /** Find entities. `GET /api/v1/entities`. */
  listEntities(input?: {
    readonly machine_name?: string | undefined;
    readonly state?: string | undefined;
    readonly is_terminal?: boolean | undefined;
    readonly workflow_status?: "active" | "complete" | "failed" | undefined;
    readonly status?: "active" | "archived" | "deleted" | undefined;
    readonly include_archived?: boolean | undefined;
    readonly include_deleted?: boolean | undefined;
    readonly created_after?: string | undefined;
    readonly created_before?: string | undefined;
    readonly updated_after?: string | undefined;
    readonly updated_before?: string | undefined;
    readonly labels?: string | undefined;
    readonly q?: string | undefined;
    readonly search?: string | undefined;
    readonly sort_by?:
      | "created_at"
      | "updated_at"
      | "entity_id"
      | "current_state"
      | "machine_name"
      | undefined;
    readonly sort_order?: "asc" | "desc" | undefined;
    readonly limit?: number | undefined;
    readonly page_size?: number | undefined;
    readonly offset?: number | undefined;
    readonly cursor?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.EntityListResponse>;

  /** Events that were consumed, by sequence. `GET /api/v1/entities/{entity_id}/events`. */
  listEventsOfEntity(input: {
    readonly entity_id: string;
    readonly limit?: number | undefined;
    readonly offset?: number | undefined;
  }, options?: RequestOptions): Promise<Schemas.EntityEventLog>;

  /** Inbound webhooks, newest first; secrets are never shown. `GET /api/v1/hooks`. */
  listHooks(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.HookList>;

  /** What became of each record, in the order in which they were taken. `GET /api/v1/jobs/{job_id}/items`. */
  listJobItems(input: {
    readonly job_id: string;
    readonly cursor?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.JobItemsResponse>;

  /** Jobs, newest first. `GET /api/v1/jobs`. */
  listJobs(input?: {
    readonly status?: "queued" | "running" | "paused" | "completed" | "cancelled" | "failed" | undefined;
    readonly limit?: number | undefined;
    readonly cursor?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.JobListResponse>;

  /** API keys, without the keys. `GET /api/v1/auth/keys`. */
  listKeys(input?: Record<string, never>, options?: RequestOptions): Promise<{
    readonly keys: readonly (Schemas.ApiKey)[];
  }>;

  /** Places of states on a canvas. `GET /api/v1/layouts`. */
  listLayouts(input: {
    readonly machine_name: string | undefined;
    readonly machine_version: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.WorkspaceLayoutsListResponse>;

  /** Machines by name, newest version first. `GET /api/v1/machines`. */
  listMachines(input?: {
    readonly name?: string | undefined;
    readonly version?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.MachineListResponse>;

  /** Schedules by id. `GET /api/v1/schedules`. */
  listSchedules(input?: {
    readonly machine_name?: string | undefined;
    readonly limit?: number | undefined;
    readonly cursor?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.ScheduleListResponse>;

  /** Machines to start from. `GET /api/v1/templates/fsm`. */
  listTemplates(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.TemplateList>;

  /** Timers that run. `GET /api/v1/entities/{entity_id}/timers`. */
  listTimers(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<Schemas.EntityTimers>;

  /** Notes on the transitions of a machine. `GET /api/v1/transition-annotations`. */
  listTransitionAnnotations(input: {
    readonly machine_name: string | undefined;
    readonly machine_version: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.TransitionAnnotations>;

  /** History of all entities, oldest first; nothing ever appears behind a cursor. `GET /api/v1/transitions`. */
  listTransitions(input?: {
    readonly format?: "transitions" | "cloudevents" | undefined;
    readonly after?: string | undefined;
    readonly success?: boolean | undefined;
    readonly machine_name?: string | undefined;
    readonly entity_id?: string | undefined;
    readonly limit?: number | undefined;
    readonly start_at?: string | undefined;
    readonly end_at?: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.TransitionsFeedResponse>;

  /** Accounts. `GET /api/v1/auth/users`. */
  listUsers(input?: Record<string, never>, options?: RequestOptions): Promise<{
    readonly users: readonly (Schemas.User)[];
  }>;

  /** Webhooks, newest first. `GET /api/v1/webhooks`. */
  listWebhooks(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.WebhookListResponse>;

  /** Workers that were seen within a minute. `GET /api/v1/workers`. */
  listWorkers(input?: Record<string, never>, options?: RequestOptions): Promise<Schemas.WorkerList>;

  /** Log in with a password. `POST /api/v1/auth/login`. */
  login(input: {
    readonly body: Schemas.LoginRequest;
  }, options?: RequestOptions): Promise<Schemas.LoginResponse>;

  /** End this token, everywhere. `POST /api/v1/auth/logout`. */
  logout(input?: {
    readonly body?: Schemas.LogoutRequest;
  }, options?: RequestOptions): Promise<{
    readonly message: "OK";
  }>;

  /** Pin the entity to another machine or version in which its state exists. `POST /api/v1/entities/{entity_id}/migrate`. */
  migrateEntity(input: {
    readonly entity_id: string;
    readonly machine_name: string | undefined;
    readonly machine_version: string | undefined;
  }, options?: RequestOptions): Promise<Schemas.EntityStateResponse>;

  /** Put back every pending letter that matches, oldest first, at a rate. `POST /api/v1/dlq/redrive`. */
  orderRedrive(input: {
    readonly body: Schemas.DLQRedriveRequest;
  }, options?: RequestOptions): Promise<Schemas.JobDryRunResponse | Schemas.JobResponse>;

  /** Refused: settings come from the environment and files of the operator. `PATCH /api/v1/settings/server-config`. */
  patchSettingsServerConfig(input: {
    readonly body: Schemas.ServerConfigPatchRequest;
  }, options?: RequestOptions): Promise<void>;

  /** Hold it where it is. `POST /api/v1/jobs/{job_id}/pause`. */
  pauseJob(input: {
    readonly job_id: string;
  }, options?: RequestOptions): Promise<Schemas.JobResponse>;

  /** Send nothing until it is resumed. `POST /api/v1/schedules/{schedule_id}/pause`. */
  pauseSchedule(input: {
    readonly schedule_id: string;
  }, options?: RequestOptions): Promise<Schemas.ScheduleResponse>;

  /** Log a browser in: the answer sets a cookie that no script can read. `POST /api/v1/auth/session`. */
  postAuthSession(input: {
    readonly body: Schemas.LoginRequest;
  }, options?: RequestOptions): Promise<Schemas.BrowserSession>;

  /** Set state or context by hand, with a reason. `POST /api/v1/entities/{entity_id}/force`. */
  postEntitiesByEntityIdForce(input: {
    readonly entity_id: string;
    readonly body: Schemas.ForceEntityRequest;
  }, options?: RequestOptions): Promise<Schemas.EntityStateResponse>;

  /** Hold an entity: events are accepted and wait, timers too, until it is resumed. `POST /api/v1/entities/{entity_id}/park`. */
  postEntitiesByEntityIdPark(input: {
    readonly entity_id: string;
    readonly body: Schemas.ParkLaneRequest;
  }, options?: RequestOptions): Promise<Schemas.Lane>;

  /** Let a parked entity go on: what waits is processed in its order. `POST /api/v1/entities/{entity_id}/resume`. */
  postEntitiesByEntityIdResume(input: {
    readonly entity_id: string;
    readonly body: Schemas.ParkLaneRequest;
  }, options?: RequestOptions): Promise<Schemas.Lane>;

  /** Dead letters of the configured store, counted. `POST /api/v1/settings/dlq-stats`. */
  postSettingsDlqStats(input?: {
    readonly body?: Schemas.TestTargetRequest;
  }, options?: RequestOptions): Promise<Schemas.DlqStatsResponse>;

  /** Whether the configured store answers. `POST /api/v1/settings/test-database`. */
  postSettingsTestDatabase(input?: {
    readonly body?: Schemas.TestTargetRequest;
  }, options?: RequestOptions): Promise<Schemas.DatabaseTestResponse>;

  /** Says that there is no store of observations. `POST /api/v1/settings/test-discovery-database`. */
  postSettingsTestDiscoveryDatabase(input: {
    readonly body: Schemas.TestDiscoveryRequest;
  }, options?: RequestOptions): Promise<Schemas.DatabaseTestResponse>;

  /** Whether dead letters of the configured store can be read. `POST /api/v1/settings/test-dlq`. */
  postSettingsTestDlq(input?: {
    readonly body?: Schemas.TestTargetRequest;
  }, options?: RequestOptions): Promise<Schemas.DatabaseTestResponse>;

  /** A ticket that opens one stream once, for readers that cannot send a header. `POST /api/v1/stream/tickets`. */
  postStreamTickets(input: {
    readonly body: Schemas.CreateStreamTicketRequest;
  }, options?: RequestOptions): Promise<Schemas.StreamTicket>;

  /** Send a message again, under the same id. `POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver`. */
  postWebhooksByWebhookIdDeliveriesByDeliveryIdRedeliver(input: {
    readonly webhook_id: string;
    readonly delivery_id: string;
  }, options?: RequestOptions): Promise<Schemas.WebhookDelivery>;

  /** A new secret; for a while messages carry the signatures of both. `POST /api/v1/webhooks/{webhook_id}/rotate-secret`. */
  postWebhooksByWebhookIdRotateSecret(input: {
    readonly webhook_id: string;
    readonly body: Schemas.WebhookSecretRotation;
  }, options?: RequestOptions): Promise<Schemas.WebhookSecretRotated>;

  /** Send a test message, also when disabled, and wait for the answer. `POST /api/v1/webhooks/{webhook_id}/test`. */
  postWebhooksByWebhookIdTest(input: {
    readonly webhook_id: string;
  }, options?: RequestOptions): Promise<Schemas.WebhookTestResult>;

  /** Cron text in words, and the next five times. `POST /api/v1/schedules/preview`. */
  previewSchedule(input: {
    readonly body: Schemas.SchedulePreviewRequest;
  }, options?: RequestOptions): Promise<Schemas.SchedulePreviewResponse>;

  /** What an event would do to a machine in a given state. `POST /api/v1/process`. */
  processEvent(input: {
    readonly body: Schemas.ProcessRequest;
  }, options?: RequestOptions): Promise<Schemas.ProcessResponse>;

  /** Publish a version of a machine. `POST /api/v1/machines`. Takes `idempotencyKey`. */
  publishMachine(input: {
    /** A document, or the text of a machine file. */
    readonly body: Schemas.MachineCreateRequest | string;
  }, options?: RequestOptions): Promise<Schemas.MachinePublishResponse>;

  /** Remove for good, with history, timers, queued events and dead letters. `DELETE /api/v1/entities/{entity_id}/purge`. */
  purgeEntity(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<void>;

  /** Write the note on a state. `PUT /api/v1/annotations/{machine_name}/{machine_version}/{state_name}`. */
  putAnnotation(input: {
    readonly machine_name: string;
    readonly machine_version: string;
    readonly state_name: string;
    readonly body: Schemas.NoteRequest;
  }, options?: RequestOptions): Promise<Schemas.Done>;

  /** Keep places; those that are not named stay. `PUT /api/v1/layouts/{machine_name}/{machine_version}`. */
  putLayout(input: {
    readonly machine_name: string;
    readonly machine_version: string;
    readonly body: Schemas.LayoutRequest;
  }, options?: RequestOptions): Promise<Schemas.LayoutSaved>;

  /** Write the note on a transition. `PUT /api/v1/transition-annotations/{machine_name}/{machine_version}/{transition_key}`. */
  putTransitionAnnotation(input: {
    readonly machine_name: string;
    readonly machine_version: string;
    readonly transition_key: string;
    readonly body: Schemas.NoteRequest;
  }, options?: RequestOptions): Promise<Schemas.Done>;

  /** Queue an event for a worker, now or at a given time. `POST /api/v1/entities/{entity_id}/queue-event`. Takes `idempotencyKey`. */
  queueEvent(input: {
    readonly entity_id: string;
    readonly body: Schemas.QueueEventRequest;
  }, options?: RequestOptions): Promise<Schemas.EventStatusResponse | Schemas.QueuedEventResponse>;

  /** Accept up to 1,000 events for workers, in the order given. `POST /api/v1/events/batch`. Takes `idempotencyKey`. */
  queueEvents(input: {
    readonly body: Schemas.BatchEventsRequest;
  }, options?: RequestOptions): Promise<Schemas.BatchEventsResponse>;

  /** Put the event or action back; a second call gives the same event. `POST /api/v1/dlq/{record_id}/replay`. */
  redriveDeadLetter(input: {
    readonly record_id: string;
    readonly body?: Schemas.DLQReplayRequest;
  }, options?: RequestOptions): Promise<Schemas.DLQReplayResponse>;

  /** Put back every pending letter that fits, oldest of a page last. `POST /api/v1/dlq/replay`. */
  redriveDeadLetters(input: {
    readonly body: Schemas.DLQBulkRequest;
  }, options?: RequestOptions): Promise<Schemas.DLQBulkResponse>;

  /** Change a refresh token for new tokens. `POST /api/v1/auth/refresh`. */
  refreshLogin(input: {
    readonly body: Schemas.RefreshRequest;
  }, options?: RequestOptions): Promise<Schemas.LoginResponse>;

  /** Move a note when its state gets another name; an existing note there stays. `POST /api/v1/annotations/{machine_name}/{machine_version}/rename`. */
  renameAnnotation(input: {
    readonly machine_name: string;
    readonly machine_version: string;
    readonly body: Schemas.RenameNoteRequest;
  }, options?: RequestOptions): Promise<Schemas.RenamedNote>;

  /** Replace all labels. `PUT /api/v1/entities/{entity_id}/labels`. */
  replaceLabels(input: {
    readonly entity_id: string;
    readonly body: Schemas.UpdateLabelsRequest;
  }, options?: RequestOptions): Promise<Schemas.EntityLabelsResponse>;

  /** The way an entity took, step by step; changes nothing. `POST /api/v1/entities/{entity_id}/replay`. */
  replayEntity(input: {
    readonly entity_id: string;
    readonly up_to_sequence?: number | undefined;
  }, options?: RequestOptions): Promise<Schemas.EntityReplay>;

  /** Make active again. `POST /api/v1/entities/{entity_id}/restore`. */
  restoreEntity(input: {
    readonly entity_id: string;
  }, options?: RequestOptions): Promise<Schemas.EntityStateResponse>;

  /** Go on where it was held. `POST /api/v1/jobs/{job_id}/resume`. */
  resumeJob(input: {
    readonly job_id: string;
  }, options?: RequestOptions): Promise<Schemas.JobResponse>;

  /** Go on with the next time; what came due meanwhile is not made up for. `POST /api/v1/schedules/{schedule_id}/resume`. */
  resumeSchedule(input: {
    readonly schedule_id: string;
  }, options?: RequestOptions): Promise<Schemas.ScheduleResponse>;

  /** Send now, out of turn. `POST /api/v1/schedules/{schedule_id}/run`. */
  runSchedule(input: {
    readonly schedule_id: string;
  }, options?: RequestOptions): Promise<Schemas.ScheduleRunResponse>;

  /** Take CloudEvents 1.0 for workers: structured, as a batch of up to 1,000, or binary. `POST /api/v1/events`. */
  sendCloudEvent(
    input?: {
      readonly body?: {
        readonly specversion: "1.0";
        /** With `source` it makes a repetition harmless */
        readonly id: string;
        /** A URI reference */
        readonly source: string;
        /** Its last part, behind a dot, slash or colon, is the trigger */
        readonly type: string;
        /** The entity */
        readonly subject: string;
        readonly time?: string | null | undefined;
        readonly datacontenttype?: string | null | undefined;
        readonly dataschema?: string | null | undefined;
        /** In place of the last part of `type` */
        readonly trigger?: string | null | undefined;
        /** Needed where the entity does not exist yet */
        readonly machine?: string | null | undefined;
        readonly machineversion?: string | null | undefined;
        readonly traceparent?: string | null | undefined;
        /** An object is the payload of the event; anything else stands in it under `data` */
        readonly data?: Schemas.JsonValue | undefined;
        readonly [key: string]: unknown;
      };
    },
    options?: RequestOptions,
  ): Promise<Schemas.EventStatusResponse | (Schemas.QueuedEventResponse) | (Schemas.CloudEventsAccepted)>;

  /** Send an event and wait for what it does; creates the entity when a machine is named. `POST /api/v1/entities/{entity_id}/events`. Takes `idempotencyKey`. */
  sendEvent(input: {
    readonly entity_id: string;
    readonly body: Schemas.ProcessEntityEventRequest;
  }, options?: RequestOptions): Promise<Schemas.ProcessEntityEventResponse | Schemas.QueuedEventResponse>;

  /** Send one event to up to 100 entities, each for itself. `POST /api/v1/entities/bulk/events`. Takes `idempotencyKey`. */
  sendEventToMany(input: {
    readonly body: Schemas.BulkProcessEventsRequest;
  }, options?: RequestOptions): Promise<Schemas.BulkProcessEventsResponse>;

  /** Create an entity of a machine, send it events, data and time; nothing is stored or done. `POST /api/v1/simulate`. */
  simulate(input: {
    readonly body: Schemas.SimulateRequest;
  }, options?: RequestOptions): Promise<Schemas.SimulateResponse>;

  /** Changes of machines and webhooks, from any process. `GET /api/v1/events/stream`. */
  streamEvents(input?: {
    readonly topic?: string | undefined;
    readonly ticket?: string | undefined;
  }, options?: RequestOptions): Promise<Response>;

  /** News of several topics in one stream; `Last-Event-ID` resumes history and machines without gap or double. `GET /api/v1/stream`. */
  streamTopics(input: {
    readonly topics: string | undefined;
    readonly after?: string | undefined;
    readonly ticket?: string | undefined;
  }, options?: RequestOptions): Promise<Response>;

  /** The same as server-sent events: `id` is the cursor, `Last-Event-ID` resumes without gap or double. `GET /api/v1/transitions/stream`. */
  streamTransitions(input?: {
    readonly format?: "transitions" | "cloudevents" | undefined;
    readonly after?: string | undefined;
    readonly success?: boolean | undefined;
    readonly machine_name?: string | undefined;
    readonly entity_id?: string | undefined;
    readonly ticket?: string | undefined;
  }, options?: RequestOptions): Promise<Response>;

  /** Change some of it; what is absent stays. `PUT /api/v1/hooks/{hook_id}`. */
  updateHook(input: {
    readonly hook_id: string;
    readonly body: Schemas.HookUpdateRequest;
  }, options?: RequestOptions): Promise<Schemas.Hook>;

  /** Everything that is wrong or doubtful in a machine; stores nothing. `POST /api/v1/machines/validate`. */
  validateMachine(input: {
    /** A document, or the text of a machine file. */
    readonly body: Schemas.MachineCreateRequest | string;
  }, options?: RequestOptions): Promise<Schemas.ValidateResponse>;
}

/** A client of the service at `baseUrl`. */
export function createStatorClient(options: ClientOptions): StatorClient {
  const send = createSend(options);
  return {
    applyData: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/entities/{entity_id}/apply-data",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    archiveEntity: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/entities/{entity_id}/archive", "answer": "json" },
        input,
        options,
      ),
    callHook: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/hooks/{hook_id}", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    callMcp: (input, options) =>
      send({ "method": "POST", "path": "/mcp", "hasBody": true, "answer": "json" }, input, options),
    cancelJob: (input, options) =>
      send({ "method": "POST", "path": "/api/v1/jobs/{job_id}/cancel", "answer": "json" }, input, options),
    changeLabels: (input, options) =>
      send(
        {
          "method": "PATCH",
          "path": "/api/v1/entities/{entity_id}/labels",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    changeMachine: (input, options) =>
      send(
        { "method": "PUT", "path": "/api/v1/machines/{machine_id}", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    changePassword: (input, options) =>
      send(
        { "method": "PUT", "path": "/api/v1/auth/password", "hasBody": true, "answer": "none" },
        input,
        options,
      ),
    changeSchedule: (input, options) =>
      send(
        { "method": "PUT", "path": "/api/v1/schedules/{schedule_id}", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    changeUser: (input, options) =>
      send(
        { "method": "PATCH", "path": "/api/v1/auth/users/{username}", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    changeWebhook: (input, options) =>
      send(
        { "method": "PUT", "path": "/api/v1/webhooks/{webhook_id}", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    checkCompatibility: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/machines/{machine_id}/compatibility",
          "query": ["target_version"],
          "answer": "json",
        },
        input,
        options,
      ),
    compareMachines: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/machines/{machine_id}/compare",
          "query": ["target_version"],
          "answer": "json",
        },
        input,
        options,
      ),
    createEntities: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/entities/bulk/create", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    createEntity: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/entities/{entity_id}/create",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    createHook: (input, options) =>
      send({ "method": "POST", "path": "/api/v1/hooks", "hasBody": true, "answer": "json" }, input, options),
    createJob: (input, options) =>
      send({ "method": "POST", "path": "/api/v1/jobs", "hasBody": true, "answer": "json" }, input, options),
    createKey: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/auth/keys", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    createSchedule: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/schedules", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    createUser: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/auth/users", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    createWebhook: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/webhooks", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    deleteAnnotation: (input, options) =>
      send(
        {
          "method": "DELETE",
          "path": "/api/v1/annotations/{machine_name}/{machine_version}/{state_name}",
          "answer": "none",
        },
        input,
        options,
      ),
    deleteAuthSession: (input, options) =>
      send({ "method": "DELETE", "path": "/api/v1/auth/session", "answer": "none" }, input, options),
    deleteEntity: (input, options) =>
      send({ "method": "DELETE", "path": "/api/v1/entities/{entity_id}", "answer": "json" }, input, options),
    deleteHistory: (input, options) =>
      send(
        {
          "method": "DELETE",
          "path": "/api/v1/entities/{entity_id}/history",
          "query": ["before"],
          "answer": "json",
        },
        input,
        options,
      ),
    deleteHook: (input, options) =>
      send({ "method": "DELETE", "path": "/api/v1/hooks/{hook_id}", "answer": "none" }, input, options),
    deleteKey: (input, options) =>
      send({ "method": "DELETE", "path": "/api/v1/auth/keys/{key_id}", "answer": "none" }, input, options),
    deleteLabel: (input, options) =>
      send(
        { "method": "DELETE", "path": "/api/v1/entities/{entity_id}/labels/{key}", "answer": "json" },
        input,
        options,
      ),
    deleteLayout: (input, options) =>
      send(
        { "method": "DELETE", "path": "/api/v1/layouts/{machine_name}/{machine_version}", "answer": "none" },
        input,
        options,
      ),
    deleteLayoutOfState: (input, options) =>
      send(
        {
          "method": "DELETE",
          "path": "/api/v1/layouts/{machine_name}/{machine_version}/{state_name}",
          "answer": "none",
        },
        input,
        options,
      ),
    deleteMachine: (input, options) =>
      send(
        { "method": "DELETE", "path": "/api/v1/machines/{machine_id}", "query": ["force"], "answer": "none" },
        input,
        options,
      ),
    deleteSchedule: (input, options) =>
      send(
        { "method": "DELETE", "path": "/api/v1/schedules/{schedule_id}", "answer": "none" },
        input,
        options,
      ),
    deleteTransitionAnnotation: (input, options) =>
      send(
        {
          "method": "DELETE",
          "path": "/api/v1/transition-annotations/{machine_name}/{machine_version}/{transition_key}",
          "answer": "none",
        },
        input,
        options,
      ),
    deleteUser: (input, options) =>
      send({ "method": "DELETE", "path": "/api/v1/auth/users/{username}", "answer": "none" }, input, options),
    deleteWebhook: (input, options) =>
      send({ "method": "DELETE", "path": "/api/v1/webhooks/{webhook_id}", "answer": "none" }, input, options),
    diagnoseMachine: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/machines/diagnose", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    discardDeadLetter: (input, options) =>
      send({ "method": "POST", "path": "/api/v1/dlq/{record_id}/discard", "answer": "json" }, input, options),
    discardDeadLetters: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/dlq/discard", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    dryRun: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/entities/{entity_id}/dry-run",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    explainEntity: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/entities/{entity_id}/explain", "answer": "json" },
        input,
        options,
      ),
    getAppConfig: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/settings/app-config", "answer": "json" }, input, options),
    getAuthSession: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/auth/session", "answer": "json" }, input, options),
    getAvailableTriggers: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/entities/{entity_id}/available-triggers", "answer": "json" },
        input,
        options,
      ),
    getCatalogModules: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/catalog/modules", "answer": "json" }, input, options),
    getChart: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/machines/{machine_id}/chart",
          "query": ["format"],
          "answer": "text",
        },
        input,
        options,
      ),
    getContract: (input, options) =>
      send({ "method": "GET", "path": "/openapi.json", "answer": "json" }, input, options),
    getDeadLetter: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/dlq/{record_id}", "answer": "json" }, input, options),
    getDeadLetterStats: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/dlq/stats", "query": ["source_name"], "answer": "json" },
        input,
        options,
      ),
    getDocsFile: (input, options) =>
      send({ "method": "GET", "path": "/docs/{file}", "answer": "text" }, input, options),
    getDocsPage: (input, options) =>
      send({ "method": "GET", "path": "/docs", "answer": "text" }, input, options),
    getDocsPlaygroundRoutes: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/docs/playground-routes", "answer": "json" }, input, options),
    getDoctor: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/doctor", "answer": "json" }, input, options),
    getEntitiesByEntityIdLane: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/entities/{entity_id}/lane", "answer": "json" },
        input,
        options,
      ),
    getEntity: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/entities/{entity_id}/state", "answer": "json" },
        input,
        options,
      ),
    getEntityHealth: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/observability/entity-health",
          "query": ["window_hours", "machine_name"],
          "answer": "json",
        },
        input,
        options,
      ),
    getEntityMetrics: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/entities/{entity_id}/metrics",
          "query": ["window_hours"],
          "answer": "json",
        },
        input,
        options,
      ),
    getEvent: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/events/{event_id}", "answer": "json" }, input, options),
    getHealth: (input, options) =>
      send({ "method": "GET", "path": "/health", "answer": "json" }, input, options),
    getHistory: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/entities/{entity_id}/history",
          "query": ["limit", "offset"],
          "answer": "json",
        },
        input,
        options,
      ),
    getHistoryStats: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/entities/{entity_id}/history/stats", "answer": "json" },
        input,
        options,
      ),
    getHook: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/hooks/{hook_id}", "answer": "json" }, input, options),
    getJob: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/jobs/{job_id}", "answer": "json" }, input, options),
    getLabels: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/entities/{entity_id}/labels", "answer": "json" },
        input,
        options,
      ),
    getLanes: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/lanes",
          "query": ["state", "machine_name", "limit", "cursor"],
          "answer": "json",
        },
        input,
        options,
      ),
    getLiveness: (input, options) =>
      send({ "method": "GET", "path": "/health/live", "answer": "json" }, input, options),
    getLlmsText: (input, options) =>
      send({ "method": "GET", "path": "/llms.txt", "answer": "text" }, input, options),
    getMachine: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/machines/{machine_id}", "answer": "json" }, input, options),
    getMe: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/auth/me", "answer": "json" }, input, options),
    getMetrics: (input, options) =>
      send({ "method": "GET", "path": "/metrics", "answer": "text" }, input, options),
    getOutbox: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/outbox",
          "query": ["state", "kind", "machine_name", "entity_id", "limit", "cursor"],
          "answer": "json",
        },
        input,
        options,
      ),
    getOutboxSummary: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/outbox/summary", "answer": "json" }, input, options),
    getPastState: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/entities/{entity_id}/past-state",
          "query": ["at"],
          "answer": "json",
        },
        input,
        options,
      ),
    getPublicationsStream: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/publications/stream",
          "query": ["topics", "after", "ticket"],
          "answer": "stream",
        },
        input,
        options,
      ),
    getReadiness: (input, options) =>
      send({ "method": "GET", "path": "/ready", "answer": "json" }, input, options),
    getRedoc: (input, options) =>
      send({ "method": "GET", "path": "/redoc", "answer": "text" }, input, options),
    getSchedule: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/schedules/{schedule_id}", "answer": "json" }, input, options),
    getService: (input, options) => send({ "method": "GET", "path": "/", "answer": "json" }, input, options),
    getSettingsDatabaseConfig: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/settings/database-config", "answer": "json" }, input, options),
    getSettingsDiscoveryConfig: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/settings/discovery-config", "answer": "json" },
        input,
        options,
      ),
    getSettingsRuntimeOverview: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/settings/runtime-overview", "answer": "json" },
        input,
        options,
      ),
    getSettingsServerConfig: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/settings/server-config", "answer": "json" }, input, options),
    getSettingsWorkerDlqConfig: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/settings/worker-dlq-config", "answer": "json" },
        input,
        options,
      ),
    getSnapshot: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/entities/{entity_id}/snapshot", "answer": "json" },
        input,
        options,
      ),
    getStateMetrics: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/observability/state-metrics",
          "query": ["machine_name", "window_hours"],
          "answer": "json",
        },
        input,
        options,
      ),
    getSummary: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/observability/summary",
          "query": ["window_hours", "machine_name", "entity_id"],
          "answer": "json",
        },
        input,
        options,
      ),
    getTemplate: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/templates/fsm/{filename}", "answer": "text" }, input, options),
    getTemplatesZip: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/templates/fsm/zip", "answer": "bytes" }, input, options),
    getTimeline: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/entities/{entity_id}/timeline", "answer": "json" },
        input,
        options,
      ),
    getTransitionAnalytics: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/observability/transition-analytics",
          "query": ["window_hours", "machine_name", "bucket_count"],
          "answer": "json",
        },
        input,
        options,
      ),
    getTransitionMetrics: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/observability/transition-metrics",
          "query": ["machine_name", "window_hours"],
          "answer": "json",
        },
        input,
        options,
      ),
    getTransitionReport: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/observability/transitions",
          "query": ["machine_name", "entity_id", "start_at", "end_at", "limit", "offset", "status"],
          "answer": "json",
        },
        input,
        options,
      ),
    getWebhook: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/webhooks/{webhook_id}", "answer": "json" }, input, options),
    getWebhooksByWebhookIdDeliveries: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/webhooks/{webhook_id}/deliveries",
          "query": ["limit", "cursor"],
          "answer": "json",
        },
        input,
        options,
      ),
    getWebhooksByWebhookIdDeliveriesByDeliveryId: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}",
          "answer": "json",
        },
        input,
        options,
      ),
    getWorkerEventReport: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/observability/worker-events",
          "query": ["machine_name", "entity_id", "start_at", "end_at", "limit", "offset", "status"],
          "answer": "json",
        },
        input,
        options,
      ),
    importEntity: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/entities/import", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    listAnnotations: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/annotations",
          "query": ["machine_name", "machine_version"],
          "answer": "json",
        },
        input,
        options,
      ),
    listAudit: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/audit", "query": ["limit", "cursor"], "answer": "json" },
        input,
        options,
      ),
    listBuiltins: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/catalog/builtins", "answer": "json" }, input, options),
    listDeadLetters: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/dlq",
          "query": ["source_name", "entity_id", "reason", "stage", "status", "limit", "offset", "cursor"],
          "answer": "json",
        },
        input,
        options,
      ),
    listEntities: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/entities",
          "query": [
            "machine_name",
            "state",
            "is_terminal",
            "workflow_status",
            "status",
            "include_archived",
            "include_deleted",
            "created_after",
            "created_before",
            "updated_after",
            "updated_before",
            "labels",
            "q",
            "search",
            "sort_by",
            "sort_order",
            "limit",
            "page_size",
            "offset",
            "cursor",
          ],
          "answer": "json",
        },
        input,
        options,
      ),
    listEventsOfEntity: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/entities/{entity_id}/events",
          "query": ["limit", "offset"],
          "answer": "json",
        },
        input,
        options,
      ),
    listHooks: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/hooks", "answer": "json" }, input, options),
    listJobItems: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/jobs/{job_id}/items", "query": ["cursor"], "answer": "json" },
        input,
        options,
      ),
    listJobs: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/jobs", "query": ["status", "limit", "cursor"], "answer": "json" },
        input,
        options,
      ),
    listKeys: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/auth/keys", "answer": "json" }, input, options),
    listLayouts: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/layouts",
          "query": ["machine_name", "machine_version"],
          "answer": "json",
        },
        input,
        options,
      ),
    listMachines: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/machines", "query": ["name", "version"], "answer": "json" },
        input,
        options,
      ),
    listSchedules: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/schedules",
          "query": ["machine_name", "limit", "cursor"],
          "answer": "json",
        },
        input,
        options,
      ),
    listTemplates: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/templates/fsm", "answer": "json" }, input, options),
    listTimers: (input, options) =>
      send(
        { "method": "GET", "path": "/api/v1/entities/{entity_id}/timers", "answer": "json" },
        input,
        options,
      ),
    listTransitionAnnotations: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/transition-annotations",
          "query": ["machine_name", "machine_version"],
          "answer": "json",
        },
        input,
        options,
      ),
    listTransitions: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/transitions",
          "query": ["format", "after", "success", "machine_name", "entity_id", "limit", "start_at", "end_at"],
          "answer": "json",
        },
        input,
        options,
      ),
    listUsers: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/auth/users", "answer": "json" }, input, options),
    listWebhooks: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/webhooks", "answer": "json" }, input, options),
    listWorkers: (input, options) =>
      send({ "method": "GET", "path": "/api/v1/workers", "answer": "json" }, input, options),
    login: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/auth/login", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    logout: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/auth/logout", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    migrateEntity: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/entities/{entity_id}/migrate",
          "query": ["machine_name", "machine_version"],
          "answer": "json",
        },
        input,
        options,
      ),
    orderRedrive: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/dlq/redrive", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    patchSettingsServerConfig: (input, options) =>
      send(
        { "method": "PATCH", "path": "/api/v1/settings/server-config", "hasBody": true, "answer": "none" },
        input,
        options,
      ),
    pauseJob: (input, options) =>
      send({ "method": "POST", "path": "/api/v1/jobs/{job_id}/pause", "answer": "json" }, input, options),
    pauseSchedule: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/schedules/{schedule_id}/pause", "answer": "json" },
        input,
        options,
      ),
    postAuthSession: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/auth/session", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    postEntitiesByEntityIdForce: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/entities/{entity_id}/force", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    postEntitiesByEntityIdPark: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/entities/{entity_id}/park", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    postEntitiesByEntityIdResume: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/entities/{entity_id}/resume",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    postSettingsDlqStats: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/settings/dlq-stats", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    postSettingsTestDatabase: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/settings/test-database", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    postSettingsTestDiscoveryDatabase: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/settings/test-discovery-database",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    postSettingsTestDlq: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/settings/test-dlq", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    postStreamTickets: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/stream/tickets", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    postWebhooksByWebhookIdDeliveriesByDeliveryIdRedeliver: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver",
          "answer": "json",
        },
        input,
        options,
      ),
    postWebhooksByWebhookIdRotateSecret: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/webhooks/{webhook_id}/rotate-secret",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    postWebhooksByWebhookIdTest: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/webhooks/{webhook_id}/test", "answer": "json" },
        input,
        options,
      ),
    previewSchedule: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/schedules/preview", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    processEvent: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/process", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    publishMachine: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/machines", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    purgeEntity: (input, options) =>
      send(
        { "method": "DELETE", "path": "/api/v1/entities/{entity_id}/purge", "answer": "none" },
        input,
        options,
      ),
    putAnnotation: (input, options) =>
      send(
        {
          "method": "PUT",
          "path": "/api/v1/annotations/{machine_name}/{machine_version}/{state_name}",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    putLayout: (input, options) =>
      send(
        {
          "method": "PUT",
          "path": "/api/v1/layouts/{machine_name}/{machine_version}",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    putTransitionAnnotation: (input, options) =>
      send(
        {
          "method": "PUT",
          "path": "/api/v1/transition-annotations/{machine_name}/{machine_version}/{transition_key}",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    queueEvent: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/entities/{entity_id}/queue-event",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    queueEvents: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/events/batch", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    redriveDeadLetter: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/dlq/{record_id}/replay", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    redriveDeadLetters: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/dlq/replay", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    refreshLogin: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/auth/refresh", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    renameAnnotation: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/annotations/{machine_name}/{machine_version}/rename",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    replaceLabels: (input, options) =>
      send(
        { "method": "PUT", "path": "/api/v1/entities/{entity_id}/labels", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    replayEntity: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/entities/{entity_id}/replay",
          "query": ["up_to_sequence"],
          "answer": "json",
        },
        input,
        options,
      ),
    restoreEntity: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/entities/{entity_id}/restore", "answer": "json" },
        input,
        options,
      ),
    resumeJob: (input, options) =>
      send({ "method": "POST", "path": "/api/v1/jobs/{job_id}/resume", "answer": "json" }, input, options),
    resumeSchedule: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/schedules/{schedule_id}/resume", "answer": "json" },
        input,
        options,
      ),
    runSchedule: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/schedules/{schedule_id}/run", "answer": "json" },
        input,
        options,
      ),
    sendCloudEvent: (input, options) =>
      send({ "method": "POST", "path": "/api/v1/events", "hasBody": true, "answer": "json" }, input, options),
    sendEvent: (input, options) =>
      send(
        {
          "method": "POST",
          "path": "/api/v1/entities/{entity_id}/events",
          "hasBody": true,
          "answer": "json",
        },
        input,
        options,
      ),
    sendEventToMany: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/entities/bulk/events", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    simulate: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/simulate", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    streamEvents: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/events/stream",
          "query": ["topic", "ticket"],
          "answer": "stream",
        },
        input,
        options,
      ),
    streamTopics: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/stream",
          "query": ["topics", "after", "ticket"],
          "answer": "stream",
        },
        input,
        options,
      ),
    streamTransitions: (input, options) =>
      send(
        {
          "method": "GET",
          "path": "/api/v1/transitions/stream",
          "query": ["format", "after", "success", "machine_name", "entity_id", "ticket"],
          "answer": "stream",
        },
        input,
        options,
      ),
    updateHook: (input, options) =>
      send(
        { "method": "PUT", "path": "/api/v1/hooks/{hook_id}", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
    validateMachine: (input, options) =>
      send(
        { "method": "POST", "path": "/api/v1/machines/validate", "hasBody": true, "answer": "json" },
        input,
        options,
      ),
  };
}
