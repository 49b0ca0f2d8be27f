/** A list of findings that grows while a document is read, so that an author sees all of them at once. */
import { nearest } from "../expression/nearest.ts";
import type { Diagnostic, Severity } from "./diagnostic.ts";

export type Path = readonly (string | number)[];

export interface FindingMore {
  readonly hint?: string | undefined;
  /** The name that was probably meant; null = none is near. It becomes the hint, and a fix when the place is known. */
  readonly nearest?: string | null;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface Findings {
  readonly list: readonly Diagnostic[];
  error(code: string, path: Path, message: string, more?: FindingMore): void;
  warning(code: string, path: Path, message: string, more?: FindingMore): void;
  info(code: string, path: Path, message: string, more?: FindingMore): void;
  add(diagnostic: Diagnostic): void;
  /** The candidate that was probably meant; null when none is near, or when this file has asked too much already. */
  meant(word: string, candidates: Iterable<string>): string | null;
}

/** Further findings are dropped: nobody reads more, and a hostile file must not fill memory. */
export const FINDINGS_MAX = 1000;

/** Pairs of characters that are compared for hints in one file: about a third of a second. */
const COMPARISONS_MAX = 20_000_000;

export function createFindings(): Findings {
  const list: Diagnostic[] = [];
  let comparisons = 0;

  return {
    list,
    error: (code, path, message, more = {}) => push("error", code, path, message, more),
    warning: (code, path, message, more = {}) => push("warning", code, path, message, more),
    info: (code, path, message, more = {}) => push("info", code, path, message, more),
    add: (diagnostic) => void (list.length < FINDINGS_MAX && list.push(diagnostic)),
    meant: (word, candidates) => {
      if (comparisons > COMPARISONS_MAX || list.length >= FINDINGS_MAX) return null;
      const names = [...candidates];
      comparisons += names.reduce((sum, name) => sum + name.length * word.length, 0);
      return nearest(word, names);
    },
  };

  function push(severity: Severity, code: string, path: Path, message: string, more: FindingMore): void {
    if (list.length >= FINDINGS_MAX) return;
    const hint = more.hint ??
      (typeof more.nearest === "string" ? `Did you mean "${more.nearest}"?` : undefined);
    const facts = typeof more.nearest === "string" ? { ...more.data, nearest: more.nearest } : more.data;
    const data = facts === undefined ? undefined : Object.fromEntries(Object.entries(facts).map(clippedFact));
    list.push({
      code,
      severity,
      message: clipped(message, MESSAGE_LENGTH_MAX),
      path,
      ...(hint === undefined ? {} : { hint }),
      ...(data === undefined ? {} : { data }),
    });
  }
}

/** An alias can put one long text in a thousand places; findings quote only so much of it. */
const MESSAGE_LENGTH_MAX = 1500;
const FACT_LENGTH_MAX = 1100;

function clipped(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}…`;
}

function clippedFact([key, value]: [string, unknown]): [string, unknown] {
  if (typeof value === "string") return [key, clipped(value, FACT_LENGTH_MAX)];
  if (!Array.isArray(value)) return [key, value];
  return [key, value.map((item) => typeof item === "string" ? clipped(item, FACT_LENGTH_MAX) : item)];
}

/** `states.0.name`: the place as PyStator writes it. */
export function dotted(path: Path): string {
  return path.join(".");
}
