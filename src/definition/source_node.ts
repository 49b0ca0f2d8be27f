/** A parsed text as a tree that still knows where everything stood. */
import type { JsonValue } from "../json.ts";
import type { Path } from "./findings.ts";

export type SourceNode =
  | {
    readonly type: "scalar";
    readonly value: null | boolean | number | string;
    readonly offset: number;
    /** The text stands in the source exactly like the value, so that an offset inside it is one in the source. */
    readonly isVerbatim: boolean;
  }
  | { readonly type: "list"; readonly offset: number; readonly items: readonly SourceNode[] }
  | { readonly type: "mapping"; readonly offset: number; readonly entries: ReadonlyMap<string, SourceEntry> };

export interface SourceEntry {
  readonly keyOffset: number;
  readonly node: SourceNode;
}

export interface Place {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** Finds line and column of what a path leads to. */
export interface SourceMap {
  /** The value at `path`, or the nearest thing around it. `inside` = offset into a text. */
  placeOf(path: Path, inside?: number): Place;
}

/** The plain value; what is shared by aliases stays shared. */
export function valueOf(root: SourceNode): JsonValue {
  const known = new Map<SourceNode, JsonValue>();
  return visit(root);

  function visit(node: SourceNode): JsonValue {
    if (node.type === "scalar") return node.value;
    const before = known.get(node);
    if (before !== undefined) return before;
    // `fromEntries` defines own keys, so a key such as `__proto__` stays a key.
    const value: JsonValue = node.type === "list"
      ? node.items.map(visit)
      : Object.fromEntries([...node.entries].map(([key, entry]) => [key, visit(entry.node)]));
    known.set(node, value);
    return value;
  }
}

export function sourceMapOf(root: SourceNode, text: string): SourceMap {
  const lineStarts = lineStartsOf(text);

  return {
    placeOf(path, inside = 0) {
      let node: SourceNode = root;
      let offset = root.offset;
      for (const key of path) {
        if (node.type === "mapping") {
          const entry = node.entries.get(String(key));
          if (entry === undefined) break;
          node = entry.node;
          // A list or mapping is best found by its key.
          offset = node.type === "scalar" ? node.offset : entry.keyOffset;
        } else if (node.type === "list") {
          const item = typeof key === "number" ? node.items[key] : undefined;
          if (item === undefined) break;
          [node, offset] = [item, item.offset];
        } else break;
      }
      return placeIn(lineStarts, node.type === "scalar" && node.isVerbatim ? offset + inside : offset);
    },
  };
}

/** Offsets at which the lines of `text` begin. */
export function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

export function placeIn(lineStarts: readonly number[], offset: number): Place {
  let [low, high] = [0, lineStarts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}
