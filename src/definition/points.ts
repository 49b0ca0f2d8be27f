/** `parent:point`: ways into and out of a compound state by name. */
import type { StateDraft } from "./draft.ts";

const POINT = /^([\w.-]+):([\w.-]+)$/;

/** The two halves of `parent:point`; null for any other text. */
export function pointOf(text: string): { readonly parent: string; readonly point: string } | null {
  const match = POINT.exec(text);
  return match === null ? null : { parent: match[1] ?? "", point: match[2] ?? "" };
}

/** The state behind a point, or why there is none. */
export function resolvePoint(
  text: string,
  kind: "entry" | "exit",
  byName: ReadonlyMap<string, StateDraft>,
): { readonly name: string } | { readonly problem: string } {
  const found = pointOf(text);
  const parent = found === null ? undefined : byName.get(found.parent);
  if (found === null || parent === undefined) return { problem: `no state "${found?.parent ?? text}"` };
  const points = kind === "entry" ? parent.entryPoints : parent.exitPoints;
  if (!points.includes(found.point)) {
    return { problem: `"${found.point}" is not among the ${kind}_points of "${found.parent}"` };
  }
  return byName.has(found.point) ? { name: found.point } : { problem: `no state "${found.point}"` };
}

const HISTORY = /^H(\*?)\(([\w.-]+)\)$/;

/** `H(x)` and `H*(x)`: where `x` was left last. */
export function historyOf(text: string): { readonly of: string; readonly isDeep: boolean } | null {
  const match = HISTORY.exec(text);
  return match === null ? null : { of: match[2] ?? "", isDeep: match[1] === "*" };
}
