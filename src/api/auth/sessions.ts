/** Logins of browsers: an opaque word in a cookie, kept as a hash, ended by silence, by age, by logout or by a change. */
import type { Clock } from "../../clock.ts";
import type { Account, OperationsStore, StoredDocument } from "../../store/store.ts";
import { roleOf } from "../access.ts";
import type { Caller } from "../env.ts";
import type { Cache } from "./cache.ts";
import { createCache } from "./cache.ts";
import { invalidToken, sha256Hex } from "./tokens.ts";

export const SESSION_KIND = "session";
const IDLE_MS = 30 * 60_000;
const LIFE_MS = 12 * 3_600_000;
/** Use is written down at most this often. */
const NOTED_MS = 60_000;
const PATTERN = /^([0-9a-f]{32})\.([0-9a-f]{64})$/;

export interface NewSession {
  /** Value of the cookie. */
  readonly value: string;
  readonly csrfToken: string;
  readonly expiresAtMs: number;
}

export interface SessionCaller {
  readonly caller: Caller;
  readonly csrfToken: string;
}

export interface Sessions {
  /** A new session under a new name; the one that the browser had before ends. */
  start(account: Account, previous: string | null): Promise<NewSession>;
  /** Throws `unauthenticated`. */
  authenticate(value: string): Promise<SessionCaller>;
  /** Whether the session of this id goes on. */
  stands(id: string): Promise<boolean>;
  end(id: string): Promise<void>;
}

export function createSessions(deps: {
  readonly operations: OperationsStore;
  readonly accounts: Cache<Account | null>;
  readonly clock: Clock;
}): Sessions {
  const { operations, accounts, clock } = deps;
  const { documents } = operations;
  const known = createCache<StoredDocument | null>(clock);

  return {
    async start(account, previous) {
      const old = previous === null ? null : PATTERN.exec(previous)?.[1];
      if (old !== null && old !== undefined) await end(old);
      const id = randomHex(16);
      const secret = randomHex(32);
      const nowMs = clock.nowMs();
      await documents.put(SESSION_KIND, id, {
        username: account.username,
        counter: account.tokenCounter,
        sha256: await sha256Hex(secret),
        started_at_ms: nowMs,
        seen_at_ms: nowMs,
      }, { expectedVersion: 0, expiresAtMs: nowMs + LIFE_MS });
      return { value: `${id}.${secret}`, csrfToken: await csrfTokenOf(secret), expiresAtMs: nowMs + LIFE_MS };
    },

    async authenticate(value) {
      const [, id, secret] = PATTERN.exec(value) ?? [];
      if (id === undefined || secret === undefined) throw invalidToken();
      const stored = await known.get(id, () => documents.get(SESSION_KIND, id));
      if (stored === null || stored.body["sha256"] !== await sha256Hex(secret)) throw invalidToken();
      const account = await ownerOf(stored);
      const role = account === null ? null : roleOf(account.role);
      if (account === null || role === null) {
        await end(id);
        throw invalidToken();
      }
      await noteUse(stored);
      return {
        caller: {
          name: account.username,
          role,
          via: "session",
          tokenId: id,
          expiresAtMs: Number(stored.body["started_at_ms"]) + LIFE_MS,
          scopes: ["api", "metrics"],
        },
        csrfToken: await csrfTokenOf(secret),
      };
    },

    async stands(id) {
      const stored = await known.get(id, () => documents.get(SESSION_KIND, id));
      return stored !== null && await ownerOf(stored) !== null;
    },
    end,
  };

  async function end(id: string): Promise<void> {
    await documents.delete(SESSION_KIND, id);
    known.forget(id);
  }

  /** null = the session is over, or its account is not what it was at the login. */
  async function ownerOf({ body }: StoredDocument): Promise<Account | null> {
    const { username, counter, started_at_ms: startedAtMs, seen_at_ms: seenAtMs } = body;
    if (typeof username !== "string" || typeof startedAtMs !== "number" || typeof seenAtMs !== "number") {
      return null;
    }
    const nowMs = clock.nowMs();
    if (nowMs >= startedAtMs + LIFE_MS || nowMs >= seenAtMs + IDLE_MS) return null;
    const account = await accounts.get(username, () => operations.account(username));
    return account !== null && account.isEnabled && account.tokenCounter === counter ? account : null;
  }

  /** Two requests at once may both try; one of them is enough. */
  async function noteUse(stored: StoredDocument): Promise<void> {
    const nowMs = clock.nowMs();
    if (nowMs - Number(stored.body["seen_at_ms"]) < NOTED_MS) return;
    const expiresAtMs = Number(stored.body["started_at_ms"]) + LIFE_MS;
    await documents.put(SESSION_KIND, stored.id, { ...stored.body, seen_at_ms: nowMs }, {
      expectedVersion: stored.version,
      expiresAtMs,
    });
    known.forget(stored.id);
  }
}

/** Follows from the secret, so that nothing more has to be kept; the cookie itself cannot be read by a page. */
async function csrfTokenOf(secret: string): Promise<string> {
  return (await sha256Hex(`csrf:${secret}`)).slice(0, 32);
}

function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex();
}
