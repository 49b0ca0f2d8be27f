/** Every operation of the service as a method. Generated from docs/openapi.json by `deno task clients`; do not edit. */

import { createSend } from "./transport.js";

export { StatorError } from "./transport.js";

/** A client of the service at `baseUrl`. */
export function createStatorClient(options) {
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
