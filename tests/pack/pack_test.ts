/** The package as its users get it: built, installed with npm, and every example of it run by Node. */
import { strict as assert } from "node:assert";
import { buildPackage } from "../../pack/build.ts";

const ROOT = new URL("../../", import.meta.url);
const PATIENCE_MS = 120_000;

/** Files whose examples are run; `prefix` is what stands before each line of them. */
const EXAMPLES: readonly { readonly file: string; readonly language: string; readonly prefix: RegExp }[] = [
  { file: "docs/library.md", language: "js", prefix: /^/ },
  { file: "pack/README.md", language: "js", prefix: /^/ },
  { file: "pack/engine.ts", language: "ts", prefix: /^ \* ?/ },
  { file: "pack/convert.ts", language: "ts", prefix: /^ \* ?/ },
];

const reason = await missingTool();

Deno.test({
  name: `the package installs and runs under Node${reason === null ? "" : `: ${reason}`}`,
  ignore: reason !== null,
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "stator-consumer-" });
    try {
      const file = await buildPackage(`${folder}/dist`);
      await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ private: true, type: "module" }));
      await Deno.copyFile(new URL("machines/order.yaml", ROOT), `${folder}/order.yaml`);
      await run(folder, "npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", file]);
      for (const example of EXAMPLES) {
        for (const [index, code] of (await blocksOf(example)).entries()) {
          await t.step(`example ${index + 1} of ${example.file}`, async () => {
            await Deno.writeTextFile(`${folder}/example.mjs`, code);
            await run(folder, "node", ["example.mjs"]);
          });
        }
      }
      await t.step("types say what is wrong in a program that uses it", async () => {
        assert.deepEqual(await typeErrors(folder, "const state: string = session.state();"), []);
        assert.deepEqual(await typeErrors(folder, "const state: number = session.state();"), ["TS2322"]);
        assert.deepEqual(await typeErrors(folder, "session.fly();"), ["TS2339"]);
      });
      await t.step("nothing of the service is in it", async () => {
        const names: string[] = [];
        for await (const entry of Deno.readDir(`${folder}/node_modules/@stator/engine/src`)) {
          names.push(entry.name);
        }
        const rooms = new Set(names.map((name) => name.replace(/\..*$/, "")));
        assert.deepEqual([...rooms].sort(), [
          "assert",
          "definition",
          "engine",
          "errors",
          "expression",
          "json",
        ]);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** Codes of what the type check finds in a program that has a session and runs `line`. */
async function typeErrors(folder: string, line: string): Promise<readonly string[]> {
  const program = [
    'import { createSession, loadMachine, type Run } from "@stator/engine";',
    'import { yamlText } from "@stator/engine/convert";',
    "const loaded = loadMachine({ text: yamlText({ meta: {} }) });",
    "if (!loaded.ok) throw new Error(loaded.diagnostics[0]?.message);",
    'const session = createSession(loaded.machine, { entityId: "e-1", nowMs: () => 0 });',
    'export const run: Run = session.send("go");',
    line,
  ];
  await Deno.writeTextFile(`${folder}/program.ts`, program.join("\n"));
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--node-modules-dir=manual", "program.ts"],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  return [...new Set(new TextDecoder().decode(stderr).match(/\bTS\d{4}\b/g) ?? [])];
}

async function blocksOf(example: (typeof EXAMPLES)[number]): Promise<readonly string[]> {
  const text = await Deno.readTextFile(new URL(example.file, ROOT));
  const plain = text.split("\n").map((line) => line.replace(example.prefix, "")).join("\n");
  const blocks = [...plain.matchAll(new RegExp("^```" + example.language + "\\n([\\s\\S]*?)^```", "gm"))];
  assert(blocks.length > 0, `${example.file} has examples`);
  return blocks.map(([, code = ""]) => code);
}

/** null, or why the package cannot be tried here. */
async function missingTool(): Promise<string | null> {
  for (const tool of ["node", "npm"]) {
    try {
      await new Deno.Command(tool, { args: ["--version"], stdout: "null", stderr: "null" }).output();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return `${tool} is not installed`;
      throw error;
    }
  }
  return null;
}

async function run(folder: string, command: string, args: readonly string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd: folder,
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output();
  const decoder = new TextDecoder();
  assert(success, `${command} ${args.join(" ")}\n${decoder.decode(stdout)}\n${decoder.decode(stderr)}`);
}
