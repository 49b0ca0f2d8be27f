/** Keys for programs: shown once, kept as a hash, with a role, scopes, an expiry and the time of last use. */
import { AppError } from "../../errors.ts";
import type { Clock } from "../../clock.ts";
import type { OperationsStore, StoredDocument } from "../../store/store.ts";
import { roleOf } from "../access.ts";
import type { Caller } from "../env.ts";
import { invalidToken, sha256Hex } from "./tokens.ts";

export const API_KEY_KIND = "api_key";
const PATTERN = /^psk_live_([0-9a-f]{16})_([0-9a-f]{64})([0-9a-f]{8})$/;
const LAST_USE_MS = 60_000;
const CACHE_MS = 2_000;
const CACHE_MAX = 1_000;

export type Scope = "api" | "metrics";

export interface ApiKeys {
  authenticate(key: string): Promise<Caller>;
  create(wish: {
    readonly name: string;
    readonly role: string;
    readonly scopes: readonly Scope[];
    readonly expiresAtMs: number | null;
    readonly createdBy: string;
  }): Promise<{ readonly key: string; readonly document: StoredDocument }>;
  /** Whether the key of this id is still good. */
  stands(id: string): Promise<boolean>;
  /** False = there is no such key. */
  revoke(id: string): Promise<boolean>;
}

/** Whether a credential claims to be an API key. */
export function isApiKey(credential: string): boolean {
  return credential.startsWith("psk_");
}

export function createApiKeys(
  deps: { readonly operations: OperationsStore; readonly clock: Clock },
): ApiKeys {
  const { operations: { documents }, clock } = deps;
  /** By the key itself, so that a key that was right a moment ago is not hashed again. */
  const cache = new Map<string, { readonly caller: Caller; readonly untilMs: number }>();

  return {
    async authenticate(key) {
      const known = cache.get(key);
      if (known !== undefined && known.untilMs > clock.nowMs()) return known.caller;
      const match = PATTERN.exec(key);
      const [, id, secret, checksum] = match ?? [];
      if (id === undefined || secret === undefined || await checksumOf(id, secret) !== checksum) {
        throw invalidToken();
      }
      const hash = await sha256Hex(key);
      const nowMs = clock.nowMs();
      const stored = await documents.get(API_KEY_KIND, id);
      if (stored === null || stored.body["sha256"] !== hash) throw invalidToken();
      const caller = callerOf(stored, nowMs);
      await noteUse(stored, nowMs);
      if (cache.size >= CACHE_MAX) cache.clear();
      cache.set(key, { caller, untilMs: nowMs + CACHE_MS });
      return caller;
    },

    async create({ name, role, scopes, expiresAtMs, createdBy }) {
      const id = randomHex(8);
      const secret = randomHex(32);
      const key = `psk_live_${id}_${secret}${await checksumOf(id, secret)}`;
      const body = {
        name,
        role,
        scopes: [...scopes],
        sha256: await sha256Hex(key),
        expires_at_ms: expiresAtMs,
        created_by: createdBy,
        last_used_at_ms: null,
      };
      await documents.put(API_KEY_KIND, id, body, { expectedVersion: 0, expiresAtMs: null });
      const document = await documents.get(API_KEY_KIND, id);
      if (document === null) throw new AppError("store_unavailable", "Cannot read the new key back");
      return { key, document };
    },

    async stands(id) {
      const stored = await documents.get(API_KEY_KIND, id);
      const expiresAtMs = stored?.body["expires_at_ms"];
      return stored !== null && (typeof expiresAtMs !== "number" || expiresAtMs > clock.nowMs());
    },

    async revoke(id) {
      cache.clear();
      return await documents.delete(API_KEY_KIND, id);
    },
  };

  async function noteUse(stored: StoredDocument, nowMs: number): Promise<void> {
    const last = stored.body["last_used_at_ms"];
    if (typeof last === "number" && nowMs - last < LAST_USE_MS) return;
    await documents.put(API_KEY_KIND, stored.id, { ...stored.body, last_used_at_ms: nowMs }, {
      expectedVersion: stored.version,
      expiresAtMs: null,
    });
  }
}

function callerOf(stored: StoredDocument, nowMs: number): Caller {
  const { name, role: roleText, expires_at_ms: expiresAtMs, scopes } = stored.body;
  const role = typeof roleText === "string" ? roleOf(roleText) : null;
  const isExpired = typeof expiresAtMs === "number" && expiresAtMs <= nowMs;
  if (role === null || isExpired) throw invalidToken();
  return {
    name: `key:${String(name)}`,
    role,
    via: "key",
    tokenId: stored.id,
    expiresAtMs: typeof expiresAtMs === "number" ? expiresAtMs : null,
    scopes: Array.isArray(scopes) ? scopes.map(String) : [],
  };
}

/** Tells a mistyped key apart without asking the store. */
async function checksumOf(id: string, secret: string): Promise<string> {
  return (await sha256Hex(`psk:${id}:${secret}`)).slice(0, 8);
}

function randomHex(bytes: number): string {
  return crypto.getRandomValues(new Uint8Array(bytes)).toHex();
}
