/** Every resource of the API, in the order in which paths are matched: fixed words before names. */
import type { ApiApp, RouteDeps } from "../env.ts";
import { createEventStreams } from "../event_stream.ts";
import { createObserver } from "../observed_rows.ts";
import { addAuthRoutes } from "./auth.ts";
import { addDeadLetterRoutes } from "./dead_letters.ts";
import { addDocsRoutes } from "./docs.ts";
import { addEntityCommandRoutes } from "./entity_commands.ts";
import { addEntityHistoryRoutes } from "./entity_history.ts";
import { addEntityLifecycleRoutes } from "./entity_lifecycle.ts";
import { addEntityListRoutes } from "./entity_list.ts";
import { addEntityPreviewRoutes } from "./entity_preview.ts";
import { addEntityTransferRoutes } from "./entity_transfer.ts";
import { addEntityMetricsRoutes } from "./entity_metrics.ts";
import { addSimulateRoutes } from "./simulate.ts";
import { addEventRoutes } from "./events.ts";
import { addHealthRoutes } from "./health.ts";
import { addMachineInspectionRoutes } from "./machine_inspection.ts";
import { addMachineRoutes } from "./machines.ts";
import { addWebhookRoutes } from "./webhooks.ts";
import { addStreamRoutes } from "./streams.ts";
import { addTransitionRoutes } from "./transitions.ts";
import { addSessionRoutes } from "./sessions.ts";
import { addSettingsRoutes } from "./settings.ts";
import { addStreamTicketRoutes } from "./stream_tickets.ts";
import { addProcessRoutes } from "./process.ts";
import { addPeopleRoutes } from "./people.ts";
import { addObservabilityRoutes } from "./observability.ts";
import { addMachineMetricsRoutes } from "./machine_metrics.ts";
import { addCatalogRoutes } from "./catalog.ts";
import { addWorkspaceRoutes } from "./workspace.ts";
import { addLlmsRoutes } from "./llms.ts";
import { addMcpRoutes } from "../mcp/mcp.ts";

export function addRoutes(app: ApiApp, deps: RouteDeps): void {
  // Pages that ask for the same figures share one look at history.
  const observed = { ...deps, observer: createObserver(deps) };
  // One count of open streams for all of them.
  const streams = createEventStreams(deps);
  addStreamRoutes(app, { ...deps, streams });
  addHealthRoutes(app, deps);
  addDocsRoutes(app, deps);
  addAuthRoutes(app, deps);
  addMachineInspectionRoutes(app, deps);
  addMachineRoutes(app, deps);
  addSessionRoutes(app, deps);
  addStreamTicketRoutes(app, deps);
  addProcessRoutes(app, deps);
  addSimulateRoutes(app, deps);
  addEntityTransferRoutes(app, deps);
  addEntityListRoutes(app, deps);
  addEntityCommandRoutes(app, deps);
  addEntityHistoryRoutes(app, deps);
  addEntityPreviewRoutes(app, deps);
  addEntityLifecycleRoutes(app, deps);
  addEventRoutes(app, deps);
  addDeadLetterRoutes(app, deps);
  addCatalogRoutes(app, deps);
  addMachineMetricsRoutes(app, observed);
  addObservabilityRoutes(app, observed);
  addEntityMetricsRoutes(app, observed);
  addPeopleRoutes(app, deps);
  addSettingsRoutes(app, deps);
  addTransitionRoutes(app, { ...deps, streams });
  addWebhookRoutes(app, deps);
  addWorkspaceRoutes(app, deps);
  addLlmsRoutes(app);
  addMcpRoutes(app, deps);
}
