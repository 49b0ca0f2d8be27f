/** A machine ready to run: one ordered tree of integer-indexed nodes with tables for everything asked on the way. */
import type { Expression } from "../expression/expression.ts";
import type { CompiledAction } from "./compiled_action.ts";
import type { CompiledGuard, Condition } from "./guard.ts";
import type { InvokeSpec, MachineSpec, StateSpec, TransitionSpec } from "./spec.ts";
import type { Move } from "./move.ts";
import type { Reach } from "./reach.ts";

/** Index of the root node. */
export const ROOT = 0;
/** Stands for "no node". */
export const NONE = -1;

export interface Machine {
  readonly spec: MachineSpec;
  readonly name: string;
  readonly version: string;
  /** True under profile `scxml`. */
  readonly isScxml: boolean;
  /** In document order: a node's index is its place in a preorder walk; index 0 is the root. */
  readonly nodes: readonly Node[];
  readonly indexOfName: ReadonlyMap<string, number>;
  /** Every trigger text, folded, sorted by code unit. */
  readonly triggers: readonly string[];
  readonly triggerSet: ReadonlySet<string>;
  /** Triggers that only the engine may send: generated names and `_join_…`. */
  readonly systemTriggers: ReadonlySet<string>;
  /** Keys that count as declared under profile `scxml`. */
  readonly declared: ReadonlySet<string>;
  readonly variables: readonly CompiledVariable[];
  readonly invariants: readonly CompiledInvariant[];
  readonly hasEventless: boolean;
  readonly hasChoices: boolean;
  /** Nodes entered first. */
  readonly initial: readonly Target[];
  /** Entry object of the transition to the fallback state; null without one. */
  readonly fallback: Transition | null;
  /** What it has worked out so far. */
  readonly memo: Memo;
}

/** Answers that are always the same, kept while there is room. */
export interface Memo {
  /** Nodes in all moves kept, here and with single transitions; at most `REMEMBERED_NODES_MAX`. */
  nodes: number;
  /** By places of the transitions and active nodes. */
  readonly movesByKey: Map<string, Move>;
  /** Configurations by the very list of leaf names that was handed out for them. */
  readonly standings: WeakMap<readonly string[], readonly number[]>;
}

export interface CompiledVariable {
  readonly key: string;
  readonly defaultExpression: Expression | null;
}

export interface CompiledInvariant {
  readonly label: string;
  readonly condition: Condition;
}

export type NodeKind = "root" | "state" | "parallel" | "terminal" | "history" | "choice" | "region";

export interface Node {
  readonly index: number;
  /** Empty for the root and for an entry of a `regions` list, which nobody can name. */
  readonly name: string;
  readonly kind: NodeKind;
  readonly parent: number;
  readonly depth: number;
  /** First index behind the subtree: `x` lies inside when `index < x && x < end`. */
  readonly end: number;
  /** Root to the node itself. */
  readonly path: readonly number[];
  /** State nodes and regions, without histories and choices. */
  readonly children: readonly number[];
  readonly isCompound: boolean;
  readonly initial: readonly Target[];
  readonly initialActions: readonly CompiledAction[];
  readonly onEnter: readonly CompiledAction[];
  readonly onExit: readonly CompiledAction[];
  /** What is remembered when the node is left. */
  readonly memories: readonly Memory[];
  /** Of a history node: where it leads when nothing is remembered. */
  readonly historyDefault: readonly Target[];
  readonly historyActions: readonly CompiledAction[];
  /** All entries with this source in file order. */
  readonly transitions: readonly Transition[];
  /** In candidate order, as are the next four. */
  readonly eventless: readonly Transition[];
  readonly routes: readonly Transition[];
  readonly branches: readonly Transition[];
  /** Answers to an event; profile `scxml` matches them one by one. */
  readonly eventful: readonly Transition[];
  readonly byTrigger: ReadonlyMap<string, readonly Transition[]>;
  /** For triggers without an entry in `byTrigger`. */
  readonly wildcards: readonly Transition[];
  readonly timers: readonly NodeTimer[];
  readonly defers: ReadonlySet<string>;
  readonly deferTokens: readonly (string | null)[];
  readonly invokes: readonly InvokeSpec[];
  readonly when: readonly Condition[];
  readonly doneData: CompiledPayload;
  /** The parallel of whose `regions` list this node is a `final`; `NONE` otherwise. */
  readonly joinOf: number;
  /** Of a parallel: its `final` nodes. */
  readonly joinNodes: readonly number[];
  readonly regionName: string | null;
  readonly spec: StateSpec | null;
  /** `[name]`, shared by all results that rest in this leaf. */
  readonly names: readonly string[];
  /** False when resting here would not be legal: something below must be entered too. */
  readonly isRestable: boolean;
}

/** One thing to remember: `key` in the snapshot. */
export interface Memory {
  readonly key: string;
  readonly isDeep: boolean;
}

export interface NodeTimer {
  readonly key: string;
  readonly trigger: string;
  readonly delayMs: number;
}

export type Target =
  | { readonly type: "node"; readonly node: number }
  /** A history node, or the history of `owner` without a node of its own (`node` is `NONE`). */
  | { readonly type: "history"; readonly owner: number; readonly node: number; readonly key: string };

/** A transition as one of its sources has it. */
export interface Transition {
  /** Order among all entries: by source, then by file order. */
  readonly place: number;
  /** Place in `MachineSpec.transitions`; `NONE` for the fallback. */
  readonly index: number;
  readonly spec: TransitionSpec;
  readonly source: number;
  /** Folded. */
  readonly triggers: readonly string[];
  /** The first trigger, or the name of an eventless transition without one. */
  readonly label: string;
  /** Token lists of the triggers for prefix matching; null is `*`. Only under profile `scxml`. */
  readonly tokens: readonly (string | null)[];
  readonly targets: readonly Target[];
  readonly guards: readonly CompiledGuard[];
  readonly actions: readonly CompiledAction[];
  /** Conditions of the destination, for data-routed steps. */
  readonly routeWhen: readonly Condition[];
  readonly isReentering: boolean;
  /** `internal: true` of profile `scxml`. */
  readonly isInternal: boolean;
  /** Moves from single leaves, worked out once; null = depends on more than the leaf. */
  readonly moves: Map<number, Move | null>;
  /** Reaches by the set of active parallels around the targets, worked out once. */
  readonly reaches: Map<number, Reach>;
  /** Parallels around the targets; null when a target is a history or a choice. */
  readonly parallelsAbove: readonly number[] | null;
}

export type CompiledPayload =
  | { readonly type: "none" }
  | { readonly type: "value"; readonly expression: Expression }
  | { readonly type: "mapping"; readonly entries: readonly (readonly [string, Expression])[] };

export function nodeAt(machine: Machine, index: number): Node {
  const node = machine.nodes[index];
  if (node === undefined) throw new RangeError(`No node ${index}`);
  return node;
}

export function isInside(machine: Machine, inner: number, outer: number): boolean {
  return inner > outer && inner < nodeAt(machine, outer).end;
}
