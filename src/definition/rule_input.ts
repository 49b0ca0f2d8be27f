/** What every rule looks at, and the hint it gives for a name that is not there. */
import { nearest } from "../expression/nearest.ts";
import type { DocumentDraft } from "./draft.ts";
import type { Findings } from "./findings.ts";
import type { StatesIndex } from "./states_index.ts";

export interface RuleInput {
  readonly draft: DocumentDraft;
  readonly states: StatesIndex;
  readonly findings: Findings;
}

/** The name that was probably meant, as a question. */
export function nearestHint(name: string, names: Iterable<string>): string | undefined {
  const meant = nearest(name, names);
  return meant === null ? undefined : `Did you mean "${meant}"?`;
}
