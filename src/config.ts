/** What this process was told: the environment, its `*_FILE` variants and `pystator.cfg`, read once and checked. */
import { AppError } from "./errors.ts";
import { type ConfigFile, parseConfigFile } from "./config_file.ts";
import { type Config, configOf, type ConfigRow, type Findings } from "./config_values.ts";
import { SECRET_SETTINGS, SETTING_NAMES, settingsSchema } from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigSources {
  /** Command-line flags by setting name; they win over everything. */
  readonly flags?: Environment;
  /** Throws when the file cannot be read. */
  readonly readTextFile?: (path: string) => string;
}

const CONFIG_FILE = "pystator.cfg";
/** Flags and the environment come first among the places that are looked at. */
const FILES_FROM = 2;

/** The configuration of this process. Reads the environment and the two places of `pystator.cfg`. */
export function readProcessConfig(flags: Environment = {}): Config {
  return readConfig(Deno.env.toObject(), { flags, readTextFile: Deno.readTextFileSync });
}

const MACHINE_VARIABLE = /^MACHINE_[A-Z0-9_]+$/;

/** The part of the environment that files of the operator may fill in; secrets of the process are never among it. */
export function machineVariablesOf(env: Environment = Deno.env.toObject()): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      MACHINE_VARIABLE.test(name) && value !== undefined ? [[name, value]] : []
    ),
  );
}

/**
 * Reads and checks everything, first hit wins: flag, environment, `NAME_FILE`, `pystator.cfg` of the current folder, of
 * `~/.pystator/`, default. A blank value is an absent one. Throws `AppError("bad_configuration")` that lists every
 * setting with what it must be, never with what it was.
 */
export function readConfig(env: Environment, sources: ConfigSources = {}): Config {
  const read = sources.readTextFile ?? Deno.readTextFileSync;
  const problems: string[] = [];
  const warnings: string[] = unknownNamesOf(Object.keys(env));
  const files = configFiles(env, read, { problems, warnings });
  const places: Environment[] = [
    sources.flags ?? {},
    env,
    ...files.map((file) => Object.fromEntries(file.values)),
  ];

  const raw: Record<string, string> = {};
  const origins: Record<string, ConfigRow["source"]> = {};
  for (const name of SETTING_NAMES) {
    const found = valueOf(name, places, read, problems);
    if (found === null) continue;
    raw[name] = found.value;
    origins[name] = found.place < FILES_FROM ? "environment" : "file";
  }
  const parsed = settingsSchema.safeParse(raw);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push(`${issue.path.join(".")} ${issue.message}`);
    throw badConfiguration(problems);
  }
  const rows = Object.entries(parsed.data).map(([name, value]) =>
    rowOf(name, value, origins[name] ?? "default")
  );
  const config = configOf(parsed.data, { problems, warnings, secrets: secretsOf(raw), rows });
  if (problems.length > 0) throw badConfiguration(problems);
  return config;
}

/** The error that ends a process with exit code 78; `problems` name settings and never values. */
export function badConfiguration(problems: readonly string[]): AppError {
  return new AppError("bad_configuration", `Cannot start: ${problems.join("; ")}`, { details: { problems } });
}

/** The known setting that was probably meant, or null. */
export function nearestSetting(name: string): string | null {
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const candidate of SETTING_NAMES) {
    const distance = editDistance(name, candidate);
    if (distance <= 4 && (best === null || distance < best.distance)) best = { name: candidate, distance };
  }
  return best?.name ?? null;
}

function unknownNamesOf(names: readonly string[]): string[] {
  return names
    .filter((name) => name.startsWith("PYSTATOR_") && !SETTING_NAMES.has(name.replace(/_FILE$/, "")))
    .map((name) => {
      const nearest = nearestSetting(name);
      return `${name} is not a setting and has no effect${
        nearest === null ? "" : `; did you mean ${nearest}?`
      }`;
    });
}

function configFiles(
  env: Environment,
  read: (path: string) => string,
  findings: Findings,
): readonly ConfigFile[] {
  const paths = [CONFIG_FILE];
  if (env.HOME !== undefined && env.HOME !== "") paths.push(`${env.HOME}/.pystator/${CONFIG_FILE}`);
  const files: ConfigFile[] = [];
  for (const path of paths) {
    const text = textIfPresent(path, read, findings.problems);
    if (text === null) continue;
    const file = parseConfigFile(text);
    findings.problems.push(...file.problems.map((problem) => `${path} ${problem}`));
    findings.warnings.push(
      ...file.unknownNames.map((name) => `${name} in ${path} is not a setting and has no effect`),
    );
    files.push(file);
  }
  return files;
}

function textIfPresent(path: string, read: (path: string) => string, problems: string[]): string | null {
  try {
    return read(path);
  } catch (error) {
    const isAbsent = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
      error instanceof Deno.errors.NotCapable;
    if (!isAbsent) problems.push(`${path} cannot be read (${error instanceof Error ? error.name : "error"})`);
    return null;
  }
}

function valueOf(
  name: string,
  places: readonly Environment[],
  read: (path: string) => string,
  problems: string[],
): { readonly value: string; readonly place: number } | null {
  for (const [index, place] of places.entries()) {
    const value = place[name];
    if (value !== undefined && value.trim() !== "") return { value, place: index };
    const path = place[`${name}_FILE`]?.trim();
    if (path === undefined || path === "") continue;
    try {
      const text = read(path).replace(/\r?\n$/, "");
      if (text.trim() !== "") return { value: text, place: index };
    } catch {
      problems.push(`${name}_FILE names a file that cannot be read`);
      return null;
    }
  }
  return null;
}

const SECTIONS = ["DATABASE", "AUTH", "UI", "WORKER", "DISCOVERY", "REGISTRY", "TRANSITIONS", "API", "ALLOW"];

function rowOf(name: string, value: unknown, source: ConfigRow["source"]): ConfigRow {
  const id = name.replace(/^PYSTATOR_/, "").toLowerCase();
  const section = SECTIONS.find((word) => id.startsWith(`${word.toLowerCase()}_`))?.toLowerCase() ??
    "process";
  const isSecret = SECRET_SETTINGS.some((secret) => secret === name);
  const text = Array.isArray(value) ? value.join(",") : String(value ?? "");
  return { id, envKey: name, section, display: isSecret && text !== "" ? "***" : text, source, isSecret };
}

function secretsOf(raw: Readonly<Record<string, string>>): readonly string[] {
  const secrets: string[] = [];
  for (const name of SECRET_SETTINGS) {
    const value = raw[name];
    if (value === undefined) continue;
    const password = /:\/\/[^/@\s]*:([^/@\s]+)@/.exec(value)?.[1];
    if (/^[a-z+0-9]+:\/\//i.test(value)) {
      if (password !== undefined) secrets.push(password, decodedOf(password));
      continue;
    }
    secrets.push(value);
    for (const match of value.matchAll(/"password"\s*:\s*"((?:[^"\\]|\\.)*)"/g)) {
      if (match[1]) secrets.push(match[1]);
    }
  }
  return secrets;
}

function decodedOf(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + (isSame ? 0 : 1),
        ),
      );
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
