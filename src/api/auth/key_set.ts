/** The published keys of an identity provider: fetched when needed, kept for a while, asked for again when one is new. */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../../clock.ts";
import { invalidToken } from "./tokens.ts";
import type { CallOut } from "./settings.ts";

const TIMEOUT_MS = 1_500;
/** Keys are asked for again after this time, whatever happens. */
const KEPT_MS = 600_000;
/** A key that is not there makes us ask again, but not more often than this: anybody can invent the name of a key. */
const COOLDOWN_MS = 30_000;
/** A provider that does not answer is left alone for this time. */
const FAILURE_MS = 5_000;
const KEYS_MAX = 100;
/** What belongs to a private or shared key; nobody who publishes it can be trusted with it. */
const SECRET_FIELDS = ["d", "p", "q", "dp", "dq", "qi", "k"];

type Find = JWTVerifyGetKey;

export function createKeySet(
  jwksUrl: string,
  deps: { readonly callOut: CallOut; readonly clock: Clock; readonly onProblem: (reason: string) => void },
): Find {
  const { callOut, clock, onProblem } = deps;
  let known: { readonly find: Find; readonly atMs: number } | null = null;
  let failedAtMs = -Infinity;
  let pending: Promise<Find | null> | null = null;

  return async (header, token) => {
    const isOld = known === null || clock.nowMs() - known.atMs >= KEPT_MS;
    const find = isOld ? await fetchKeys() ?? known?.find ?? null : known?.find ?? null;
    if (find === null) throw invalidToken();
    try {
      return await find(header, token);
    } catch (error) {
      const isNew = error instanceof errors.JWKSNoMatchingKey;
      if (!isNew || known === null || clock.nowMs() - known.atMs < COOLDOWN_MS) throw error;
      const again = await fetchKeys();
      if (again === null) throw error;
      return await again(header, token);
    }
  };

  /** Everybody who waits shares one call. */
  function fetchKeys(): Promise<Find | null> {
    if (clock.nowMs() - failedAtMs < FAILURE_MS) return Promise.resolve(null);
    return pending ??= ask().finally(() => pending = null);
  }

  async function ask(): Promise<Find | null> {
    const answer = await callOut({
      url: jwksUrl,
      method: "GET",
      headers: { accept: "application/json" },
      body: null,
      timeoutMs: TIMEOUT_MS,
    });
    const keys = answer?.status === 200 ? keysOf(answer.body) : null;
    if (keys === null) {
      failedAtMs = clock.nowMs();
      onProblem(answer === null ? "it does not answer" : `it answers ${answer.status} without usable keys`);
      return null;
    }
    const find = createLocalJWKSet(keys);
    known = { find, atMs: clock.nowMs() };
    return find;
  }
}

/** Public keys with a name; null = the text is no key set. */
function keysOf(text: string): JSONWebKeySet | null {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(read) || !Array.isArray(read["keys"])) return null;
  const keys = read["keys"].filter(isRecord).filter((key) =>
    typeof key["kty"] === "string" && key["kty"] !== "oct" && typeof key["kid"] === "string" &&
    !SECRET_FIELDS.some((field) => Object.hasOwn(key, field))
  );
  return { keys: keys.slice(0, KEYS_MAX).map((key) => ({ ...key, kty: String(key["kty"]) })) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
