/** The rules of the house as checks over the real import graph and the real text of every file. */

import { METRICS } from "../src/telemetry/metrics.ts";

/** What a room may import besides itself. A path names one file of a room that is otherwise closed. */
interface Room {
  readonly imports: readonly string[];
  readonly packages: readonly string[];
}

const LEAVES = ["json", "assert", "errors"];
const CONFIG = [
  "settings",
  "config_file",
  "config_actions",
  "config_values",
  "config",
  "start_check",
  "start_check_outside",
  "start_check_roles",
];

const ROOMS: Readonly<Record<string, Room>> = {
  json: { imports: [], packages: [] },
  assert: { imports: [], packages: [] },
  errors: { imports: [], packages: [] },
  clock: { imports: [], packages: [] },
  settings: { imports: [], packages: ["zod"] },
  config_file: { imports: ["settings"], packages: [] },
  config_actions: { imports: [], packages: [] },
  config_values: { imports: ["settings", "config_actions"], packages: [] },
  config: { imports: [...LEAVES, "settings", "config_file", "config_values"], packages: [] },
  start_check: { imports: ["config_values", "start_check_outside", "start_check_roles"], packages: [] },
  start_check_outside: { imports: ["config_values", "start_check_roles"], packages: [] },
  start_check_roles: { imports: [], packages: [] },

  expression: { imports: LEAVES, packages: ["re2js"] },
  engine: { imports: ["expression", ...LEAVES], packages: ["re2js"] },
  definition: {
    imports: ["engine", "expression", ...LEAVES],
    packages: ["js-yaml", "zod", "acorn", "saxes", "croner"],
  },
  orchestrator: { imports: ["engine", ...LEAVES], packages: [] },
  store: {
    imports: ["engine", "orchestrator", "telemetry", "clock", ...LEAVES],
    packages: ["postgres", "node:sqlite", "@upstash/redis", "ioredis"],
  },
  runtime: {
    imports: ["orchestrator", "definition", "engine", "store/store", "telemetry", "clock", ...LEAVES],
    packages: [],
  },
  worker: {
    imports: [
      "runtime",
      "orchestrator",
      "definition/cron",
      "store/store",
      "actions",
      "telemetry",
      "clock",
      ...LEAVES,
    ],
    packages: [],
  },
  actions: {
    imports: ["orchestrator", "engine/transient_guard", "telemetry", "clock", ...LEAVES],
    packages: ["ioredis"],
  },
  api: {
    imports: [
      "definition",
      "engine",
      "expression",
      "orchestrator",
      "runtime",
      "store/store",
      "telemetry",
      "clock",
      ...LEAVES,
    ],
    packages: ["hono", "@hono/zod-openapi", "zod", "jose", "hash-wasm", "swagger-ui-dist"],
  },
  ui: { imports: [], packages: ["hono", "elkjs", "preact"] },
  telemetry: {
    imports: ["clock", ...LEAVES],
    packages: ["prom-client"],
  },
  cli: {
    imports: [
      "definition",
      "engine",
      "expression",
      "orchestrator",
      "telemetry",
      "clock",
      "ui/chart/chart",
      "ui/chart/svg",
      ...CONFIG,
      ...LEAVES,
    ],
    packages: ["commander", "prettier"],
  },
  host: {
    imports: [
      "api",
      "worker",
      "ui/app",
      "runtime",
      "actions",
      "definition",
      "expression",
      "orchestrator",
      "store/store",
      "store/predecessor/port",
      "telemetry",
      "clock",
      ...CONFIG,
      ...LEAVES,
    ],
    packages: [],
  },
};

/** Names of node that any room may use: hashing and bytes; the others are listed with the room that needs them. */
const NODE_EVERYWHERE = ["node:crypto", "node:buffer"];
const NODE_IN_ROOM: Readonly<Record<string, readonly string[]>> = {
  api: ["node:module"],
  runtime: ["node:timers"],
  store: ["node:timers", "node:stream/promises"],
  actions: ["node:dns/promises", "node:http", "node:https", "node:stream", "node:zlib"],
};

const PURE_ROOMS = ["expression", "engine", "definition", "orchestrator"];
/** What reaches outside of a pure room, or waits. */
const IMPURE =
  /\bDeno\.|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|\bsetTimeout\b|\bsetInterval\b|\basync\b|\bawait\b|\bPromise\b|\brandomUUID\b|\bfetch\(|\bprocess\./;

const LINES_MAX = 400;
/** Files that are too long; a number here may only become smaller. */
const LONG_FILES: Readonly<Record<string, number>> = {};
const FUNCTION_LINES_MAX = 70;
/** A function that only puts closures together: its name begins with `add` or `create`. */
const ASSEMBLY_LINES_MAX = 150;

/** Files that programs import and `main.ts` does not need. */
const LIBRARY: readonly string[] = [
  "src/engine/session.ts",
  "src/engine/recorder.ts",
  "src/engine/classify.ts",
];

const JUNK_NAMES = /(^|\/)(mod|index|utils?|helpers?|common|types|misc|shared_utils)\.tsx?$/;

const ROOT = new URL("../", import.meta.url);

interface Module {
  readonly path: string;
  readonly code: readonly string[];
  readonly types: readonly string[];
}

interface Graph {
  readonly modules: ReadonlyMap<string, Module>;
  readonly errors: readonly string[];
}

interface DenoInfo {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

let graph: Promise<Graph> | null = null;

function graphOf(): Promise<Graph> {
  return graph ??= readGraph();
}

async function readGraph(): Promise<Graph> {
  const modules = new Map<string, Module>();
  const errors: string[] = [];
  for (const root of ["main.ts", ...LIBRARY, ...await threads()]) {
    for (const module of (await infoOf(root)).modules) {
      if (module.error !== undefined) errors.push(`${module.specifier}: ${module.error}`);
      if (!module.specifier.startsWith(ROOT.href)) continue;
      const pick = (kind: "code" | "type") =>
        (module.dependencies ?? []).map((one) => one[kind]?.specifier).filter((name) => name !== undefined)
          .map(shortOf);
      const path = shortOf(module.specifier);
      modules.set(path, { path, code: pick("code"), types: pick("type") });
    }
  }
  return { modules, errors };
}

/** Files that run in threads of their own are named by their address, not imported. */
async function threads(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [path, text] of await sourceFiles("src/")) {
    if (isTestMaterial(path)) continue;
    for (const [, name = ""] of text.matchAll(/(?:import\.meta\.resolve|new URL)\(\s*"(\.\/\w+\.ts)"/g)) {
      found.push(`${path.slice(0, path.lastIndexOf("/"))}/${name.slice("./".length)}`);
    }
  }
  return found;
}

async function infoOf(root: string): Promise<DenoInfo> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", root],
    cwd: ROOT,
    stdout: "piped",
    stderr: "null",
  });
  const info: DenoInfo = JSON.parse(new TextDecoder().decode((await command.output()).stdout));
  return info;
}

/** Path in the project, or the name of the package. */
function shortOf(specifier: string): string {
  if (specifier.startsWith(ROOT.href)) return specifier.slice(ROOT.href.length);
  return /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(specifier)?.[1] ?? specifier;
}

/** `src/store/memory/turns.ts` is in room `store`, `src/errors.ts` in room `errors`. */
function roomOf(path: string): string | null {
  return /^src\/([a-z_]+)(?:\/|\.tsx?$)/.exec(path)?.[1] ?? null;
}

async function sourceFiles(...folders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const walk = async (folder: string): Promise<void> => {
    for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory) await walk(`${path}/`);
      else if (/\.tsx?$/.test(entry.name)) files.set(path, await Deno.readTextFile(new URL(path, ROOT)));
    }
  };
  for (const folder of folders) await walk(folder);
  return files;
}

/** Tests, and what only they use. */
function isTestMaterial(path: string): boolean {
  return /_test\.tsx?$|\/(contract|testing)\//.test(path);
}

function none(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(`${problems.length} found:\n${problems.join("\n")}`);
}

/** Code without comments and the insides of texts, so that words in them do not count. */
function codeOf(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "").replaceAll(
    /"(?:[^"\\\n]|\\.)*"/g,
    '""',
  );
}

function isAllowed(target: string, allowed: readonly string[]): boolean {
  const room = roomOf(target);
  const file = target.replace(/^src\//, "").replace(/\.tsx?$/, "");
  return allowed.some((name) => name === room || name === file);
}

Deno.test("every room is in the table", async () => {
  const files = await sourceFiles("src/");
  const unknown = [...files.keys()].filter((path) =>
    !Object.hasOwn(ROOMS, roomOf(path)?.replace(/_test$/, "") ?? "")
  );
  none(unknown);
});

Deno.test("rooms import what the table allows, and main.ts alone knows every store", async () => {
  const { modules, errors } = await graphOf();
  const problems: string[] = [...errors];
  for (const module of modules.values()) {
    const name = roomOf(module.path);
    const room = name === null ? undefined : ROOMS[name];
    if (name === null || room === undefined) continue;
    for (const target of new Set([...module.code, ...module.types])) {
      if (target.startsWith("src/")) {
        if (roomOf(target) !== name && !isAllowed(target, room.imports)) {
          problems.push(`${module.path} imports ${target}`);
        }
      } else if (target.startsWith("node:")) {
        const allowed = [...NODE_EVERYWHERE, ...NODE_IN_ROOM[name] ?? [], ...room.packages];
        if (!allowed.includes(target)) problems.push(`${module.path} imports ${target}`);
      } else if (!/\.(css|svg|html|json|js)$/.test(target) && !room.packages.includes(target)) {
        problems.push(`${module.path} imports package ${target}`);
      }
    }
  }
  none(problems);
});

Deno.test("files import each other without rings", async () => {
  const { modules } = await graphOf();
  const done = new Set<string>();
  const rings: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      rings.push([...trail.slice(at), path].join(" -> "));
      return;
    }
    if (done.has(path)) return;
    for (const target of modules.get(path)?.code ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of modules.keys()) visit(path, []);
  none(rings);
});

Deno.test("every file is used", async () => {
  const { modules } = await graphOf();
  const files = [...(await sourceFiles("src/")).keys()];
  none(files.filter((path) => !modules.has(path) && !isTestMaterial(path)));
});

Deno.test("pure rooms touch nothing outside and never wait", async () => {
  const problems: string[] = [];
  for (const [path, text] of await sourceFiles(...PURE_ROOMS.map((room) => `src/${room}/`))) {
    if (isTestMaterial(path)) continue;
    for (const [index, line] of codeOf(text).split("\n").entries()) {
      if (IMPURE.test(line)) problems.push(`${path}:${index + 1}: ${line.trim()}`);
    }
  }
  none(problems);
});

Deno.test("only config.ts reads the environment", async () => {
  const files = await sourceFiles("src/");
  none(
    [...files, ["main.ts", await Deno.readTextFile(new URL("main.ts", ROOT))] as const]
      .filter(([path, text]) =>
        path !== "src/config.ts" && /\bDeno\.env\b|\bprocess\.env\b/.test(codeOf(text))
      )
      .map(([path]) => path),
  );
});

Deno.test("transactions of a shared pool are never begun by the driver", async () => {
  const files = [...await sourceFiles("src/")].filter(([path]) => !isTestMaterial(path));
  none(files.filter(([, text]) => /\bsql\w*\.begin\(/.test(codeOf(text))).map(([path]) => path));
});

Deno.test("there are no barrels, junk drawers, default exports, consoles or promises to do it later", async () => {
  const problems: string[] = [];
  for (const [path, text] of await sourceFiles("src/", "tests/", "bench/")) {
    const code = codeOf(text);
    if (JUNK_NAMES.test(path)) problems.push(`${path}: says nothing about what is in it`);
    if (/^export \* /m.test(code)) problems.push(`${path}: re-exports everything`);
    if (/^export default /m.test(code)) problems.push(`${path}: default export`);
    if (path.startsWith("src/") && /\bconsole\./.test(code)) problems.push(`${path}: writes to the console`);
    if (/\b(TODO|FIXME|XXX)\b/.test(text) && path !== "tests/architecture_test.ts") {
      problems.push(`${path}: promises something`);
    }
  }
  none(problems);
});

Deno.test("every metric is written somewhere", async () => {
  const files = [...await sourceFiles("src/")].filter(([path]) =>
    !isTestMaterial(path) && !path.startsWith("src/telemetry/")
  );
  const text = [...files.map(([, source]) => source), await Deno.readTextFile(new URL("main.ts", ROOT))].join(
    "\n",
  );
  none(Object.keys(METRICS).filter((name) => !text.includes(`"${name}"`)));
});

Deno.test("every file begins with its idea", async () => {
  const files = await sourceFiles("src/", "tests/");
  none(
    [...files].filter(([path, text]) => !/_test\.tsx?$/.test(path) && !text.startsWith("/**")).map(([path]) =>
      path
    ),
  );
});

Deno.test("files are short, and the list of long ones only shrinks", async () => {
  const problems: string[] = [];
  for (const [path, text] of await sourceFiles("src/")) {
    const lines = text.split("\n").length - 1;
    const limit = LONG_FILES[path] ?? LINES_MAX;
    if (lines > limit) problems.push(`${path}: ${lines} lines, at most ${limit}`);
  }
  for (const path of Object.keys(LONG_FILES)) {
    const lines = (await Deno.readTextFile(new URL(path, ROOT))).split("\n").length - 1;
    if (lines <= LINES_MAX) problems.push(`${path}: short enough now, take it off the list`);
  }
  none(problems);
});

Deno.test("functions are short", async () => {
  const problems: string[] = [];
  for (const [path, text] of await sourceFiles("src/")) {
    if (isTestMaterial(path)) continue;
    const lines = text.split("\n");
    for (const [index, line] of lines.entries()) {
      const start = /^(\s*)(?:export )?(?:async )?function\*? (\w+)/.exec(line);
      if (start === null) continue;
      const end = lines.findIndex((other, at) =>
        at > index && other.startsWith(`${start[1]}}`) && other.trim() === "}"
      );
      // What is defined inside counts for itself.
      const inner = innerLines(lines.slice(index + 1, end));
      const length = end - index + 1 - inner;
      const limit = /^(add|create)[A-Z]/.test(start[2] ?? "") ? ASSEMBLY_LINES_MAX : FUNCTION_LINES_MAX;
      if (length > limit) problems.push(`${path}:${index + 1}: ${start[2]} has ${length} lines`);
    }
  }
  none(problems);
});

/** Lines of functions inside a function. */
function innerLines(lines: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < lines.length; index++) {
    const start = /^(\s+)(?:async )?function\*? \w+/.exec(lines[index] ?? "");
    if (start === null) continue;
    const end = lines.findIndex((other, at) => at > index && other === `${start[1]}}`);
    if (end < 0) continue;
    count += end - index + 1;
    index = end;
  }
  return count;
}
