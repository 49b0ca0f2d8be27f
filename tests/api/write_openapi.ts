/** Writes the contract to docs/openapi.json: `deno task openapi`. */
import { contractText } from "./contract_text.ts";

await Deno.writeTextFile(new URL("../../docs/openapi.json", import.meta.url), await contractText());
