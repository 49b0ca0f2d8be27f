/** Access tokens: JWT HS256 with every claim required and typed, at most fifteen minutes old. */
import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Clock } from "../../clock.ts";
import { AppError } from "../../errors.ts";
import { DEFAULT_SCAN_LIMITS, scanJson } from "../guard/json_scan.ts";

export const ACCESS_LIFE_SECONDS = 900;
const TOLERANCE_SECONDS = 5;
const ISSUER = "stator";
const AUDIENCE = "stator-api";
const TYPE = "at+jwt";
const CLAIM_DEPTH_MAX = 10;
/** Tokens whose signature was found right and need not be checked again; later ones push out the oldest. */
const VERIFIED_MAX = 5_000;
const HEADER_KEYS: ReadonlySet<string> = new Set(["alg", "typ", "kid"]);

export interface AccessClaims {
  readonly username: string;
  readonly role: string;
  readonly tokenId: string;
  /** Counter of the account when the token was issued. */
  readonly counter: number;
  readonly expiresAtMs: number;
}

export interface Tokens {
  issue(subject: {
    readonly username: string;
    readonly role: string;
    readonly counter: number;
    readonly tokenId: string;
  }): Promise<string>;
  /** Throws `unauthenticated`, always with the same text. */
  verify(token: string): Promise<AccessClaims>;
}

/** Keys are imported once; the id of a key is taken from its hash and says nothing about it. */
export async function createTokens(
  secrets: { readonly secret: string; readonly previousSecret: string | null },
  clock: Clock,
): Promise<Tokens> {
  const current = await importKey(secrets.secret);
  const keys = new Map([[current.id, current.key]]);
  if (secrets.previousSecret !== null) {
    const previous = await importKey(secrets.previousSecret);
    keys.set(previous.id, previous.key);
  }
  const verified = new Map<string, JWTPayload>();

  return {
    issue({ username, role, counter, tokenId }) {
      const issuedAt = Math.floor(clock.nowMs() / 1000);
      return new SignJWT({ role, ctr: counter })
        .setProtectedHeader({ alg: "HS256", typ: TYPE, kid: current.id })
        .setIssuer(ISSUER).setAudience(AUDIENCE).setSubject(username).setJti(tokenId)
        .setIssuedAt(issuedAt).setExpirationTime(issuedAt + ACCESS_LIFE_SECONDS)
        .sign(current.key);
    },
    async verify(token) {
      const known = verified.get(token);
      if (known !== undefined) return claimsOf(known, clock.nowMs());
      const payload = await checked(token);
      const claims = claimsOf(payload, clock.nowMs());
      verified.set(token, payload);
      for (const oldest of verified.keys()) {
        if (verified.size <= VERIFIED_MAX) break;
        verified.delete(oldest);
      }
      return claims;
    },
  };

  async function checked(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, (header) => {
        if (Object.keys(header).some((key) => !HEADER_KEYS.has(key))) throw invalidToken();
        const key = typeof header.kid === "string" ? keys.get(header.kid) : undefined;
        if (key === undefined) throw invalidToken();
        return key;
      }, {
        algorithms: ["HS256"],
        typ: TYPE,
        issuer: ISSUER,
        audience: AUDIENCE,
        clockTolerance: TOLERANCE_SECONDS,
        currentDate: new Date(clock.nowMs()),
        requiredClaims: ["sub", "exp", "iat", "jti", "aud", "iss"],
      });
      if (!isPlainToken(token)) throw invalidToken();
      return payload;
    } catch {
      throw invalidToken();
    }
  }
}

function claimsOf(payload: Readonly<Record<string, unknown>>, nowMs: number): AccessClaims {
  const { sub, role, jti, ctr, exp, iat, aud } = payload;
  const isTyped = typeof sub === "string" && sub !== "" && typeof role === "string" &&
    typeof jti === "string" && jti !== "" && aud === AUDIENCE;
  if (!isTyped || !isWhole(ctr) || !isWhole(exp) || !isWhole(iat)) throw invalidToken();
  const isShort = exp > iat && exp - iat <= ACCESS_LIFE_SECONDS;
  const isFromFuture = iat > nowMs / 1000 + TOLERANCE_SECONDS;
  const isOver = exp <= Math.floor(nowMs / 1000) - TOLERANCE_SECONDS;
  if (!isShort || isFromFuture || isOver) throw invalidToken();
  return { username: sub, role, tokenId: jti, counter: ctr, expiresAtMs: exp * 1000 };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** Whether header and claims say each thing once and hold nothing that two readers understand differently. */
export function isPlainToken(token: string): boolean {
  try {
    for (const part of token.split(".").slice(0, 2)) {
      const bytes = Uint8Array.fromBase64(part, { alphabet: "base64url" });
      const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      scanJson(text, { ...DEFAULT_SCAN_LIMITS, depthMax: CLAIM_DEPTH_MAX });
    }
    return true;
  } catch {
    return false;
  }
}

/** One text for everything that is wrong with a token. */
export function invalidToken(): AppError {
  return new AppError("unauthenticated", "Invalid or expired token");
}

async function importKey(secret: string): Promise<{ readonly id: string; readonly key: CryptoKey }> {
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
  return { id: (await sha256Hex(`kid:${secret}`)).slice(0, 16), key };
}

/** SHA-256 of a text, as hex. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}
