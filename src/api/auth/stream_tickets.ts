/** Tickets for streams: `EventSource` cannot send a header, so the address carries a word that is good once, for seconds. */
import type { Clock } from "../../clock.ts";
import type { OperationsStore } from "../../store/store.ts";
import { type Role, roleOf } from "../access.ts";
import type { Caller } from "../env.ts";
import { invalidToken, sha256Hex } from "./tokens.ts";

export const TICKET_KIND = "stream_ticket";
export const TICKET_SECONDS = 30;
/** A stream that a ticket opened ends after this time at the latest; its reader gets another ticket. */
const STREAM_MS_MAX = 15 * 60_000;
const PATTERN = /^pst_([0-9a-f]{32})_([0-9a-f]{64})$/;

/** What a ticket opens. */
export interface TicketScope {
  readonly route: string;
  /** Topics, or nothing for a route that has none. */
  readonly topics: readonly string[];
}

/** Who got the ticket and how they had come in; `counter` null = not by an account. */
export interface TicketHolder {
  readonly caller: Caller;
  readonly origin: Caller["via"];
  readonly counter: number | null;
}

export interface StreamTickets {
  issue(
    holder: TicketHolder,
    scope: TicketScope,
  ): Promise<{ readonly ticket: string; readonly expiresAtMs: number }>;
  /** Uses the ticket up; throws `unauthenticated` when it is unknown, used, too old or for something else. */
  redeem(ticket: string, scope: TicketScope): Promise<TicketHolder>;
}

export function createStreamTickets(
  deps: { readonly operations: OperationsStore; readonly clock: Clock },
): StreamTickets {
  const { operations: { documents }, clock } = deps;
  return {
    async issue({ caller, origin, counter }, { route, topics }) {
      const id = randomHex(16);
      const secret = randomHex(32);
      const expiresAtMs = clock.nowMs() + TICKET_SECONDS * 1_000;
      await documents.put(TICKET_KIND, id, {
        sha256: await sha256Hex(secret),
        name: caller.name,
        role: caller.role,
        origin,
        token_id: caller.tokenId,
        counter,
        ends_at_ms: Math.min(caller.expiresAtMs ?? Infinity, clock.nowMs() + STREAM_MS_MAX),
        route,
        topics: [...topics],
        expires_at_ms: expiresAtMs,
      }, { expectedVersion: 0, expiresAtMs });
      return { ticket: `pst_${id}_${secret}`, expiresAtMs };
    },

    async redeem(ticket, { route, topics }) {
      const [, id, secret] = PATTERN.exec(ticket) ?? [];
      if (id === undefined || secret === undefined) throw invalidToken();
      const stored = await documents.get(TICKET_KIND, id);
      if (stored === null || stored.body["sha256"] !== await sha256Hex(secret)) throw invalidToken();
      // Whoever deletes it is the one who used it.
      if (!await documents.delete(TICKET_KIND, id)) throw invalidToken();
      const { body } = stored;
      const { topics: allowed, expires_at_ms: expiresAtMs } = body;
      const isInTime = typeof expiresAtMs === "number" && clock.nowMs() < expiresAtMs;
      const isSame = body["route"] === route && Array.isArray(allowed) &&
        topics.length > 0 === allowed.length > 0 && topics.every((topic) => allowed.includes(topic));
      if (!isInTime || !isSame) throw invalidToken();
      return holderOf(body);
    },
  };
}

function holderOf(body: Readonly<Record<string, unknown>>): TicketHolder {
  const { name, role: roleText, origin, token_id: tokenId, counter, ends_at_ms: endsAtMs } = body;
  const role: Role | null = typeof roleText === "string" ? roleOf(roleText) : null;
  const via = ORIGINS.find((known) => known === origin);
  if (typeof name !== "string" || role === null || via === undefined || typeof endsAtMs !== "number") {
    throw invalidToken();
  }
  return {
    caller: {
      name,
      role,
      via: "ticket",
      tokenId: typeof tokenId === "string" ? tokenId : null,
      expiresAtMs: endsAtMs,
      scopes: ["api"],
    },
    origin: via,
    counter: typeof counter === "number" ? counter : null,
  };
}

const ORIGINS: readonly Caller["via"][] = ["token", "key", "session", "oidc", "service"];

function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex();
}
