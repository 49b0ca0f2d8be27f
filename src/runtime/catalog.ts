/** Compiled machines by name and version: loaded when first needed, dropped when the store says they changed. */
import type { LoadedMachine, MachineLookup } from "../orchestrator/loaded_machine.ts";
import type { MachineRecord } from "../orchestrator/machine_record.ts";
import { compareVersions } from "../orchestrator/version_order.ts";
import type { MachineStore } from "../store/store.ts";
import type { Clock } from "../clock.ts";

export interface MachineNeed {
  readonly name: string;
  /** null = the newest. */
  readonly version: string | null;
}

export interface MachineProblem {
  readonly name: string;
  readonly version: string;
  readonly message: string;
}

export type CompileResult =
  | { readonly type: "loaded"; readonly loaded: LoadedMachine }
  | { readonly type: "invalid"; readonly message: string };

export interface Catalog {
  /** Loads what is missing; the lookup then answers at once, for these machines only. */
  prepare(needs: Iterable<MachineNeed>): Promise<MachineLookup>;
  find(name: string, version: string | null): Promise<LoadedMachine | null>;
  /** Stored machines that were asked for and cannot be used. */
  problems(): readonly MachineProblem[];
}

export interface CatalogDeps {
  readonly machines: Pick<MachineStore, "revision" | "find" | "list">;
  readonly clock: Clock;
  /** Text or document → compiled machine; never throws. */
  readonly compile: (record: MachineRecord) => CompileResult;
  readonly machinesCachedMax: number;
  readonly checkMs: number;
  readonly onInvalid: (problem: MachineProblem) => void;
}

/**
 * Whoever asks for the newest version gets the newest there is, and a machine is only called missing after the store was
 * asked: both cost one small question. Versions that are known by number are trusted for `checkMs`.
 */
export function createCatalog(deps: CatalogDeps): Catalog {
  /** By name and version asked for. Oldest first. */
  let records = new Map<string, LoadedMachine>();
  let problems = new Map<string, MachineProblem>();
  /** Survives a change of the revision: the same document need not be compiled again. Oldest use first. */
  const compiled = new Map<string, CompileResult>();
  let revision: number | null = null;
  let checkedAtMs = -Infinity;

  return {
    problems: () => [...problems.values()],
    async prepare(needs) {
      const list = [...needs];
      await forgetWhenChanged(list.some((need) => need.version === null) ? 0 : deps.checkMs);
      const prepared = new Map<string, LoadedMachine | null>();
      for (const { name, version } of list) {
        const key = keyOf(name, version);
        if (prepared.has(key)) continue;
        const loaded = await load(name, version);
        prepared.set(key, loaded);
        // An entity born from the newest version asks for that version by its number from then on.
        if (loaded !== null) prepared.set(keyOf(loaded.name, loaded.version), loaded);
      }
      return (name, version) => prepared.get(keyOf(name, version)) ?? null;
    },
    async find(name, version) {
      await forgetWhenChanged(version === null ? 0 : deps.checkMs);
      return await load(name, version);
    },
  };

  async function forgetWhenChanged(ageMsMax: number): Promise<void> {
    const nowMs = deps.clock.nowMs();
    if (nowMs - checkedAtMs < ageMsMax) return;
    const current = await deps.machines.revision();
    checkedAtMs = nowMs;
    if (current === revision) return;
    revision = current;
    records = new Map();
    problems = new Map();
  }

  async function load(name: string, version: string | null): Promise<LoadedMachine | null> {
    const key = keyOf(name, version);
    const known = records.get(key);
    if (known !== undefined) return known;
    const loaded = version === null ? await findNewest(name) : await findExactly(name, version);
    // What is missing may be published at any moment.
    if (loaded === null) return null;
    records.set(key, loaded);
    dropOldest(records, deps.machinesCachedMax);
    return loaded;
  }

  async function findExactly(name: string, version: string): Promise<LoadedMachine | null> {
    const record = await deps.machines.find(name, version);
    return record === null ? null : compile(record);
  }

  /** The newest that can be used: one broken version does not stop its predecessors. */
  async function findNewest(name: string): Promise<LoadedMachine | null> {
    const versions = await deps.machines.list({ name });
    for (const record of versions.toSorted((a, b) => compareVersions(b.version, a.version))) {
      const loaded = compile(record);
      if (loaded !== null) return loaded;
    }
    return null;
  }

  function compile(record: MachineRecord): LoadedMachine | null {
    const key = keyOf(record.name, record.version);
    const documentKey = `${key}\u0000${record.hash}`;
    const result = compiled.get(documentKey) ?? deps.compile(record);
    compiled.delete(documentKey);
    compiled.set(documentKey, result);
    dropOldest(compiled, deps.machinesCachedMax);
    if (result.type === "loaded") return result.loaded;
    const problem = { name: record.name, version: record.version, message: result.message };
    if (!problems.has(key)) deps.onInvalid(problem);
    problems.set(key, problem);
    return null;
  }
}

function keyOf(name: string, version: string | null): string {
  return `${name}\u0000${version ?? ""}`;
}

function dropOldest<Key, Value>(map: Map<Key, Value>, sizeMax: number): void {
  for (const key of map.keys()) {
    if (map.size <= sizeMax) return;
    map.delete(key);
  }
}
