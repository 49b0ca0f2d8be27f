/** Runs scenarios on a virtual clock and says what differs from what was expected. */
import type { Machine } from "../engine/machine.ts";
import type { Run } from "../engine/step.ts";
import type { JsonValue } from "../json.ts";
import { byCodePoint, play } from "./simulate.ts";
import type { Expectation, Scenario } from "./scenario_file.ts";
import { startVirtualRun, type VirtualRun } from "./virtual_run.ts";

export interface ScenarioResult {
  readonly name: string;
  /** Empty = passed. Each names the step, what was expected and what was found. */
  readonly differences: readonly string[];
}

/** All differences of one scenario; a refusal that no step expects is one. */
export function runScenario(machine: Machine, scenario: Scenario): ScenarioResult {
  const run = startVirtualRun(machine, { context: scenario.context, nowMs: 0 });
  const differences: string[] = [];
  let runs: readonly Run[] = [run.entered];
  for (const [index, step] of scenario.steps.entries()) {
    if (step.input !== null) runs = play(run, step.input);
    const found = compare(step.expect ?? {}, runs, run);
    differences.push(...found.map((difference) => `step ${index + 1}: ${difference}`));
  }
  return { name: scenario.name, differences };
}

function compare(expect: Expectation, runs: readonly Run[], run: VirtualRun): readonly string[] {
  const { snapshot, context } = run.instance();
  const differences: string[] = [];
  const check = (what: string, expected: unknown, found: unknown) => {
    if (!isSame(expected, found)) {
      differences.push(`${what} must be ${JSON.stringify(expected)} and is ${JSON.stringify(found)}`);
    }
  };
  const refusal = runs.find((one) => one.refusal !== null)?.refusal?.code ?? null;
  check("refused", expect.refused ?? null, refusal);
  if (expect.states !== undefined) check("state", byCodePoint(expect.states), byCodePoint(snapshot.states));
  if (expect.done !== undefined) check("done", expect.done, snapshot.isDone === true);
  for (const [key, value] of Object.entries(expect.context ?? {})) {
    check(`context key "${key}"`, value, context[key] ?? null);
  }
  if (expect.actions !== undefined) {
    check("actions", expect.actions, runs.flatMap((one) => one.actions.map((action) => action.name)));
  }
  if (expect.deferred !== undefined) {
    check("deferred", expect.deferred, (snapshot.deferred ?? []).map((event) => event.trigger));
  }
  return differences;
}

/** Deep equality of plain JSON; the order of keys does not count. */
function isSame(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => isMapping(item) ? sorted(item) : item) ?? "null";
}

function sorted(value: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1));
}

function isMapping(value: unknown): value is Readonly<Record<string, JsonValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
