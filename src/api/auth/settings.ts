/** How callers prove who they are, as the process was configured. */
import type { Role } from "../access.ts";

export type AuthSettings =
  /** Everybody is an administrator; only ever by an explicit switch or on a developer's own machine. */
  | { readonly type: "open"; readonly isDisabledOnPurpose: boolean }
  | {
    readonly type: "jwt";
    /** Signs tokens of this service; null = nobody logs in here, an identity provider vouches for people. */
    readonly secret: string | null;
    /** Still accepted, no longer used to sign. */
    readonly previousSecret: string | null;
    /** Created when there is no account at all. */
    readonly initialUser: ConfiguredUser | null;
    /** Kept in step with the settings at every start. */
    readonly users: readonly ConfiguredUser[];
    /** Tokens of an identity provider, checked with its published keys. */
    readonly oidc?: OidcSettings | null;
    /** Tokens of an auth service, which is asked about each of them. */
    readonly service?: AuthServiceSettings | null;
  };

export interface ConfiguredUser {
  readonly username: string;
  readonly password: string;
  readonly role: Role;
}

/** What a claim says → the role here. What is not in it gives no role. */
export type RoleMap = ReadonlyMap<string, Role>;

export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** Name of the claim, or a path of names with dots between them. */
  readonly roleClaim: string;
  readonly roles: RoleMap;
}

export interface AuthServiceSettings {
  readonly introspectUrl: string;
  /** Words in `roles` or `role` that make an Admin. */
  readonly adminRoles: readonly string[];
  /** Words in `groups` or `group` that make an Admin. */
  readonly adminGroups: readonly string[];
  readonly roles: RoleMap;
}

/** One call to the outside under the egress rules; null = it could not be made or was not answered. */
export type CallOut = (request: {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
}) => Promise<{ readonly status: number; readonly body: string } | null>;
