/** The peer of the HTTP figures: Hono on `Deno.serve`, which reads the JSON and answers with as much of it. A process of its own. */
import { Hono } from "hono";

const ANSWER = {
  success: true,
  entity_id: "h-0",
  source_state: "a",
  target_state: "b",
  trigger: "go",
  actions: [],
  action_results: [],
  error_detail: null,
  shadow_diff: null,
  transition_id: "00000000-0000-5000-8000-000000000000",
  event_id: "00000000-0000-4000-8000-000000000000",
  outcome: "transitioned",
  version: 1,
};

const app = new Hono();
app.post("/api/v1/entities/:entityId/events", async (c) => {
  const body: unknown = await c.req.json();
  return body === null ? c.json(null, 422) : c.json(ANSWER);
});
app.get("/api/v1/entities/:entityId/state", (c) => c.json(ANSWER));
app.get("/health", (c) => c.json({ status: "healthy" }));
Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.args[0]), onListen: () => {} }, app.fetch);
