/** Compiled machines: found by name and version, once compiled, forgotten when the store changes. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { recordOf } from "../../tests/runtime/harness.ts";
import { orderSpec } from "../../tests/runtime/machines.ts";
import { createVirtualClock } from "../../tests/runtime/virtual_clock.ts";
import { loadedMachineOf } from "../orchestrator/loaded_machine.ts";
import { createMemoryStore } from "../store/memory/memory_store.ts";
import { createCatalog } from "./catalog.ts";

const CHECK_MS = 1_000;

function catalogOf(machinesCachedMax = 100) {
  const clock = createVirtualClock();
  const { machines } = createMemoryStore({ clock });
  const compiled: string[] = [];
  const problems: string[] = [];
  const catalog = createCatalog({
    machines,
    clock,
    compile(record) {
      compiled.push(record.version);
      return record.version.startsWith("bad")
        ? { type: "invalid", message: "broken" }
        : { type: "loaded", loaded: loadedMachineOf(orderSpec({ version: record.version })) };
    },
    machinesCachedMax,
    checkMs: CHECK_MS,
    onInvalid: (problem) => problems.push(problem.version),
  });
  const publish = (version: string) => machines.insert(recordOf(orderSpec({ version })));
  return { catalog, machines, clock, publish, compiled, problems };
}

Deno.test("createCatalog() takes the newest version by number", async () => {
  const { catalog, publish } = catalogOf();
  for (const version of ["1.9.0", "1.10.0", "1.2.0"]) await publish(version);
  strictEqual((await catalog.find("order", null))?.version, "1.10.0");
  strictEqual((await catalog.find("order", "1.2.0"))?.version, "1.2.0");
  strictEqual(await catalog.find("order", "7"), null);
  strictEqual(await catalog.find("other", null), null);
});

Deno.test("createCatalog() compiles each document once", async () => {
  const { catalog, publish, compiled, clock } = catalogOf();
  await publish("1");
  for (let count = 0; count < 5; count++) await catalog.find("order", null);
  await publish("2");
  await clock.advance(CHECK_MS);
  await catalog.find("order", "1");
  deepStrictEqual(compiled, ["1"]);
});

Deno.test("createCatalog() knows a version at once when it was published", async () => {
  const { catalog, publish } = catalogOf();
  strictEqual(await catalog.find("order", "1"), null);
  await publish("1");
  strictEqual((await catalog.find("order", "1"))?.version, "1");
  strictEqual((await catalog.find("order", null))?.version, "1");
  await publish("2");
  strictEqual((await catalog.find("order", null))?.version, "2");
});

Deno.test("createCatalog() trusts a version that it knows by number until the check interval is over", async () => {
  const { catalog, machines, publish, clock } = catalogOf();
  await publish("1");
  await catalog.find("order", "1");
  const [record] = await machines.list({});
  await machines.delete(record?.id ?? "", { isForced: true });
  strictEqual((await catalog.find("order", "1"))?.version, "1");
  await clock.advance(CHECK_MS);
  strictEqual(await catalog.find("order", "1"), null);
});

Deno.test("createCatalog() steps back from a broken version to the one before, and says so once", async () => {
  const { catalog, publish, problems } = catalogOf();
  await publish("1");
  await publish("bad2");
  strictEqual(await catalog.find("order", "bad2"), null);
  strictEqual((await catalog.find("order", null))?.version, "1");
  await catalog.find("order", "bad2");
  deepStrictEqual([problems, catalog.problems().map((one) => one.version)], [["bad2"], ["bad2"]]);
});

Deno.test("createCatalog() lets a turn find by number what it asked for as the newest", async () => {
  const { catalog, publish } = catalogOf();
  await publish("1");
  const machineOf = await catalog.prepare([{ name: "order", version: null }]);
  strictEqual(machineOf("order", null)?.version, "1");
  strictEqual(machineOf("order", "1")?.version, "1");
  strictEqual(machineOf("order", "2"), null);
});

Deno.test("createCatalog() keeps a turn's machines although its memory is smaller", async () => {
  const { catalog, publish, compiled } = catalogOf(2);
  const versions = ["1", "2", "3", "4", "5"];
  for (const version of versions) await publish(version);
  const machineOf = await catalog.prepare(versions.map((version) => ({ name: "order", version })));
  deepStrictEqual(versions.map((version) => machineOf("order", version)?.version), versions);
  await catalog.find("order", "1");
  deepStrictEqual(compiled, [...versions, "1"]);
});
