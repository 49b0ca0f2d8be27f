/** Who may come in: decides from the settings whether the API starts closed, starts open, or does not start. */
import type { AuthSettings, Config } from "./config_values.ts";
import { type OutsideLogins, outsideLoginsOf } from "./start_check_outside.ts";
import { type RoleName, roleNameOf } from "./start_check_roles.ts";

export interface ConfiguredUser {
  readonly username: string;
  readonly password: string;
  readonly role: RoleName;
}

export type StartDecision =
  /** Exit 78; each problem names a setting, never its value. */
  | { readonly type: "refused"; readonly problems: readonly string[] }
  /** Everybody is Admin. */
  | {
    readonly type: "open";
    readonly host: string;
    readonly isOnPurpose: boolean;
    readonly warnings: readonly string[];
  }
  | {
    readonly type: "closed";
    readonly host: string;
    /** Becomes Admin when there is no account at all. */
    readonly initialUser: ConfiguredUser | null;
    /** Kept as the settings say at every start. */
    readonly users: readonly ConfiguredUser[];
    /** null = only others vouch for people. */
    readonly jwtSecret: string | null;
    readonly outside: OutsideLogins;
    readonly warnings: readonly string[];
  };

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];
const ALL_INTERFACES = "0.0.0.0";
const PASSWORD_LENGTH_MIN = 12;
const PASSWORD_LENGTH_MAX = 1_000;
const SECRET_BYTES_MIN = 32;
const SECRET_DISTINCT_BYTES_MIN = 8;
const USERS_MAX = 1_000;

/** Passwords and secrets that appear in guides, or that everybody tries first; compared without case. */
const WELL_KNOWN = new Set(
  `admin123 admin1234 admin12345 administrator adminadmin changeme changeme123 changeit change-me changemeplease
  password password1 password12 password123 password1234 password12345 passw0rd passw0rd123 p@ssw0rd p@ssword123
  123456789012 1234567890123 1234567890ab qwertyuiop12 qwerty123456 qwertyuiopas letmein12345 welcome12345
  welcome123456 iloveyou1234 secretpassword mysecretpassword supersecret supersecret123 supersecretpassword
  correcthorsebatterystaple correct-horse-battery-staple abcdefghijkl abcdefghijklm aaaaaaaaaaaa 111111111111
  000000000000 passwordpassword testtesttest test12345678 postgres1234 pystator1234 pystatorpystator statorstator
  stator123456 rootrootroot trustno1trustno1 adminpassword admin-password your-password your-secret-key
  your-secret-key-here your_secret_key your-jwt-secret your-256-bit-secret
  your-secret-key-change-in-production change-this-secret-in-production change-me-in-production
  replace-with-output-of-openssl-rand-hex-32 0123456789abcdef0123456789abcdef
  0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef`.split(/\s+/),
);

/**
 * Decides for a process that serves the API. What is half set or cannot be read never starts; what is weak does not
 * start in production and is a warning elsewhere. `defaultHost` holds when nobody named a host and logins are needed.
 */
export function checkStart(
  config: Pick<Config, "auth" | "api" | "isProduction">,
  defaultHost: string = ALL_INTERFACES,
): StartDecision {
  const { auth, isProduction } = config;
  const problems: string[] = [];
  const warnings: string[] = [];
  if (config.api.corsOrigins?.includes("*") === true) {
    (isProduction ? problems : warnings).push("CORS_ORIGINS must not be * in production");
  }
  const named = config.api.host;
  if (auth.isDisabled) {
    if (problems.length > 0) return { type: "refused", problems };
    warnings.push("PYSTATOR_AUTH_DISABLED is set: whoever reaches this address is Admin");
    return { type: "open", host: named ?? "127.0.0.1", isOnPurpose: true, warnings };
  }
  if (isNothingSet(auth)) {
    if (isProduction) {
      problems.push(
        "authentication must be set in production: PYSTATOR_AUTH_INITIAL_USER, PYSTATOR_AUTH_INITIAL_PASSWORD and " +
          "PYSTATOR_AUTH_JWT_SECRET (or PYSTATOR_AUTH_DISABLED=true to open the service on purpose)",
      );
    } else if (named !== null && !LOOPBACK.includes(named)) {
      problems.push(
        "without authentication only this machine may connect: set PYSTATOR_AUTH_INITIAL_USER, " +
          "PYSTATOR_AUTH_INITIAL_PASSWORD and PYSTATOR_AUTH_JWT_SECRET, or PYSTATOR_AUTH_DISABLED=true, or host 127.0.0.1",
      );
    }
    if (problems.length > 0) return { type: "refused", problems };
    warnings.push("Authentication is not set: whoever reaches this address is Admin");
    return { type: "open", host: named ?? "127.0.0.1", isOnPurpose: false, warnings };
  }
  const initialUser = initialUserOf(auth, problems);
  const users = auth.users === null ? [] : usersOfList(auth.users, problems);
  const outside = outsideLoginsOf(auth, problems);
  const isVouched = outside.oidc !== null || outside.service !== null;
  const hasUsers = initialUser !== null || auth.users !== null;
  if (!hasUsers && !isVouched && problems.length === 0) {
    problems.push("PYSTATOR_AUTH_INITIAL_USER and PYSTATOR_AUTH_INITIAL_PASSWORD must be set too");
  }
  const all = initialUser === null ? users : [initialUser, ...users];
  const weak = [...all.flatMap(weaknessesOf), ...secretWeaknessesOf(auth)];
  (isProduction ? problems : warnings).push(...new Set(weak));
  if (auth.jwtSecret === null && (hasUsers || !isVouched)) {
    problems.push("PYSTATOR_AUTH_JWT_SECRET must be set too");
  }
  if (problems.length > 0) return { type: "refused", problems };
  return {
    type: "closed",
    host: named ?? defaultHost,
    initialUser,
    users,
    jwtSecret: auth.jwtSecret,
    outside,
    warnings,
  };
}

function isNothingSet(auth: AuthSettings): boolean {
  return [
    auth.initialUser,
    auth.initialPassword,
    auth.users,
    auth.jwtSecret,
    auth.serviceUrl,
    auth.oidcIssuer,
    auth.oidcAudience,
    auth.oidcJwksUrl,
  ].every((value) => value === null);
}

function initialUserOf(auth: AuthSettings, problems: string[]): ConfiguredUser | null {
  const { initialUser: username, initialPassword: password } = auth;
  if (username === null && password === null) return null;
  if (username === null) problems.push("PYSTATOR_AUTH_INITIAL_USER must be set too");
  if (password === null) problems.push("PYSTATOR_AUTH_INITIAL_PASSWORD must be set too");
  if (password !== null && password.length > PASSWORD_LENGTH_MAX) {
    problems.push(`PYSTATOR_AUTH_INITIAL_PASSWORD must have at most ${PASSWORD_LENGTH_MAX} characters`);
  }
  return username === null || password === null ? null : { username, password, role: "Admin" };
}

function usersOfList(text: string, problems: string[]): readonly ConfiguredUser[] {
  const refuse = (message: string) => {
    problems.push(`PYSTATOR_AUTH_USERS ${message}`);
    return [];
  };
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return refuse("must be a JSON list of {username, password, role}");
  }
  if (!Array.isArray(list) || list.length === 0) return refuse("must be a JSON list with at least one user");
  if (list.length > USERS_MAX) return refuse(`must have at most ${USERS_MAX} users`);
  const users: ConfiguredUser[] = [];
  for (const [index, item] of list.entries()) {
    const user: Readonly<Record<string, unknown>> = typeof item === "object" && item !== null
      ? { ...item }
      : {};
    const { username, password } = user;
    const role = user.role === undefined || user.role === null ? "Editor" : roleNameOf(user.role);
    if (typeof username !== "string" || username.trim() === "") {
      refuse(`entry ${index + 1} must have a username`);
    } else if (typeof password !== "string" || password.trim() === "") {
      refuse(`entry ${index + 1} must have a password`);
    } else if (password.length > PASSWORD_LENGTH_MAX) {
      refuse(`entry ${index + 1} has a password that is too long`);
    } else if (role === null) {
      refuse(`entry ${index + 1} must have role Viewer, Operator, Editor, Admin or User`);
    } else if (users.some((other) => other.username === username)) {
      refuse(`entry ${index + 1} repeats a username`);
    } else users.push({ username, password, role });
  }
  return users;
}

function weaknessesOf(user: ConfiguredUser): readonly string[] {
  const weak: string[] = [];
  const password = user.password.toLowerCase();
  if (user.password.length < PASSWORD_LENGTH_MIN) {
    weak.push(`every configured password must have at least ${PASSWORD_LENGTH_MIN} characters in production`);
  }
  if (password === user.username.toLowerCase()) {
    weak.push("a configured password must not equal its user name");
  }
  if (WELL_KNOWN.has(password)) weak.push("a configured password is a sample or a common one");
  return weak;
}

function secretWeaknessesOf(auth: AuthSettings): readonly string[] {
  const weak: string[] = [];
  for (
    const [name, secret] of [
      ["PYSTATOR_AUTH_JWT_SECRET", auth.jwtSecret],
      ["PYSTATOR_AUTH_JWT_SECRET_PREVIOUS", auth.jwtSecretPrevious],
    ] as const
  ) {
    if (secret === null) continue;
    const bytes = new TextEncoder().encode(secret);
    if (bytes.length < SECRET_BYTES_MIN) {
      weak.push(`${name} must have at least ${SECRET_BYTES_MIN} bytes; make one with: openssl rand -hex 32`);
    }
    if (new Set(bytes).size < SECRET_DISTINCT_BYTES_MIN) weak.push(`${name} repeats too few characters`);
    if (WELL_KNOWN.has(secret.toLowerCase())) {
      weak.push(`${name} is a sample; make one with: openssl rand -hex 32`);
    }
  }
  return weak;
}
