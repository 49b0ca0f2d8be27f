/** What a chart of another format holds that a machine cannot say, with its place. */
import type { JsonObject } from "../json.ts";

export interface ImportProblem {
  /** Element, or key, that the author wrote. */
  readonly element: string;
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
}

export type ImportResult =
  | { readonly ok: true; readonly document: JsonObject; readonly warnings: readonly ImportProblem[] }
  | { readonly ok: false; readonly problems: readonly ImportProblem[] };
