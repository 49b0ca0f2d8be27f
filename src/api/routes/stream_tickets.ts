/** Tickets for readers of streams that cannot send a header. */
import { z } from "@hono/zod-openapi";
import { STREAM_ROUTES } from "../auth/admission.ts";
import { TICKET_SECONDS } from "../auth/stream_tickets.ts";
import { defineRoute, jsonAnswer, jsonBody } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { Instant, timeOf } from "./shared.ts";

const TOPICS_MAX = 20;

const CreateTicket = z.strictObject({
  route: z.enum(STREAM_ROUTES).default("/api/v1/stream"),
  topics: z.array(z.string().min(1).max(300).regex(/^[^,\s]+$/)).max(TOPICS_MAX).default([]).openapi({
    description: "The topics that the stream will ask for; none for a stream that asks for none",
  }),
}).openapi("CreateStreamTicketRequest");

const StreamTicket = z.object({
  ticket: z.string().openapi({ description: "For the query parameter `ticket`; good once" }),
  expires_at: Instant,
  expires_in: z.int().openapi({ description: "Seconds" }),
}).openapi("StreamTicket");

const ticketRoute = defineRoute({
  method: "post",
  path: "/api/v1/stream/tickets",
  tags: ["transitions"],
  summary: "A ticket that opens one stream once, for readers that cannot send a header",
  request: { body: jsonBody(CreateTicket) },
  responses: { 201: jsonAnswer(StreamTicket, "The ticket") },
});

export function addStreamTicketRoutes(app: ApiApp, { auth }: RouteDeps): void {
  app.openapi(ticketRoute, async (c) => {
    const scope = c.req.valid("json");
    const { ticket, expiresAtMs } = await auth.issueTicket(c.var.caller, scope);
    c.header("cache-control", "no-store");
    return c.json({ ticket, expires_at: timeOf(expiresAtMs), expires_in: TICKET_SECONDS }, 201);
  });
}
