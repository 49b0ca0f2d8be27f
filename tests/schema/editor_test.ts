/** The JSON Schema of machine files in the language server that editors use: no complaint where none is due. */
import { strict as assert } from "node:assert";
import { TextDocument } from "vscode-languageserver-textdocument";
import { getLanguageService } from "yaml-language-server";
import { machineJsonSchema, type SchemaDraft } from "../../src/definition/json_schema.ts";

const MACHINES = new URL("../../machines/", import.meta.url);
const DRAFTS: readonly SchemaDraft[] = ["draft-7", "2020-12"];

const WRONG: readonly [what: string, text: string, complaint: RegExp][] = [
  [
    "an unknown state type",
    "states:\n  - { name: a, type: inital }\ntransitions: []\n",
    /inital|one of|initial/i,
  ],
  ["a missing list of transitions", "states:\n  - { name: a, type: initial }\n", /transitions/],
  [
    "a transition without a source",
    "states:\n  - { name: a, type: initial }\ntransitions:\n  - { trigger: go, dest: a }\n",
    /source/,
  ],
  ["a number as name", "states:\n  - { name: 1, type: initial }\ntransitions: []\n", /string/],
];

for (const draft of DRAFTS) {
  Deno.test(`editors find nothing in the sample machines with the schema of ${draft}`, async () => {
    let count = 0;
    for await (const entry of Deno.readDir(MACHINES)) {
      if (!entry.name.endsWith(".yaml") || entry.name.endsWith(".scenarios.yaml")) continue;
      assert.deepEqual(
        await complaints(draft, await Deno.readTextFile(new URL(entry.name, MACHINES))),
        [],
        entry.name,
      );
      count += 1;
    }
    assert(count >= 5);
  });

  for (const [what, text, complaint] of WRONG) {
    Deno.test(`editors find ${what} with the schema of ${draft}`, async () => {
      const found = await complaints(draft, text);
      assert(found.some((line) => complaint.test(line)), found.join("; "));
    });
  }
}

let version = 0;

async function complaints(draft: SchemaDraft, text: string): Promise<string[]> {
  const service = getLanguageService({
    schemaRequestService: (uri) => Promise.reject(new Error(`Nothing is fetched, not even ${uri}`)),
    workspaceContext: { resolveRelativePath: (path) => path },
  });
  const schema = {
    uri: "file:///machine.schema.json",
    fileMatch: ["*.yaml"],
    schema: machineJsonSchema(draft),
  };
  service.configure({ validate: true, schemas: [schema] });
  // The server remembers what it parsed by address and version, in all its instances.
  version += 1;
  const document = TextDocument.create("file:///machine.yaml", "yaml", version, text);
  const found = await service.doValidation(document, false);
  return found.map((item) => `${item.range.start.line + 1}: ${item.message}`);
}
