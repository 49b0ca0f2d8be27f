/**
 * `deno task test:schemathesis`: the contract that is served, tried by Schemathesis from PyPI with every check, once
 * with authentication off and once with a key of an administrator.
 *
 * Needs python3 with venv and the package registry; everything else lives in a temporary folder. Prints one line for
 * each run and `N passed, N failed`; exit 1 when one failed. An argument is the number of examples for each operation.
 */
import { strict as assert } from "node:assert";

const SCHEMATHESIS = "schemathesis==4.32.5";
const EXAMPLES_DEFAULT = "15";
const RUN_MS_MAX = 900_000;
const START_MS_MAX = 30_000;
const PROBE_MS = 200;
const CONFIG = new URL("schemathesis.toml", import.meta.url).pathname;
const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const USER = "inspector";
const PASSWORD = "violet harbor 41 lantern";

interface Service {
  readonly url: string;
  stop(): Promise<void>;
}

async function main(): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "stator-schemathesis-" });
  let passed = 0;
  let failed = 0;
  try {
    await run("python3", ["-m", "venv", `${folder}/venv`]);
    await run(`${folder}/venv/bin/pip`, ["install", "--quiet", "--disable-pip-version-check", SCHEMATHESIS]);
    for (const mode of ["open", "closed"] as const) {
      const service = await startService(`${folder}/${mode}`, mode);
      try {
        const headers = mode === "open"
          ? []
          : ["--header", `Authorization: Bearer ${await newKey(service.url)}`];
        const { isFine, summary } = await tryContract(folder, service.url, headers);
        await print(`${isFine ? "ok" : "FAILED"} ${mode}\n${summary}\n`);
        if (isFine) passed += 1;
        else failed += 1;
      } finally {
        await service.stop();
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  await print(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

async function tryContract(folder: string, url: string, headers: readonly string[]) {
  const output = await new Deno.Command(`${folder}/venv/bin/schemathesis`, {
    args: [
      `--config-file=${CONFIG}`,
      "run",
      `${url}/openapi.json`,
      "--checks=all",
      `--max-examples=${Deno.args[0] ?? EXAMPLES_DEFAULT}`,
      "--request-timeout=3",
      "--suppress-health-check=all",
      "--no-color",
      ...headers,
    ],
    cwd: folder,
    signal: AbortSignal.timeout(RUN_MS_MAX),
  }).output();
  const text = new TextDecoder().decode(output.stdout);
  const [, failures = ""] = text.split(/^=+ FAILURES =+$/m);
  const [, summary = text] = text.split(/^=+ SUMMARY =+$/m);
  return { isFine: output.success, summary: output.success ? summary : `${failures}\n${summary}` };
}

/** An API of its own on SQLite, alone on this machine. */
async function startService(folder: string, mode: "open" | "closed"): Promise<Service> {
  await Deno.mkdir(folder);
  const port = freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, "api"],
    env: {
      ENVIRONMENT: "test",
      LOG_LEVEL: "error",
      API_HOST: "127.0.0.1",
      API_PORT: String(port),
      PYSTATOR_DATABASE_URL: `sqlite:///${folder}/stator.db`,
      ...(mode === "open" ? { PYSTATOR_AUTH_DISABLED: "true" } : {
        PYSTATOR_AUTH_INITIAL_USER: USER,
        PYSTATOR_AUTH_INITIAL_PASSWORD: PASSWORD,
        PYSTATOR_AUTH_JWT_SECRET: crypto.randomUUID() + crypto.randomUUID(),
      }),
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let hasEnded = false;
  const ended = child.status.then(() => void (hasEnded = true));
  const stop = async () => {
    if (!hasEnded) child.kill("SIGTERM");
    await ended;
  };
  const deadlineMs = Date.now() + START_MS_MAX;
  while (!await isUp(url)) {
    if (hasEnded || Date.now() > deadlineMs) {
      await stop();
      throw new Error("Cannot try the contract: the service does not start");
    }
    await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
  }
  return { url, stop };
}

async function isUp(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** A key lives longer than the token of a login. */
async function newKey(url: string): Promise<string> {
  const { access_token } = await post(`${url}/api/v1/auth/login`, { username: USER, password: PASSWORD }, {});
  const body = { name: "schemathesis", role: "Admin", scopes: ["api", "metrics"] };
  const { key } = await post(`${url}/api/v1/auth/keys`, body, { authorization: `Bearer ${access_token}` });
  return String(key);
}

async function post(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  assert(response.ok, `${url} answers ${response.status}`);
  return await response.json();
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args: [...args] }).output();
  if (!success) throw new Error(`Cannot run "${command}": ${new TextDecoder().decode(stderr).slice(-500)}`);
}

async function print(text: string): Promise<void> {
  await Deno.stdout.write(new TextEncoder().encode(text));
}

Deno.exit(await main());
