/** A pooler as small as can be: passes connections on to the database, and is killed with all of them. */

const [port = "0", target = "0"] = Deno.args;
const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(port) });
for await (const near of listener) void pass(near);

async function pass(near: Deno.Conn): Promise<void> {
  try {
    const far = await Deno.connect({ hostname: "127.0.0.1", port: Number(target) });
    await Promise.all([near.readable.pipeTo(far.writable), far.readable.pipeTo(near.writable)]);
  } catch {
    // One of the two ends went away, and the other with it.
    close(near);
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
