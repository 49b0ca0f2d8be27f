/** A PostgreSQL server of its own for one test: started on a free port, killed, restarted, and removed. */

import { serverPrograms, unprivilegedOwner } from "../database.ts";

export interface PostgresServer {
  readonly url: string;
  readonly version: string;
  /** Stops without any goodbye, as a crash does, and starts again at once. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Settings as `name=value`. */
  readonly settings?: readonly string[];
}

const READY_MS_MAX = 30_000;

/** Uses the system's server programs, else npm's. As root the server runs as another user: it refuses root. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = await serverPrograms();
  const home = await Deno.makeTempDir({ prefix: "stator_postgres_" });
  const owner = unprivilegedOwner();
  if (owner !== null) await mustRun(["chown", owner.name, home]);
  const asServer = (args: readonly string[]) =>
    owner === null ? [...args] : ["runuser", "-u", owner.name, "--", ...args];
  const data = `${home}/data`;
  const port = freePort();

  await mustRun(asServer([
    `${folder}/initdb`,
    ...["-D", data, "-U", "stator", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"],
  ]));
  const settings = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${home}`,
    "max_connections=60",
    "shared_buffers=128MB",
    ...(options.settings ?? []),
  ].map((setting) => `-c ${setting}`).join(" ");
  const control = (args: readonly string[]) => mustRun(asServer([`${folder}/pg_ctl`, "-D", data, ...args]));
  const start = () =>
    control(["-l", `${home}/log`, "-o", settings, "-w", "-t", String(READY_MS_MAX / 1_000), "start"]);
  await start();
  const version = await mustRun([`${folder}/postgres`, "--version"]);

  return {
    url: `postgresql://stator@127.0.0.1:${port}/postgres`,
    version: version.trim(),
    async crash() {
      await control(["-m", "immediate", "-w", "stop"]);
      await start();
    },
    async stop() {
      await control(["-m", "immediate", "-w", "stop"]);
      await Deno.remove(home, { recursive: true });
    },
  };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function mustRun(command: readonly string[]): Promise<string> {
  const [program = "", ...args] = command;
  // A server started here keeps the pipes open: its output must not be waited for.
  const isDaemon = args.includes("start");
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: "/",
    stdin: "null",
    stdout: isDaemon ? "null" : "piped",
    stderr: isDaemon ? "null" : "piped",
  }).output().then((output) =>
    isDaemon ? { code: output.code, stdout: new Uint8Array(), stderr: new Uint8Array() } : output
  );
  if (code !== 0) {
    throw new Error(`Cannot run "${program}": exit ${code}: ${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder().decode(stdout);
}
