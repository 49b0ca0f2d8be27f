/** Who may call what: one table of every operation, from which guards and the contract's `security` are made. */
import { AppError } from "../errors.ts";

export const ROLES = ["Viewer", "Operator", "Editor", "Admin"] as const;
export type Role = typeof ROLES[number];

/** `public` needs no token; `metrics` is Admin, a key with that scope, or the metrics bearer. */
export type Access = "public" | "metrics" | Role;

const V1 = "/api/v1";

/** Key: method, blank, path as in the contract. An operation that is missing here cannot be served. */
export const ACCESS: Readonly<Record<string, Access>> = {
  "GET /": "public",
  "GET /health": "public",
  "GET /health/live": "public",
  "GET /ready": "public",
  "GET /metrics": "metrics",
  "GET /openapi.json": "public",
  "GET /docs": "public",
  "GET /docs/{file}": "public",
  "GET /redoc": "public",
  "GET /llms.txt": "public",
  "POST /mcp": "Viewer",

  [`POST ${V1}/auth/login`]: "public",
  [`POST ${V1}/auth/refresh`]: "public",
  [`POST ${V1}/auth/logout`]: "Viewer",
  [`POST ${V1}/auth/session`]: "public",
  [`GET ${V1}/auth/session`]: "Viewer",
  [`DELETE ${V1}/auth/session`]: "Viewer",
  [`GET ${V1}/auth/me`]: "Viewer",
  [`PUT ${V1}/auth/password`]: "Viewer",
  [`GET ${V1}/auth/users`]: "Admin",
  [`POST ${V1}/auth/users`]: "Admin",
  [`PATCH ${V1}/auth/users/{username}`]: "Admin",
  [`DELETE ${V1}/auth/users/{username}`]: "Admin",
  [`GET ${V1}/auth/keys`]: "Admin",
  [`POST ${V1}/auth/keys`]: "Admin",
  [`DELETE ${V1}/auth/keys/{key_id}`]: "Admin",
  [`GET ${V1}/audit`]: "Admin",

  [`POST ${V1}/machines/validate`]: "Viewer",
  [`POST ${V1}/machines/diagnose`]: "Viewer",
  [`GET ${V1}/machines`]: "Viewer",
  [`POST ${V1}/machines`]: "Editor",
  [`GET ${V1}/machines/{machine_id}`]: "Viewer",
  [`PUT ${V1}/machines/{machine_id}`]: "Editor",
  [`DELETE ${V1}/machines/{machine_id}`]: "Editor",
  [`POST ${V1}/machines/{machine_id}/compatibility`]: "Viewer",
  [`GET ${V1}/machines/{machine_id}/chart`]: "Viewer",
  [`GET ${V1}/machines/{machine_id}/compare`]: "Viewer",
  [`POST ${V1}/process`]: "Viewer",
  [`POST ${V1}/simulate`]: "Viewer",

  [`GET ${V1}/entities`]: "Viewer",
  [`POST ${V1}/entities/import`]: "Operator",
  [`POST ${V1}/entities/bulk/create`]: "Operator",
  [`POST ${V1}/entities/bulk/events`]: "Operator",
  [`POST ${V1}/entities/{entity_id}/create`]: "Operator",
  [`POST ${V1}/entities/{entity_id}/events`]: "Operator",
  [`GET ${V1}/entities/{entity_id}/events`]: "Viewer",
  [`POST ${V1}/entities/{entity_id}/queue-event`]: "Operator",
  [`POST ${V1}/entities/{entity_id}/apply-data`]: "Operator",
  [`GET ${V1}/entities/{entity_id}/state`]: "Viewer",
  [`GET ${V1}/entities/{entity_id}/history`]: "Viewer",
  [`DELETE ${V1}/entities/{entity_id}/history`]: "Admin",
  [`GET ${V1}/entities/{entity_id}/history/stats`]: "Viewer",
  [`GET ${V1}/entities/{entity_id}/timeline`]: "Viewer",
  [`GET ${V1}/entities/{entity_id}/available-triggers`]: "Viewer",
  [`GET ${V1}/entities/{entity_id}/explain`]: "Viewer",
  [`GET ${V1}/entities/{entity_id}/past-state`]: "Viewer",
  [`GET ${V1}/entities/{entity_id}/timers`]: "Viewer",
  [`GET ${V1}/entities/{entity_id}/metrics`]: "Viewer",
  [`POST ${V1}/entities/{entity_id}/dry-run`]: "Viewer",
  [`GET ${V1}/entities/{entity_id}/snapshot`]: "Viewer",
  [`POST ${V1}/entities/{entity_id}/replay`]: "Viewer",
  [`POST ${V1}/entities/{entity_id}/migrate`]: "Operator",
  [`DELETE ${V1}/entities/{entity_id}`]: "Operator",
  [`POST ${V1}/entities/{entity_id}/archive`]: "Operator",
  [`POST ${V1}/entities/{entity_id}/restore`]: "Operator",
  [`DELETE ${V1}/entities/{entity_id}/purge`]: "Admin",
  [`GET ${V1}/entities/{entity_id}/labels`]: "Viewer",
  [`PUT ${V1}/entities/{entity_id}/labels`]: "Operator",
  [`PATCH ${V1}/entities/{entity_id}/labels`]: "Operator",
  [`DELETE ${V1}/entities/{entity_id}/labels/{key}`]: "Operator",

  [`GET ${V1}/lanes`]: "Viewer",
  [`GET ${V1}/entities/{entity_id}/lane`]: "Viewer",
  [`POST ${V1}/entities/{entity_id}/park`]: "Operator",
  [`POST ${V1}/entities/{entity_id}/resume`]: "Operator",
  [`POST ${V1}/entities/{entity_id}/force`]: "Operator",
  [`GET ${V1}/doctor`]: "Operator",

  [`GET ${V1}/events/{event_id}`]: "Viewer",
  [`POST ${V1}/events`]: "Operator",
  [`POST ${V1}/events/batch`]: "Operator",

  [`GET ${V1}/dlq`]: "Viewer",
  [`GET ${V1}/dlq/stats`]: "Viewer",
  [`POST ${V1}/dlq/replay`]: "Operator",
  [`POST ${V1}/dlq/discard`]: "Operator",
  [`POST ${V1}/dlq/redrive`]: "Operator",
  [`GET ${V1}/dlq/{record_id}`]: "Viewer",
  [`POST ${V1}/dlq/{record_id}/replay`]: "Operator",
  [`POST ${V1}/dlq/{record_id}/discard`]: "Operator",

  [`GET ${V1}/jobs`]: "Viewer",
  [`POST ${V1}/jobs`]: "Operator",
  [`GET ${V1}/jobs/{job_id}`]: "Viewer",
  [`GET ${V1}/jobs/{job_id}/items`]: "Viewer",
  [`POST ${V1}/jobs/{job_id}/cancel`]: "Operator",
  [`POST ${V1}/jobs/{job_id}/pause`]: "Operator",
  [`POST ${V1}/jobs/{job_id}/resume`]: "Operator",

  [`GET ${V1}/schedules`]: "Viewer",
  [`POST ${V1}/schedules`]: "Editor",
  [`POST ${V1}/schedules/preview`]: "Viewer",
  [`GET ${V1}/schedules/{schedule_id}`]: "Viewer",
  [`PUT ${V1}/schedules/{schedule_id}`]: "Editor",
  [`DELETE ${V1}/schedules/{schedule_id}`]: "Editor",
  [`POST ${V1}/schedules/{schedule_id}/pause`]: "Operator",
  [`POST ${V1}/schedules/{schedule_id}/resume`]: "Operator",
  [`POST ${V1}/schedules/{schedule_id}/run`]: "Operator",

  [`GET ${V1}/transitions`]: "Viewer",
  [`GET ${V1}/transitions/stream`]: "Viewer",
  [`GET ${V1}/stream`]: "Viewer",
  [`POST ${V1}/stream/tickets`]: "Viewer",
  [`GET ${V1}/events/stream`]: "Viewer",

  [`GET ${V1}/observability/summary`]: "Viewer",
  [`GET ${V1}/observability/transitions`]: "Viewer",
  [`GET ${V1}/observability/worker-events`]: "Viewer",
  [`GET ${V1}/observability/state-metrics`]: "Viewer",
  [`GET ${V1}/observability/transition-metrics`]: "Viewer",
  [`GET ${V1}/observability/entity-health`]: "Viewer",
  [`GET ${V1}/observability/transition-analytics`]: "Viewer",
  [`GET ${V1}/workers`]: "Viewer",

  [`GET ${V1}/annotations`]: "Viewer",
  [`PUT ${V1}/annotations/{machine_name}/{machine_version}/{state_name}`]: "Editor",
  [`DELETE ${V1}/annotations/{machine_name}/{machine_version}/{state_name}`]: "Editor",
  [`POST ${V1}/annotations/{machine_name}/{machine_version}/rename`]: "Editor",
  [`GET ${V1}/transition-annotations`]: "Viewer",
  [`PUT ${V1}/transition-annotations/{machine_name}/{machine_version}/{transition_key}`]: "Editor",
  [`DELETE ${V1}/transition-annotations/{machine_name}/{machine_version}/{transition_key}`]: "Editor",
  [`GET ${V1}/layouts`]: "Viewer",
  [`PUT ${V1}/layouts/{machine_name}/{machine_version}`]: "Editor",
  [`DELETE ${V1}/layouts/{machine_name}/{machine_version}`]: "Editor",
  [`DELETE ${V1}/layouts/{machine_name}/{machine_version}/{state_name}`]: "Editor",

  [`GET ${V1}/outbox`]: "Viewer",
  [`GET ${V1}/outbox/summary`]: "Viewer",
  [`GET ${V1}/publications/stream`]: "Viewer",
  [`GET ${V1}/hooks`]: "Viewer",
  [`POST ${V1}/hooks`]: "Editor",
  [`GET ${V1}/hooks/{hook_id}`]: "Viewer",
  [`PUT ${V1}/hooks/{hook_id}`]: "Editor",
  [`DELETE ${V1}/hooks/{hook_id}`]: "Editor",
  // The signature of the sender is asked for instead of a token.
  [`POST ${V1}/hooks/{hook_id}`]: "public",
  [`GET ${V1}/webhooks`]: "Viewer",
  [`POST ${V1}/webhooks`]: "Admin",
  [`GET ${V1}/webhooks/{webhook_id}`]: "Viewer",
  [`PUT ${V1}/webhooks/{webhook_id}`]: "Admin",
  [`DELETE ${V1}/webhooks/{webhook_id}`]: "Admin",
  [`POST ${V1}/webhooks/{webhook_id}/test`]: "Admin",
  [`POST ${V1}/webhooks/{webhook_id}/rotate-secret`]: "Admin",
  [`GET ${V1}/webhooks/{webhook_id}/deliveries`]: "Operator",
  [`GET ${V1}/webhooks/{webhook_id}/deliveries/{delivery_id}`]: "Operator",
  [`POST ${V1}/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver`]: "Operator",

  [`GET ${V1}/templates/fsm`]: "Viewer",
  [`GET ${V1}/templates/fsm/zip`]: "Viewer",
  [`GET ${V1}/templates/fsm/{filename}`]: "Viewer",
  [`GET ${V1}/catalog/builtins`]: "public",
  [`GET ${V1}/catalog/modules`]: "Viewer",
  [`GET ${V1}/docs/playground-routes`]: "public",

  [`GET ${V1}/settings/app-config`]: "public",
  [`GET ${V1}/settings/runtime-overview`]: "Admin",
  [`GET ${V1}/settings/server-config`]: "Admin",
  [`PATCH ${V1}/settings/server-config`]: "Admin",
  [`GET ${V1}/settings/discovery-config`]: "Admin",
  [`POST ${V1}/settings/test-discovery-database`]: "Admin",
  [`GET ${V1}/settings/database-config`]: "Admin",
  [`GET ${V1}/settings/worker-dlq-config`]: "Admin",
  [`POST ${V1}/settings/test-database`]: "Admin",
  [`POST ${V1}/settings/test-dlq`]: "Admin",
  [`POST ${V1}/settings/dlq-stats`]: "Admin",
};

/** Whether the role is at least the one that is needed. */
export function isAtLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Reads a role as people and PyStator write it; null = unknown. `User` was PyStator's only other role. */
export function roleOf(text: string): Role | null {
  if (text.toLowerCase() === "user") return "Editor";
  return ROLES.find((role) => role.toLowerCase() === text.toLowerCase()) ?? null;
}

/** Fails at start for an operation that nobody decided about. */
export function accessOf(method: string, path: string): Access {
  const access = ACCESS[`${method.toUpperCase()} ${path}`];
  if (access === undefined) {
    throw new AppError(
      "bad_configuration",
      `Cannot serve "${method} ${path}": it has no row in the access table`,
    );
  }
  return access;
}
