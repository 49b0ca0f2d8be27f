/** Small machines for tests, written as the compiler reads them. */
import type { ActionSpec, MachineSpec, StateSpec, TransitionSpec } from "../../src/engine/spec.ts";
import type { JsonObject } from "../../src/json.ts";
import { type LoadedMachine, loadedMachineOf } from "../../src/orchestrator/loaded_machine.ts";

const NO_OPTIONS = { when: null, timeoutS: null, retry: null, retryBackoffS: null };

export function state(name: string, type: StateSpec["type"], more: Partial<StateSpec> = {}): StateSpec {
  return {
    name,
    type,
    description: "",
    group: null,
    parent: null,
    initialChild: [],
    initialActions: [],
    regions: [],
    onEnter: [],
    onExit: [],
    defer: [],
    invoke: [],
    when: [],
    history: null,
    historyDefault: [],
    historyActions: [],
    doneData: null,
    timeout: null,
    entryPoints: [],
    exitPoints: [],
    metadata: {},
    ...more,
  };
}

export function transition(
  trigger: string,
  source: string,
  dest: string,
  more: Partial<TransitionSpec> = {},
): TransitionSpec {
  return {
    origin: "transition",
    triggers: [trigger],
    isTriggerGenerated: false,
    source: [source],
    targets: [{ type: "state", name: dest }],
    dest,
    region: null,
    guards: [],
    actions: [],
    afterMs: null,
    isAuto: false,
    isInternal: false,
    isReentering: false,
    priority: null,
    description: "",
    refs: [],
    metadata: {},
    ...more,
  };
}

export function named(name: string, params: JsonObject = {}): ActionSpec {
  return { type: "named", name, params, isCustom: false, options: NO_OPTIONS };
}

export function increment(field: string): ActionSpec {
  return { type: "effect", effect: "increment", params: { field }, options: NO_OPTIONS };
}

export function spec(
  name: string,
  parts: Pick<MachineSpec, "states" | "transitions"> & Partial<MachineSpec>,
): MachineSpec {
  return {
    name,
    version: "1.0.0",
    description: "",
    profile: "pystator",
    isStrictEvents: true,
    isStrictGuards: true,
    isContextValidated: false,
    eventNormalizer: null,
    microstepsMax: 100,
    isAutoRouted: false,
    fallback: { mode: "off", state: null },
    initial: [parts.states.find((one) => one.type === "initial")?.name ?? "open"],
    variables: [],
    invariants: [],
    meta: {},
    ...parts,
  };
}

/** open → paid → shipped (terminal); `note` counts; paying asks for a receipt; a paid order is shipped after an hour. */
export function orderSpec(more: Partial<MachineSpec> = {}): MachineSpec {
  return spec("order", {
    states: [
      state("open", "initial"),
      state("paid", "stable"),
      state("shipped", "terminal"),
      state("lost", "error"),
    ],
    transitions: [
      transition("pay", "open", "paid", { actions: [named("send_receipt", { to: "customer" })] }),
      transition("note", "open", "open", { actions: [increment("notes")] }),
      transition("ship", "paid", "shipped"),
      transition("lose", "paid", "lost"),
      transition("remind", "paid", "shipped", { afterMs: 3_600_000 }),
      transition("done.send_receipt", "paid", "paid", { actions: [increment("receipts")] }),
    ],
    ...more,
  });
}

export function orderMachine(more: Partial<MachineSpec> = {}): LoadedMachine {
  return loadedMachineOf(orderSpec(more));
}

/** One state that counts; never ends. */
export function counterSpec(more: Partial<MachineSpec> = {}): MachineSpec {
  return spec("counter", {
    states: [state("open", "initial")],
    transitions: [transition("add", "open", "open", { actions: [increment("count")] })],
    ...more,
  });
}
