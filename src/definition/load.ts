/** Text or document to a machine that runs, with everything that is wrong or doubtful about it. */
import { compileMachine } from "../engine/compile.ts";
import type { Machine } from "../engine/machine.ts";
import type { MachineSpec } from "../engine/spec.ts";
import type { JsonObject } from "../json.ts";
import { hashOf } from "./canonical.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type LoadInput, type LoadOptions, loadSpec, type Locate } from "./load_spec.ts";

export type { LoadInput, LoadOptions };

export type LoadResult =
  | {
    readonly ok: true;
    readonly document: JsonObject;
    readonly spec: MachineSpec;
    readonly machine: Machine;
    /** SHA-256 of the canonical JSON of `document`. */
    readonly hash: string;
    /** Normal form; null when the machine has none. */
    readonly namespace: string | null;
    readonly events: readonly string[];
    /** Warnings and notes. */
    readonly diagnostics: readonly Diagnostic[];
    readonly locate: Locate;
  }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Never throws for what an author wrote: all findings come back at once. */
export function loadMachine(input: LoadInput, options: LoadOptions = {}): LoadResult {
  const loaded = loadSpec(input, options);
  if (!loaded.ok) return loaded;
  return { ...loaded, machine: compileMachine(loaded.spec), hash: hashOf(loaded.document) };
}
