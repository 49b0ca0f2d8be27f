/** A runtime on the memory store under a virtual clock, and short words for what tests do with it. */
import type { JsonObject } from "../../src/json.ts";
import type { MachineSpec } from "../../src/engine/spec.ts";
import type { Command, NewEvent } from "../../src/orchestrator/event.ts";
import { type LoadedMachine, loadedMachineOf } from "../../src/orchestrator/loaded_machine.ts";
import type { MachineRecord } from "../../src/orchestrator/machine_record.ts";
import type { CompileResult } from "../../src/runtime/catalog.ts";
import { createRuntime, type Runtime, type RuntimeDeps } from "../../src/runtime/runtime.ts";
import type { SubmitResult } from "../../src/runtime/submit.ts";
import { createMemoryStore } from "../../src/store/memory/memory_store.ts";
import type { Store } from "../../src/store/store.ts";
import { orderSpec } from "./machines.ts";
import { createVirtualClock, type VirtualClock } from "./virtual_clock.ts";

export interface Harness {
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly runtime: Runtime;
  /** Stores a machine; later ones may replace an earlier `spec` under another version. */
  publish(spec: MachineSpec): Promise<void>;
  /** Runs turns until nothing is ready now. */
  drain(): Promise<void>;
  /** Triggers of the entity's history, oldest first, with their outcome. */
  history(entityId: string): Promise<readonly string[]>;
}

/** Turns that a drain may take. */
const TURNS_MAX = 1_000;

/** With the machine `order` unless `specs` says otherwise. */
export async function createHarness(
  options: Partial<Omit<RuntimeDeps, "store" | "clock" | "compile">> & {
    readonly specs?: readonly MachineSpec[];
    readonly store?: (inner: Store) => Store;
    readonly transform?: (loaded: LoadedMachine) => LoadedMachine;
  } = {},
): Promise<Harness> {
  const { specs = [orderSpec()], store: wrap = (inner) => inner, transform = (loaded) => loaded, ...deps } =
    options;
  const clock = createVirtualClock();
  const store = wrap(createMemoryStore({ clock, lockTimeoutMs: 500 }));
  const known = new Map<string, MachineSpec>();
  const compile = (record: MachineRecord): CompileResult => {
    const spec = known.get(record.hash);
    return spec === undefined
      ? { type: "invalid", message: "no such document" }
      : { type: "loaded", loaded: transform(loadedMachineOf(spec)) };
  };
  const runtime = createRuntime({
    store,
    clock,
    compile,
    random: () => 0.5,
    stopwatchMs: () => 0,
    ...deps,
  });
  const publish = async (spec: MachineSpec) => {
    const record = recordOf(spec);
    known.set(record.hash, spec);
    await store.machines.insert(record);
  };
  for (const spec of specs) await publish(spec);

  return {
    store,
    clock,
    runtime,
    publish,
    async drain() {
      for (let count = 0; count < TURNS_MAX; count++) {
        if (await runtime.turn() === null) return;
      }
      throw new Error(`${TURNS_MAX} turns did not empty the lanes`);
    },
    async history(entityId) {
      const { items } = await store.history.list({ entityId, limit: 200, isAscending: true });
      return items.map((row) => `${row.trigger} ${row.outcome}`);
    },
  };
}

export function recordOf(spec: MachineSpec): MachineRecord {
  return {
    id: crypto.randomUUID(),
    name: spec.name,
    version: spec.version,
    description: null,
    isStrict: true,
    config: {},
    sourceText: null,
    hash: `${spec.name} ${spec.version}`,
    revision: 1,
    createdAtMs: 0,
    updatedAtMs: 0,
    createdBy: null,
    updatedBy: null,
  };
}

export function eventOf(
  entityId: string,
  command: Command | string,
  more: Partial<NewEvent> & { readonly payload?: JsonObject; readonly key?: string; readonly hash?: string } =
    {},
): NewEvent {
  const { payload = {}, key, hash = "hash", ...rest } = more;
  return {
    eventId: crypto.randomUUID(),
    entityId,
    machineName: "order",
    machineVersion: null,
    command: typeof command === "string" ? { type: "event", trigger: command, payload } : command,
    notBeforeMs: null,
    idempotency: key === undefined ? null : { scope: `entity:${entityId}`, key, requestHash: hash },
    attemptsMax: 3,
    traceparent: null,
    actor: null,
    ...rest,
  };
}

/** The state a submission led to, or why it led nowhere. */
export function stateOf(result: SubmitResult): string {
  if (result.type !== "decided") return result.type;
  return result.decision.entity?.currentState ?? result.decision.reason ?? "none";
}
