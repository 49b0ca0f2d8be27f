/** The words of a search as every store looks for them. */

/** More words say no more. */
const WORDS_MAX = 5;

/** In lower case, without blanks; each must be part of the id or of a label written as `key=value`. */
export function wordsOf(text: string | undefined): readonly string[] {
  return lowerOf(text ?? "").split(/\s+/).filter((word) => word !== "").slice(0, WORDS_MAX);
}

/** What a search looks through. */
export function searchTextOf(entityId: string, labels: Readonly<Record<string, string>>): string {
  return lowerOf([entityId, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)].join("\n"));
}

/** The letters A to Z, as SQLite and PostgreSQL in collation "C" do it. */
function lowerOf(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
