/** Each planted bug is noticed by the test that claims to: a copy of the engine with the bug, and that test fails. */
import { strictEqual } from "node:assert/strict";
import { MUTANTS } from "./mutants.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
/** Everything that the tests of the engine import. */
const COPIED = ["deno.json", "deno.lock", "src/json.ts", "src/assert.ts", "src/errors.ts"];
const FOLDERS = ["src/engine", "src/engine/testing", "src/expression"];
const DURATION_MAX_MS = 60_000;

Deno.test("the engine without a planted bug passes in a copy", async () => {
  await inCopy(async (folder) => {
    const tests = [...new Set(MUTANTS.map(({ test }) => `src/engine/${test}`))];
    strictEqual(await passes(folder, tests), true);
  });
});

for (const { name, file, from, to, test } of MUTANTS) {
  Deno.test(`${test} notices that ${name}`, async () => {
    await inCopy(async (folder) => {
      const path = `${folder}/src/engine/${file}`;
      const source = await Deno.readTextFile(path);
      strictEqual(source.split(from).length, 2, `the text to replace stands once in ${file}`);
      await Deno.writeTextFile(path, source.replace(from, () => to));
      strictEqual(await passes(folder, [`src/engine/${test}`]), false, `${test} passes although ${name}`);
    });
  });
}

async function passes(folder: string, tests: readonly string[]): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "--quiet", ...tests],
    cwd: folder,
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(DURATION_MAX_MS),
  });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  const isRun = /\d+ passed/.test(text) && !/\(uncaught error\)/.test(text);
  strictEqual(isRun, true, `the tests began: ${text}${new TextDecoder().decode(stderr)}`);
  return success;
}

async function inCopy(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "stator_mutant_" });
  try {
    for (const inner of FOLDERS) await Deno.mkdir(`${folder}/${inner}`, { recursive: true });
    for (const path of COPIED) await Deno.copyFile(ROOT + path, `${folder}/${path}`);
    for (const inner of FOLDERS) {
      for await (const { name, isFile } of Deno.readDir(ROOT + inner)) {
        if (isFile && name.endsWith(".ts")) {
          await Deno.copyFile(`${ROOT}${inner}/${name}`, `${folder}/${inner}/${name}`);
        }
      }
    }
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
