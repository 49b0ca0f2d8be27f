/** Stores the machine files of a folder, by the way that every machine takes: the API. */
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
      const request = new Request("http://stator.internal/api/v1/machines", {
        method: "POST",
        headers: { "content-type": "application/yaml" },
        body: text,
      });
      const response = await api.fetch(request);
      const answer = await response.text();
      if (response.ok || response.status === 409) stored.push(name);
      else {deps.log.error("A machine file cannot be used", {
          file: name,
          status: response.status,
          answer: answer.slice(0, 1_000),
        });}
    }
  } finally {
    api.close();
  }
  return stored;
}
