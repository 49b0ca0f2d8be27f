/** What a process does beside its work: fresh gauges and, where actions leave, webhooks of what went wrong. */
import type { Core } from "./core.ts";
import { runGauges } from "./gauges.ts";
import type { ProcessDeps } from "./process.ts";
import { runWebhookFeed } from "./webhook_feed.ts";

/** Runs until the signal. */
export async function runBackground(deps: ProcessDeps, core: Core, signal: AbortSignal): Promise<void> {
  const feed = {
    store: core.store,
    deliveries: core.deliveries,
    clock: deps.clock,
    log: deps.log.child({ room: "webhooks" }),
    owner: deps.newId(),
    secret: deps.config.webhookSecret,
  };
  await Promise.all([runGauges({ ...deps, ...core, signal }), runWebhookFeed(feed, signal)]);
}
