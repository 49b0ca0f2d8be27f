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
  return new Map([
    ["typescript/schemas.ts", await formatted(typescriptSchemas(contract), "ts")],
    ["typescript/client.ts", await formatted(client, "ts")],
    ["typescript/js/transport.js", await formatted(javascriptOf(transport), "js")],
    ["typescript/js/client.js", await formatted(javascriptOf(client), "js")],
    ["python/stator_client/operations.py", pythonOperations(contract)],
  ]);
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
