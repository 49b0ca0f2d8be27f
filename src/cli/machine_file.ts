/** Machine files as the verbs need them. Files of the operator may use `${MACHINE_…}` of the environment. */
import type { Diagnostic } from "../definition/diagnostic.ts";
import { formatDiagnostics } from "../definition/format_diagnostics.ts";
import { EMPTY_REGISTRY, lintMachine } from "../definition/lint.ts";
import { loadMachine, type LoadResult } from "../definition/load.ts";
import { valueOf } from "../definition/source_node.ts";
import { substitute } from "../definition/substitute.ts";
import { parseText } from "../definition/yaml.ts";
import type { Profile } from "../engine/spec.ts";
import { AppError } from "../errors.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { CliDeps } from "./deps.ts";

export type SoundMachine = LoadResult & { readonly ok: true };

export async function loadFile(path: string, deps: CliDeps): Promise<LoadResult> {
  const text = await deps.io.readText(path);
  return loadMachine({ text, fileName: path, environment: deps.machineVariables() });
}

/** Everything that is wrong in the file. */
export async function validateFile(path: string, deps: CliDeps): Promise<readonly Diagnostic[]> {
  return (await loadFile(path, deps)).diagnostics;
}

/** Everything that is wrong; and when nothing is, everything that is doubtful. */
export async function lintFile(path: string, deps: CliDeps): Promise<readonly Diagnostic[]> {
  const result = await loadFile(path, deps);
  return result.ok ? [...result.diagnostics, ...lintMachine(result, EMPTY_REGISTRY)] : result.diagnostics;
}

/** A machine that can run; throws `invalid_machine` with all that is wrong. `semantics` null = what the file says. */
export async function soundMachineOf(
  path: string,
  options: { readonly deps: CliDeps; readonly semantics: Profile | null },
): Promise<SoundMachine> {
  const { deps, semantics } = options;
  const result = semantics === null
    ? await loadFile(path, deps)
    : loadMachine({ document: withSemantics(await readDocument(path, deps), semantics) });
  if (result.ok) return result;
  throw new AppError("invalid_machine", `Cannot use "${path}":\n${textOf(path, result.diagnostics)}`);
}

/** The plain document of a YAML or JSON file. */
export async function readDocument(path: string, deps: CliDeps): Promise<JsonValue> {
  const environment = deps.machineVariables();
  const result = parseText(await deps.io.readText(path), {
    format: path.endsWith(".json") ? "json" : "yaml",
    substitute: (text) => substitute(text, { environment }),
  });
  if (result.ok) return valueOf(result.root);
  throw new AppError("invalid_machine", `Cannot read "${path}":\n${textOf(path, result.diagnostics)}`);
}

export function textOf(file: string, diagnostics: readonly Diagnostic[]): string {
  return formatDiagnostics([{ file, diagnostics }], "text").trimEnd();
}

function withSemantics(document: JsonValue, semantics: Profile): JsonValue {
  if (!isMapping(document)) return document;
  return { ...document, meta: { ...(isMapping(document.meta) ? document.meta : {}), semantics } };
}

function isMapping(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
