/** What every rule looks at. */
import type { DocumentDraft } from "./draft.ts";
import type { Findings } from "./findings.ts";
import type { StatesIndex } from "./states_index.ts";

export interface RuleInput {
  readonly draft: DocumentDraft;
  readonly states: StatesIndex;
  readonly findings: Findings;
}
