/** Text or document to a machine as typed data: every finding of the author at once, or a machine that can be compiled. */
import type { MachineSpec } from "../engine/spec.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { buildSpec } from "./build.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { withFix } from "./fix.ts";
import { createFindings, type Findings, type Path } from "./findings.ts";
import { identityOf } from "./identity.ts";
import { STATES_MAX, TRANSITIONS_MAX } from "./limits.ts";
import { orderFindings } from "./order_findings.ts";
import { plainDocument } from "./plain_document.ts";
import { readDocument } from "./read_document.ts";
import { applyRules } from "./rules.ts";
import { type SourceMap, sourceMapOf, valueOf } from "./source_node.ts";
import { indexStates } from "./states_index.ts";
import { expandSubmachines } from "./submachine.ts";
import { substitute, type SubstituteSources } from "./substitute.ts";
import { parseText } from "./yaml.ts";

export type LoadInput = TextInput | DocumentInput;

export interface TextInput {
  readonly text: string;
  /** Without it the ending of `fileName` decides, else YAML. */
  readonly format?: "yaml" | "json";
  readonly fileName?: string;
  /** Values for `${NAME}`; only for files of the operator. Without both nothing is filled in. */
  readonly variables?: SubstituteSources["variables"];
  readonly environment?: SubstituteSources["environment"];
  /** Gives the text of a file that a submachine names; without it such a name is refused unseen. */
  readonly readFile?: (path: string) => string;
}

export interface DocumentInput {
  readonly document: unknown;
}

export interface LoadOptions {
  /**
   * `full`: everything a stored machine needs. `anonymous`: no name needed. `lenient`: like PyStator's build without
   * validation, only what cannot be built is an error. Default `full`.
   */
  readonly rules?: "full" | "anonymous" | "lenient";
}

export type LoadSpecResult =
  | {
    readonly ok: true;
    /** Submachines laid in, names filled in, namespace in its normal form. */
    readonly document: JsonObject;
    readonly spec: MachineSpec;
    readonly namespace: string | null;
    /** Names under `events`, for the linter. */
    readonly events: readonly string[];
    /** Warnings and notes. */
    readonly diagnostics: readonly Diagnostic[];
    readonly locate: Locate;
  }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Adds line and column to a finding, when the machine came from text. */
export type Locate = (diagnostic: Diagnostic) => Diagnostic;

export function loadSpec(input: LoadInput, options: LoadOptions = {}): LoadSpecResult {
  const findings = createFindings();
  const read = readInput(input, findings);
  if (read === null) return { ok: false, diagnostics: findings.list };
  const { document, originOf } = expandSubmachines({
    document: read.document,
    findings,
    readFile: readFileOf(input),
  });
  const locate: Locate = (diagnostic) =>
    withFix(located(diagnostic, { map: read.map, originOf }), read.document);
  const reported = () => findings.list.map((finding) => relaxed(finding, options));
  const refused = (): LoadSpecResult => ({
    ok: false,
    diagnostics: orderFindings(reported()).map(locate),
  });
  if (hasErrors(findings, options) || isTooLarge(document, findings)) return refused();

  const draft = readDocument(findings, document);
  if (findings.list.some(isFormError)) return refused();
  const states = indexStates(draft);
  applyRules({ draft, states, findings });
  const quiet = createFindings();
  const identity = identityOf(
    draft.meta,
    options.rules === undefined || options.rules === "full" ? findings : quiet,
  );
  if (hasErrors(findings, options)) return refused();
  const spec = buildSpec({ draft, states, identity });
  return {
    ok: true,
    document: normalised(document, identity.namespace),
    spec,
    namespace: identity.namespace,
    events: draft.events,
    diagnostics: reported().filter((finding) => finding.severity !== "error").map(locate),
    locate,
  };
}

function readInput(
  input: LoadInput,
  findings: Findings,
): { readonly document: JsonObject; readonly map: SourceMap | null } | null {
  if ("document" in input) {
    const document = plainDocument(findings, input.document);
    return document === null ? null : { document, map: null };
  }
  const parsed = parseText(input.text, { format: formatOf(input), ...substitution(input) });
  for (const diagnostic of parsed.ok ? parsed.warnings : parsed.diagnostics) findings.add(diagnostic);
  if (!parsed.ok) return null;
  const document = plainDocument(findings, valueOf(parsed.root));
  return document === null ? null : { document, map: sourceMapOf(parsed.root, input.text) };
}

function formatOf({ format, fileName }: TextInput): "yaml" | "json" {
  return format ?? (fileName?.toLowerCase().endsWith(".json") ? "json" : "yaml");
}

function substitution({ variables, environment }: TextInput) {
  if (variables === undefined && environment === undefined) return {};
  const sources: SubstituteSources = { variables: variables ?? null, environment: environment ?? {} };
  return { substitute: (text: string) => substitute(text, sources) };
}

/** Files of submachines are not filled in: only the file that the operator named is. */
function readFileOf(input: LoadInput): ((path: string) => JsonValue) | null {
  if ("document" in input || input.readFile === undefined) return null;
  const { readFile } = input;
  return (path) => {
    const parsed = parseText(readFile(path), {
      format: path.toLowerCase().endsWith(".json") ? "json" : "yaml",
    });
    if (parsed.ok) return valueOf(parsed.root);
    throw new Error(parsed.diagnostics[0]?.message ?? "not readable");
  };
}

function located(
  diagnostic: Diagnostic,
  { map, originOf }: { readonly map: SourceMap | null; readonly originOf: (path: Path) => Path },
): Diagnostic {
  if (diagnostic.line !== undefined) return diagnostic;
  const path = originOf(diagnostic.path);
  if (map === null) return { ...diagnostic, path };
  // A rule about the whole document may still know where to look.
  const where = diagnostic.data?.["where"];
  if (Array.isArray(where)) return { ...diagnostic, path, ...map.placeOf(where) };
  const offset = diagnostic.data?.["offset"];
  return { ...diagnostic, path, ...map.placeOf(path, typeof offset === "number" ? offset : 0) };
}

/** Rules that PyStator's build without validation does not know. */
const VALIDATION_ONLY = new Set([
  "V08",
  "V09",
  "V10",
  "V12",
  "V20",
  "V21",
  "V22",
  "V23",
  "V24",
  "V25",
  "H04",
]);

function hasErrors(findings: Findings, options: LoadOptions): boolean {
  return findings.list.some((finding) => relaxed(finding, options).severity === "error");
}

/** The finding as the chosen rules see it. */
function relaxed(finding: Diagnostic, { rules }: LoadOptions): Diagnostic {
  return rules === "lenient" && VALIDATION_ONLY.has(finding.code)
    ? { ...finding, severity: "warning" }
    : finding;
}

/** The form is looked at first: names mean little while the form is wrong. */
function isFormError({ severity, code }: Diagnostic): boolean {
  return severity === "error" && code.startsWith("F");
}

function isTooLarge(document: JsonObject, findings: Findings): boolean {
  const limits = [["states", STATES_MAX], ["transitions", TRANSITIONS_MAX]] as const;
  for (const [key, max] of limits) {
    const list = document[key];
    if (!Array.isArray(list) || list.length <= max) continue;
    findings.error("L01", [key], `Cannot use ${list.length} ${key}: at most ${max}`);
  }
  return findings.list.some((finding) => finding.code === "L01");
}

function normalised(document: JsonObject, namespace: string | null): JsonObject {
  const { meta } = document;
  if (namespace === null || typeof meta !== "object" || meta === null || Array.isArray(meta)) return document;
  return { ...document, meta: { ...meta, namespace } };
}
