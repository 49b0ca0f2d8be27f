/** Who else may vouch for people: an identity provider with published keys, or an auth service that is asked. */
import type { AuthSettings } from "./config_values.ts";
import { type RoleName, roleNameOf } from "./start_check_roles.ts";

export type RoleMap = ReadonlyMap<string, RoleName>;

export interface OutsideLogins {
  readonly oidc: {
    readonly issuer: string;
    readonly audience: string;
    readonly jwksUrl: string;
    readonly roleClaim: string;
    readonly roles: RoleMap;
  } | null;
  readonly service: {
    readonly introspectUrl: string;
    readonly adminRoles: readonly string[];
    readonly adminGroups: readonly string[];
    readonly roles: RoleMap;
  } | null;
}

const ROLES_MAX = 500;
const DEFAULT_ROLE_CLAIM = "roles";
const DEFAULT_INTROSPECT_PATH = "/introspect";
const DEFAULT_ADMIN_ROLES = ["admin"];

/** Adds to `problems` what is set by halves or cannot be read; messages never repeat a value. */
export function outsideLoginsOf(auth: AuthSettings, problems: string[]): OutsideLogins {
  const roles = auth.roleMap === null ? new Map<string, RoleName>() : rolesOf(auth.roleMap, problems);
  return { oidc: oidcOf(auth, roles, problems), service: serviceOf(auth, roles, problems) };
}

function oidcOf(auth: AuthSettings, roles: RoleMap, problems: string[]): OutsideLogins["oidc"] {
  const { oidcIssuer: issuer, oidcAudience: audience, oidcJwksUrl: jwksUrl } = auth;
  if (issuer === null && audience === null && jwksUrl === null) return null;
  if (issuer === null) problems.push("PYSTATOR_AUTH_OIDC_ISSUER must be set too");
  if (audience === null) problems.push("PYSTATOR_AUTH_OIDC_AUDIENCE must be set too");
  if (jwksUrl === null) problems.push("PYSTATOR_AUTH_OIDC_JWKS_URL must be set too");
  else checkUrl("PYSTATOR_AUTH_OIDC_JWKS_URL", jwksUrl, problems);
  if (auth.roleMap === null) {
    problems.push(
      "PYSTATOR_AUTH_ROLE_MAP must be set too: without it nobody from the identity provider has a role",
    );
  }
  if (issuer === null || audience === null || jwksUrl === null) return null;
  return { issuer, audience, jwksUrl, roleClaim: auth.oidcRoleClaim ?? DEFAULT_ROLE_CLAIM, roles };
}

function serviceOf(auth: AuthSettings, roles: RoleMap, problems: string[]): OutsideLogins["service"] {
  const { serviceUrl } = auth;
  if (serviceUrl === null) {
    if (auth.serviceIntrospectPath !== null) problems.push("PYSTATOR_AUTH_SERVICE_URL must be set too");
    return null;
  }
  const path = auth.serviceIntrospectPath ?? DEFAULT_INTROSPECT_PATH;
  const introspectUrl = `${serviceUrl.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`;
  checkUrl("PYSTATOR_AUTH_SERVICE_URL", introspectUrl, problems);
  return {
    introspectUrl,
    adminRoles: auth.adminRoleClaims ?? DEFAULT_ADMIN_ROLES,
    adminGroups: auth.adminGroupClaims ?? [],
    roles,
  };
}

/** Which hosts may be asked is decided by the rules for everything that goes out. */
function checkUrl(name: string, text: string, problems: string[]): void {
  const url = URL.parse(text);
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "" &&
    url.username === "" && url.password === "" && url.hash === "";
  if (!isPlain) problems.push(`${name} must be an http or https address without user name and password`);
}

function rolesOf(text: string, problems: string[]): RoleMap {
  const roles = new Map<string, RoleName>();
  let map: unknown;
  try {
    map = JSON.parse(text);
  } catch {
    map = null;
  }
  const entries = typeof map === "object" && map !== null && !Array.isArray(map) ? Object.entries(map) : [];
  if (entries.length === 0 || entries.length > ROLES_MAX) {
    problems.push(
      `PYSTATOR_AUTH_ROLE_MAP must be a JSON object with 1 to ${ROLES_MAX} entries: word of the claim, role`,
    );
  }
  for (const [index, [word, value]] of entries.slice(0, ROLES_MAX).entries()) {
    const role = roleNameOf(value);
    if (role === null || word === "") {
      problems.push(
        `PYSTATOR_AUTH_ROLE_MAP entry ${index + 1} must have role Viewer, Operator, Editor, Admin or User`,
      );
    } else roles.set(word, role);
  }
  return roles;
}
