/** The worker's own small server: is it alive, may it be counted on, has it started, and its metrics. */
import { AppError, messageOf } from "../errors.ts";

export interface HealthDeps {
  readonly hostname: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly isStarted: () => boolean;
  /** Why the worker cannot be counted on; null = it can. Must answer within seconds. */
  readonly problem: () => Promise<string | null>;
  /** Null = metrics are off: the answer is empty. */
  readonly metrics: { readonly render: () => Promise<string>; readonly contentType: string } | null;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the port at once, so that a port that is taken is known before any work is. */
export function startHealthServer(deps: HealthDeps): HealthServer {
  try {
    const server = Deno.serve(
      { hostname: deps.hostname, port: deps.port, onListen: () => {} },
      (request) => answer(new URL(request.url).pathname, deps),
    );
    return { port: server.addr.port, close: () => server.shutdown() };
  } catch (error) {
    throw new AppError(
      "bad_configuration",
      `Cannot open health port ${deps.port} on "${deps.hostname}": ${messageOf(error)}`,
      { cause: error },
    );
  }
}

async function answer(path: string, deps: HealthDeps): Promise<Response> {
  switch (path) {
    case "/healthz/live":
      return text(200, "ok");
    case "/healthz/startup":
      return deps.isStarted() ? text(200, "ok") : text(503, "starting");
    case "/healthz/ready": {
      const problem = deps.isStarted() ? await deps.problem() : "starting";
      return problem === null ? text(200, "ok") : text(503, `not ready: ${problem}`);
    }
    case "/metrics":
      return deps.metrics === null ? text(200, "") : new Response(await deps.metrics.render(), {
        headers: { "content-type": deps.metrics.contentType },
      });
    default:
      return text(404, "Not found");
  }
}

function text(status: number, body: string): Response {
  return new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
