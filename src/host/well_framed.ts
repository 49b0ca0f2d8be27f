/** Pages get only requests that can be read in one way; the API refuses the others by itself. */
import { framingProblem } from "../api/guard/framing.ts";
import { securityHeaders } from "../api/guard/headers.ts";
import { problemResponse } from "../api/problem.ts";
import type { Config } from "../config_values.ts";

type Handler = (request: Request, info: Deno.ServeHandlerInfo) => Promise<Response>;

export function wellFramed(handler: Handler, { environment }: Pick<Config, "environment">): Handler {
  return (request, info) => {
    const detail = framingProblem(request);
    if (detail === null) return handler(request, info);
    const requestId = crypto.randomUUID();
    const headers = securityHeaders({ requestId, isPublic: true, environment });
    return Promise.resolve(problemResponse({ code: "bad_request", detail, requestId, headers }));
  };
}
