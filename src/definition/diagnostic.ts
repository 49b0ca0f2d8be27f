/** What is wrong or doubtful in a machine file, with its place and what to do about it. */

export type Severity = "error" | "warning" | "info";

export interface Diagnostic {
  /** Stable: `F01`…, `V01`…, `B01`…, `W01`… of the format, or a lint code such as `unreachable_state`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** Path into the document: `["transitions", 3, "dest"]`. */
  readonly path: readonly (string | number)[];
  /** 1-based; absent when the document did not come from text. */
  readonly line?: number;
  readonly column?: number;
  /** What to do: nearest valid name, the command that helps. */
  readonly hint?: string;
  /** Facts for programs: `names`, `state`, `trigger`, … */
  readonly data?: Readonly<Record<string, unknown>>;
}
