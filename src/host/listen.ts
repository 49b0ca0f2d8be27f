/** One listening server: says where it can be reached, ends without cutting answers off. */
import { AppError, messageOf } from "../errors.ts";
import { type Clock } from "../clock.ts";

export interface ListenOptions {
  readonly hostname: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly handler: (request: Request, info: Deno.ServeHandlerInfo) => Promise<Response>;
}

export interface Listener {
  /** Without a slash at the end. */
  readonly url: string;
  /** No new requests; open ones have `graceMs` to end, then they are no longer waited for. */
  close(graceMs: number): Promise<void>;
}

/** Throws `AppError("bad_configuration")` when the address is taken or not of this machine. */
export function listen(options: ListenOptions): Listener {
  const { hostname, port, clock, handler } = options;
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    // The line that the runtime prints at start would be the only one that is not JSON.
    server = Deno.serve({ hostname, port, onListen: () => {} }, handler);
  } catch (error) {
    throw new AppError("bad_configuration", `Cannot listen on ${hostname} port ${port}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  return {
    url: `http://${shownHost(hostname)}:${server.addr.port}`,
    async close(graceMs) {
      const ended = new AbortController();
      // Aborting the server after that is an error of the runtime: what is left ends with the process.
      await Promise.race([server.shutdown(), clock.sleep(graceMs, ended.signal)]);
      ended.abort();
    },
  };
}

function shownHost(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "localhost";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "another process uses it; choose another with --port";
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "this machine has no such address; choose another with --host";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "this user may not use it; ports from 1024 on are free to all";
  }
  return messageOf(error);
}
