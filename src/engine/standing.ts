/** Where an instance stands when an event comes: its configuration, made whole when a store left parts out. */
import { type Configuration, configurationOf, illegalityOf } from "./configuration.ts";
import { type Machine, nodeAt, NONE } from "./machine.ts";
import { reachOf } from "./reach.ts";
import type { Instance } from "./snapshot.ts";
import type { EngineOptions, Refusal } from "./step.ts";
import { undefinedState } from "./undefined_state.ts";
import { workOf } from "./work.ts";

/**
 * The configuration of the instance. Where a compound or a region has nothing active inside, its default entry is taken
 * as active, without running anything: stored texts of PyStator leave such parts out.
 */
export function standingOf(
  machine: Machine,
  instance: Instance,
  options: EngineOptions,
): Configuration | Refusal {
  const { states } = instance.snapshot;
  if (states.length > 1) {
    const known = machine.memo.standings.get(states);
    if (known !== undefined) return known;
  }
  const active = configurationOf(machine, states);
  if (active === null) return undefinedState(states, "the machine has no such state");
  const last = nodeAt(machine, active[active.length - 1] ?? 0);
  if (last.depth === active.length - 1 ? last.isRestable : illegalityOf(machine, active) === null) {
    return active;
  }
  const work = workOf(machine, instance, { active, options });
  const leaves = active.map((node) => ({ type: "node" as const, node }));
  const reach = reachOf(work, leaves, { floor: NONE, isOpened: () => true });
  if (reach === null) return undefinedState(states, "it leads through a choice of which no branch holds");
  const illegality = illegalityOf(machine, reach.needs);
  return illegality === null ? reach.needs : undefinedState(states, illegality);
}

export function isRefusal(answer: Configuration | Refusal): answer is Refusal {
  return "code" in answer;
}
