/** Events: declared but never used, used but never declared, sent but taken by nothing. */
import type { ActionSpec } from "../../engine/spec.ts";
import type { Path } from "../findings.ts";
import { type LintInput, statePath, transitionPath } from "./input.ts";
import { innerActions } from "./registry.ts";

export function eventRules(input: LintInput): void {
  declaredRules(input);
  sentRule(input);
  deferRule(input);
}

/** `undeclared_event` and `unused_event`, when the file lists its events. */
function declaredRules({ spec, events, findings }: LintInput): void {
  if (events.length === 0) return;
  const declared = new Set(events);
  const used = new Set<string>();
  for (const [index, transition] of spec.transitions.entries()) {
    if (transition.isTriggerGenerated || transition.isAuto || (transition.afterMs ?? 0) > 0) continue;
    for (const trigger of transition.triggers) {
      if (declared.has(trigger)) used.add(trigger);
      if (declared.has(trigger) || isSystem(trigger) || used.has(trigger)) continue;
      used.add(trigger);
      const meant = findings.meant(trigger, declared);
      const path = [...transitionPath(spec, index), "trigger"];
      findings.warning(
        "undeclared_event",
        path,
        `Trigger "${trigger}" is not among the events of this file`,
        {
          hint: meant === null ? "Declare it under events" : `Did you mean "${meant}"?`,
          data: {
            trigger,
            ...(meant === null
              ? {
                fix: {
                  title: `Declare "${trigger}"`,
                  edits: [{ op: "append", path: ["events"], value: { name: trigger } }],
                },
              }
              : {
                nearest: meant,
                fix: { title: `Write "${meant}"`, edits: [{ op: "set", path, value: meant }] },
              }),
          },
        },
      );
    }
  }
  for (const [index, name] of events.entries()) {
    if (used.has(name)) continue;
    findings.info(
      "unused_event",
      ["events", index],
      `Event "${name}" is declared and no transition takes it`,
      {
        data: { trigger: name },
      },
    );
  }
}

/** `unhandled_event`: the machine speaks to itself and does not listen. */
function sentRule({ spec, findings }: LintInput): void {
  const taken = new Set(
    spec.transitions.flatMap((transition) => transition.triggers).map((name) => fold(name)),
  );
  const isTaken = (trigger: string) =>
    taken.has(fold(trigger)) || taken.has("*") ||
    spec.profile === "scxml" && prefixesOf(trigger).some((one) => taken.has(one));
  const look = (actions: readonly ActionSpec[], path: Path): void => {
    for (const action of actions) {
      look(innerActions(action), path);
      const trigger = action.type === "raise" || action.type === "send" ? action.trigger : null;
      if (trigger === null || isTaken(trigger) || action.type === "send" && action.target !== null) continue;
      findings.warning(
        "unhandled_event",
        path,
        `Event "${trigger}" is sent to the machine itself and nothing takes it`,
        {
          data: { trigger },
        },
      );
    }
  };
  for (const [index, { actions }] of spec.transitions.entries()) {
    if (actions.length > 0) look(actions, [...transitionPath(spec, index), "actions"]);
  }
  for (const state of spec.states) {
    const path = statePath(spec, state.name);
    look(state.onEnter, [...path, "on_enter"]);
    look(state.onExit, [...path, "on_exit"]);
  }

  function fold(name: string): string {
    if (spec.eventNormalizer === null) return name;
    return spec.eventNormalizer === "lower" ? name.toLowerCase() : name.toUpperCase();
  }
}

/** `unhandled_event` for what is put off and never taken up. */
function deferRule({ spec, findings }: LintInput): void {
  const taken = new Set(spec.transitions.flatMap((transition) => transition.triggers));
  if (taken.has("*")) return;
  for (const { name, defer } of spec.states) {
    for (const [index, trigger] of defer.entries()) {
      if (taken.has(trigger) || trigger.includes("*")) continue;
      const path = [...statePath(spec, name), "defer", index];
      findings.warning(
        "unhandled_event",
        path,
        `State "${name}" defers "${trigger}" and nothing ever takes it`,
        {
          data: { trigger, state: name },
        },
      );
    }
  }
}

function prefixesOf(trigger: string): readonly string[] {
  const tokens = trigger.split(".");
  return tokens.flatMap((_, index) => {
    const prefix = tokens.slice(0, index + 1).join(".");
    return [prefix, `${prefix}.*`];
  });
}

function isSystem(trigger: string): boolean {
  return trigger === "*" || /^(?:_|done\.|error\.|after\.)/.test(trigger);
}
