/** The program as processes: how it starts, what it says, how it ends. */
import { runProcess, startProcess } from "../testing/process.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

function args(...words: readonly string[]): readonly string[] {
  return ["run", "-A", "--quiet", MAIN, ...words];
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

function check(name: string, test: (folder: string) => Promise<void>): void {
  Deno.test(`process ${name}`, async () => await inFolder(test));
}

check("dev serves API and pages, says only JSON, and ends with 0", async (cwd) => {
  const server = await startProcess({
    args: args("dev"),
    cwd,
    env: { PORT: "0" },
    isReady: (line) => line.message === "Stator is ready",
  });
  const url = String(server.ready.url);
  const [health, page, live] = await Promise.all(
    ["/health", "/", "/health/live"].map(async (path) => {
      const response = await fetch(url + path);
      return { status: response.status, text: await response.text() };
    }),
  );
  const code = await server.stop();
  same([health?.status, page?.status, live?.status, page?.text.includes("<html")], [200, 200, 200, true]);
  same([code, server.lines.filter((line) => !line.startsWith('{"time":'))], [0, []]);
  same((await Deno.stat(`${cwd}/pystator.db`)).isFile, true);
});

check("dev starts again on its own file", async (cwd) => {
  for (const round of [1, 2]) {
    const server = await startProcess({
      args: args("dev"),
      cwd,
      env: { PORT: "0" },
      isReady: (line) => line.message === "Stator is ready",
    });
    same([round, server.ready.machines, server.ready.entity ?? null], [
      round,
      7,
      round === 1 ? "order-1" : null,
    ]);
    same(await server.stop(), 0);
  }
});

check("api and worker share a file, and a queued event is decided", async (cwd) => {
  const env = { PYSTATOR_DATABASE_URL: "sqlite:///shared.db", PORT: "0" };
  const api = await startProcess({
    args: args("api"),
    cwd,
    env,
    isReady: (line) => line.message === "API is ready",
  });
  const worker = await startProcess({
    args: args("worker"),
    cwd,
    env: {
      ...env,
      PYSTATOR_WORKER_POLL_INTERVAL_MS: "50",
      PYSTATOR_WORKER_HEALTH_SERVER_ENABLED: "true",
      PYSTATOR_WORKER_HEALTH_SERVER_HOST: "127.0.0.1",
      PYSTATOR_WORKER_HEALTH_SERVER_PORT: "0",
    },
    isReady: (line) => line.message === "Worker started",
  });
  try {
    const cli = { ...env, PYSTATOR_API_URL: String(api.ready.url) };
    const machine = new URL("../../machines/ticket.yaml", import.meta.url).pathname;
    same((await runProcess({ args: args("publish", machine), cwd, env: cli })).code, 0);
    const sent = await runProcess({
      args: args("send", "t-1", "accept", "--machine", "ticket", "--async", "--json"),
      cwd,
      env: cli,
    });
    const { event_id: eventId } = JSON.parse(sent.stdout);
    same(await settled(String(api.ready.url), String(eventId)), "completed");
  } finally {
    same([await worker.stop(), await api.stop()], [0, 0]);
  }
});

/** State of an event once it is no longer waiting. */
async function settled(url: string, eventId: string): Promise<unknown> {
  const deadline = Date.now() + 15_000;
  while (true) {
    const event = await (await fetch(`${url}/api/v1/events/${eventId}`)).json();
    if (!["pending", "queued", "claimed"].includes(event.state) || Date.now() > deadline) {
      return event.state === "succeeded" ? "completed" : event.state;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

check("api ends with 78 when its port is taken", async (cwd) => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { code, stdout } = await runProcess({
    args: args("api", "--port", String(taken.addr.port)),
    cwd,
    env: {},
  });
  same([code, stdout.includes("--port")], [78, true]);
});

check("worker ends with 78 when its health port is taken", async (cwd) => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const env = {
    PYSTATOR_WORKER_HEALTH_SERVER_ENABLED: "true",
    PYSTATOR_WORKER_HEALTH_SERVER_HOST: "127.0.0.1",
    PYSTATOR_WORKER_HEALTH_SERVER_PORT: String(taken.addr.port),
  };
  same((await runProcess({ args: args("worker"), cwd, env })).code, 78);
});

check("api ends with 78 in production without authentication, and shows no value", async (cwd) => {
  const env = {
    ENVIRONMENT: "production",
    PYSTATOR_DATABASE_URL: "sqlite:///x.db",
    PYSTATOR_AUTH_INITIAL_PASSWORD: "kestrel-canary",
  };
  const { code, stdout, stderr } = await runProcess({ args: args("api"), cwd, env });
  same([code, stdout.includes("PYSTATOR_AUTH_INITIAL_USER"), `${stdout}${stderr}`.includes("kestrel")], [
    78,
    true,
    false,
  ]);
});

check("api ends with 78 in production without a database", async (cwd) => {
  const env = {
    ENVIRONMENT: "production",
    PYSTATOR_AUTH_INITIAL_USER: "ann",
    PYSTATOR_AUTH_INITIAL_PASSWORD: "violet-Otter-9-lamp",
    PYSTATOR_AUTH_JWT_SECRET: "3f9a1c77e02b4d5886a9c1e0f7b2d4538c6e9a1b2c3d4e5f60718293a4b5c6d7",
  };
  const { code, stdout } = await runProcess({ args: args("api"), cwd, env });
  same([code, stdout.includes("PYSTATOR_DATABASE_URL")], [78, true]);
});

check("verbs end with 6 when the database cannot be reached", async (cwd) => {
  const env = { PYSTATOR_DATABASE_URL: "postgresql://ann:kestrel-canary@127.0.0.1:1/none" };
  for (const words of [["db", "upgrade"], ["get", "o-1"]]) {
    const { code, stdout, stderr } = await runProcess({ args: args(...words), cwd, env });
    same([words, code, `${stdout}${stderr}`.includes("kestrel")], [words, 6, false]);
  }
});

check("verbs end with 6 when the API cannot be reached", async (cwd) => {
  same(
    (await runProcess({ args: args("get", "o-1"), cwd, env: { PYSTATOR_API_URL: "http://127.0.0.1:1" } }))
      .code,
    6,
  );
});

check("ui serves pages, passes the API on, and says when it is away", async (cwd) => {
  const env = { UI_PORT: "0", PYSTATOR_API_URL: "http://127.0.0.1:1" };
  const ui = await startProcess({
    args: args("ui", "serve"),
    cwd,
    env,
    isReady: (line) => line.message === "Pages are ready",
  });
  const health = await fetch(`${ui.ready.url}/health`);
  const body = await health.json();
  const code = await ui.stop();
  same([health.status, body.status, code], [503, "api_unavailable", 0]);
});

/** As the guide's compose file has it. */
const SAMPLE = {
  PYSTATOR_AUTH_INITIAL_USER: "admin",
  PYSTATOR_AUTH_INITIAL_PASSWORD: "admin123",
  PYSTATOR_AUTH_JWT_SECRET: "your-secret-key",
};

check(
  "api with the guide's settings asks for a login and warns; in production it refuses them",
  async (cwd) => {
    const database = { PYSTATOR_DATABASE_URL: "sqlite:///guide.db" };
    const api = await startProcess({
      args: args("api", "--host", "127.0.0.1", "--port", "0", "--no-reload"),
      cwd,
      env: { ...SAMPLE, ...database },
      isReady: (line) => line.message === "API is ready",
    });
    const url = `${api.ready.url}/api/v1`;
    const stranger = await fetch(`${url}/machines`);
    await stranger.body?.cancel();
    const login = await fetch(`${url}/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: "admin", password: "admin123" }),
    });
    const { access_token: token } = await login.json();
    const known = await fetch(`${url}/machines`, { headers: { authorization: `Bearer ${token}` } });
    await known.body?.cancel();
    same([stranger.status, login.status, known.status, await api.stop()], [401, 200, 200, 0]);
    const warnings = api.lines.filter((line) => line.includes('"level":"warning"')).join("\n");
    same([warnings.includes("sample"), warnings.includes("PYSTATOR_AUTH_JWT_SECRET")], [true, true]);
    same([warnings.includes("admin123"), api.lines.join("\n").includes(String(token))], [false, false]);

    const production = { ...SAMPLE, ...database, ENVIRONMENT: "production" };
    const refused = await runProcess({ args: args("api"), cwd, env: production });
    same([refused.code, refused.stdout.includes("12 characters"), refused.stdout.includes("32 bytes")], [
      78,
      true,
      true,
    ]);
  },
);

check("a misspelt setting is a warning with the name that was meant", async (cwd) => {
  const server = await startProcess({
    args: args("ui", "serve"),
    cwd,
    env: { UI_PORT: "0", PYSTATOR_UI_THEMES: "dark" },
    isReady: (line) => line.message === "Pages are ready",
  });
  same(await server.stop(), 0);
  same(server.lines.some((line) => line.includes("did you mean PYSTATOR_UI_THEME?")), true);
});
