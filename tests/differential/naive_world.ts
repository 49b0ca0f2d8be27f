/** Naive reading: everything it has in hand. */
import { type MachineSpec } from "../../src/engine/spec.ts";
import { type JsonObject, type JsonValue } from "../../src/json.ts";
import { type Arrow, growTree, stateChildren, type Tree, type TreeNode } from "./naive_tree.ts";

export interface NaiveState {
  active: Set<TreeNode>;
  history: Map<string, readonly TreeNode[]>;
  context: Record<string, JsonValue>;
  deferred: NaiveEvent[];
  timers: {
    owner: TreeNode | null;
    id: string | null;
    trigger: string;
    serial: number;
    payload: JsonObject;
  }[];
  serial: number;
  isDone: boolean;
}

export interface NaiveEvent {
  readonly trigger: string;
  readonly payload: JsonValue;
  readonly origin: "outside" | "self" | "recalled" | "timer" | "internal";
}

export interface NaiveAnswer {
  readonly outcome: string;
  readonly code: string | null;
}

/** Everything of the call is given up. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** An action failed inside its block. */
export class Failure extends Error {
  override readonly name = "Failure";
}

export interface Wish {
  readonly arrow: Arrow;
  readonly leaf: TreeNode;
}

export interface Lead {
  readonly needs: Set<TreeNode>;
  readonly defaults: Set<TreeNode>;
  readonly historyDefaults: Set<TreeNode>;
  readonly branches: Arrow[];
  readonly targets: Set<TreeNode>;
}

export interface World {
  readonly tree: Tree;
  readonly isScxml: boolean;
  state: NaiveState;
  internal: NaiveEvent[];
  external: NaiveEvent[];
  event: NaiveEvent | null;
  selfEvents: number;
  microsteps: number;
  steps: number;
  targetless: boolean;
  readonly erred: Set<number>;
}

export function worldOf(spec: MachineSpec): World {
  return {
    tree: growTree(spec),
    isScxml: spec.profile === "scxml",
    state: {
      active: new Set(),
      history: new Map(),
      context: {},
      deferred: [],
      timers: [],
      serial: 0,
      isDone: false,
    },
    internal: [],
    external: [],
    event: null,
    selfEvents: 0,
    microsteps: 0,
    steps: 0,
    targetless: true,
    erred: new Set(),
  };
}

export function leavesOf(world: World): readonly TreeNode[] {
  return sorted(world.state.active).filter((node) =>
    !stateChildren(node).some((child) => world.state.active.has(child))
  );
}

export function sorted(nodes: Iterable<TreeNode>): TreeNode[] {
  return [...nodes].sort((left, right) => left.order - right.order);
}
