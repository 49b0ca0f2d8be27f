/** Findings as text for people, JSON for programs, SARIF for editors and annotations for GitHub. */
import type { Diagnostic, Severity } from "./diagnostic.ts";
import { unreachable } from "../assert.ts";
import { dotted } from "./findings.ts";

export type DiagnosticFormat = "text" | "json" | "sarif" | "github";

export interface FileFindings {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** One text for all files; ends with a line break unless it is empty. */
export function formatDiagnostics(files: readonly FileFindings[], format: DiagnosticFormat): string {
  switch (format) {
    case "text":
      return lines(files, textLine);
    case "github":
      return lines(files, githubLine);
    case "json":
      return `${JSON.stringify(files, null, 2)}\n`;
    case "sarif":
      return `${JSON.stringify(sarifOf(files), null, 2)}\n`;
    default:
      return unreachable(format);
  }
}

function lines(
  files: readonly FileFindings[],
  line: (file: string, diagnostic: Diagnostic) => string,
): string {
  return files.flatMap(({ file, diagnostics }) =>
    diagnostics.map((diagnostic) => `${line(file, diagnostic)}\n`)
  ).join("");
}

function textLine(file: string, { severity, code, message, line, column, hint, path }: Diagnostic): string {
  const place = line === undefined ? `${file} ${dotted(path)}`.trimEnd() : `${file}:${line}:${column ?? 1}`;
  return `${place}: ${severity} ${code}: ${message}${hint === undefined ? "" : `\n    ${hint}`}`;
}

const GITHUB_LEVELS = { error: "error", warning: "warning", info: "notice" } as const satisfies Record<
  Severity,
  string
>;

function githubLine(file: string, { severity, code, message, line, column, hint }: Diagnostic): string {
  const properties = [`file=${property(file)}`, `title=${property(code)}`];
  if (line !== undefined) properties.push(`line=${line}`, `col=${column ?? 1}`);
  const text = hint === undefined ? message : `${message}. ${hint}`;
  return `::${GITHUB_LEVELS[severity]} ${properties.join(",")}::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

const SARIF_LEVELS = { error: "error", warning: "warning", info: "note" } as const satisfies Record<
  Severity,
  string
>;

function sarifOf(files: readonly FileFindings[]) {
  const codes = [...new Set(files.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code)))].sort();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: { driver: { name: "stator", rules: codes.map((id) => ({ id })) } },
      columnKind: "utf16CodeUnits",
      results: files.flatMap(({ file, diagnostics }) =>
        diagnostics.map((diagnostic) => ({
          ruleId: diagnostic.code,
          ruleIndex: codes.indexOf(diagnostic.code),
          level: SARIF_LEVELS[diagnostic.severity],
          message: {
            text: [diagnostic.message, ...(diagnostic.hint === undefined ? [] : [diagnostic.hint])].join(
              ". ",
            ),
          },
          locations: [{
            physicalLocation: {
              artifactLocation: { uri: encodeURI(file) },
              ...(diagnostic.line === undefined
                ? {}
                : { region: { startLine: diagnostic.line, startColumn: diagnostic.column ?? 1 } }),
            },
            logicalLocations: [{ fullyQualifiedName: dotted(diagnostic.path) }],
          }],
        }))
      ),
    }],
  };
}
