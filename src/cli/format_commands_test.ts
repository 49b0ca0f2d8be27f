/** One form for machine files: comments and meaning stay, and formatting again changes nothing. */
import { strict as assert } from "node:assert";
import { formatYaml } from "./format_commands.ts";

const ROWS: readonly [name: string, text: string, formatted: string][] = [
  ["indents by two", "meta:\n    machine_name: a\n", "meta:\n  machine_name: a\n"],
  ["keeps comments", "# why\nstates: [ ] # none\n", "# why\nstates: [] # none\n"],
  ["keeps words that older readers take for booleans", "on:   'off'\n", 'on: "off"\n'],
  [
    "keeps one transition on one line",
    "t:\n  - {trigger: go,source: a,   dest: b}\n",
    "t:\n  - { trigger: go, source: a, dest: b }\n",
  ],
];

for (const [name, text, formatted] of ROWS) {
  Deno.test(`formatYaml() ${name}`, async () => {
    assert.equal(await formatYaml(text, "a.yaml"), formatted);
    assert.equal(await formatYaml(formatted, "a.yaml"), formatted);
  });
}

Deno.test("formatYaml() says where a text is not YAML", async () => {
  await assert.rejects(formatYaml("a: [1\nb: 2\n", "a.yaml"), /Cannot format a\.yaml:2:/);
});

Deno.test("the sample machines have the one form", async () => {
  const folder = new URL("../../machines/", import.meta.url);
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    assert.equal(await formatYaml(text, name), text, `run: stator fmt machines/${name}`);
  }
});
