/** Machines, expressions and events that are small to send and would be large, slow or endless to take seriously. */

export interface Bomb {
  readonly name: string;
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly yaml?: string;
}

type Json = Record<string, unknown>;

const META = { version: "1.0.0", machine_name: "bomb", strict_mode: false };
const SMALL = [{ name: "a", type: "initial" }, { name: "b", type: "terminal" }];
/** What patterns are tried on. */
const LONG = { text: `${"a".repeat(9_000)}!` };
const GO = { trigger: "go", source: "a", dest: "b" };

function machine(more: Json): Json {
  return { meta: META, states: SMALL, transitions: [GO], ...more };
}

/** The same under a name of its own, where it has none that is part of the bomb. */
function named(config: Json, index: number): Json {
  return config["meta"] === META ? { ...config, meta: { ...META, machine_name: `bomb_${index}` } } : config;
}

function guarded(expression: string): Json {
  return machine({ transitions: [{ ...GO, guards: [{ expr: expression }] }] });
}

function nested(depth: number): Json {
  const at = (level: number): Json =>
    level === 0 ? { name: "leaf", type: "initial" } : {
      name: `s${level}`,
      type: "initial",
      initial: level === 1 ? "leaf" : `s${level - 1}`,
      states: [at(level - 1)],
    };
  return machine({ states: [at(depth), { name: "b", type: "terminal" }] });
}

const laughs = (levels: number, width: number) =>
  [
    "a0: &a0 [x, x]",
    ...Array.from({ length: levels }, (_, i) =>
      `a${i + 1}: &a${i + 1} [${Array(width).fill(`*a${i}`).join(", ")}]`),
  ].join("\n");

const YAMLS: Readonly<Record<string, string>> = {
  "a billion laughs": laughs(12, 9),
  "laughs in meta": `meta:\n  machine_name: bomb\n  version: 1.0.0\n  x:\n${
    laughs(10, 10).split("\n").map((line) => `    ${line}`).join("\n")
  }`,
  "an alias of itself": "meta: &m\n  machine_name: bomb\n  self: *m\n",
  "merge keys": `a: &a {${Array.from({ length: 500 }, (_, i) => `k${i}: 1`).join(", ")}}\n${
    Array.from({ length: 500 }, (_, i) => `b${i}:\n  <<: *a`).join("\n")
  }`,
  "deep lists": `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  "deep blocks": Array.from({ length: 2_000 }, (_, i) => `${" ".repeat(i)}k:`).join("\n").slice(0, 250_000),
  "a key of 200 KB": `? ${"k".repeat(200_000)}\n: 1`,
  "fifty thousand keys": Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join("\n").slice(0, 250_000),
  "300 KB": `x: "${"a".repeat(300_000)}"`,
  "code as a tag": "x: !!python/object/apply:os.system ['id']\n",
  "a tag of JavaScript": "x: !!js/function 'function () { return process.env }'\n",
  "two documents": "a: 1\n---\nb: 2\n",
  "unending quotes": `x: "${'\\"'.repeat(100_000)}`,
  "an anchor for everything": Array.from({ length: 9_000 }, (_, i) => `k${i}: &a${i} v`).join("\n"),
};

const deepOr = (depth: number) => `${"(".repeat(depth)}1${")".repeat(depth)} == 1`;
const EXPRESSIONS: readonly string[] = [
  "a".repeat(5_000),
  deepOr(400),
  "not ".repeat(300) + "true",
  "1 + ".repeat(300) + "1 > 0",
  "9 ** 9 ** 9 ** 9 > 0",
  "10 ** 308 * 10 ** 308 > 0",
  "'x' * 1000000000 == ''",
  "('ab' * 9999) * 9999 == ''",
  "[0] * 1000000000 == []",
  "1 << 1000000000 > 0",
  "''.__class__.__mro__[1].__subclasses__()",
  "__import__('os').system('id')",
  "constructor.constructor('return process')()",
  "this.constructor.constructor('return Deno')().exit()",
  "globalThis.Deno.env.toObject()",
  "x = 1",
  "lambda: 0",
  "[x for x in range(1000000000)]",
  "f'{text:>1000000000}' == ''",
  "'%1000000000d' % 1 == ''",
  "text.replace('a', text).replace('a', text).replace('a', text) == ''",
  "\u0000",
  "'\ud800' == text",
];

const PATTERNS: readonly string[] = [
  "(a+)+$",
  "(a|aa)+$",
  "(.*)*x",
  "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)[^!]$",
  `${"a?".repeat(120)}${"a".repeat(120)}`,
  "(((((a{1,99}){1,99}){1,99}){1,99}){1,99})",
  "a{1,100000}",
  "(?=a)\\1",
  "(".repeat(500),
  "[",
  "a".repeat(10_000),
];

function matching(pattern: string): Json {
  const check = { field: "text", op: "matches", value: pattern };
  return machine({ transitions: [{ ...GO, guards: [{ check }] }] });
}

const MACHINES: Readonly<Record<string, Json>> = {
  ...Object.fromEntries(PATTERNS.map((pattern) => [`pattern ${pattern.slice(0, 40)}`, matching(pattern)])),
  "five thousand states": machine({
    states: Array.from(
      { length: 5_000 },
      (_, i) => ({ name: `s${i}`, type: i === 0 ? "initial" : "stable" }),
    ),
    transitions: [{ trigger: "go", source: "s0", dest: "s1" }],
  }),
  "ten thousand transitions": machine({
    transitions: Array.from({ length: 10_000 }, () => GO),
  }),
  "a hundred levels": nested(30),
  "a hundred regions": machine({
    states: [{
      name: "a",
      type: "parallel",
      regions: Array.from({ length: 100 }, (_, i) => ({
        name: `r${i}`,
        initial: `x${i}`,
        states: [{ name: `x${i}`, type: "initial" }],
      })),
    }],
  }),
  "a thousand guards": machine({ transitions: [{ ...GO, guards: Array(1_000).fill({ expr: "true" }) }] }),
  "a thousand actions": machine({ transitions: [{ ...GO, actions: Array(1_000).fill("noop") }] }),
  "a name of 100 KB": machine({ meta: { ...META, machine_name: "n".repeat(100_000) } }),
  "a description of 200 KB": machine({ meta: { ...META, description: "d".repeat(200_000) } }),
  "an endless timer": machine({ transitions: [{ ...GO, after: "1e308s" }] }),
  "a timer of nothing in a ring": machine({
    states: [{ name: "a", type: "initial" }, { name: "b", type: "stable" }],
    transitions: [{ ...GO, after: 0 }, { trigger: "back", source: "b", dest: "a", after: 0 }],
  }),
  "a file as a submachine": machine({ states: [{ name: "a", type: "initial", submachine: "/etc/passwd" }] }),
  "an address as a submachine": machine({
    states: [{ name: "a", type: "initial", submachine: "http://169.254.169.254/latest" }],
  }),
  "code of its own": machine({ actions: [{ name: "x", code: "Deno.exit(1)" }] }),
  "the environment": machine({ meta: { ...META, description: "${PATH} ${PYSTATOR_AUTH_JWT_SECRET}" } }),
};

export const BOMBS: readonly Bomb[] = [
  ...Object.entries(YAMLS).flatMap(([name, yaml]): Bomb[] =>
    ["/api/v1/machines/diagnose", "/api/v1/machines"].map((path) => ({ name, path, yaml }))
  ),
  ...EXPRESSIONS.flatMap((expression): Bomb[] => {
    const config = guarded(expression);
    const name = `expression ${expression.slice(0, 40)}`;
    return [
      { name, path: "/api/v1/machines/validate", body: { config } },
      { name, path: "/api/v1/process", body: { config, current_state: "a", trigger: "go", context: LONG } },
    ];
  }),
  ...Object.entries(MACHINES).flatMap(([name, config], index): Bomb[] => [
    { name, path: "/api/v1/machines/validate", body: { config } },
    { name, path: "/api/v1/machines", body: { config: named(config, index) } },
    { name, path: "/api/v1/process", body: { config, current_state: "a", trigger: "go", context: LONG } },
  ]),
  simulation("eventless ring", {
    states: [{ name: "a", type: "initial" }, { name: "b", type: "stable" }],
    transitions: [{ source: "a", dest: "b" }, { source: "b", dest: "a" }],
  }),
  simulation("a context that doubles", {
    states: [{ name: "a", type: "initial" }],
    transitions: [{ ...GO, dest: "a", effects: [{ compute: { x: "x + x" } }] }],
  }),
  simulation("a list that doubles", {
    states: [{ name: "a", type: "initial" }],
    transitions: [{ ...GO, dest: "a", effects: [{ compute: { x: "[x, x]" } }] }],
  }),
  simulation("a state that raises its own event", {
    states: [{ name: "a", type: "initial", on_enter: [{ raise: "go" }] }],
    transitions: [{ ...GO, dest: "a" }],
  }),
  simulation("timers that start each other", {
    states: [{ name: "a", type: "initial" }, { name: "b", type: "stable" }],
    transitions: [{ ...GO, after: "1ms" }, { trigger: "back", source: "b", dest: "a", after: "1ms" }],
  }),
];

function simulation(name: string, more: Json): Bomb {
  const steps = Array.from(
    { length: 150 },
    (_, i) => i % 10 === 9 ? { advance_ms: 315_360_000_000 } : { trigger: "go" },
  );
  return {
    name,
    path: "/api/v1/simulate",
    body: { config: machine(more), context: { x: "0123456789", ...LONG }, steps },
  };
}
