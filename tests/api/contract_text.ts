/** The contract as the text that is kept in docs/openapi.json. */
import { CLOSED_SETTINGS, withApi } from "./harness.ts";
import project from "../../deno.json" with { type: "json" };

export async function contractText(): Promise<string> {
  let text = "";
  await withApi({ ...CLOSED_SETTINGS, version: project.version }, ({ api }) => {
    text = `${JSON.stringify(api.openapi(), null, 2)}\n`;
    return Promise.resolve();
  });
  return text;
}
