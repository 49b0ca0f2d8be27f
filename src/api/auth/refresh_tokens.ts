/** Refresh tokens: each is good for one use; the use of an old one ends the whole family. */
import type { Clock } from "../../clock.ts";
import type { Account, OperationsStore } from "../../store/store.ts";
import { invalidToken, sha256Hex } from "./tokens.ts";

export const REFRESH_KIND = "refresh_family";
const LIFE_MS = 7 * 86_400_000;
/** A family ends after this time however often it was refreshed. */
const FAMILY_LIFE_MS = 30 * 86_400_000;
const PATTERN = /^psr_([0-9a-f]{32})_([0-9a-f]{64})$/;

export interface RefreshTokens {
  /** A new family for an account that just proved itself. */
  start(account: Account): Promise<string>;
  /** The account's name and the next token; throws `unauthenticated` and ends the family for a token that was used. */
  rotate(
    token: string,
  ): Promise<{ readonly username: string; readonly counter: number; readonly next: string }>;
  end(token: string): Promise<void>;
}

export function createRefreshTokens(
  deps: { readonly operations: OperationsStore; readonly clock: Clock },
): RefreshTokens {
  const { operations: { documents }, clock } = deps;

  return {
    async start(account) {
      const family = randomHex(16);
      const token = newToken(family);
      const startedAtMs = clock.nowMs();
      await documents.put(REFRESH_KIND, family, {
        username: account.username,
        counter: account.tokenCounter,
        sha256: await sha256Hex(token),
        started_at_ms: startedAtMs,
        used_at_ms: startedAtMs,
      }, { expectedVersion: 0, expiresAtMs: startedAtMs + LIFE_MS });
      return token;
    },

    async rotate(token) {
      const family = PATTERN.exec(token)?.[1];
      const stored = family === undefined ? null : await documents.get(REFRESH_KIND, family);
      if (family === undefined || stored === null) throw invalidToken();
      const { username, counter, sha256, started_at_ms: startedAtMs, used_at_ms: usedAtMs } = stored.body;
      const nowMs = clock.nowMs();
      const isReadable = typeof username === "string" && typeof counter === "number" &&
        typeof startedAtMs === "number" && typeof usedAtMs === "number";
      const isOver = !isReadable || nowMs > usedAtMs + LIFE_MS || nowMs > startedAtMs + FAMILY_LIFE_MS;
      if (isOver || sha256 !== await sha256Hex(token)) {
        await documents.delete(REFRESH_KIND, family);
        throw invalidToken();
      }
      const next = newToken(family);
      const written = await documents.put(
        REFRESH_KIND,
        family,
        { ...stored.body, sha256: await sha256Hex(next), used_at_ms: nowMs },
        { expectedVersion: stored.version, expiresAtMs: nowMs + LIFE_MS },
      );
      if (written === null) {
        // Two uses of one token at the same time: one of them is not its owner.
        await documents.delete(REFRESH_KIND, family);
        throw invalidToken();
      }
      return { username, counter, next };
    },

    async end(token) {
      const family = PATTERN.exec(token)?.[1];
      if (family !== undefined) await documents.delete(REFRESH_KIND, family);
    },
  };
}

function newToken(family: string): string {
  return `psr_${family}_${randomHex(32)}`;
}

function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex();
}
