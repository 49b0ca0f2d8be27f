/** A document that arrived as a value: the same limits as for text, checked before anything else looks at it. */
import type { JsonObject, JsonValue } from "../json.ts";
import { kindOf } from "./cursor.ts";
import type { Findings, Path } from "./findings.ts";
import { DEPTH_MAX, NODES_MAX } from "./yaml.ts";

/** Keys stand in the place of a finding, so they may not be of any length. */
const KEY_LENGTH_MAX = 1000;

/** The value as JSON, or null after a finding: too deep, too large, a number or a thing that JSON does not know. */
export function plainDocument(findings: Findings, value: unknown): JsonObject | null {
  let nodes = 0;
  const root = visit(value, []);
  const before = findings.list.length;
  if (root !== undefined && (root === null || typeof root !== "object" || Array.isArray(root))) {
    findings.error("F02", [], `Cannot read the machine: a mapping expected, ${kindOf(root)} found`, {
      data: { at: "" },
    });
  }
  if (before !== findings.list.length || root === undefined || !isMapping(root)) return null;
  return findings.list.some((finding) => finding.severity === "error") ? null : root;

  function visit(node: unknown, path: Path): JsonValue | undefined {
    if (++nodes > NODES_MAX) {
      return refuse("Y02", path, `Cannot read the machine: more than ${NODES_MAX} nodes`);
    }
    if (path.length > DEPTH_MAX) {
      return refuse("Y02", path, `Cannot read the machine: nested deeper than ${DEPTH_MAX}`);
    }
    if (node === null || typeof node === "boolean") return node;
    if (typeof node === "number") {
      const isExact = Number.isFinite(node) && (!Number.isInteger(node) || Number.isSafeInteger(node));
      return isExact ? node : refuse("Y04", path, `Cannot use number ${node}: not finite or not exact`);
    }
    if (typeof node === "string") {
      const isKeepable = node.isWellFormed() && !node.includes("\u0000");
      return isKeepable
        ? node
        : refuse("Y08", path, "Cannot use a text with the character U+0000 or half a surrogate pair");
    }
    if (Array.isArray(node)) {
      const items: JsonValue[] = [];
      for (const [index, item] of node.entries()) {
        const plain = visit(item, [...path, index]);
        if (plain === undefined) return undefined;
        items.push(plain);
      }
      return items;
    }
    if (typeof node !== "object") return refuse("Y08", path, `Cannot read the machine: ${typeof node} found`);
    const entries: [string, JsonValue][] = [];
    for (const [key, item] of Object.entries(node)) {
      if (item === undefined) continue;
      if (key.length > KEY_LENGTH_MAX) {
        return refuse("Y02", path, `Cannot use a key of ${key.length} characters: at most ${KEY_LENGTH_MAX}`);
      }
      const plain = visit(item, [...path, key]);
      if (plain === undefined) return undefined;
      entries.push([key, plain]);
    }
    return Object.fromEntries(entries);
  }

  function refuse(code: string, path: Path, message: string): undefined {
    findings.error(code, path, message);
    return undefined;
  }
}

function isMapping(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
