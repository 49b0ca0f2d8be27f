/** PgBouncer in transaction mode in front of a test server; gone with this process. */

/** URL without a database; null = PgBouncer is not installed. */
export async function startPooler(serverUrl: string): Promise<{ readonly url: string } | null> {
  const binary = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"].find(exists);
  if (binary === undefined) return null;
  const server = new URL(serverUrl);
  const folder = await Deno.makeTempDir({ prefix: "stator_pool_" });
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await Deno.writeTextFile(
    `${folder}/pool.ini`,
    `[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 5
server_idle_timeout = 1
`.replace("* = host", `* = user=${server.username} host`),
  );
  const owner = Deno.uid() === 0 ? nobody() : null;
  if (owner !== null) {
    await Deno.chown(folder, owner.uid, owner.gid);
    await Deno.chown(`${folder}/pool.ini`, owner.uid, owner.gid);
  }
  const child = new Deno.Command("sh", {
    args: [
      "-c",
      'folder=$1; shift; "$@" & pooler=$!; cat > /dev/null; kill -INT $pooler; wait $pooler; rm -rf "$folder"',
      "sh",
      folder,
      binary,
      "-q",
      `${folder}/pool.ini`,
    ],
    ...(owner ?? {}),
    cwd: "/",
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  child.unref();
  await untilOpen(port);
  return { url: `postgresql://${server.username}@127.0.0.1:${port}` };
}

/** PgBouncer refuses to run as root. */
function nobody(): { readonly uid: number; readonly gid: number } {
  const line = Deno.readTextFileSync("/etc/passwd").split("\n").map((text) => text.split(":"))
    .find(([name]) => name === "nobody");
  return { uid: Number(line?.[2] ?? 65534), gid: Number(line?.[3] ?? 65534) };
}

async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error("Cannot start PgBouncer: it does not listen within 5 s");
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
