/** The machine of the drains: each event moves the entity and counts, sets or cancels its timer; each tenth acts on the world. */
import { loadMachine } from "../src/definition/load.ts";
import type { NewEvent } from "../src/orchestrator/event.ts";
import { type LoadedMachine, loadedMachineOf } from "../src/orchestrator/loaded_machine.ts";
import { systemClock } from "../src/clock.ts";
import { createRuntime, type Runtime } from "../src/runtime/runtime.ts";
import type { Store } from "../src/store/store.ts";
import { recordOf } from "../tests/runtime/harness.ts";

const MACHINE = `
meta: { machine_name: account, version: "1.0.0" }
states:
  - { name: open, type: initial }
  - { name: held, type: stable }
transitions:
  - { trigger: add, source: open, dest: held, actions: [{ increment: count }] }
  - trigger: add
    source: held
    dest: open
    guards: [{ expr: count % 10 == 9 }]
    actions: [{ increment: count }, { name: tell, params: { to: owner } }]
  - { trigger: add, source: held, dest: open, actions: [{ increment: count }] }
  - { trigger: late, source: open, dest: held, after: 3600000 }
`;

/** Events of one entity that lie between two actions. */
export const ACTION_EVERY = 10;
export const APPEND_MAX = 1_000;

export const account: LoadedMachine = loadAccount();

function loadAccount(): LoadedMachine {
  const loaded = loadMachine({ text: MACHINE, format: "yaml" });
  if (!loaded.ok) throw new Error(`Cannot load the machine: ${loaded.diagnostics[0]?.message}`);
  return loadedMachineOf(loaded.spec);
}

/** A runtime that knows this machine; stores it when it is not there. */
export async function accountRuntime(store: Store): Promise<Runtime> {
  await store.machines.insert(recordOf(account.spec));
  return createRuntime({ store, clock: systemClock, compile: () => ({ type: "loaded", loaded: account }) });
}

/** Appends `count` events, to each of the entities in turn. */
export async function fill(
  store: Store,
  { count, entities, prefix }: { readonly count: number; readonly entities: number; readonly prefix: string },
): Promise<void> {
  for (let at = 0; at < count; at += APPEND_MAX) {
    await store.inbox.append(
      Array.from(
        { length: Math.min(APPEND_MAX, count - at) },
        (_, index) => addTo(`${prefix}${(at + index) % entities}`),
      ),
    );
  }
}

/** So many turns at a time, until nothing is ready. */
export async function drain(runtime: Runtime, concurrency: number): Promise<void> {
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (await runtime.turn() !== null);
  }));
}

export function addTo(entityId: string): NewEvent {
  return {
    eventId: crypto.randomUUID(),
    entityId,
    machineName: "account",
    machineVersion: null,
    command: { type: "event", trigger: "add", payload: { amount: 1 } },
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: 5,
    traceparent: null,
    actor: null,
  };
}
