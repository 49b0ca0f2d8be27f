/** What a machine may use without any code: built-in guards, actions, effects; and machines to start from. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import { BUILTINS } from "../builtin_list.ts";
import { defineRoute, jsonAnswer, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { zipOf } from "../zip.ts";

const Parameter = z.object({ name: z.string(), type: z.string(), default: z.string().nullable() });
const Builtin = z.object({ name: z.string(), description: z.string(), params: z.array(Parameter) });
const Form = z.object({ name: z.string(), tier: z.string(), description: z.string(), syntax: z.string() });

const Builtins = z.object({
  guards: z.array(Builtin),
  actions: z.array(Builtin),
  effects: z.array(z.object({
    name: z.string(),
    description: z.string(),
    syntax: z.string(),
    params: z.array(Parameter),
  })),
  check_operators: z.array(z.object({ name: z.string() })),
  http_action: z.object({
    name: z.string(),
    description: z.string(),
    syntax: z.string(),
    params: z.array(z.string()),
  }),
  condition_forms: z.array(Form),
  advanced_actions: z.array(Form),
  action_statuses: z.array(z.object({ name: z.string(), description: z.string() })),
  recommended_model: z.array(z.string()),
}).openapi("BuiltinCatalog");

const PlaygroundRoutes = z.object({
  routes: z.array(z.object({ path: z.string(), method: z.string(), summary: z.string(), tag: z.string() })),
}).openapi("PlaygroundRoutes");

const Templates = z.object({ templates: z.array(z.string()) }).openapi("TemplateList");

const builtinsRoute = defineRoute({
  method: "get",
  path: "/api/v1/catalog/builtins",
  tags: ["catalog"],
  summary: "Guards, actions and effects that are always there",
  responses: { 200: jsonAnswer(Builtins, "The catalogue") },
});

const Modules = z.object({
  actions: z.array(z.string()),
  guards: z.array(z.string()),
}).openapi("ModuleCatalog");

const modulesRoute = defineRoute({
  method: "get",
  path: "/api/v1/catalog/modules",
  tags: ["catalog"],
  summary: "Names of the operator's own actions and guards, as this process loaded them",
  responses: { 200: jsonAnswer(Modules, "By name") },
});

const playgroundRoute = defineRoute({
  method: "get",
  path: "/api/v1/docs/playground-routes",
  tags: ["docs"],
  summary: "Every operation in short",
  responses: { 200: jsonAnswer(PlaygroundRoutes, "Operations") },
});

const templatesRoute = defineRoute({
  method: "get",
  path: "/api/v1/templates/fsm",
  tags: ["catalog"],
  summary: "Machines to start from",
  responses: { 200: jsonAnswer(Templates, "File names") },
});

const zipRoute = defineRoute({
  method: "get",
  path: "/api/v1/templates/fsm/zip",
  tags: ["catalog"],
  summary: "All of them in one archive",
  responses: {
    200: {
      description: "ZIP",
      content: { "application/zip": { schema: z.string().openapi({ format: "binary" }) } },
    },
  },
});

const templateRoute = defineRoute({
  method: "get",
  path: "/api/v1/templates/fsm/{filename}",
  tags: ["catalog"],
  summary: "One of them, as YAML",
  request: { params: z.object({ filename: z.string().max(128) }) },
  responses: {
    200: { description: "YAML", content: { "application/x-yaml": { schema: z.string() } } },
    404: problemAnswer("No such file"),
  },
});

export function addCatalogRoutes(app: ApiApp, deps: RouteDeps): void {
  app.openapi(builtinsRoute, (c) => c.json(BUILTINS, 200));

  app.openapi(modulesRoute, (c) => {
    const { actions = [], guards = [] } = deps.registry ?? {};
    return c.json({ actions: actions.toSorted(), guards: guards.toSorted() }, 200);
  });

  let routes: z.infer<typeof PlaygroundRoutes>["routes"] | null = null;
  app.openapi(playgroundRoute, (c) => c.json({ routes: routes ??= playgroundRoutes(deps.contract()) }, 200));

  app.openapi(templatesRoute, (c) => c.json({ templates: [...deps.templates.keys()].toSorted() }, 200));

  app.openapi(zipRoute, () => {
    const headers = {
      "content-type": "application/zip",
      "content-disposition": 'attachment; filename="fsm-templates.zip"',
    };
    return new Response(zipOf(deps.templates), { headers });
  });

  app.openapi(templateRoute, (c) => {
    const text = deps.templates.get(c.req.valid("param").filename);
    if (text === undefined) throw new AppError("not_found", "Cannot find the template: no such file");
    return new Response(text, { headers: { "content-type": "application/x-yaml; charset=utf-8" } });
  });
}

const Operation = z.object({ summary: z.string().catch(""), tags: z.array(z.string()).catch([]) });
const Paths = z.record(z.string(), z.record(z.string(), Operation));

function playgroundRoutes(contract: Record<string, unknown>): z.infer<typeof PlaygroundRoutes>["routes"] {
  const paths = Paths.parse(contract["paths"]);
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { summary, tags }]) => ({
      path,
      method: method.toUpperCase(),
      summary,
      tag: tags[0] ?? "",
    }))
  );
}
