/** The browser's session: the API's tokens in cookies that no script can read, and who may change things with them. */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly expires_in: number;
}

const REFRESH_LIFE_S = 7 * 24 * 3600;

/** Reads the bearer token of this browser, or null. */
export function accessToken(c: Context): string | null {
  return getCookie(c, name(c, "session")) ?? null;
}

export function refreshToken(c: Context): string | null {
  return getCookie(c, name(c, "refresh")) ?? null;
}

export function keepTokens(c: Context, tokens: Tokens): void {
  setCookie(c, name(c, "session"), tokens.access_token, attributes(c, tokens.expires_in));
  if (tokens.refresh_token !== undefined) {
    setCookie(c, name(c, "refresh"), tokens.refresh_token, attributes(c, REFRESH_LIFE_S));
  }
}

export function dropTokens(c: Context): void {
  for (const cookie of ["session", "refresh"]) {
    deleteCookie(c, name(c, cookie), { path: "/", secure: isSecure(c) });
  }
}

const SHARED_MS = 10_000;
const SHARED_MAX = 1_000;

/**
 * Changes a refresh token for new tokens once, whoever asks with it within some seconds: two pages that a browser opens
 * together both come with the old one, and the API takes a second use for a theft.
 */
export function createRefresher(nowMs: () => number = Date.now): (
  token: string,
  refresh: () => Promise<Tokens | null>,
) => Promise<Tokens | null> {
  const shared = new Map<string, { readonly atMs: number; readonly tokens: Promise<Tokens | null> }>();
  return (token, refresh) => {
    for (const [key, { atMs }] of shared) {
      if (nowMs() - atMs >= SHARED_MS || shared.size > SHARED_MAX) shared.delete(key);
      else break;
    }
    const known = shared.get(token);
    if (known !== undefined) return known.tokens;
    const tokens = refresh();
    shared.set(token, { atMs: nowMs(), tokens });
    return tokens;
  };
}

/**
 * True when a request that changes something comes from one of our own pages. Browsers send `Sec-Fetch-Site` or
 * `Origin` with every form; a request with neither is not from a page.
 */
export function isOwnOrigin(c: Context): boolean {
  const site = c.req.header("sec-fetch-site");
  const origin = c.req.header("origin");
  if (origin !== undefined) return hostOf(origin) === c.req.header("host");
  return site === "same-origin";
}

/** `__Host-` needs TLS; plain http is only met on a developer's own machine. */
function name(c: Context, cookie: string): string {
  return isSecure(c) ? `__Host-stator-${cookie}` : `stator-${cookie}`;
}

function isSecure(c: Context): boolean {
  return new URL(c.req.url).protocol === "https:";
}

function attributes(c: Context, maxAge: number) {
  return { httpOnly: true, secure: isSecure(c), sameSite: "Strict", path: "/", maxAge } as const;
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
