/** Reads `pystator.cfg`: sections of `NAME = value` lines, where names are those of the environment. */
import { SETTING_NAMES } from "./settings.ts";

const LINES_MAX = 2_000;

/** Values by setting name, and the lines that could not be understood. `%` has no special meaning. */
export interface ConfigFile {
  readonly values: ReadonlyMap<string, string>;
  readonly unknownNames: readonly string[];
  readonly problems: readonly string[];
}

/** In section `worker` a name may leave out `PYSTATOR_WORKER_`; a value may go on in indented lines. */
export function parseConfigFile(text: string): ConfigFile {
  const values = new Map<string, string>();
  const unknownNames: string[] = [];
  const problems: string[] = [];
  let section = "";
  let lastName: string | null = null;

  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  if (lines.length > LINES_MAX) problems.push(`has more than ${LINES_MAX} lines`);
  for (const [index, line] of lines.slice(0, LINES_MAX).entries()) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#") || trimmed.startsWith(";")) continue;
    if (/^\s/.test(line) && lastName !== null) {
      values.set(lastName, `${values.get(lastName) ?? ""}\n${trimmed}`.trim());
      continue;
    }
    const header = /^\[([^\]]+)\]$/.exec(trimmed)?.[1];
    if (header !== undefined) {
      section = header.trim().toLowerCase();
      lastName = null;
      continue;
    }
    const [, key, value] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(trimmed) ?? [];
    if (key === undefined || value === undefined) {
      problems.push(`line ${index + 1} is neither a section nor NAME = value`);
      lastName = null;
      continue;
    }
    lastName = nameOf(key, section);
    if (isKnown(lastName)) values.set(lastName, value.trim());
    else {
      unknownNames.push(key);
      lastName = null;
    }
  }
  return { values, unknownNames, problems };
}

function nameOf(key: string, section: string): string {
  const name = key.toUpperCase();
  if (isKnown(name)) return name;
  const inWorker = `PYSTATOR_WORKER_${name}`;
  return section === "worker" && isKnown(inWorker) ? inWorker : name;
}

function isKnown(name: string): boolean {
  return SETTING_NAMES.has(name) ||
    (name.endsWith("_FILE") && SETTING_NAMES.has(name.slice(0, -"_FILE".length)));
}
