/** The pages about machine files: their YAML stands in a sample machine, their tables name every code. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { EMPTY_REGISTRY, lintMachine } from "../../src/definition/lint.ts";
import { machineJsonSchema } from "../../src/definition/json_schema.ts";
import { loadMachine } from "../../src/definition/load.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const MACHINES = [...Deno.readDirSync(`${ROOT}machines`)].map(({ name }) => name)
  .filter((name) => name.endsWith(".yaml") && !name.endsWith(".scenarios.yaml")).toSorted();
/** The formatter of pages moves YAML and breaks long lines; the words stay. */
const wordsOf = (text: string) => text.replaceAll(/\s+/g, "").replaceAll(",}", "}");
const SOURCES = MACHINES.map((name) => Deno.readTextFileSync(`${ROOT}machines/${name}`));

for (const page of ["machine-format.md", "lint.md"]) {
  Deno.test(`every YAML block of docs/${page} stands in a machine`, () => {
    const text = Deno.readTextFileSync(`${ROOT}docs/${page}`);
    const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = ""]) => block);
    ok(blocks.length > 0);
    deepStrictEqual(
      blocks.filter((block) => !SOURCES.some((source) => wordsOf(source).includes(wordsOf(block)))),
      [],
    );
  });
}

for (const [index, name] of MACHINES.entries()) {
  Deno.test(`machines/${name} has no findings`, () => {
    const loaded = loadMachine({ text: SOURCES[index] ?? "", fileName: name });
    ok(loaded.ok, JSON.stringify(loaded.diagnostics));
    deepStrictEqual([...loaded.diagnostics, ...lintMachine(loaded, EMPTY_REGISTRY)], []);
  });
}

Deno.test("docs/lint.md lists every code of the linter", () => {
  const page = Deno.readTextFileSync(`${ROOT}docs/lint.md`);
  const folder = `${ROOT}src/definition/lint`;
  const sources = [...Deno.readDirSync(folder)].map(({ name }) => Deno.readTextFileSync(`${folder}/${name}`))
    .join("\n");
  const codes = new Set(
    [...sources.matchAll(/findings\.(?:error|warning|info)\(\s*"([a-z_0-9]+)"/g)].map(([, code = ""]) =>
      code
    ),
  );
  ok(codes.size > 20);
  deepStrictEqual([...codes].filter((code) => !page.includes(`\`${code}\``)), []);
});

Deno.test("docs/machine-format.md lists every warning of the loader", () => {
  const page = Deno.readTextFileSync(`${ROOT}docs/machine-format.md`);
  const folder = `${ROOT}src/definition`;
  const sources = [...Deno.readDirSync(folder)].filter(({ name }) =>
    name.endsWith(".ts") && !name.endsWith("_test.ts")
  )
    .map(({ name }) => Deno.readTextFileSync(`${folder}/${name}`)).join("\n");
  const codes = new Set(
    [...sources.matchAll(/findings\.(?:warning|info)\(\s*"([a-z_0-9]+)"/g)].map(([, code = ""]) => code),
  );
  ok(codes.size > 5);
  deepStrictEqual([...codes].filter((code) => !page.includes(`\`${code}\``)), []);
});

Deno.test("docs/machine.schema.json is what `stator schema` prints", () => {
  const stored = JSON.parse(Deno.readTextFileSync(`${ROOT}docs/machine.schema.json`));
  deepStrictEqual(stored, machineJsonSchema("2020-12"));
});
