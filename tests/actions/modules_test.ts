/** Files of an operator as actions and guards: what they may do, how they are ended, which folders are refused. */
import { AppError } from "../../src/errors.ts";
import type { JsonObject, JsonValue } from "../../src/json.ts";
import { systemClock } from "../../src/clock.ts";
import type { LeasedAction } from "../../src/orchestrator/outbox.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { TransientGuardError } from "../../src/engine/transient_guard.ts";
import { createGuardCalls } from "../../src/actions/modules/guard_calls.ts";
import { readModuleFolder } from "../../src/actions/modules/module_folder.ts";
import { loadModules, type Modules } from "../../src/actions/modules/modules.ts";

type Files = Readonly<Record<string, string>>;

function action(name: string, params: JsonObject, timeoutS: number | null = null): LeasedAction {
  return {
    actionId: "6d1f0c9e-0000-5000-8000-000000000001",
    entityId: "o-1",
    machineName: "order",
    machineVersion: "1.0.0",
    position: 1,
    ordinal: 0,
    kind: "named",
    name,
    params,
    options: { when: null, timeoutS, retry: null, retryBackoffS: null },
    context: { total: 40 },
    traceparent: null,
    dueAtMs: 0,
    attemptsMax: 5,
    createdAtMs: 0,
    leaseNo: 1,
    leaseUntilMs: 30_000,
    attempts: 1,
  };
}

async function withFolder(files: Files, test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]+$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface World {
  readonly modules: Modules;
  readonly lines: string[];
  readonly run: (name: string, params?: JsonObject, timeoutS?: number) => Promise<JsonValue>;
}

function withModules(files: Files, net: readonly string[], test: (world: World) => Promise<void>) {
  return withFolder(files, async (path) => {
    const lines: string[] = [];
    const log = createLog({
      level: "debug",
      clock: systemClock,
      write: (line) => lines.push(line),
      secrets: [],
    });
    const modules = await loadModules({ path, net, log, clock: systemClock, use: "guards_and_actions" });
    try {
      await test({
        modules,
        lines,
        run: async (name, params = {}, timeoutS) => {
          const handler = modules.actions.get(name);
          if (handler === undefined) throw new Error(`no action ${name}`);
          const result = await handler(action(name, params, timeoutS ?? null), new AbortController().signal);
          return JSON.parse(JSON.stringify(result));
        },
      });
    } finally {
      modules.close();
    }
  });
}

function same(found: unknown, expected: unknown, about = ""): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`${about}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

const failed = (error: string, isFinal = false, retryAfterMs: number | null = null) => ({
  type: "failed",
  error,
  isFinal,
  retryAfterMs,
});

const ACTIONS: Files = {
  "actions/charge.ts": `import { twice } from "../lib/twice.ts";
/**/ export default async (input: { amount: number }, call: any) => {
  console.info("charges", input.amount);
  return { charged: twice(input.amount), entity: call.entity_id, attempt: call.attempt, total: call.context.total };
};`,
  "lib/twice.ts": `export const twice = (value: number): number => value * 2;`,
  "actions/nothing.js": `export default () => {};`,
  "actions/declines.ts":
    `export default () => { throw Object.assign(new Error("card declined"), { final: true }); };`,
  "actions/busy.ts":
    `export default () => { throw Object.assign(new Error("busy"), { retryAfterSeconds: 7 }); };`,
  "actions/endless.ts": `export default () => { while (true) {} };`,
  "actions/sleeps.ts": `export default () => new Promise(() => {});`,
  "actions/huge.ts": `export default () => "x".repeat(70_000);`,
  "actions/circular.ts": `export default () => { const a: any = {}; a.a = a; return a; };`,
  "actions/env.ts": `export default () => Deno.env.get("HOME");`,
  "actions/runs.ts": `export default () => new Deno.Command("true").output();`,
  "actions/writes.ts": `export default () => Deno.writeTextFile("/tmp/x", "x");`,
  "actions/reads.ts": `export default () => Deno.readTextFile("/etc/passwd");`,
  "actions/calls.ts": `export default (input: any) => fetch(input.url).then((answer) => answer.text());`,
  "actions/breaks.ts":
    `export default () => new Promise(() => queueMicrotask(() => { throw new Error("late"); }));`,
  "actions/leaves.ts":
    `export default () => { setTimeout(() => { throw new Error("behind"); }, 5); return 1; };`,
};

Deno.test("modules carry actions out, and answer with JSON or a failure that says what is next", () =>
  withModules(ACTIONS, [], async ({ run, lines }) => {
    const rows: readonly (readonly [string, JsonObject, JsonValue])[] = [
      ["charge", { amount: 21 }, {
        type: "done",
        output: { charged: 42, entity: "o-1", attempt: 2, total: 40 },
      }],
      ["nothing", {}, { type: "done", output: null }],
      ["declines", {}, failed('Action "declines" failed: card declined', true)],
      ["busy", {}, failed('Action "busy" failed: busy', false, 7_000)],
      ["huge", {}, failed('Action "huge" failed: It answered with more than 65536 characters', true)],
    ];
    for (const [name, params, expected] of rows) same(await run(name, params), expected, name);
    const circular = JSON.stringify(await run("circular"));
    if (!circular.includes("circular structure")) throw new Error(circular);
    const line = lines.find((one) => one.includes("charges 21"));
    if (line === undefined || !line.includes('"source":"module"')) throw new Error("console is not the log");
  }));

Deno.test("modules have no permissions but to read their own folder", () =>
  withModules(ACTIONS, [], async ({ run }) => {
    for (const name of ["env", "runs", "writes", "reads"]) {
      const text = JSON.stringify(await run(name));
      if (!/Requires (env|run|write|read) access/.test(text)) throw new Error(`${name}: ${text}`);
    }
    const text = JSON.stringify(await run("calls", { url: "http://127.0.0.1:49151/" }));
    if (!text.includes("Requires net access")) throw new Error(text);
  }));

Deno.test("modules reach the hosts that the operator named", async () => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("hello"));
  const { port } = server.addr;
  await withModules(ACTIONS, [`127.0.0.1:${port}`], async ({ run }) => {
    same(await run("calls", { url: `http://127.0.0.1:${port}/` }), { type: "done", output: "hello" });
    const other = JSON.stringify(await run("calls", { url: "http://127.0.0.1:49151/" }));
    if (!other.includes("Requires net access")) throw new Error(other);
  });
  await server.shutdown();
});

Deno.test("modules that do not end are ended, and those that break take nobody with them", () =>
  withModules(ACTIONS, [], async ({ run, modules }) => {
    for (const name of ["endless", "sleeps"]) {
      same(await run(name, {}, 0.2), failed(`Action "${name}" failed: It took longer than 200 ms`), name);
    }
    const broken = JSON.stringify(await run("breaks"));
    if (!broken.includes("late")) throw new Error(broken);
    same(await run("leaves"), { type: "done", output: 1 });
    const stop = new AbortController();
    const endless = modules.actions.get("endless");
    const told = endless?.(action("endless", {}), stop.signal);
    stop.abort();
    same(await told, failed('Action "endless" failed: It was told to end'));
    for (let count = 0; count < 6; count++) {
      same(await run("charge", { amount: count }), {
        type: "done",
        output: { charged: count * 2, entity: "o-1", attempt: 2, total: 40 },
      });
    }
  }));

const GUARDS: Files = {
  "guards/big_order.ts":
    `export default (context: any, call: any) => context.total >= call.params.least && call.event.trigger === "pay";`,
  "guards/text.ts": `export default () => "yes";`,
  "guards/later.ts": `export default async () => true;`,
  "guards/throws.ts": `export default () => { throw new Error("no rate for €"); };`,
  "guards/clock.ts": `export default () => Date.now() > 0;`,
  "guards/today.ts": `export default () => new Date().getFullYear() > 0;`,
  "guards/known_day.ts": `export default () => new Date("2026-01-02T00:00:00Z").getUTCDate() === 2;`,
  "guards/chance.ts": `export default () => Math.random() >= 0;`,
  "guards/calls.ts": `export default () => { fetch("http://127.0.0.1:9/"); return true; };`,
  "guards/outside.ts": `export default () => typeof Deno === "undefined";`,
};

Deno.test("guards of modules answer true or false from their arguments alone, everything else is an error", () =>
  withModules(GUARDS, [], ({ modules }) => {
    const ask = (name: string, context: JsonObject, params: JsonObject = {}) => {
      try {
        return modules.guards.get(name)?.(context, params);
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };
    const event = { _event: { trigger: "pay" } };
    const pure = "its answer may depend on its arguments only";
    const rows: readonly (readonly [string, unknown, unknown])[] = [
      ["big_order", ask("big_order", { total: 50, ...event }, { least: 50 }), true],
      ["big_order", ask("big_order", { total: 49, ...event }, { least: 50 }), false],
      ["text", ask("text", {}), 'Guard "text" answered neither true nor false'],
      ["later", ask("later", {}), 'Guard "later" answered neither true nor false'],
      ["throws", ask("throws", {}), "no rate for €"],
      ["clock", ask("clock", {}), `A guard cannot use the clock: ${pure}`],
      ["today", ask("today", {}), `A guard cannot use the clock: ${pure}`],
      ["known_day", ask("known_day", {}), true],
      ["chance", ask("chance", {}), `A guard cannot use chance: ${pure}`],
      ["calls", ask("calls", {}), `A guard cannot use fetch: ${pure}`],
      ["outside", ask("outside", {}), true],
    ];
    for (const [name, found, expected] of rows) same(found, expected, name);
    return Promise.resolve();
  }));

Deno.test("a guard that goes round for ever is ended, the event is tried later, and the next answer is right", () =>
  withFolder({
    "guards/endless.ts": `export default (context: any) => { while (context.stuck) {} return true; };`,
  }, async (path) => {
    const calls = await createGuardCalls(await readModuleFolder(path), { answerMsMax: 200 });
    const guard = calls.guards.get("endless");
    try {
      guard?.({ stuck: true }, {});
      throw new Error("it was not ended");
    } catch (error) {
      if (!(error instanceof TransientGuardError)) throw error;
    }
    same(guard?.({ stuck: false }, {}), true);
    calls.close();
  }));

Deno.test("a folder that is not what its operator believes is refused as a whole", async () => {
  const good = { "actions/fine.ts": "export default () => 1;" };
  const rows: readonly (readonly [string, Files, (folder: string) => Promise<void>, RegExp])[] = [
    ["missing", {}, (folder) => Deno.remove(folder), /Cannot use PYSTATOR_MODULES_DIR/],
    ["writable folder", good, (folder) => Deno.chmod(folder, 0o777), /everybody may write to/],
    [
      "writable file",
      good,
      (folder) => Deno.chmod(`${folder}/actions/fine.ts`, 0o666),
      /everybody may write to/,
    ],
    [
      "link outside",
      good,
      (folder) => Deno.symlink("/etc/passwd", `${folder}/actions/x.ts`),
      /leads outside/,
    ],
    ["linked folder outside", good, (folder) => Deno.symlink("/etc", `${folder}/guards`), /leads outside/],
    ["bad name", { "actions/No-Name.ts": "" }, () => Promise.resolve(), /is no name/],
    ["taken name", { "actions/publish.ts": "" }, () => Promise.resolve(), /something built in/],
    ["twice", { "actions/a.ts": "", "actions/a.js": "" }, () => Promise.resolve(), /stands there twice/],
    [
      "no function",
      { "actions/a.ts": "export default 3;" },
      () => Promise.resolve(),
      /action "a": It has no function/,
    ],
    ["no syntax", { "actions/a.js": "export default (" }, () => Promise.resolve(), /action "a": /],
    [
      "no guard",
      { "guards/a.ts": "export const a = 1;" },
      () => Promise.resolve(),
      /guard "a" has no function/,
    ],
    ["throws at load", { "guards/a.ts": "throw new Error('x');" }, () => Promise.resolve(), /guard "a": x/],
  ];
  const log = createLog({ level: "error", clock: systemClock, write: () => {}, secrets: [] });
  for (const [name, files, change, expected] of rows) {
    const path = await Deno.makeTempDir();
    for (const [file, text] of Object.entries(files)) {
      await Deno.mkdir(`${path}/${file}`.replace(/\/[^/]+$/, ""), { recursive: true });
      await Deno.writeTextFile(`${path}/${file}`, text);
    }
    await change(path);
    const error = await loadModules({ path, net: [], log, clock: systemClock, use: "guards_and_actions" })
      .then((modules) => modules.close(), (reason: unknown) => reason);
    if (!(error instanceof AppError) || error.code !== "bad_configuration" || !expected.test(error.message)) {
      throw new Error(`${name}: ${error}`);
    }
    await Deno.remove(path, { recursive: true }).catch(() => {});
  }
});
