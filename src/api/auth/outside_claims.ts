/** What claims of somebody else's token mean here: a name that is nobody's account, and a role that was declared. */
import { isAtLeast, type Role } from "../access.ts";
import type { RoleMap } from "./settings.ts";

export type Claims = Readonly<Record<string, unknown>>;

const NAME_LENGTH_MAX = 255;
const WORDS_MAX = 500;

/** `oidc:ann`: accounts of this service have no colon in their names. Null = the claim is not a name. */
export function outsideName(prefix: "oidc" | "service", subject: unknown): string | null {
  const isName = typeof subject === "string" && subject !== "" && subject.length <= NAME_LENGTH_MAX &&
    !/[\p{Cc}\p{Cs}]/u.test(subject);
  return isName ? `${prefix}:${subject}` : null;
}

/** The claim of that name, else what a path of names (`realm_access.roles`) leads to. */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const name of path.split(".")) {
    if (!isRecord(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** The words of a claim: a text, or a list of texts. */
export function wordsOf(claim: unknown): readonly string[] {
  if (typeof claim === "string") return [claim];
  if (!Array.isArray(claim)) return [];
  return claim.slice(0, WORDS_MAX).filter((word) => typeof word === "string");
}

/** The highest role that one of the words was given; null = none of them has one. */
export function mappedRole(words: readonly string[], roles: RoleMap): Role | null {
  let best: Role | null = null;
  for (const word of words) {
    const role = roles.get(word);
    if (role !== undefined && (best === null || isAtLeast(role, best))) best = role;
  }
  return best;
}

function isRecord(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
