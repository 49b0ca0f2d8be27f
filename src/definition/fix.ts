/** How to mend a finding, as data: changes of the document that an editor can make for its user. */
import type { JsonValue } from "../json.ts";
import { isList, isObject, own } from "./cursor.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Path } from "./findings.ts";

/** Stands under `data.fix` of a finding. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
}

export type Edit =
  | { readonly op: "set"; readonly path: Path; readonly value: unknown }
  /** Gives the last key of `path` another name. */
  | { readonly op: "rename"; readonly path: Path; readonly value: string }
  | { readonly op: "remove"; readonly path: Path }
  | { readonly op: "append"; readonly path: Path; readonly value: unknown };

/** Adds a fix to a finding that knows the name that was meant: the key or the text in its place is spelt so. */
export function withFix(diagnostic: Diagnostic, document: JsonValue): Diagnostic {
  const { path, data } = diagnostic;
  const meant = data?.["nearest"];
  if (typeof meant !== "string" || data?.["fix"] !== undefined) return diagnostic;
  const edit = editOf({ path, data, meant }, document);
  if (edit === null) return diagnostic;
  const fix: Fix = { title: `Write "${meant}"`, edits: [edit] };
  return { ...diagnostic, data: { ...data, fix } };
}

interface Slip {
  readonly path: Path;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly meant: string;
}

function editOf({ path, data, meant }: Slip, document: JsonValue): Edit | null {
  if (data?.["key"] !== undefined && data["key"] === path.at(-1)) return { op: "rename", path, value: meant };
  const value = valueAt(document, path);
  if (typeof value !== "string") return null;
  const names = data?.["names"];
  const wrong = Array.isArray(names) ? String(names.at(-1)) : value;
  // `H(stat)` and `stat:point` hold the name, other texts are it.
  if (wrong !== value) return null;
  const inner = /^(H\*?\()([\w.-]+)(\))$/.exec(value);
  return { op: "set", path, value: inner === null ? meant : `${inner[1]}${meant}${inner[3]}` };
}

function valueAt(document: JsonValue, path: Path): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const key of path) {
    if (isList(value) && typeof key === "number") value = value[key];
    else if (isObject(value)) value = own(value, String(key));
    else return undefined;
  }
  return value;
}
