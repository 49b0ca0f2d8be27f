/** Stores the machine files of a folder, by the way that every machine takes: the API. */
import { machineVariablesOf } from "../config.ts";
import { valueOf } from "../definition/source_node.ts";
import { substitute } from "../definition/substitute.ts";
import { parseText } from "../definition/yaml.ts";
import type { Core } from "./core.ts";
import { readMachineFolder } from "./machine_folder.ts";
import type { ProcessDeps } from "./process.ts";
import { createApiOn, OPEN } from "./run_api.ts";

/** Names of what is stored afterwards. A version that is there already stays; a broken file is told and left out. */
export async function publishFolder(
  folder: string | URL,
  deps: ProcessDeps & { readonly core: Core },
): Promise<readonly string[]> {
  const files = await readMachineFolder(folder);
  const api = await createApiOn(deps.core, deps, OPEN);
  const stored: string[] = [];
  try {
    for (const [name, text] of files) {
      const request = requestOf(name, text);
      const response = await api.fetch(request);
      const answer = await response.text();
      if (response.ok || response.status === 409) stored.push(name);
      else {
        const facts = { file: name, status: response.status, answer: answer.slice(0, 1_000) };
        deps.log.error("A machine file cannot be used", facts);
      }
    }
  } finally {
    api.close();
  }
  return stored;
}

/** Texts of the operator's own files are filled in; a file that cannot be read is sent as it is, to be told why. */
function requestOf(name: string, text: string): Request {
  const environment = machineVariablesOf();
  const parsed = parseText(text, {
    format: name.endsWith(".json") ? "json" : "yaml",
    substitute: (value) => substitute(value, { environment }),
  });
  return new Request("http://stator.internal/api/v1/machines", {
    method: "POST",
    headers: { "content-type": parsed.ok ? "application/json" : "application/yaml" },
    body: parsed.ok ? JSON.stringify({ config: valueOf(parsed.root) }) : text,
  });
}
