/** What is doubtful in a machine that may run: PyStator's findings made aware of hierarchy, and more of the same kind. */
import { builtinGuards } from "../engine/builtin_guards.ts";
import type { MachineSpec } from "../engine/spec.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { createFindings } from "./findings.ts";
import { deadEndRule, trapRule } from "./lint/ends.ts";
import { eventRules } from "./lint/events.ts";
import { expressionRules } from "./lint/expressions.ts";
import { httpRules } from "./lint/http.ts";
import type { LintInput } from "./lint/input.ts";
import { livelockRule } from "./lint/livelock.ts";
import { unknownMachineRule } from "./lint/machines.ts";
import { missingActionRule, missingGuardRule } from "./lint/registry.ts";
import { nondeterministicRule, shadowRules } from "./lint/candidates.ts";
import { guardRules } from "./lint/guards.ts";
import { deadTransitionRule, unreachableRule } from "./lint/reach.ts";
import { structureRules } from "./lint/structure.ts";
import { treeOfStates } from "./tree_of_states.ts";

export interface LintSubject {
  readonly spec: MachineSpec;
  /** Names declared under `events`. */
  readonly events?: readonly string[];
  /** Adds line and column; without it findings have paths only. */
  readonly locate?: (diagnostic: Diagnostic) => Diagnostic;
}

/** Names that somebody implements, besides the built-in ones. */
export interface LintRegistry {
  readonly guards: Iterable<string>;
  readonly actions: Iterable<string>;
  /** Machines that are published; absent = nobody knows. */
  readonly machines?: Iterable<string>;
}

export const EMPTY_REGISTRY: LintRegistry = { guards: [], actions: [] };

/** Actions that every process knows. */
export const BUILTIN_ACTIONS: readonly string[] = [
  "noop",
  "log",
  "trace",
  "set_context",
  "snapshot",
  "copy_key",
  "validate_keys",
  "publish",
  "emit_metric",
  "write_local_file",
];

/** Only what is doubtful about other machines: for whoever publishes without linting. */
export function doubtMachines(spec: MachineSpec, machines: Iterable<string>): readonly Diagnostic[] {
  const findings = createFindings();
  unknownMachineRule({ spec, findings, machines: new Set(machines) });
  return findings.list;
}

/** Findings in a fixed order: PyStator's codes as its table has them, then the others. `data.fix` says how to mend one. */
export function lintMachine(subject: LintSubject, registry: LintRegistry): readonly Diagnostic[] {
  const { spec, events = [], locate = (diagnostic) => diagnostic } = subject;
  const findings = createFindings();
  const input: LintInput = {
    spec,
    tree: treeOfStates(spec),
    events,
    guards: new Set([...builtinGuards.keys(), ...registry.guards]),
    actions: new Set([...BUILTIN_ACTIONS, ...registry.actions]),
    machines: registry.machines === undefined ? null : new Set(registry.machines),
    findings,
  };
  const reached = unreachableRule(input);
  deadEndRule(input);
  deadTransitionRule(input);
  nondeterministicRule(input);
  missingGuardRule(input);
  missingActionRule(input);
  shadowRules(input);
  guardRules(input);
  trapRule(input, reached);
  livelockRule(input);
  structureRules(input);
  eventRules(input);
  expressionRules(input);
  httpRules(input);
  unknownMachineRule(input);
  return findings.list.map(locate);
}
