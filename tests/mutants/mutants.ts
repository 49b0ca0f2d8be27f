/** Planted bugs of the engine, each with the test that must notice it. */

export interface Mutant {
  readonly name: string;
  /** Under `src/engine`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** Under `src/engine`; at least one of its tests must fail. */
  readonly test: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "states are left from the outside in",
    file: "microstep.ts",
    from: "for (let place = move.exits.length - 1; place >= 0; place--) {",
    to: "for (let place = 0; place < move.exits.length; place++) {",
    test: "dispatch_test.ts",
  },
  {
    name: "other regions are reset",
    file: "reach.ts",
    from: 'if (has(needs, at)) return nodeAt(machine, at).kind === "parallel";',
    to: "if (has(needs, at)) return false;",
    test: "parallel_test.ts",
  },
  {
    name: "moving inside beats leaving",
    file: "conflict.ts",
    from: "(left.depth === right.depth ? 0 : left.depth - right.depth)",
    to: "(left.depth === right.depth ? 0 : right.depth - left.depth)",
    test: "parallel_test.ts",
  },
  {
    name: "an ended region beats a living one",
    file: "conflict.ts",
    from: "Number(left.isEnded) - Number(right.isEnded)",
    to: "Number(right.isEnded) - Number(left.isEnded)",
    test: "parallel_test.ts",
  },
  {
    name: "two regions may need different children of one compound",
    file: "conflict.ts",
    from: " || isSplit(machine, left.reach.needs, right.reach.needs)",
    to: "",
    test: "parallel_test.ts",
  },
  {
    name: "a join needs only one region",
    file: "done.ts",
    from: "parallel.joinNodes.every((node)",
    to: "parallel.joinNodes.some((node)",
    test: "parallel_test.ts",
  },
  {
    name: "a parallel is done with its first region",
    file: "done.ts",
    from: 'around.kind === "parallel" && isFinished(work, around)',
    to: 'around.kind === "parallel"',
    test: "done_test.ts",
  },
  {
    name: "deep history remembers children",
    file: "memory.ts",
    from: "const names = isDeep\n",
    to: "const names = !isDeep\n",
    test: "history_test.ts",
  },
  {
    name: "a history that is full takes its default",
    file: "reach.ts",
    from: "if (remembered !== null) return remembered;",
    to: "",
    test: "history_test.ts",
  },
  {
    name: "an old timer fires",
    file: "dispatch.ts",
    from: " && work.timers[timer.key] === timer.generation",
    to: "",
    test: "timers_test.ts",
  },
  {
    name: "timers outlive their state",
    file: "microstep.ts",
    from: "cancelTimers(work, node)",
    to: "void cancelTimers",
    test: "timers_test.ts",
  },
  {
    name: "generated triggers can be sent by hand",
    file: "dispatch.ts",
    from: "timer === undefined && machine.systemTriggers.has(queued.trigger)",
    to: "false",
    test: "timers_test.ts",
  },
  {
    name: "deferred events are recalled in the same configuration",
    file: "macrostep.ts",
    from: "if (!isSame(before, work.active)) recall(work);",
    to: "recall(work);",
    test: "deferral_test.ts",
  },
  {
    name: "a deferred event leaves its payload behind",
    file: "macrostep.ts",
    from: 'if (handled !== "taken" && !work.machine.isScxml) undo();',
    to: "",
    test: "deferral_test.ts",
  },
  {
    name: "one deferred event too many",
    file: "macrostep.ts",
    from: "work.deferred.length >= DEFERRED_MAX",
    to: "work.deferred.length > DEFERRED_MAX",
    test: "deferral_test.ts",
  },
  {
    name: "an error under not is true",
    file: "guard.ts",
    from: 'found === "false" ? "true" : found;',
    to: '"true";',
    test: "guards_test.ts",
  },
  {
    name: "a guard without implementation passes",
    file: "guard.ts",
    from: "if (!scope.isStrictGuards) {",
    to: "if (scope.isStrictGuards) {",
    test: "guards_test.ts",
  },
  {
    name: "a failing effect does not refuse",
    file: "run_actions.ts",
    from: 'if (work.machine.isScxml) {\n    raise(work, "error.execution"',
    to: 'if (work !== null) {\n    raise(work, "error.execution"',
    test: "dispatch_test.ts",
  },
  {
    name: "half a computation is kept",
    file: "effect.ts",
    from: "computed.push([key, value]);",
    to: "computed.push([key, value]);\n      writeKey(work, key, value);",
    test: "scxml_profile_test.ts",
  },
  {
    name: "file order beats priority",
    file: "compile_transitions.ts",
    from: "(left.spec.priority ?? 0) - (right.spec.priority ?? 0) ||",
    to: "",
    test: "dispatch_test.ts",
  },
  {
    name: "the first branch is always taken",
    file: "reach.ts",
    from: 'if (evaluateGuards(branch.guards, scopeOf(work), []) !== "true") continue;',
    to: "",
    test: "choice_test.ts",
  },
  {
    name: "the limit of microsteps is off by one",
    file: "microstep.ts",
    from: "work.microstepsLeft-- <= 0",
    to: "work.microstepsLeft-- < 0",
    test: "limits_test.ts",
  },
  {
    name: "a context may grow for ever",
    file: "result.ts",
    from: "context !== work.stored && contextBytesMoreThan",
    to: "context === work.stored && contextBytesMoreThan",
    test: "limits_test.ts",
  },
  {
    name: "what the engine shows is stored",
    file: "work.ts",
    from: 'work.statusBefore ??= { value: ownValue(view, "new_status") };',
    to: "",
    test: "actions_test.ts",
  },
  {
    name: "half a token matches",
    file: "trigger.ts",
    from: ' && trigger[tokens.length] === "."',
    to: "",
    test: "scxml_profile_test.ts",
  },
  {
    name: "the outer source wins",
    file: "conflict.ts",
    from:
      "if (isInside(machine, one.wish.transition.source, other.wish.transition.source)) beaten.add(other);",
    to: "if (isInside(machine, other.wish.transition.source, one.wish.transition.source)) beaten.add(other);",
    test: "scxml_profile_test.ts",
  },
  {
    name: "a parallel is a domain",
    file: "reach.ts",
    from: "(at === ROOT || nodeAt(machine, at).isCompound) && isWithin(at)",
    to: "isWithin(at)",
    test: "scxml_profile_test.ts",
  },
  {
    name: "regions are stored in file order",
    file: "stored_text.ts",
    from: "left.region < right.region ? -1 : 1",
    to: "0",
    test: "stored_text_test.ts",
  },
  {
    name: "a guard that does not hold leads to the fallback",
    file: "fallback.ts",
    from: 'refusal.code !== "invalid_trigger"',
    to: 'refusal.code === "terminal_state"',
    test: "fallback_test.ts",
  },
];
