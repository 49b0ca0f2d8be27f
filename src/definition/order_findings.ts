/** The order in which an author reads findings: form alone while the form is wrong, else names, building, the rest. */
import type { Diagnostic } from "./diagnostic.ts";

/** Findings of the form hide the others; building rules come by number behind the rules about names. */
export function orderFindings(list: readonly Diagnostic[]): readonly Diagnostic[] {
  const errors = list.filter(({ severity }) => severity === "error");
  const others = list.filter(({ severity }) => severity !== "error");
  const form = errors.filter(({ code }) => code.startsWith("F"));
  if (form.length > 0) return [...form, ...others];
  const ranked = errors.map((finding, index) => ({ finding, index, rank: rankOf(finding.code) }));
  ranked.sort((left, right) => left.rank - right.rank || left.index - right.index);
  return [...ranked.map(({ finding }) => finding), ...others];
}

function rankOf(code: string): number {
  if (code.startsWith("V")) return 0;
  if (code.startsWith("B")) return 100 + Number(code.slice(1));
  return code.startsWith("P") ? 300 : 200;
}
