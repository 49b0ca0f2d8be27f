/** Operations on one part of a machine file, wrapped into the smallest document that holds it. */
import { compileCondition, compileGuard } from "../../../src/engine/guard.ts";
import { configurationOf } from "../../../src/engine/configuration.ts";
import { runBlock } from "../../../src/engine/run_actions.ts";
import type { ActionRow } from "../../../src/engine/step.ts";
import { RefusedError, viewOf, type Work, workOf } from "../../../src/engine/work.ts";
import type { JsonObject, JsonValue } from "../../../src/json.ts";
import { loadedMachineOf } from "../../../src/orchestrator/loaded_machine.ts";
import { asList, optionalObject, type VectorCase } from "../case.ts";
import { definitionOf } from "../definition.ts";
import { deliverOne, NOW_MS } from "../host.ts";
import { actionResultShapes } from "../shape.ts";

/** `check`: one check, read as the guard of a transition. */
export function runCheck({ input }: VectorCase): JsonValue {
  const { spec } = definitionOf(probe({ transition: { guards: [{ check: input["check"] ?? null }] } }));
  const guard = spec?.transitions[0]?.guards[0];
  if (guard === undefined) return { error: true };
  const scope = { values: optionalObject(input, "context"), guards: undefined, isStrictGuards: true };
  return { result: compileGuard(guard)(scope, []) === "true" };
}

/** `when`: one data condition, read as the `when` of a state. */
export function runWhen({ input }: VectorCase): JsonValue {
  const { spec } = definitionOf(probe({ state: { when: [input["when"] ?? null] } }));
  const condition = spec?.states[0]?.when[0];
  if (condition === undefined) return { error: true };
  return { result: compileCondition(condition)({ values: optionalObject(input, "context") }).passed };
}

/** `act`: a list of actions in order; effects that fail undo everything, actions for the world are carried out at once. */
export async function runAct({ input }: VectorCase): Promise<JsonValue> {
  const actions = asList(input["actions"], "actions");
  const { spec, errors } = definitionOf(probe({ transition: { actions } }));
  if (spec === null) return { load: { rule: errors[0]?.code ?? "" } };
  const { machine } = loadedMachineOf(spec);
  const context = optionalObject(input, "context");
  const active = configurationOf(machine, ["a"]);
  if (active === null) throw new Error("the probe has a state a");
  const work = workOf(machine, { snapshot: { v: 1, states: ["a"] }, context }, {
    active,
    options: { nowMs: NOW_MS },
  });
  const rows: ActionRow[] = [];
  let isRefused = false;
  for (const action of machine.nodes.flatMap((node) => node.transitions)[0]?.actions ?? []) {
    isRefused = !runOne(work, action);
    rows.push(...await deliverNew(work, rows.length, input));
    if (isRefused || (input["stop_on_error"] === true && rows.at(-1)?.status === "failed")) break;
  }
  return { results: actionResultShapes(rows), context: isRefused ? context : viewOf(work) };
}

/** False when the action refuses the whole transition. */
function runOne(work: Work, action: Parameters<typeof runBlock>[1][number]): boolean {
  try {
    runBlock(work, [action], { phase: "transition", owner: "a" });
    return true;
  } catch (error) {
    if (error instanceof RefusedError) return false;
    throw error;
  }
}

/** Rows since `known`, with what became of those that are for the world. */
async function deliverNew(work: Work, known: number, input: JsonObject): Promise<readonly ActionRow[]> {
  const rows: ActionRow[] = [];
  for (const row of work.actions.slice(known)) {
    const request = row.status === "pending" ? work.requests.shift() : undefined;
    if (request === undefined) rows.push(row);
    else {
      const { context: _context, ...report } = await deliverOne(request, input);
      rows.push({ ...row, ...report });
    }
  }
  return rows;
}

/** Two states and one transition, with the part in its place. */
function probe(part: { readonly state?: JsonObject; readonly transition?: JsonObject }): JsonObject {
  return {
    meta: { machine_name: "probe", version: "1.0.0" },
    states: [{ name: "a", type: "initial", ...part.state }, { name: "b" }],
    transitions: [{ trigger: "go", source: "a", dest: "b", ...part.transition }],
  };
}
