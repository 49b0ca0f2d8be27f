/** Processes on PostgreSQL: tables first, twice at once, never by a worker; and servers that may forget. */
import { startPostgres } from "../chaos/postgres_server.ts";
import { runProcess, startProcess } from "../testing/process.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

function args(...words: readonly string[]): readonly string[] {
  return ["run", "-A", "--quiet", MAIN, ...words];
}

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

function onPostgres(
  name: string,
  settings: readonly string[],
  test: (env: Record<string, string>, cwd: string) => Promise<void>,
): void {
  Deno.test(`process ${name}`, async () => {
    const server = await startPostgres({ settings });
    const cwd = await Deno.makeTempDir();
    try {
      await test({ PYSTATOR_DATABASE_URL: server.url }, cwd);
    } finally {
      await server.stop();
      await Deno.remove(cwd, { recursive: true });
    }
  });
}

onPostgres(
  "db upgrade runs twice at once; a worker that came first waits and then works",
  [],
  async (env, cwd) => {
    same((await runProcess({ args: args("db", "current"), cwd, env })).code, 1);
    same((await runProcess({ args: args("machines", "list"), cwd, env })).code, 6);
    const waiting = Promise.withResolvers<void>();
    const starting = startProcess({
      args: args("worker"),
      cwd,
      env,
      isReady: (line) => {
        if (line.level === "warning") waiting.resolve();
        return line.message === "Worker started";
      },
    });
    await waiting.promise;
    const upgrades = await Promise.all(
      [1, 2].map(() => runProcess({ args: args("db", "upgrade"), cwd, env })),
    );
    same(upgrades.map(({ code }) => code), [0, 0]);
    same((await runProcess({ args: args("db", "check"), cwd, env })).code, 0);
    const worker = await starting;
    const status = await runProcess({ args: args("worker", "status", "--json"), cwd, env });
    same(JSON.parse(status.stdout).workers.length, 1);
    same(await worker.stop(), 0);
  },
);

onPostgres("api ends with 78 in production when the server may forget", ["fsync=off"], async (env, cwd) => {
  same((await runProcess({ args: args("db", "upgrade"), cwd, env })).code, 0);
  const production = {
    ...env,
    ENVIRONMENT: "production",
    PORT: "0",
    PYSTATOR_AUTH_INITIAL_USER: "ann",
    PYSTATOR_AUTH_INITIAL_PASSWORD: "violet-Otter-9-lamp",
    PYSTATOR_AUTH_JWT_SECRET: "3f9a1c77e02b4d5886a9c1e0f7b2d4538c6e9a1b2c3d4e5f60718293a4b5c6d7",
  };
  const { code, stdout } = await runProcess({ args: args("api"), cwd, env: production });
  same([code, stdout.includes("fsync off")], [78, true]);
});
