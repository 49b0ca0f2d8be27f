/** Contract of machine records: one for each name and version, kept while entities pin it. */
import { assertEquals } from "./assertions.ts";
import { entityOf, machineOf, present, writeLane } from "./fixtures.ts";
import type { ContractCase } from "./harness.ts";

export const machineCases: readonly ContractCase[] = [
  {
    name: "insert() keeps every field and refuses a taken version",
    async run({ store }) {
      const record = machineOf();
      const bare = machineOf({
        name: "bare",
        description: null,
        sourceText: null,
        createdBy: null,
        updatedBy: null,
      });
      for (const one of [record, bare]) {
        assertEquals(await store.machines.insert(one), { type: "inserted", record: one });
        assertEquals(await store.machines.get(one.id), one);
        assertEquals(await store.machines.find(one.name, one.version), one);
      }
      assertEquals(await store.machines.insert(machineOf()), { type: "exists", record });
      assertEquals(await store.machines.get("no uuid"), null);
      assertEquals(await store.machines.find("order", "9"), null);
    },
  },
  {
    name: "two inserts of one version at the same time: one wins",
    async run({ store }) {
      const outcomes = await Promise.all(
        [machineOf(), machineOf(), machineOf()].map((m) => store.machines.insert(m)),
      );
      assertEquals(outcomes.map((outcome) => outcome.type).toSorted(), ["exists", "exists", "inserted"]);
      assertEquals(new Set(outcomes.map((outcome) => outcome.record.id)).size, 1);
    },
  },
  {
    name: "list() is by name, then newest version first by numbers",
    async run({ store }) {
      for (const version of ["1.9.0", "1.10.0", "1.10.0-rc.1"]) {
        await store.machines.insert(machineOf({ version }));
      }
      await store.machines.insert(machineOf({ name: "alarm" }));
      const names = async (query: { readonly name?: string; readonly version?: string }) =>
        (await store.machines.list(query)).map((record) => `${record.name}@${record.version}`);
      assertEquals(await names({}), ["alarm@1.2.0", "order@1.10.0", "order@1.10.0-rc.1", "order@1.9.0"]);
      assertEquals(await names({ name: "order" }), ["order@1.10.0", "order@1.10.0-rc.1", "order@1.9.0"]);
      assertEquals(await names({ version: "1.2.0" }), ["alarm@1.2.0"]);
    },
  },
  {
    name: "update() replaces in place, with a check of the revision and of names",
    async run({ store }) {
      const record = machineOf();
      await store.machines.insert(record);
      await store.machines.insert(machineOf({ version: "2.0.0" }));
      const changed = {
        ...record,
        version: "1.3.0",
        config: { other: true },
        hash: "cd".repeat(32),
        updatedBy: "eve",
      };
      assertEquals(await store.machines.update({ ...changed, id: crypto.randomUUID() }, null), {
        type: "missing",
      });
      assertEquals(await store.machines.update(changed, 2), { type: "revision" });
      assertEquals(await store.machines.update({ ...changed, version: "2.0.0" }, 1), { type: "exists" });
      assertEquals(await store.machines.update(changed, 1), { type: "updated" });
      const kept = present(await store.machines.get(record.id));
      assertEquals({ ...kept, updatedAtMs: 0 }, { ...changed, revision: 2, updatedAtMs: 0 });
      assertEquals(await store.machines.find("order", "1.2.0"), null);
    },
  },
  {
    name: "a version in use is neither replaced nor deleted, unless forced",
    async run({ store }) {
      const record = machineOf();
      await store.machines.insert(record);
      await writeLane(store, "o-1", () => ({ entity: entityOf("o-1", { status: "archived" }) }));
      assertEquals(await store.machines.update(record, null), { type: "in_use" });
      assertEquals(await store.machines.delete(record.id, { isForced: false }), "in_use");
      assertEquals(await store.machines.delete(record.id, { isForced: true }), "deleted");
      assertEquals(await store.machines.delete(record.id, { isForced: true }), "missing");
    },
  },
  {
    name: "revision() changes with every change and with nothing else",
    async run({ store }) {
      const record = machineOf();
      const revisions = [await store.machines.revision()];
      await store.machines.insert(record);
      revisions.push(await store.machines.revision());
      await store.machines.update(record, null);
      revisions.push(await store.machines.revision());
      await store.machines.delete(record.id, { isForced: false });
      revisions.push(await store.machines.revision());
      assertEquals(new Set(revisions).size, 4);
      await store.machines.delete(record.id, { isForced: false });
      assertEquals(await store.machines.revision(), revisions[3]);
    },
  },
];
