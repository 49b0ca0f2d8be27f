/** What can be wrong with an expression: one error with a closed code and the place in the source. */

export type ExpressionErrorCode =
  /** The text is not an expression of the language. */
  | "syntax"
  /** One of the limits of `limits.ts` is exceeded. */
  | "limit"
  | "unknown_name"
  | "unknown_function"
  /** An operator or function got a kind of value that it does not take. */
  | "type"
  /** The kind fits, the value does not: `int("x")`, an empty `max()`, a negative shift. */
  | "value"
  /** No such list index, text index or key. */
  | "lookup"
  | "zero_division"
  /** An integer beyond ±(2^53 − 1) or a number that is not finite. */
  | "overflow"
  | "pattern";

/** Part of a source, in UTF-16 units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** The place of a limit that was hit deep inside; whoever evaluates the whole puts in its place. */
export const NOWHERE: Span = { offset: 0, length: 0 };

/** Thrown for a bad source and for an evaluation that has no value. The place is that of the smallest part to blame. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
  readonly code: ExpressionErrorCode;
  readonly offset: number;
  readonly length: number;
  readonly hint: string | null;

  constructor(code: ExpressionErrorCode, message: string, at: Span, hint: string | null = null) {
    super(message);
    this.code = code;
    this.offset = at.offset;
    this.length = at.length;
    this.hint = hint;
  }
}
