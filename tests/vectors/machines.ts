/** Machine documents of a vector set, by file name. */
import { load } from "js-yaml";
import type { JsonObject } from "../../src/json.ts";
import { asObject, type VectorCase } from "./case.ts";

export interface MachineFolder {
  /** The document a case is about; throws when there is none. */
  documentOf(vector: VectorCase): JsonObject;
}

/** Looks a machine up in each folder in turn. */
export function createMachineFolder(dirs: readonly string[]): MachineFolder {
  const documents = new Map<string, JsonObject>();
  return { documentOf };

  function documentOf(vector: VectorCase): JsonObject {
    if (vector.config !== null) return vector.config;
    if (vector.machine === null) throw new Error(`Cannot run case "${vector.id}": no machine`);
    const known = documents.get(vector.machine);
    if (known !== undefined) return known;
    const document = asObject(load(textOf(vector.machine)), vector.machine);
    documents.set(vector.machine, document);
    return document;
  }

  function textOf(name: string): string {
    for (const dir of dirs) {
      try {
        return Deno.readTextFileSync(`${dir}/${name}.yaml`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    throw new Error(`Cannot find machine "${name}" in ${dirs.join(", ")}`);
  }
}
