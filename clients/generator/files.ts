/** The files that are made from the contract, as path under `clients` and text. */
import { stripTypeScriptTypes } from "node:module";
import { readContract } from "./contract.ts";
import { pythonOperations } from "./python.ts";
import { typescriptClient, typescriptSchemas } from "./typescript.ts";

const CLIENTS = new URL("../", import.meta.url);

/** The same contract always gives the same files. */
export async function generatedFiles(contractText: string): Promise<ReadonlyMap<string, string>> {
  const contract = readContract(contractText);
  const transport = await Deno.readTextFile(new URL("typescript/transport.ts", CLIENTS));
  const client = typescriptClient(contract);
  const schemas = typescriptSchemas(contract);
  const declarations = await declarationsOf({
    "client.ts": client,
    "schemas.ts": schemas,
    "transport.ts": transport,
  });
  return new Map([
    ["typescript/schemas.ts", await formatted(schemas, "ts")],
    ["typescript/client.ts", await formatted(client, "ts")],
    ["typescript/js/transport.js", await formatted(javascriptOf(transport), "js")],
    ["typescript/js/client.js", await formatted(javascriptOf(client), "js")],
    ...declarations,
    ["python/stator_client/operations.py", pythonOperations(contract)],
  ]);
}

/** What compilers read beside the JavaScript. */
async function declarationsOf(
  sources: Readonly<Record<string, string>>,
): Promise<readonly (readonly [path: string, text: string])[]> {
  const folder = await Deno.makeTempDir({ prefix: "stator-clients-" });
  try {
    for (const [name, text] of Object.entries(sources)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["transpile", "--quiet", "--declaration", "--outdir=js", ...Object.keys(sources)],
      cwd: folder,
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`Cannot declare: ${new TextDecoder().decode(stderr)}`);
    return await Promise.all(
      Object.keys(sources).map(async (name) => {
        const file = name.replace(/\.ts$/, ".d.ts");
        const text = (await Deno.readTextFile(`${folder}/js/${file}`))
          .replaceAll(/^\/\/\/ <amd-module .*\n/gm, "")
          .replaceAll(/(from "\.\/\w+)\.ts"/g, '$1.js"');
        return [`typescript/js/${file}`, await formatted(text, "ts")] as const;
      }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The same program without types, for runtimes that know none. */
function javascriptOf(text: string): string {
  const stripped = stripTypeScriptTypes(text).replaceAll(/(from "\.\/\w+)\.ts"/g, '$1.js"');
  return stripped.split("\n").map((line) => line.trimEnd()).join("\n").replaceAll(/\n{3,}/g, "\n\n");
}

async function formatted(text: string, extension: "ts" | "js"): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", `--ext=${extension}`, "-"],
    cwd: new URL("../", CLIENTS),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout, stderr } = await process.output();
  if (!success) throw new Error(`Cannot format: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
