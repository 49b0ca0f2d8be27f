/** One way in for each request: its header; without one, a ticket on a stream; without one, the cookie of a browser. */
import { AppError } from "../../errors.ts";
import type { Account } from "../../store/store.ts";
import type { ApiDeps, Caller } from "../env.ts";
import type { ApiKeys } from "./api_keys.ts";
import type { Authenticator } from "./authenticate.ts";
import { refuseForgery, sessionCookieOf } from "./session_cookie.ts";
import type { Sessions } from "./sessions.ts";
import type { StreamTickets, TicketHolder } from "./stream_tickets.ts";
import { invalidToken } from "./tokens.ts";

/** Routes that a ticket may open. */
export const STREAM_ROUTES = [
  "/api/v1/stream",
  "/api/v1/events/stream",
  "/api/v1/transitions/stream",
  "/api/v1/publications/stream",
] as const;

export interface Admission {
  readonly caller: Caller;
  /** Throws `unauthenticated` when the caller would not be let in any more. */
  readonly checkAgain: () => Promise<unknown>;
}

export function createAdmission(
  deps: Pick<ApiDeps, "settings" | "store" | "clock"> & {
    readonly authenticator: Authenticator;
    readonly sessions: Sessions;
    readonly tickets: StreamTickets;
    readonly keys: ApiKeys;
  },
): {
  admit(request: Request, pattern: string): Promise<Admission>;
  csrfTokenOf(request: Request): Promise<string | null>;
} {
  const { settings, store: { operations }, clock, authenticator, sessions, tickets, keys } = deps;

  return {
    async admit(request, pattern) {
      const authorization = request.headers.get("authorization");
      // A header that is there decides alone: what is wrong with it is not made good by a cookie.
      if (authorization !== null) {
        const enter = () => authenticator.authenticate(authorization);
        return { caller: await enter(), checkAgain: enter };
      }
      const byTicket = STREAM_ROUTES.some((route) => route === pattern)
        ? await withTicket(request, pattern)
        : null;
      return byTicket ?? await withCookie(request);
    },
    async csrfTokenOf(request) {
      const cookie = sessionCookieOf(request, settings.environment);
      if (cookie === null || request.headers.has("authorization")) return null;
      return (await sessions.authenticate(cookie)).csrfToken;
    },
  };

  async function withCookie(request: Request): Promise<Admission> {
    const cookie = sessionCookieOf(request, settings.environment);
    if (cookie === null) throw new AppError("unauthenticated", "Not authenticated");
    const { caller, csrfToken } = await sessions.authenticate(cookie);
    refuseForgery(request, { ...settings, csrfToken });
    return { caller, checkAgain: () => sessions.authenticate(cookie) };
  }

  async function withTicket(request: Request, pattern: string): Promise<Admission | null> {
    const { searchParams } = new URL(request.url);
    const [ticket, ...more] = searchParams.getAll("ticket");
    if (ticket === undefined) return null;
    if (more.length > 0) throw invalidToken();
    const topics = (searchParams.get("topics") ?? searchParams.get("topic") ?? "").split(",")
      .map((topic) => topic.trim()).filter((topic) => topic !== "");
    const holder = await tickets.redeem(ticket, { route: pattern, topics });
    const checkAgain = () => checkHolder(holder);
    await checkAgain();
    return { caller: holder.caller, checkAgain };
  }

  /** The ticket is gone; what counts is whether its holder could still get one. */
  async function checkHolder({ caller, origin, counter }: TicketHolder): Promise<void> {
    const { name, tokenId, expiresAtMs } = caller;
    if (expiresAtMs !== null && expiresAtMs <= clock.nowMs()) throw invalidToken();
    if (origin === "key") {
      if (tokenId === null || !await keys.stands(tokenId)) throw invalidToken();
      return;
    }
    if (origin === "session" && (tokenId === null || !await sessions.stands(tokenId))) throw invalidToken();
    if (tokenId !== null && await authenticator.isRevoked(tokenId)) throw invalidToken();
    if (counter === null) return;
    const account: Account | null = await operations.account(name);
    if (account === null || !account.isEnabled || account.tokenCounter !== counter) throw invalidToken();
  }
}
