/** Machine documents from callers and from the store: read, judged and made ready, without files or substitution. */
import type { Diagnostic } from "../definition/diagnostic.ts";
import { loadMachine } from "../definition/load.ts";
import { valueOf } from "../definition/source_node.ts";
import { parseText } from "../definition/yaml.ts";
import { AppError, messageOf } from "../errors.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { type LoadedMachine, loadedMachineOf } from "../orchestrator/loaded_machine.ts";
import type { MachineRecord } from "../orchestrator/machine_record.ts";
import type { CompileResult } from "../runtime/catalog.ts";

export type DefinitionSource =
  | { readonly type: "document"; readonly document: JsonObject }
  /** YAML, or JSON, which is YAML too. */
  | { readonly type: "text"; readonly text: string };

export interface ReadDefinition {
  /** null = it cannot be used; `errors` say why. */
  readonly loaded: LoadedMachine | null;
  /** null = the text is not even a document. */
  readonly document: JsonObject | null;
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

/** Documents are no larger than texts may be. */
const DOCUMENT_BYTES_MAX = 256 * 1024;

/** Never throws: everything that is wrong is in the answer. */
export function readDefinition(source: DefinitionSource): ReadDefinition {
  const document = documentOf(source);
  if (document.type === "broken") {
    return { loaded: null, document: null, errors: document.diagnostics, warnings: [] };
  }
  const result = source.type === "text"
    ? loadMachine({ text: source.text, format: "yaml" })
    : loadMachine({ document: source.document });
  const errors = result.diagnostics.filter((item) => item.severity === "error");
  const warnings = result.diagnostics.filter((item) => item.severity !== "error");
  if (!result.ok) return { loaded: null, document: document.value, errors, warnings };
  try {
    return { loaded: loadedMachineOf(result.machine), document: document.value, errors, warnings };
  } catch (error) {
    const broken = brokenMachine(`Cannot build the machine: ${messageOf(error)}`);
    return { loaded: null, document: document.value, errors: [...errors, broken], warnings };
  }
}

/** Makes a stored machine ready for the runtime. */
export function compileRecord(record: MachineRecord): CompileResult {
  const { loaded, errors } = readDefinition({ type: "document", document: record.config });
  if (loaded !== null) return { type: "loaded", loaded };
  return { type: "invalid", message: errors[0]?.message ?? "Cannot read the machine" };
}

/** The machine, or `invalid_machine` with every error in the order of the file. */
export function requireDefinition(
  source: DefinitionSource,
): ReadDefinition & { readonly loaded: LoadedMachine; readonly document: JsonObject } {
  const read = readDefinition(source);
  const { loaded, document, errors } = read;
  if (loaded !== null && document !== null) return { ...read, loaded, document };
  throw new AppError("invalid_machine", "The machine is not valid", {
    details: {
      errors: errors.map(diagnosticText),
      diagnostics: errors,
    },
  });
}

/** One line for people: what is wrong, and where. */
export function diagnosticText(diagnostic: Diagnostic): string {
  const { line, column, path, message, hint } = diagnostic;
  const place = line !== undefined
    ? `line ${line}:${column ?? 1}: `
    : path.length > 0
    ? `${path.join(".")}: `
    : "";
  return `${place}${message}${hint === undefined ? "" : ` (${hint})`}`;
}

type Document =
  | { readonly type: "document"; readonly value: JsonObject }
  | { readonly type: "broken"; readonly diagnostics: readonly Diagnostic[] };

function documentOf(source: DefinitionSource): Document {
  if (source.type === "document") {
    const bytes = new TextEncoder().encode(JSON.stringify(source.document)).length;
    return bytes > DOCUMENT_BYTES_MAX
      ? { type: "broken", diagnostics: [brokenMachine(`Larger than ${DOCUMENT_BYTES_MAX} bytes`)] }
      : { type: "document", value: source.document };
  }
  const parsed = parseText(source.text, { format: "yaml" });
  if (!parsed.ok) return { type: "broken", diagnostics: parsed.diagnostics };
  const value = valueOf(parsed.root);
  return isObject(value)
    ? { type: "document", value }
    : { type: "broken", diagnostics: [brokenMachine("The file is not a mapping")] };
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function brokenMachine(message: string): Diagnostic {
  return { code: "F01", severity: "error", message, path: [] };
}
