/** Operations on whole machine files: what is found in them and what they say. */
import type { Diagnostic } from "../../../src/definition/diagnostic.ts";
import { statisticsOf } from "../../../src/definition/export/statistics.ts";
import { EMPTY_REGISTRY, lintMachine } from "../../../src/definition/lint.ts";
import { compileActions } from "../../../src/engine/compiled_action.ts";
import { initialLeaves } from "../../../src/engine/query.ts";
import type { MachineSpec, TransitionSpec } from "../../../src/engine/spec.ts";
import type { JsonObject, JsonValue } from "../../../src/json.ts";
import { stateTreeOf } from "../../../src/orchestrator/state_tree.ts";
import type { VectorCase } from "../case.ts";
import { definitionOf, machineOf, UNVALIDATED } from "../definition.ts";
import type { MachineFolder } from "../machines.ts";

/** `validate`: all errors in order, or all warnings. */
export function runValidate(vector: VectorCase, machines: MachineFolder): JsonValue {
  const { spec, errors, warnings } = definitionOf(machines.documentOf(vector));
  if (spec === null) return { valid: false, findings: errors.map(findingShape) };
  return { valid: true, findings: [], warnings: warnings.map(({ code }) => code) };
}

/** `load`: what the machine says of itself, or the errors. */
export function runLoad(vector: VectorCase, machines: MachineFolder): JsonValue {
  const document = machines.documentOf(vector);
  const { spec, errors, namespace } = definitionOf(document);
  if (spec === null) return { ok: false, findings: errors.map(findingShape) };
  const { machine } = machineOf(document);
  const [outermost = ""] = spec.initial;
  return {
    ok: true,
    name: spec.name,
    version: spec.version,
    strict_mode: strictModeOf(spec),
    initial: stateTreeOf(spec).restingIn(outermost, initialLeaves(machine)),
    states: namesOf(spec, () => true),
    triggers: triggersOf(spec),
    terminal_states: namesOf(spec, (type) => type === "terminal"),
    parallel_states: namesOf(spec, (type) => type === "parallel"),
    ...(namespace === null ? {} : { namespace }),
  };
}

/** `transitions`: the transitions as they are understood. */
export function runTransitions(vector: VectorCase, machines: MachineFolder): JsonValue {
  const { spec } = machineOf(machines.documentOf(vector));
  return {
    transitions: spec.transitions.filter(isListed).map((transition) => transitionShape(spec, transition)),
  };
}

/** `lint`: the findings that the predecessor has too, with only built-in names implemented. */
export function runLint(vector: VectorCase, machines: MachineFolder): JsonValue {
  const { spec } = machineOf(machines.documentOf(vector), UNVALIDATED);
  const findings = lintMachine({ spec }, EMPTY_REGISTRY).filter(({ code }) => LINT_FACTS.has(code));
  return { findings: findings.map(lintShape) };
}

/** `statistics`: numbers about the machine. */
export function runStatistics(vector: VectorCase, machines: MachineFolder): JsonValue {
  const { spec } = machineOf(machines.documentOf(vector), UNVALIDATED);
  return { statistics: { ...statisticsOf(spec) } };
}

/** The predecessor's lint codes and the facts it tells of each. */
const LINT_FACTS: ReadonlyMap<string, readonly string[]> = new Map([
  ["unreachable_state", ["state"]],
  ["dead_end", ["state"]],
  ["dead_transition", ["trigger", "sources"]],
  ["nondeterministic", ["trigger", "source", "total", "unguarded"]],
  ["missing_guard", ["guard", "trigger"]],
  ["missing_action", ["action", "location"]],
]);

function lintShape({ code, severity, data = {} }: Diagnostic): JsonObject {
  const facts = LINT_FACTS.get(code) ?? [];
  const context = Object.entries(data).filter(([key]) => facts.includes(key));
  return { code, severity, context: JSON.parse(JSON.stringify(Object.fromEntries(context))) };
}

/** Findings of the schema have a place, those of the rules have names; the place is that of the list, not of its entry. */
function findingShape({ code, path, data }: Diagnostic): JsonObject {
  if (code.startsWith("F")) return { rule: code, at: placeOf(code, path).join(".") };
  const names = data?.["names"];
  return Array.isArray(names) && code.startsWith("V") ? { rule: code, names } : { rule: code };
}

/** Rules that speak of a whole list of guards or actions. */
const LIST_RULES = new Set(["F09", "F10", "F11", "F12", "F13"]);
const LISTS = new Set<string | number>(["guards", "actions", "on_enter", "on_exit"]);

function placeOf(code: string, path: Diagnostic["path"]): Diagnostic["path"] {
  const list = path.findIndex((part) => LISTS.has(part));
  return LIST_RULES.has(code) && list !== -1 ? path.slice(0, list + 1) : path;
}

function strictModeOf(spec: MachineSpec): boolean {
  return spec.meta["strict_mode"] !== false;
}

function namesOf(spec: MachineSpec, isWanted: (type: string) => boolean): JsonValue {
  return spec.states.filter((state) => isWanted(state.type)).map((state) => state.name);
}

function triggersOf(spec: MachineSpec): JsonValue {
  return [...new Set(spec.transitions.filter(isListed).flatMap((transition) => transition.triggers))].sort();
}

/** The transition of a `timeout` is not one that an author wrote. */
function isListed(transition: TransitionSpec): boolean {
  return transition.origin !== "timeout";
}

function transitionShape(spec: MachineSpec, transition: TransitionSpec): JsonObject {
  const { source } = transition;
  const sources = source === "*"
    ? spec.states.filter((state) => state.type !== "terminal").map((state) => state.name)
    : [...source];
  return {
    trigger: transition.triggers[0] ?? null,
    source: sources.sort(),
    dest: transition.dest,
    after: transition.afterMs,
    auto: transition.isAuto,
    internal: transition.isInternal,
    priority: transition.priority,
    region: transition.region,
    refs: [...transition.refs],
    guards: transition.guards.length,
    actions: compileActions(transition.actions).map(({ name, params, isCustom }) => ({
      name,
      ...(Object.keys(params).length === 0 ? {} : { params }),
      ...(isCustom ? { custom: true } : {}),
    })),
  };
}
