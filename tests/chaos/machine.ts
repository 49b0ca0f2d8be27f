/** The machine of a chaos run, stored as the API would store it. */
import { requireDefinition } from "../../src/api/definitions.ts";
import type { LoadedMachine } from "../../src/orchestrator/loaded_machine.ts";
import type { Store } from "../../src/store/store.ts";

export async function publishMachine(store: Store, receiverUrl: string): Promise<LoadedMachine> {
  const text = await Deno.readTextFile(new URL("./machine.yaml", import.meta.url));
  const { loaded, document } = requireDefinition({
    type: "text",
    text: text.replace("RECEIVER", receiverUrl),
  });
  const nowMs = Date.now();
  await store.machines.insert({
    id: crypto.randomUUID(),
    name: loaded.name,
    version: loaded.version,
    description: null,
    isStrict: true,
    config: document,
    sourceText: null,
    hash: "0".repeat(64),
    revision: 1,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    createdBy: null,
    updatedBy: null,
  });
  return loaded;
}
