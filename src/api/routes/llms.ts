/** What this service is, in the form that language models look for. */
import { z } from "@hono/zod-openapi";
import { defineRoute } from "../contract.ts";
import type { ApiApp } from "../env.ts";

const llmsRoute = defineRoute({
  method: "get",
  path: "/llms.txt",
  tags: ["docs"],
  summary: "What this service is, for language models",
  responses: { 200: { description: "Markdown", content: { "text/plain": { schema: z.string() } } } },
});

const TEXT = `# Stator

> Runs the lifecycles of business entities (orders, tickets, subscriptions) from statecharts written in YAML. A
> program sends events; Stator decides the next state, keeps history, starts timers and delivers actions.

Paths begin with \`/api/v1\`. Bodies and answers are JSON. Send \`Authorization: Bearer TOKEN\`, where TOKEN is an
API key or the \`access_token\` of \`POST /api/v1/auth/login\`. Errors are problem documents: act on \`code\`, show
\`detail\`. Lists page with \`cursor\` and \`next_cursor\`. \`Idempotency-Key\` makes a POST safe to repeat.

## Words

- machine: a statechart with a name and a version
- entity: one order, ticket, … that lives by a machine; has a state and a context (JSON)
- event: a trigger with data, sent to an entity; taken or refused
- dead letter: an event or action that failed for good and waits for a person

## Main operations

- Publish a machine: \`POST /api/v1/machines\`, content type \`application/yaml\`, body is the file
- Check a machine without storing it: \`POST /api/v1/machines/validate\`
- Play a machine through: \`POST /api/v1/simulate\` \`{"machine_name": "order", "steps": [{"trigger": "pay"}]}\`
- Create an entity: \`POST /api/v1/entities/order-17/create\` \`{"machine_name": "order", "context": {"total": 40}}\`
- Send an event: \`POST /api/v1/entities/order-17/events\` \`{"trigger": "pay", "context": {}}\`
  A refused event is status 200 with \`"success": false\` and \`error_detail\`
- Where an entity stands: \`GET /api/v1/entities/order-17/state\`
- What it accepts now: \`GET /api/v1/entities/order-17/available-triggers\`
- Why it can or cannot move: \`GET /api/v1/entities/order-17/explain\`
- How it got there: \`GET /api/v1/entities/order-17/history\`
- Find entities: \`GET /api/v1/entities?machine_name=order&state=paid&limit=50\`
- Dead letters: \`GET /api/v1/dlq\`; try one again: \`POST /api/v1/dlq/{record_id}/replay\`

## More

- [Contract](/openapi.json): every operation, OpenAPI 3.1
- [Contract as a page](/docs): the same, to try out
- [Tools](/mcp): Model Context Protocol over HTTP, with the same token; changing tools are off unless the operator
  switched them on
`;

export function addLlmsRoutes(app: ApiApp): void {
  app.openapi(llmsRoute, (c) => c.text(TEXT, 200, { "cache-control": "public, max-age=3600" }));
}
