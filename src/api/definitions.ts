/** Machine documents from callers and from the store: read, judged and made ready, without files or substitution. */
import type { Diagnostic } from "../definition/diagnostic.ts";
import { dotOf } from "../definition/export/dot.ts";
import { mermaidFlowchart, mermaidStateDiagram } from "../definition/export/mermaid.ts";
import { scxmlOf } from "../definition/export/scxml.ts";
import { EMPTY_REGISTRY, lintMachine, type LintRegistry } from "../definition/lint.ts";
import { type LoadOptions, loadSpec } from "../definition/load_spec.ts";
import { unreachable } from "../assert.ts";
import { AppError, messageOf } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { type LoadedMachine, loadedMachineOf } from "../orchestrator/loaded_machine.ts";
import type { MachineRecord } from "../orchestrator/machine_record.ts";
import type { CompileResult } from "../runtime/catalog.ts";

export type DefinitionSource =
  | { readonly type: "document"; readonly document: JsonObject }
  /** YAML, or JSON, which is YAML too. */
  | { readonly type: "text"; readonly text: string };

export interface ReadDefinition {
  /** null = it cannot be used; `errors` say why. */
  readonly machine: {
    readonly loaded: LoadedMachine;
    /** As it is stored: what was sent, or what the text said. */
    readonly document: JsonObject;
  } | null;
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

/** Documents are no larger than texts may be. */
const DOCUMENT_BYTES_MAX = 256 * 1024;

/** Never throws: everything that is wrong is in the answer. */
export function readDefinition(
  source: DefinitionSource,
  rules: LoadOptions["rules"] = "full",
): ReadDefinition {
  if (source.type === "document" && sizeOf(source.document) > DOCUMENT_BYTES_MAX) {
    return { machine: null, errors: [broken(`Larger than ${DOCUMENT_BYTES_MAX} bytes`)], warnings: [] };
  }
  const result = loadSpec(inputOf(source), {
    ...(rules === undefined ? {} : { rules }),
  });
  const errors = result.diagnostics.filter((item) => item.severity === "error");
  const warnings = result.diagnostics.filter((item) => item.severity !== "error");
  if (!result.ok) return { machine: null, errors, warnings };
  try {
    const document = source.type === "text" ? result.document : source.document;
    return { machine: { loaded: loadedMachineOf(result.spec), document }, errors: [], warnings };
  } catch (error) {
    return { machine: null, errors: [...errors, broken(`Cannot build: ${messageOf(error)}`)], warnings };
  }
}

/** As `readDefinition`, without the need for a name, and with everything that a linter doubts. */
export function inspectDefinition(
  source: DefinitionSource,
  registry: LintRegistry = EMPTY_REGISTRY,
): ReadDefinition {
  const read = readDefinition(source, "anonymous");
  if (read.machine === null) return read;
  const result = loadSpec(inputOf(source), { rules: "anonymous" });
  const doubts = result.ok ? lintMachine(result, registry) : [];
  return { ...read, warnings: [...read.warnings, ...doubts] };
}

/** What lists and answers tell of a machine. */
export interface MachineSummary {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly isStrict: boolean;
  readonly states: readonly {
    readonly name: string;
    readonly type: string;
    readonly parent: string | null;
    readonly description: string;
  }[];
  readonly transitions: readonly {
    readonly triggers: readonly string[];
    readonly source: readonly string[];
    readonly dest: string | null;
    readonly guards: number;
    readonly actions: number;
    readonly afterMs: number | null;
  }[];
  /** Those that a caller may send, each once. */
  readonly triggers: readonly string[];
}

export function summaryOf(loaded: LoadedMachine): MachineSummary {
  const { spec } = loaded;
  return {
    name: spec.name,
    version: spec.version,
    description: spec.description,
    isStrict: spec.isStrictEvents,
    states: spec.states.map(({ name, type, parent, description }) => ({ name, type, parent, description })),
    transitions: spec.transitions.map((transition) => ({
      triggers: transition.triggers,
      source: transition.source === "*" ? ["*"] : transition.source,
      dest: transition.dest,
      guards: transition.guards.length,
      actions: transition.actions.length,
      afterMs: transition.afterMs,
    })),
    triggers: triggersOf(loaded),
  };
}

/** Triggers that a caller may send, each once, in file order. */
export function triggersOf({ spec }: LoadedMachine): readonly string[] {
  const sent = spec.transitions.filter((transition) =>
    transition.origin === "transition" && !transition.isAuto && transition.afterMs === null
  );
  return [...new Set(sent.flatMap((transition) => transition.triggers))];
}

export const DRAWINGS = ["mermaid", "flowchart", "dot", "scxml"] as const;
export type Drawing = typeof DRAWINGS[number];

/** Text of a drawing of the machine. */
export function drawingOf({ spec }: LoadedMachine, drawing: Drawing): string {
  switch (drawing) {
    case "mermaid":
      return mermaidStateDiagram(spec);
    case "flowchart":
      return mermaidFlowchart(spec);
    case "dot":
      return dotOf(spec);
    case "scxml":
      return scxmlOf(spec);
    default:
      return unreachable(drawing);
  }
}

/** Makes a stored machine ready for the runtime. */
export function compileRecord(record: MachineRecord): CompileResult {
  const { machine, errors } = readDefinition({ type: "document", document: record.config });
  if (machine !== null) return { type: "loaded", loaded: machine.loaded };
  return { type: "invalid", message: errors[0]?.message ?? "Cannot read the machine" };
}

/** The machine, or `invalid_machine` with every error in the order of the file. */
export function requireDefinition(
  source: DefinitionSource,
  rules: LoadOptions["rules"] = "full",
): NonNullable<ReadDefinition["machine"]> {
  const { machine, errors } = readDefinition(source, rules);
  if (machine !== null) return machine;
  throw invalidMachine(errors);
}

/** `status` only where it is not the usual one. */
export function invalidMachine(errors: readonly Diagnostic[], status?: number): AppError {
  return new AppError("invalid_machine", "The machine is not valid", {
    details: {
      errors: errors.map(diagnosticText),
      diagnostics: errors,
      ...(status === undefined ? {} : { status }),
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

function inputOf(source: DefinitionSource) {
  return source.type === "text" ? { text: source.text, format: "yaml" as const } : source;
}

function sizeOf(document: JsonObject): number {
  return new TextEncoder().encode(JSON.stringify(document)).length;
}

function broken(message: string): Diagnostic {
  return { code: "F01", severity: "error", message, path: [] };
}
