/** Charts of all machines that come with the project keep apart what must not touch, in both directions. */
import { strict as assert } from "node:assert";
import { valueOf } from "../../src/definition/source_node.ts";
import { parseText } from "../../src/definition/yaml.ts";
import { graphOf } from "../../src/ui/chart/graph.ts";
import { type ChartDirection, layoutOf } from "../../src/ui/chart/layout.ts";
import { overlapsOf } from "../../src/ui/chart/testing/overlaps.ts";

const FOLDERS = ["../../machines/", "../vectors/cases/machines/", "./machines/"];
const DIRECTIONS: readonly ChartDirection[] = ["down", "right"];

function documentAt(url: URL): Readonly<Record<string, unknown>> {
  const result = parseText(Deno.readTextFileSync(url), { format: "yaml" });
  assert(result.ok, `${url} can be read`);
  const document = valueOf(result.root);
  assert(typeof document === "object" && document !== null && !Array.isArray(document));
  return { ...document };
}

function machineFiles(): readonly URL[] {
  return FOLDERS.map((folder) => new URL(folder, import.meta.url)).flatMap((folder) =>
    [...Deno.readDirSync(folder)].map((entry) => entry.name)
      .filter((name) => name.endsWith(".yaml") && !name.endsWith(".scenarios.yaml")).sort()
      .map((name) => new URL(name, folder))
  );
}

for (const url of machineFiles()) {
  for (const direction of DIRECTIONS) {
    const name = url.pathname.split("/").slice(-3).join("/");
    Deno.test(`nothing touches in the chart of ${name}, ${direction}`, async () => {
      assert.deepEqual(overlapsOf(await layoutOf(graphOf(documentAt(url)), direction)), []);
    });
  }
}
