/** The contract and a page to try it, from this process alone. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { defineRoute, jsonAnswer, problemAnswer } from "../contract.ts";
import { SWAGGER_FILES, swaggerFile } from "../swagger_files.ts";
import type { ApiApp, RouteDeps } from "../env.ts";

const openapiRoute = defineRoute({
  method: "get",
  path: "/openapi.json",
  tags: ["docs"],
  summary: "This contract",
  responses: { 200: jsonAnswer(z.record(z.string(), z.unknown()), "OpenAPI 3.1") },
});

const pageRoute = defineRoute({
  method: "get",
  path: "/docs",
  tags: ["docs"],
  summary: "The contract as a page",
  responses: { 200: { description: "HTML", content: { "text/html": { schema: z.string() } } } },
});

const redocRoute = defineRoute({
  method: "get",
  path: "/redoc",
  tags: ["docs"],
  summary: "The same page where PyStator's readers look for it",
  responses: { 200: { description: "HTML", content: { "text/html": { schema: z.string() } } } },
});

const fileRoute = defineRoute({
  method: "get",
  path: "/docs/{file}",
  tags: ["docs"],
  summary: "Script and style of that page",
  request: { params: z.object({ file: z.string().max(64).openapi({ enum: [...SWAGGER_FILES] }) }) },
  responses: {
    200: {
      description: "The file",
      content: { "text/css": { schema: z.string() }, "text/javascript": { schema: z.string() } },
    },
    404: problemAnswer("No such file"),
  },
});

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Stator API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/init.js"></script>
</body>
</html>
`;

export function addDocsRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(openapiRoute, (c) => c.json(deps.contract(), 200));

  app.openapi(pageRoute, (c) => c.html(PAGE, 200));

  app.openapi(redocRoute, (c) => c.html(PAGE, 200));

  app.openapi(fileRoute, async (c) => {
    const found = await swaggerFile(c.req.valid("param").file);
    if (found === null) throw new AppError("not_found", "Not Found");
    c.header("cache-control", "public, max-age=3600");
    return c.text(found.text, 200, { "content-type": found.contentType });
  });
}
