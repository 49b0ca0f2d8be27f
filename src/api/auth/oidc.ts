/** Bearer tokens of an identity provider: signed by one of its published keys, for this service, with a declared role. */
import { decodeProtectedHeader, jwtVerify, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../../clock.ts";
import { AppError } from "../../errors.ts";
import type { Caller } from "../env.ts";
import { claimAt, type Claims, mappedRole, outsideName, wordsOf } from "./outside_claims.ts";
import type { OidcSettings } from "./settings.ts";
import { invalidToken, isPlainToken, sha256Hex } from "./tokens.ts";

/** Signatures with a private key only: a published key must never serve as a shared secret. */
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"];
const TYPES: ReadonlySet<string> = new Set(["jwt", "at+jwt", "application/at+jwt"]);
/** A provider may add notes of its own to a header; these would choose the key or change how it is read. */
const REFUSED_HEADERS = ["crit", "jwk", "jku", "x5u", "x5c", "b64", "zip"];
const KEY_NAME_LENGTH_MAX = 200;
const TOLERANCE_SECONDS = 5;
const LIFE_SECONDS_MAX = 86_400;

export interface Oidc {
  /** Whether the token is not one of our own: those are signed with a shared secret. */
  isForeign(token: string): boolean;
  /** Throws `unauthenticated`, or `forbidden` when the token is good and gives no role. */
  verify(token: string): Promise<Caller>;
}

export function createOidc(
  settings: OidcSettings,
  deps: { readonly keys: JWTVerifyGetKey; readonly clock: Clock },
): Oidc {
  const { issuer, audience, roleClaim, roles } = settings;
  const { keys, clock } = deps;
  return {
    isForeign(token) {
      try {
        return decodeProtectedHeader(token).alg !== "HS256";
      } catch {
        return false;
      }
    },
    async verify(token) {
      let claims: Claims;
      try {
        const { payload } = await jwtVerify(token, (header, flattened) => {
          const { kid, typ } = header;
          const isNamed = typeof kid === "string" && kid !== "" && kid.length <= KEY_NAME_LENGTH_MAX;
          const isTyped = typ === undefined || (typeof typ === "string" && TYPES.has(typ.toLowerCase()));
          const isRefused = REFUSED_HEADERS.some((name) => Object.hasOwn(header, name));
          if (!isNamed || !isTyped || isRefused) throw invalidToken();
          return keys(header, flattened);
        }, {
          algorithms: ALGORITHMS,
          issuer,
          audience,
          clockTolerance: TOLERANCE_SECONDS,
          currentDate: new Date(clock.nowMs()),
          requiredClaims: ["iss", "aud", "sub", "exp", "iat"],
        });
        if (!isPlainToken(token)) throw invalidToken();
        claims = payload;
      } catch {
        throw invalidToken();
      }
      return await callerOf(claims);
    },
  };

  async function callerOf(claims: Claims): Promise<Caller> {
    const { exp, iat, jti } = claims;
    const name = outsideName("oidc", claims["sub"]);
    const nowS = clock.nowMs() / 1000;
    if (name === null || !isWhole(exp) || !isWhole(iat)) throw invalidToken();
    const isInTime = iat <= nowS + TOLERANCE_SECONDS && exp > iat && exp - iat <= LIFE_SECONDS_MAX;
    if (!isInTime) throw invalidToken();
    const role = mappedRole(wordsOf(claimAt(claims, roleClaim)), roles);
    if (role === null) throw noRole();
    return {
      name,
      role,
      via: "oidc",
      tokenId: (await sha256Hex(JSON.stringify(["oidc", claims["sub"], jti ?? null, iat, exp]))).slice(0, 36),
      expiresAtMs: exp * 1000,
      scopes: ["api", "metrics"],
    };
  }
}

/** Somebody is known and nobody said what they may do. */
export function noRole(): AppError {
  return new AppError("forbidden", "The token gives no role in this service");
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
