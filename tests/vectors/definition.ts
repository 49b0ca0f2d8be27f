/** Machine documents made ready to run, and what the loader finds in them. */
import type { Diagnostic } from "../../src/definition/diagnostic.ts";
import { loadMachine, type LoadOptions } from "../../src/definition/load.ts";
import type { MachineSpec } from "../../src/engine/spec.ts";
import type { JsonObject, JsonValue } from "../../src/json.ts";
import { type LoadedMachine, loadedMachineOf } from "../../src/orchestrator/loaded_machine.ts";

export interface Definition {
  /** null when there are errors. */
  readonly spec: MachineSpec | null;
  readonly errors: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
  readonly namespace: string | null;
}

export function definitionOf(document: JsonObject, options: LoadOptions = {}): Definition {
  const loaded = loadMachine({ document }, options);
  const { diagnostics } = loaded;
  return {
    spec: loaded.ok ? loaded.spec : null,
    namespace: loaded.ok ? loaded.namespace : null,
    errors: diagnostics.filter((diagnostic) => diagnostic.severity === "error"),
    warnings: diagnostics.filter((diagnostic) => diagnostic.severity !== "error"),
  };
}

/** As the predecessor builds from a document without validating it. */
export const UNVALIDATED: LoadOptions = { rules: "lenient" };

const validated = new WeakMap<JsonObject, LoadedMachine>();
const unvalidated = new WeakMap<JsonObject, LoadedMachine>();

/** The machine of a document without errors; throws otherwise. */
export function machineOf(document: JsonObject, options: LoadOptions = {}): LoadedMachine {
  const loaded = options === UNVALIDATED ? unvalidated : validated;
  const known = loaded.get(document);
  if (known !== undefined) return known;
  const { spec, errors } = definitionOf(document, options);
  if (spec === null) throw new Error(`Cannot load the machine: ${textOf(errors)}`);
  const machine = loadedMachineOf(spec);
  loaded.set(document, machine);
  return machine;
}

export type Unvalidated =
  | { readonly type: "loaded"; readonly machine: LoadedMachine }
  /** The transitions that the case asks for are among those with errors. */
  | { readonly type: "refused"; readonly rules: readonly string[] };

/**
 * The machine of a case whose document was never validated: transitions with errors are left out, as nothing may be
 * built from them, unless the case is about their trigger.
 */
export function unvalidatedMachineOf(document: JsonObject, trigger: string): Unvalidated {
  const { spec, errors } = definitionOf(document, UNVALIDATED);
  if (spec !== null) return { type: "loaded", machine: machineOf(document, UNVALIDATED) };
  const transitions = listOf(document["transitions"]);
  const bad = new Set(errors.map(({ path }) => path[0] === "transitions" ? path[1] : -1));
  const asked = transitions.filter((_, index) => bad.has(index)).map((entry) => triggerOf(entry));
  const pruned = { ...document, transitions: transitions.filter((_, index) => !bad.has(index)) };
  if (bad.has(-1) || asked.includes(trigger)) {
    return { type: "refused", rules: [...new Set(errors.map(({ code }) => code))] };
  }
  return { type: "loaded", machine: machineOf(pruned, UNVALIDATED) };
}

function triggerOf(entry: JsonValue): JsonValue {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return null;
  return Object.entries(entry).find(([key]) => key === "trigger")?.[1] ?? null;
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function textOf(errors: readonly Diagnostic[]): string {
  return errors.map(({ code, message }) => `${code} ${message}`).join("; ");
}
