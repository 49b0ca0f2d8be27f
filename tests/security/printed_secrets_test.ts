/** What a guide prints is known to everybody: no password and no secret of any page or manifest starts production. */
import { assert } from "../../src/assert.ts";
import { readConfig } from "../../src/config.ts";
import { checkStart } from "../../src/start_check.ts";
import { PASSWORD, SECRET } from "./server.ts";

const ROOT = new URL("../../", import.meta.url);
const PLACES = ["README.md", "docs", "deploy"];
const PRINTED =
  /(?:PYSTATOR_AUTH_INITIAL_PASSWORD|PYSTATOR_AUTH_JWT_SECRET|"password")\s*["']?\s*[:=]\s*["']?([^"'\s`,}|]+)/g;

async function* textsBelow(path: string): AsyncGenerator<string> {
  const url = new URL(path, ROOT);
  if ((await Deno.stat(url)).isFile) {
    if (/\.(md|ya?ml|json|env|sh|tpl)$/.test(path) && !path.endsWith("openapi.json")) {
      yield await Deno.readTextFile(url);
    }
    return;
  }
  for await (const entry of Deno.readDir(url)) yield* textsBelow(`${path}/${entry.name}`);
}

Deno.test("no password and no secret that is printed anywhere starts production", async () => {
  const printed = new Set<string>();
  for (const place of PLACES) {
    for await (const text of textsBelow(place)) {
      for (const [, value = ""] of text.matchAll(PRINTED)) {
        const isPlaceholder = /^[<{$…*]|^\.\.\.|^string$/.test(value);
        if (value.length >= 3 && !isPlaceholder) printed.add(value);
      }
    }
  }
  assert(printed.size >= 2, `found only ${[...printed]}`);
  for (const value of printed) {
    for (const setting of ["PYSTATOR_AUTH_INITIAL_PASSWORD", "PYSTATOR_AUTH_JWT_SECRET"]) {
      const env = {
        ENVIRONMENT: "production",
        PYSTATOR_AUTH_INITIAL_USER: "ann",
        PYSTATOR_AUTH_INITIAL_PASSWORD: PASSWORD,
        PYSTATOR_AUTH_JWT_SECRET: SECRET,
        [setting]: value,
      };
      const start = checkStart(readConfig(env, {
        readTextFile: (path) => {
          throw new Deno.errors.NotFound(path);
        },
      }));
      assert(start.type === "refused", `"${value}" is printed and taken as ${setting}`);
    }
  }
});
