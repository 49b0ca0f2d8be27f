/** Environments and what becomes of a real process: it ends with 78 and says why, or serves, open or closed. */
import { assert } from "../../src/assert.ts";
import { runProcess, startProcess } from "../testing/process.ts";
import { inFolder, PASSWORD, programArgs, SECRET } from "./server.ts";

type Environment = Readonly<Record<string, string>>;
/** `open` and `closed` = it serves; else the setting that its last words name. */
type Expected = "open" | "closed" | { readonly refusedFor: string };

interface Row {
  readonly name: string;
  readonly env: Environment;
  readonly expected: Expected;
  /** A word that must be in the log. */
  readonly says?: string;
}

const USER = { PYSTATOR_AUTH_INITIAL_USER: "ann", PYSTATOR_AUTH_INITIAL_PASSWORD: PASSWORD };
const FULL = { ...USER, PYSTATOR_AUTH_JWT_SECRET: SECRET };
const PRODUCTION = { ENVIRONMENT: "production", PYSTATOR_DATABASE_URL: "sqlite:///prod.db" };
const LOOPBACK = { API_HOST: "127.0.0.1" };
const OIDC = {
  PYSTATOR_AUTH_OIDC_ISSUER: "https://id.example",
  PYSTATOR_AUTH_OIDC_AUDIENCE: "stator",
  PYSTATOR_AUTH_OIDC_JWKS_URL: "https://id.example/keys",
  PYSTATOR_AUTH_ROLE_MAP: '{"ops": "Operator"}',
};
const users = (list: unknown) => ({
  PYSTATOR_AUTH_USERS: JSON.stringify(list),
  PYSTATOR_AUTH_JWT_SECRET: SECRET,
});
const refusedFor = (setting: string): Expected => ({ refusedFor: setting });

const ROWS: readonly Row[] = [
  { name: "nothing", env: {}, expected: "open", says: "Authentication is not set" },
  {
    name: "blank values",
    env: { PYSTATOR_AUTH_INITIAL_USER: " ", PYSTATOR_AUTH_JWT_SECRET: "" },
    expected: "open",
  },
  {
    name: "nothing, to everybody",
    env: { API_HOST: "0.0.0.0" },
    expected: refusedFor("PYSTATOR_AUTH_INITIAL_USER"),
  },
  { name: "nothing in production", env: PRODUCTION, expected: refusedFor("PYSTATOR_AUTH_JWT_SECRET") },
  {
    name: "production in capitals",
    env: { ...PRODUCTION, ENVIRONMENT: "PRODUCTION" },
    expected: refusedFor("PYSTATOR_AUTH_JWT_SECRET"),
  },
  { name: "an unknown environment", env: { ENVIRONMENT: "staging" }, expected: refusedFor("ENVIRONMENT") },
  { name: "everything", env: { ...FULL, ...LOOPBACK }, expected: "closed" },
  { name: "everything in production", env: { ...PRODUCTION, ...FULL, ...LOOPBACK }, expected: "closed" },
  {
    name: "the older name of the user",
    env: {
      PYSTATOR_AUTH_INITIAL_USERNAME: "ann",
      PYSTATOR_AUTH_INITIAL_PASSWORD: PASSWORD,
      PYSTATOR_AUTH_JWT_SECRET: SECRET,
      ...LOOPBACK,
    },
    expected: "closed",
  },
  {
    name: "a user without password",
    env: { PYSTATOR_AUTH_INITIAL_USER: "ann", PYSTATOR_AUTH_JWT_SECRET: SECRET },
    expected: refusedFor("PYSTATOR_AUTH_INITIAL_PASSWORD"),
  },
  {
    name: "a password without user",
    env: { PYSTATOR_AUTH_INITIAL_PASSWORD: PASSWORD, PYSTATOR_AUTH_JWT_SECRET: SECRET },
    expected: refusedFor("PYSTATOR_AUTH_INITIAL_USER"),
  },
  { name: "a user without secret", env: USER, expected: refusedFor("PYSTATOR_AUTH_JWT_SECRET") },
  {
    name: "a secret without user",
    env: { PYSTATOR_AUTH_JWT_SECRET: SECRET },
    expected: refusedFor("PYSTATOR_AUTH_INITIAL_USER"),
  },
  {
    name: "a list of users",
    env: { ...users([{ username: "bob", password: PASSWORD, role: "Viewer" }]), ...LOOPBACK },
    expected: "closed",
  },
  {
    name: "a list that is no JSON",
    env: { PYSTATOR_AUTH_USERS: "bob:secret-of-bob", PYSTATOR_AUTH_JWT_SECRET: SECRET },
    expected: refusedFor("PYSTATOR_AUTH_USERS"),
  },
  { name: "an empty list", env: users([]), expected: refusedFor("PYSTATOR_AUTH_USERS") },
  {
    name: "a user without password in the list",
    env: users([{ username: "bob" }]),
    expected: refusedFor("PYSTATOR_AUTH_USERS"),
  },
  {
    name: "an unknown role in the list",
    env: users([{ username: "bob", password: PASSWORD, role: "Root" }]),
    expected: refusedFor("PYSTATOR_AUTH_USERS"),
  },
  {
    name: "a short password in production",
    env: { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_INITIAL_PASSWORD: "kurz-geheim" },
    expected: refusedFor("password"),
  },
  {
    name: "a common password in production",
    env: { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_INITIAL_PASSWORD: "password1234" },
    expected: refusedFor("password"),
  },
  {
    name: "a password that is the name in production",
    env: { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_INITIAL_USER: PASSWORD },
    expected: refusedFor("password"),
  },
  {
    name: "the guide's password in production",
    env: { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_INITIAL_PASSWORD: "admin123" },
    expected: refusedFor("password"),
  },
  {
    name: "the guide's secret in production",
    env: { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_JWT_SECRET: "your-secret-key" },
    expected: refusedFor("PYSTATOR_AUTH_JWT_SECRET"),
  },
  {
    name: "a short secret in production",
    env: { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_JWT_SECRET: "q8Zk2Lw9Xc4Vb7Nm1Rt6Yp3Hs5Jd0Gf" },
    expected: refusedFor("PYSTATOR_AUTH_JWT_SECRET"),
  },
  {
    name: "a monotonous secret in production",
    env: { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_JWT_SECRET: "abcabc".repeat(10) },
    expected: refusedFor("PYSTATOR_AUTH_JWT_SECRET"),
  },
  {
    name: "the guide's settings in development",
    env: {
      PYSTATOR_AUTH_INITIAL_USER: "admin",
      PYSTATOR_AUTH_INITIAL_PASSWORD: "admin123",
      PYSTATOR_AUTH_JWT_SECRET: "your-secret-key",
      ...LOOPBACK,
    },
    expected: "closed",
    says: "PYSTATOR_AUTH_JWT_SECRET",
  },
  {
    name: "a file that cannot be read",
    env: { ...USER, PYSTATOR_AUTH_JWT_SECRET_FILE: "/nowhere/secret" },
    expected: refusedFor("PYSTATOR_AUTH_JWT_SECRET_FILE"),
  },
  {
    name: "secrets from files",
    env: {
      PYSTATOR_AUTH_INITIAL_USER: "ann",
      PYSTATOR_AUTH_INITIAL_PASSWORD_FILE: "password.txt",
      PYSTATOR_AUTH_JWT_SECRET_FILE: "secret.txt",
      ...LOOPBACK,
    },
    expected: "closed",
  },
  {
    name: "a file that is empty",
    env: { ...USER, PYSTATOR_AUTH_JWT_SECRET_FILE: "empty.txt" },
    expected: refusedFor("PYSTATOR_AUTH_JWT_SECRET"),
  },
  {
    name: "off on purpose",
    env: { PYSTATOR_AUTH_DISABLED: "true" },
    expected: "open",
    says: "PYSTATOR_AUTH_DISABLED is set",
  },
  {
    name: "off on purpose in production",
    env: { ...PRODUCTION, PYSTATOR_AUTH_DISABLED: "true" },
    expected: "open",
    says: "PYSTATOR_AUTH_DISABLED is set",
  },
  {
    name: "0 is not on",
    env: { ...PRODUCTION, ...FULL, ...LOOPBACK, PYSTATOR_AUTH_DISABLED: "0" },
    expected: "closed",
  },
  {
    name: "a switch that is neither",
    env: { PYSTATOR_AUTH_DISABLED: "maybe" },
    expected: refusedFor("PYSTATOR_AUTH_DISABLED"),
  },
  {
    name: "every origin in production",
    env: { ...PRODUCTION, ...FULL, CORS_ORIGINS: "*" },
    expected: refusedFor("CORS_ORIGINS"),
  },
  { name: "an identity provider alone", env: { ...PRODUCTION, ...OIDC, ...LOOPBACK }, expected: "closed" },
  {
    name: "half an identity provider",
    env: { ...PRODUCTION, ...OIDC, PYSTATOR_AUTH_OIDC_AUDIENCE: "" },
    expected: refusedFor("PYSTATOR_AUTH_OIDC_AUDIENCE"),
  },
  {
    name: "keys by plain http",
    env: { ...PRODUCTION, ...OIDC, PYSTATOR_AUTH_OIDC_JWKS_URL: "http://id.example/keys" },
    expected: refusedFor("PYSTATOR_AUTH_OIDC_JWKS_URL"),
  },
  {
    name: "keys by plain http that the operator allows",
    env: {
      ...OIDC,
      ...LOOPBACK,
      PYSTATOR_AUTH_OIDC_JWKS_URL: "http://id.example:80/keys",
      PYSTATOR_EGRESS_ALLOW: "id.example:80",
    },
    expected: "closed",
  },
  {
    name: "a service to ask, inside the network",
    env: { PYSTATOR_AUTH_SERVICE_URL: "http://10.0.0.7:8080" },
    expected: refusedFor("PYSTATOR_AUTH_SERVICE_URL"),
  },
];

/** What `dev` does is no different: its rows are those of production. */
const DEV_ROWS: readonly Row[] = [
  { name: "nothing in production", env: PRODUCTION, expected: refusedFor("PYSTATOR_AUTH_JWT_SECRET") },
  {
    name: "the guide's secret in production",
    env: { ...PRODUCTION, ...FULL, PYSTATOR_AUTH_JWT_SECRET: "your-secret-key" },
    expected: refusedFor("PYSTATOR_AUTH_JWT_SECRET"),
  },
  {
    name: "every origin in production",
    env: { ...PRODUCTION, ...FULL, CORS_ORIGINS: "*" },
    expected: refusedFor("CORS_ORIGINS"),
  },
  {
    name: "no database in production",
    env: { ENVIRONMENT: "production", ...FULL },
    expected: refusedFor("PYSTATOR_DATABASE_URL"),
  },
  { name: "everything in production", env: { ...PRODUCTION, ...FULL }, expected: "closed" },
  { name: "nothing", env: {}, expected: "open", says: "Authentication is not set" },
];

const AT_ONCE = 2;

async function checkAll(verb: string, rows: readonly Row[]): Promise<void> {
  const waiting = [...rows];
  const failures: string[] = [];
  const lane = async () => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      const problem = await problemWith(verb, row);
      if (problem !== null) failures.push(`${row.name}: ${problem}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  assert(failures.length === 0, failures.join("\n"));
}

function problemWith(verb: string, row: Row): Promise<string | null> {
  return inFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/password.txt`, `${PASSWORD}\n`);
    await Deno.writeTextFile(`${cwd}/secret.txt`, SECRET);
    await Deno.writeTextFile(`${cwd}/empty.txt`, "\n");
    const env = { PORT: "0", ...row.env };
    return typeof row.expected === "object"
      ? await refusalProblem(row, row.expected.refusedFor, { args: programArgs(verb), cwd, env })
      : await servingProblem(row, { args: programArgs(verb), cwd, env });
  });
}

type Start = { readonly args: readonly string[]; readonly cwd: string; readonly env: Environment };

async function refusalProblem(row: Row, setting: string, start: Start): Promise<string | null> {
  const { code, stdout, stderr } = await runProcess(start);
  const text = `${stdout}\n${stderr}`;
  if (code !== 78) return `ended with ${code}: ${text.slice(-500)}`;
  if (!text.includes(setting)) return `does not name ${setting}: ${text.slice(-500)}`;
  return leakProblem(row, text);
}

async function servingProblem(row: Row, start: Start): Promise<string | null> {
  const process = await startProcess({
    ...start,
    isReady: ({ message }) => message === "API is ready" || message === "Stator is ready",
  });
  let status: number;
  try {
    const url = new URL(String(process.ready.url));
    const response = await fetch(`${url.origin}/api/v1/entities`);
    await response.body?.cancel();
    status = response.status;
    const isLoopback = ["127.0.0.1", "localhost"].includes(url.hostname);
    if (row.expected === "open" && !isLoopback) return `listens on ${url.hostname}`;
  } finally {
    await process.stop();
  }
  const text = process.lines.join("\n");
  if (status !== (row.expected === "open" ? 200 : 401)) return `a stranger gets ${status}`;
  if (row.says !== undefined && !text.includes(row.says)) return `does not say ${row.says}: ${text}`;
  return leakProblem(row, text);
}

function leakProblem(row: Row, text: string): string | null {
  const secrets = Object.entries(row.env).filter(([name, value]) =>
    /PASSWORD$|SECRET$|USERS$/.test(name) && value.trim().length > 4
  );
  const shown = secrets.find(([, value]) => text.includes(value));
  return shown === undefined ? null : `shows the value of ${shown[0]}`;
}

Deno.test("the API starts closed, open to this machine with a warning, or not at all, and never shows a value", () =>
  checkAll("api", ROWS));

Deno.test("dev obeys the same rules", () => checkAll("dev", DEV_ROWS));
