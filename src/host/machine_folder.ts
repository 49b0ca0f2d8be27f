/** Machine files of a folder, by name; scenarios that lie beside them are left out. */
import { AppError, messageOf } from "../errors.ts";

const FILES_MAX = 1_000;
const MACHINE_FILE = /^[^.].*(?<!\.scenarios)\.(ya?ml|json)$/;

/** Throws `AppError("bad_configuration")` when the folder cannot be read. */
export async function readMachineFolder(folder: string | URL): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  try {
    const names: string[] = [];
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile && MACHINE_FILE.test(entry.name)) names.push(entry.name);
    }
    for (const name of names.toSorted().slice(0, FILES_MAX)) {
      texts.set(
        name,
        await Deno.readTextFile(folder instanceof URL ? new URL(name, folder) : `${folder}/${name}`),
      );
    }
  } catch (error) {
    throw new AppError("bad_configuration", `Cannot read the machines in "${folder}": ${messageOf(error)}`, {
      cause: error,
    });
  }
  return texts;
}
