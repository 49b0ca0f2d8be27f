/** A plain document as YAML that people like to read: blocks outside, short mappings and lists on one line. */
import type { JsonArray, JsonObject, JsonValue } from "../json.ts";

const LINE_CHARS_MAX = 100;
/** Texts that every version of YAML reads as text without quotes. */
const PLAIN = /^[A-Za-z_][\w./*-]*(?: [\w./*-]+)*$/;
/** Words that some version of YAML takes for a boolean or for nothing. */
const WORD_OF_YAML = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/** Read back by any YAML reader, the text gives the same document. */
export function yamlText(document: JsonObject): string {
  if (isEmpty(document)) return "{}\n";
  const blocks = Object.entries(document).map(([key, value]) => entryLines(key, value, "").join("\n"));
  return `${blocks.join("\n\n")}\n`;
}

function entryLines(key: string, value: JsonValue, pad: string): readonly string[] {
  const head = `${pad}${scalar(key)}:`;
  const inline = flow(value);
  const isShort = `${head} ${inline}`.length <= LINE_CHARS_MAX;
  if (typeof value !== "object" || value === null || isEmpty(value)) return [`${head} ${inline}`];
  // The outermost parts of a document always stand below each other.
  if (isShort && pad !== "") return [`${head} ${inline}`];
  return [head, ...blockLines(value, `${pad}  `)];
}

function blockLines(value: JsonArray | JsonObject, pad: string): readonly string[] {
  if (isList(value)) return value.flatMap((item) => itemLines(item, pad));
  return Object.entries(value).flatMap(([key, inner]) => entryLines(key, inner, pad));
}

function itemLines(item: JsonValue, pad: string): readonly string[] {
  const inline = `${pad}- ${flow(item)}`;
  const isLong = inline.length > LINE_CHARS_MAX;
  if (!isLong || typeof item !== "object" || item === null || isEmpty(item)) return [inline];
  const [first = "", ...rest] = blockLines(item, `${pad}  `);
  return [`${pad}- ${first.slice(pad.length + 2)}`, ...rest];
}

function flow(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return scalar(value);
  if (isList(value)) return `[${value.map(flow).join(", ")}]`;
  const entries = Object.entries(value).map(([key, inner]) => `${scalar(key)}: ${flow(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** JSON's form of a text is one that YAML knows too. */
function scalar(value: string | number | boolean | null): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return PLAIN.test(value) && !WORD_OF_YAML.test(value) ? value : JSON.stringify(value);
}

function isEmpty(value: JsonArray | JsonObject): boolean {
  return Object.keys(value).length === 0;
}

function isList(value: JsonValue): value is JsonArray {
  return Array.isArray(value);
}
