/** Which methods a path knows, for answers 405 and OPTIONS. */

export interface MethodTable {
  /** The path is a resource of its own, by fixed words, and does not know the method: no name stands for the word. */
  isRefused(method: string, path: string): boolean;
  /** Empty = nobody serves this path. */
  methodsOf(path: string): readonly string[];
}

export function createMethodTable(
  routes: readonly { readonly method: string; readonly path: string }[],
): MethodTable {
  const patterns = new Map<string, Pattern>();
  for (const { method, path } of routes) {
    if (method === "ALL") continue;
    const known = patterns.get(path) ??
      { regex: regexOf(path), names: path.split("/:").length - 1, methods: new Set<string>() };
    known.methods.add(method);
    patterns.set(path, known);
  }
  const fewestNamesFirst = [...patterns.values()].toSorted((a, b) => a.names - b.names);
  return {
    isRefused(method, path) {
      const fixed = patterns.get(path);
      return fixed !== undefined && fixed.names === 0 && method !== "OPTIONS" &&
        !fixed.methods.has(method === "HEAD" ? "GET" : method);
    },
    /** A path of fixed words is another resource than the one whose name might be such a word. */
    methodsOf(path) {
      const methods = fewestNamesFirst.find(({ regex }) => regex.test(path))?.methods ?? new Set<string>();
      return [...methods, ...(methods.has("GET") ? ["HEAD"] : [])].toSorted();
    },
  };
}

interface Pattern {
  readonly regex: RegExp;
  readonly names: number;
  readonly methods: Set<string>;
}

function regexOf(path: string): RegExp {
  const source = path.split("/").map((part) => part.startsWith(":") ? "[^/]+" : escaped(part)).join("/");
  return new RegExp(`^${source}$`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
