/** Tokens that an auth service vouches for: each is sent to it once in a while, and counts while it says `active`. */
import type { Clock } from "../../clock.ts";
import type { Role } from "../access.ts";
import { roleOf } from "../access.ts";
import type { Caller } from "../env.ts";
import { noRole } from "./oidc.ts";
import { type Claims, mappedRole, outsideName, wordsOf } from "./outside_claims.ts";
import type { AuthServiceSettings, CallOut } from "./settings.ts";
import { createCache } from "./cache.ts";
import { invalidToken, sha256Hex } from "./tokens.ts";

const TIMEOUT_MS = 5_000;
const WAITING_MAX = 50;

export interface AuthService {
  /** Throws `unauthenticated`, also when the service does not answer; `forbidden` when the token gives no role. */
  verify(token: string): Promise<Caller>;
}

export function createAuthService(
  settings: AuthServiceSettings,
  deps: { readonly callOut: CallOut; readonly clock: Clock; readonly onProblem: (reason: string) => void },
): AuthService {
  const { callOut, clock, onProblem } = deps;
  const answers = createCache<Claims | null>(clock);
  let waiting = 0;

  return {
    async verify(token) {
      const tokenId = (await sha256Hex(`service:${token}`)).slice(0, 36);
      const claims = await answers.get(tokenId, () => ask(token));
      if (claims === null) throw invalidToken();
      const { exp } = claims;
      const expiresAtMs = typeof exp === "number" ? exp * 1000 : null;
      const name = outsideName("service", claims["sub"] ?? claims["username"]);
      if (name === null || (expiresAtMs !== null && expiresAtMs <= clock.nowMs())) throw invalidToken();
      const role = roleIn(claims, settings);
      if (role === null) throw noRole();
      return { name, role, via: "service", tokenId, expiresAtMs, scopes: ["api", "metrics"] };
    },
  };

  async function ask(token: string): Promise<Claims | null> {
    if (waiting >= WAITING_MAX) return null;
    waiting += 1;
    try {
      const answer = await callOut({
        url: settings.introspectUrl,
        method: "POST",
        headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ token }).toString(),
        timeoutMs: TIMEOUT_MS,
      });
      if (answer?.status !== 200) {
        onProblem(answer === null ? "it does not answer" : `it answers ${answer.status}`);
        return null;
      }
      return activeClaims(answer.body);
    } finally {
      waiting -= 1;
    }
  }
}

function activeClaims(text: string): Claims | null {
  try {
    const read: unknown = JSON.parse(text);
    const isActive = typeof read === "object" && read !== null && "active" in read && read.active === true;
    return isActive ? { ...read } : null;
  } catch {
    return null;
  }
}

/** A declared word first, then the words of an administrator, then a role that is named as here. */
function roleIn(claims: Claims, { roles, adminRoles, adminGroups }: AuthServiceSettings): Role | null {
  const words = [...wordsOf(claims["roles"]), ...wordsOf(claims["role"])];
  const groups = [...wordsOf(claims["groups"]), ...wordsOf(claims["group"])];
  if (words.some((word) => adminRoles.includes(word))) return "Admin";
  if (groups.some((word) => adminGroups.includes(word))) return "Admin";
  const mapped = mappedRole([...words, ...groups], roles);
  if (mapped !== null) return mapped;
  const { role } = claims;
  return typeof role === "string" ? roleOf(role) : null;
}
