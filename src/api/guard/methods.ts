/** Which methods a path knows, for answers 405 and OPTIONS. */

export interface MethodTable {
  /** Empty = nobody serves this path. */
  methodsOf(path: string): readonly string[];
}

export function createMethodTable(
  routes: readonly { readonly method: string; readonly path: string }[],
): MethodTable {
  const patterns = new Map<string, { readonly regex: RegExp; readonly methods: Set<string> }>();
  for (const { method, path } of routes) {
    if (method === "ALL") continue;
    const known = patterns.get(path) ?? { regex: regexOf(path), methods: new Set<string>() };
    known.methods.add(method);
    patterns.set(path, known);
  }
  return {
    methodsOf(path) {
      const methods = new Set<string>();
      for (const { regex, methods: known } of patterns.values()) {
        if (regex.test(path)) { for (const method of known) methods.add(method); }
      }
      if (methods.has("GET")) methods.add("HEAD");
      return [...methods].toSorted();
    },
  };
}

function regexOf(path: string): RegExp {
  const source = path.split("/").map((part) => part.startsWith(":") ? "[^/]+" : escaped(part)).join("/");
  return new RegExp(`^${source}$`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
