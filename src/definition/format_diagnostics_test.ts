/** Findings in every format that a tool reads. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Diagnostic } from "./diagnostic.ts";
import { type DiagnosticFormat, formatDiagnostics } from "./format_diagnostics.ts";

const FOUND: readonly Diagnostic[] = [
  {
    code: "V05",
    severity: "error",
    message: 'Cannot find "q": 100% sure,\nreally',
    path: ["transitions", 0, "dest"],
    line: 7,
    column: 11,
    hint: 'Did you mean "p"?',
  },
  { code: "dead_end", severity: "info", message: "Never left", path: ["states", 1] },
];

const CASES: readonly (readonly [format: DiagnosticFormat, text: string])[] = [
  [
    "text",
    'a b.yaml:7:11: error V05: Cannot find "q": 100% sure,\nreally\n    Did you mean "p"?\na b.yaml states.1: info dead_end: Never left\n',
  ],
  [
    "github",
    '::error file=a b.yaml,title=V05,line=7,col=11::Cannot find "q": 100%25 sure,%0Areally. Did you mean "p"?\n::notice file=a b.yaml,title=dead_end::Never left\n',
  ],
];

for (const [format, text] of CASES) {
  Deno.test(`formatDiagnostics() writes ${format}`, () => {
    strictEqual(formatDiagnostics([{ file: "a b.yaml", diagnostics: FOUND }], format), text);
    strictEqual(formatDiagnostics([], format), "");
  });
}

Deno.test("formatDiagnostics() writes JSON that reads back", () => {
  const files = [{ file: "x", diagnostics: FOUND }];
  deepStrictEqual(JSON.parse(formatDiagnostics(files, "json")), files);
});

Deno.test("formatDiagnostics() writes SARIF with one rule for each code", () => {
  const sarif = JSON.parse(formatDiagnostics([{ file: "a b.yaml", diagnostics: FOUND }], "sarif"));
  const [run] = sarif.runs;
  deepStrictEqual(run.tool.driver.rules, [{ id: "V05" }, { id: "dead_end" }]);
  deepStrictEqual(
    run.results.map((result: { ruleId: string; level: string }) => [result.ruleId, result.level]),
    [["V05", "error"], ["dead_end", "note"]],
  );
  deepStrictEqual(run.results[0].locations[0].physicalLocation, {
    artifactLocation: { uri: "a%20b.yaml" },
    region: { startLine: 7, startColumn: 11 },
  });
});
