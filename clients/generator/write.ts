/** Writes the clients from docs/openapi.json: `deno task clients`. */
import { generatedFiles } from "./files.ts";

const CLIENTS = new URL("../", import.meta.url);

const contract = await Deno.readTextFile(new URL("../docs/openapi.json", CLIENTS));
for (const [path, text] of await generatedFiles(contract)) {
  const file = new URL(path, CLIENTS);
  await Deno.mkdir(new URL("./", file), { recursive: true });
  await Deno.writeTextFile(file, text);
}
