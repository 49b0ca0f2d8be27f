/** The files of Swagger UI, from a closed list, read once from the package in this process's cache. */
import { createRequire } from "node:module";

export interface ServedFile {
  readonly text: string;
  readonly contentType: string;
}

export const SWAGGER_FILES = ["init.js", "swagger-ui.css", "swagger-ui-bundle.js"] as const;

const FILES: Readonly<Record<string, string>> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
};

const INIT: ServedFile = {
  contentType: "text/javascript; charset=utf-8",
  text: `window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
});
`,
};

const known = new Map<string, Promise<ServedFile>>();

/** null = not on the list. */
export function swaggerFile(name: string): Promise<ServedFile | null> {
  if (name === "init.js") return Promise.resolve(INIT);
  const contentType = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (contentType === undefined) return Promise.resolve(null);
  const read = known.get(name) ?? readFile(name, contentType);
  known.set(name, read);
  return read;
}

async function readFile(name: string, contentType: string): Promise<ServedFile> {
  const path = createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`);
  return { text: await Deno.readTextFile(path), contentType };
}
