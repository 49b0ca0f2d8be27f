/** Where a machine gets stuck: states that nothing leaves, and states from which no end can be reached. */
import type { LintInput } from "./input.ts";
import { statePath } from "./input.ts";

/** `dead_end`, in file order: no transition of its own, of a state around it or of one inside. */
export function deadEndRule({ tree, spec, findings }: LintInput): void {
  const hasWayOut = new Set<string>();
  for (const { name } of spec.states) {
    if (tree.transitionsOf(name).length === 0) continue;
    hasWayOut.add(name);
    for (const around of tree.ancestorsOf(name)) hasWayOut.add(around);
  }
  for (const { name, type } of spec.states) {
    if (type === "terminal" || type === "history") continue;
    const isLeft = hasWayOut.has(name) ||
      tree.ancestorsOf(name).some((around) => tree.transitionsOf(around).length > 0);
    if (isLeft) continue;
    findings.warning("dead_end", statePath(spec, name), `State "${name}" is never left`, {
      hint: "Write type: terminal if this is an end",
      data: {
        state: name,
        fix: {
          title: `Make "${name}" terminal`,
          edits: [{ op: "set", path: [...statePath(spec, name), "type"], value: "terminal" }],
        },
      },
    });
  }
}

/** `trap_state`: it can be entered, goes round and round, and no end can be reached from it though the machine has one. */
export function trapRule({ tree, spec, findings }: LintInput, reached: ReadonlySet<string>): void {
  const ends = spec.states.filter(({ name, type }) => type === "terminal" && reached.has(name)).map((
    { name },
  ) => name);
  if (ends.length === 0) return;
  const canEnd = backFrom(ends, predecessors());
  const dead = new Set(
    findings.list.filter(({ code }) => code === "dead_end").map(({ data }) => data?.["state"]),
  );
  for (const { name, type } of spec.states) {
    if (type === "history" || !reached.has(name) || canEnd.has(name) || dead.has(name)) continue;
    if (
      tree.ancestorsOf(name).some((around) => canEnd.has(around) && tree.transitionsOf(around).length > 0)
    ) continue;
    findings.warning("trap_state", statePath(spec, name), `No end can be reached from state "${name}"`, {
      hint: `Ends of this machine: ${ends.slice(0, 5).join(", ")}`,
      data: { state: name },
    });
  }

  /** Who may lead to a state, in one step up, down or along a transition. */
  function predecessors(): ReadonlyMap<string, readonly string[]> {
    const before = new Map<string, string[]>();
    const add = (to: string, from: string) => {
      const list = before.get(to);
      if (list === undefined) before.set(to, [from]);
      else list.push(from);
    };
    for (const transition of spec.transitions) {
      for (const target of transition.targets.flatMap(tree.targetsOf)) {
        if (transition.source === "*") add(target, EVERYWHERE);
        else for (const source of transition.source) add(target, source);
      }
    }
    for (const source of tree.everywhere) add(EVERYWHERE, source);
    // Being inside a state means that its transitions may be taken, and a state holds what happens inside.
    for (const { name } of spec.states) {
      for (const child of tree.childrenOf(name)) {
        add(name, child);
        if (tree.byName.get(name)?.type === "parallel" || tree.byName.get(child)?.type !== "terminal") {
          add(child, name);
        }
      }
    }
    return before;
  }
}

/** Stands for all sources of `*`, so that their number does not multiply. */
const EVERYWHERE = "*";

function backFrom(
  ends: readonly string[],
  before: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const found = new Set(ends);
  const queue = [...ends];
  // Each state enters the queue once.
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const from of before.get(name) ?? []) {
      if (found.has(from)) continue;
      found.add(from);
      queue.push(from);
    }
  }
  return found;
}
