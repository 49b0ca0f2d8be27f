/** The pieces that a source is cut into. */
import type { Span } from "./expression_error.ts";
import type { Value } from "./values.ts";

export type Token = Span & TokenBody;

type TokenBody =
  /** `value` is an integer or a marked float. */
  | { readonly type: "number"; readonly value: Value }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "name"; readonly name: string }
  /** `and`, `if`, `True` and the other words that are not names. */
  | { readonly type: "word"; readonly word: string }
  | { readonly type: "sign"; readonly sign: string }
  | { readonly type: "end" };

/** How messages show a token. */
export function describeToken(token: Token, source: string): string {
  if (token.type === "end") return "the end";
  return `"${source.slice(token.offset, token.offset + token.length)}"`;
}
