/** Environments and what becomes of a start: refused, open to this machine, or closed; never a value in a message. */
import { AppError } from "./errors.ts";
import { type Environment, readConfig } from "./config.ts";
import { checkStart } from "./start_check.ts";

const PASSWORD = "violet-Otter-9-lamp";
const SECRET = "3f9a1c77e02b4d5886a9c1e0f7b2d4538c6e9a1b2c3d4e5f60718293a4b5c6d7";
const USER = { PYSTATOR_AUTH_INITIAL_USER: "ann", PYSTATOR_AUTH_INITIAL_PASSWORD: PASSWORD };
const FULL = { ...USER, PYSTATOR_AUTH_JWT_SECRET: SECRET };
const PRODUCTION = { ENVIRONMENT: "production" };

/** Absent files cannot be read; the two that exist hold a password and a secret. */
function readTextFile(path: string): string {
  if (path === "/run/secrets/password") return `${PASSWORD}\n`;
  if (path === "/run/secrets/jwt") return SECRET;
  throw new Deno.errors.NotFound(path);
}

function outcomeOf(env: Environment): { readonly outcome: string; readonly text: string } {
  try {
    const start = checkStart(readConfig(env, { readTextFile }));
    if (start.type === "refused") return { outcome: "78", text: start.problems.join("; ") };
    return { outcome: `${start.type} ${start.host}`, text: start.warnings.join("; ") };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "bad_configuration") throw error;
    return { outcome: "78", text: error.message };
  }
}

function check(name: string, env: Environment, expected: string, mention = ""): void {
  Deno.test(`checkStart() ${name}`, () => {
    const { outcome, text } = outcomeOf(env);
    if (outcome !== expected) throw new Error(`expected ${expected}, found ${outcome}: ${text}`);
    if (!text.includes(mention)) throw new Error(`expected a word about ${mention}: ${text}`);
    for (const [key, value] of Object.entries(env)) {
      if (
        /PASSWORD|SECRET|USERS/.test(key) && value !== undefined && value.length > 3 && text.includes(value)
      ) {
        throw new Error(`the value of ${key} is in the message: ${text}`);
      }
    }
  });
}

const users = (list: unknown) => ({
  PYSTATOR_AUTH_USERS: JSON.stringify(list),
  PYSTATOR_AUTH_JWT_SECRET: SECRET,
});

check("opens to this machine when nothing is set", {}, "open 127.0.0.1", "not set");
check("opens in test as in development", { ENVIRONMENT: "test" }, "open 127.0.0.1");
check("takes blank values for absent ones", {
  PYSTATOR_AUTH_INITIAL_USER: "  ",
  PYSTATOR_AUTH_JWT_SECRET: "",
}, "open 127.0.0.1");
check("keeps a loopback host", { HOST: "::1" }, "open ::1");
check("refuses another host while nothing is set", { HOST: "0.0.0.0" }, "78", "PYSTATOR_AUTH_INITIAL_USER");
check(
  "refuses another API_HOST while nothing is set",
  { API_HOST: "10.0.0.5" },
  "78",
  "PYSTATOR_AUTH_DISABLED",
);
check("refuses production when nothing is set", PRODUCTION, "78", "PYSTATOR_AUTH_JWT_SECRET");
check("reads the environment in any case", { ENVIRONMENT: "Production" }, "78", "production");
check("refuses an unknown environment", { ENVIRONMENT: "prod" }, "78", "ENVIRONMENT");
check("closes with user, password and secret", FULL, "closed 0.0.0.0");
check("closes in production", { ...PRODUCTION, ...FULL }, "closed 0.0.0.0");
check("listens where it is told when closed", { ...FULL, HOST: "10.0.0.5" }, "closed 10.0.0.5");
check("knows the older name of the user", {
  PYSTATOR_AUTH_INITIAL_USERNAME: "ann",
  PYSTATOR_AUTH_INITIAL_PASSWORD: PASSWORD,
  PYSTATOR_AUTH_JWT_SECRET: SECRET,
}, "closed 0.0.0.0");
check(
  "refuses a user without password",
  { PYSTATOR_AUTH_INITIAL_USER: "ann", PYSTATOR_AUTH_JWT_SECRET: SECRET },
  "78",
  "INITIAL_PASSWORD",
);
check(
  "refuses a password without user",
  { PYSTATOR_AUTH_INITIAL_PASSWORD: PASSWORD, PYSTATOR_AUTH_JWT_SECRET: SECRET },
  "78",
  "INITIAL_USER",
);
check("refuses a user without secret", USER, "78", "JWT_SECRET");
check("refuses a secret without users", { PYSTATOR_AUTH_JWT_SECRET: SECRET }, "78", "INITIAL_USER");
check("reads secrets from files", {
  ...PRODUCTION,
  PYSTATOR_AUTH_INITIAL_USER: "ann",
  PYSTATOR_AUTH_INITIAL_PASSWORD_FILE: "/run/secrets/password",
  PYSTATOR_AUTH_JWT_SECRET_FILE: "/run/secrets/jwt",
}, "closed 0.0.0.0");
check(
  "refuses a file that cannot be read",
  { ...USER, PYSTATOR_AUTH_JWT_SECRET_FILE: "/nowhere" },
  "78",
  "PYSTATOR_AUTH_JWT_SECRET_FILE",
);
check("closes with a list of users", users([{ username: "bob", password: PASSWORD }]), "closed 0.0.0.0");
check(
  "reads the predecessor's roles",
  users([{ username: "bob", password: PASSWORD, role: "User" }]),
  "closed 0.0.0.0",
);
check(
  "refuses an unknown role",
  users([{ username: "bob", password: PASSWORD, role: "Root" }]),
  "78",
  "role",
);
check("refuses a user of the list without password", users([{ username: "bob" }]), "78", "password");
check("refuses an empty list", users([]), "78", "PYSTATOR_AUTH_USERS");
check("refuses a list that is a mapping", users({ username: "bob" }), "78", "PYSTATOR_AUTH_USERS");
check(
  "refuses a name twice",
  users([{ username: "b", password: PASSWORD }, { username: "b", password: PASSWORD }]),
  "78",
  "repeats",
);
check(
  "refuses a list that is not JSON",
  { PYSTATOR_AUTH_USERS: "bob:secret-of-bob", PYSTATOR_AUTH_JWT_SECRET: SECRET },
  "78",
  "JSON",
);
check(
  "warns of a short password",
  { ...FULL, PYSTATOR_AUTH_INITIAL_PASSWORD: "admin123" },
  "closed 0.0.0.0",
  "sample",
);
check(
  "refuses a short password in production",
  { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_INITIAL_PASSWORD: "kestrel-11b" },
  "78",
  "12 characters",
);
check(
  "refuses a common password in production",
  { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_INITIAL_PASSWORD: "Password1234" },
  "78",
  "common",
);
check(
  "refuses a password that is the name",
  {
    ...PRODUCTION,
    ...FULL,
    PYSTATOR_AUTH_INITIAL_USER: "long-user-name",
    PYSTATOR_AUTH_INITIAL_PASSWORD: "long-user-name",
  },
  "78",
  "equal",
);
check(
  "warns of the guide's secret",
  { ...FULL, PYSTATOR_AUTH_JWT_SECRET: "your-secret-key" },
  "closed 0.0.0.0",
  "32 bytes",
);
check(
  "refuses a short secret in production",
  { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_JWT_SECRET: SECRET.slice(0, 31) },
  "78",
  "32 bytes",
);
check(
  "refuses a monotonous secret in production",
  { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_JWT_SECRET: "abcabc".repeat(8) },
  "78",
  "repeats",
);
check(
  "refuses a weak former secret in production",
  { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_JWT_SECRET_PREVIOUS: "short" },
  "78",
  "PREVIOUS",
);
check(
  "opens on purpose, to this machine",
  { PYSTATOR_AUTH_DISABLED: "true" },
  "open 127.0.0.1",
  "PYSTATOR_AUTH_DISABLED",
);
check(
  "opens on purpose to a named host",
  { ...PRODUCTION, PYSTATOR_AUTH_DISABLED: "yes", HOST: "0.0.0.0" },
  "open 0.0.0.0",
);
check("opens on purpose although users are set", { ...FULL, PYSTATOR_AUTH_DISABLED: "1" }, "open 127.0.0.1");
check("does not take 0 for on", { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_DISABLED: "0" }, "closed 0.0.0.0");
check(
  "refuses a switch that is neither",
  { ...FULL, PYSTATOR_AUTH_DISABLED: "maybe" },
  "78",
  "PYSTATOR_AUTH_DISABLED",
);
check(
  "refuses every origin in production",
  { ...PRODUCTION, ...FULL, CORS_ORIGINS: "https://a.example, *" },
  "78",
  "CORS_ORIGINS",
);
check("warns of every origin elsewhere", { ...FULL, CORS_ORIGINS: "*" }, "closed 0.0.0.0", "CORS_ORIGINS");
const OIDC = {
  PYSTATOR_AUTH_OIDC_ISSUER: "https://id.example",
  PYSTATOR_AUTH_OIDC_AUDIENCE: "stator",
  PYSTATOR_AUTH_OIDC_JWKS_URL: "https://id.example/keys",
  PYSTATOR_AUTH_ROLE_MAP: '{"ops": "Operator"}',
};
check("closes with an identity provider alone, in production", { ...PRODUCTION, ...OIDC }, "closed 0.0.0.0");
check("closes with both", { ...FULL, ...OIDC }, "closed 0.0.0.0");
for (const name of Object.keys(OIDC)) {
  check(`refuses an identity provider without ${name}`, { ...FULL, ...OIDC, [name]: "" }, "78", name);
}
for (
  const [what, map] of [
    ["no JSON", "ops=Operator"],
    ["a list", "[]"],
    ["nothing", "{}"],
    ["an unknown role", '{"ops":"Root"}'],
    ["no text for a role", '{"ops":1}'],
  ] as const
) {
  check(`refuses a map of roles that is ${what}`, { ...OIDC, PYSTATOR_AUTH_ROLE_MAP: map }, "78", "ROLE_MAP");
}
check(
  "refuses keys at an address with a password",
  { ...OIDC, PYSTATOR_AUTH_OIDC_JWKS_URL: "https://a:b@id.example/keys" },
  "78",
  "JWKS_URL",
);
check(
  "refuses half a user beside an identity provider",
  {
    ...OIDC,
    PYSTATOR_AUTH_INITIAL_USER: "ann",
  },
  "78",
  "INITIAL_PASSWORD",
);
check("refuses users beside an identity provider without a secret", { ...OIDC, ...USER }, "78", "JWT_SECRET");
check(
  "closes with an auth service alone",
  { ...PRODUCTION, PYSTATOR_AUTH_SERVICE_URL: "https://id.example" },
  "closed 0.0.0.0",
);
check(
  "refuses an auth service that is no address",
  { PYSTATOR_AUTH_SERVICE_URL: "id.example" },
  "78",
  "SERVICE",
);
check(
  "refuses the path of an auth service without the service",
  { ...FULL, PYSTATOR_AUTH_SERVICE_INTROSPECT_PATH: "/x" },
  "78",
  "PYSTATOR_AUTH_SERVICE_URL",
);
