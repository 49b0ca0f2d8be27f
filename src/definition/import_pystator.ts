/** A machine file of PyStator as one that needs no reading between the lines: what it meant is written out, what is refused is said. */
import type { JsonObject, JsonValue } from "../json.ts";
import type { ImportProblem, ImportResult } from "./import_problem.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { dotted } from "./findings.ts";
import { loadSpec } from "./load_spec.ts";
import { type SourceMap, sourceMapOf, valueOf } from "./source_node.ts";
import { parseText } from "./yaml.ts";

export interface PystatorOptions {
  readonly format: "yaml" | "json";
  /** Name for a machine that has none. */
  readonly name: string;
}

/** Never throws; all problems at once. The document passes `loadMachine`. */
export function importPystator(text: string, options: PystatorOptions): ImportResult {
  const parsed = parseText(text, { format: options.format });
  if (!parsed.ok) return { ok: false, problems: parsed.diagnostics.map((one) => problemOf(one, null)) };
  const map = sourceMapOf(parsed.root, text);
  const warnings = parsed.warnings.map((one) => problemOf(one, map));
  const rewritten = rewrite(valueOf(parsed.root), options);
  for (const { path, reason } of rewritten.notes) {
    warnings.push({ element: dotted(path), line: map.placeOf(path).line, reason });
  }
  const loaded = loadSpec({ document: rewritten.document });
  const problems = loaded.diagnostics.map((one) => problemOf(one, map));
  if (!loaded.ok) return { ok: false, problems };
  return { ok: true, document: loaded.document, warnings: [...warnings, ...problems] };
}

interface Note {
  readonly path: readonly string[];
  readonly reason: string;
}

/** Fills in what PyStator took from elsewhere: a name, and a version that YAML reads as a number. */
function rewrite(document: JsonValue, { name }: PystatorOptions) {
  const notes: Note[] = [];
  if (!isMapping(document)) return { document, notes };
  const meta = isMapping(document.meta) ? { ...document.meta } : {};
  if ((meta.machine_name ?? meta.name ?? null) === null) {
    meta.machine_name = name;
    notes.push({ path: ["meta"], reason: `the machine is called "${name}", as its file` });
  }
  if (typeof meta.version === "number") {
    const text = Number.isInteger(meta.version) ? meta.version.toFixed(1) : String(meta.version);
    notes.push({ path: ["meta", "version"], reason: `the version is a text: "${text}"` });
    meta.version = text;
  }
  return { document: { ...document, meta }, notes };
}

function problemOf(finding: Diagnostic, map: SourceMap | null): ImportProblem {
  return {
    element: finding.path.length === 0 ? "machine" : dotted(finding.path),
    line: finding.line ?? map?.placeOf(finding.path).line ?? 1,
    reason: finding.message,
  };
}

function isMapping(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
