/** A machine as W3C SCXML: nesting, regions, history and delays kept; what SCXML cannot say stands in comments. */
import type {
  ActionSpec,
  CheckSpec,
  GuardSpec,
  MachineSpec,
  PayloadSpec,
  StateSpec,
  TargetSpec,
  TransitionSpec,
} from "../../engine/spec.ts";
import type { JsonValue } from "../../json.ts";
import { actionText } from "./labels.ts";
import { type Group, historyKey, type Outline, outlineOf } from "./outline.ts";

/** Expressions stay in Stator's spelling, which is a part of Python's: `datamodel="python"`. */
export function scxmlOf(spec: MachineSpec): string {
  const outline = outlineOf(spec);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" name="${
      xml(spec.name)
    }" datamodel="python" initial="${xml(spec.initial.join(" "))}">`,
    ...dataLines(spec),
    ...outline.roots.flatMap((state) => stateLines(outline, state, 1)),
    "</scxml>",
  ];
  return `${lines.join("\n")}\n`;
}

function dataLines(spec: MachineSpec): readonly string[] {
  if (spec.variables.length === 0) return [];
  const data = spec.variables.map((variable) => {
    const value = variable.default === undefined ? variable.defaultExpr : literal(variable.default);
    return `    <data id="${xml(variable.key)}"${value === null ? "" : ` expr="${xml(value)}"`}/>`;
  });
  return ["  <datamodel>", ...data, "  </datamodel>"];
}

function stateLines(outline: Outline, state: StateSpec, level: number): readonly string[] {
  const pad = "  ".repeat(level);
  const { spec } = outline;
  if (state.type === "history") return historyLines(state, pad);
  const element = state.type === "terminal" ? "final" : state.type === "parallel" ? "parallel" : "state";
  const initial = state.type !== "parallel" && state.initialChild.length > 0
    ? ` initial="${xml(state.initialChild.join(" "))}"`
    : "";
  const timers = delayedOf(outline, state.name);
  const lines: string[] = [];
  if (state.type === "choice") {
    lines.push(`${pad}  <!-- choice: the first branch that holds is taken on entry -->`);
  }
  lines.push(
    ...blockLines("onentry", [
      ...state.onEnter.map((action) => actionLines(action, `${pad}    `)),
      ...timers.map(({ key, transition }) => [
        `${pad}    <send event="${xml(eventOf(key, transition))}" id="${xml(key)}" delay="${
          transition.afterMs ?? 0
        }ms"/>`,
      ]),
    ], pad),
  );
  lines.push(
    ...blockLines("onexit", [
      ...state.onExit.map((action) => actionLines(action, `${pad}    `)),
      ...timers.map(({ key }) => [
        `${pad}    <cancel sendid="${xml(key)}"/>`,
      ]),
    ], pad),
  );
  for (const invoke of state.invoke) {
    lines.push(`${pad}  <!-- invoke ${comment(invoke.id)}: ${comment(invoke.src)} -->`);
  }
  lines.push(...historiesInside(outline, state, `${pad}  `));
  for (const index of outline.ownOf(state.name)) {
    const transition = spec.transitions[index];
    if (transition !== undefined) {
      lines.push(...transitionLines(transition, { index, source: state, pad: `${pad}  ` }));
    }
  }
  lines.push(
    ...outline.groupsOf(state.name).flatMap((group) =>
      groupLines(outline, { state, group, level: level + 1 })
    ),
  );
  lines.push(...doneLines(state.doneData, `${pad}  `));
  const open = `<${element} id="${xml(state.name)}"${initial}`;
  return lines.length === 0 ? [`${pad}${open}/>`] : [`${pad}${open}>`, ...lines, `${pad}</${element}>`];
}

interface GroupInput {
  readonly state: StateSpec;
  readonly group: Group;
  readonly level: number;
}

/** Members of a listed region get a state around them, named after both. */
function groupLines(outline: Outline, { state, group, level }: GroupInput): readonly string[] {
  const isListed = state.regions.length > 0 && group.region !== null;
  const inner = group.states.flatMap((child) => stateLines(outline, child, isListed ? level + 1 : level));
  if (!isListed) return inner;
  const pad = "  ".repeat(level);
  return [
    `${pad}<state id="${xml(`${state.name}.${group.region}`)}" initial="${xml(group.initial.join(" "))}">`,
    ...inner,
    `${pad}</state>`,
  ];
}

function historiesInside(outline: Outline, state: StateSpec, pad: string): readonly string[] {
  return outline.histories.filter((mark) => mark.of === state.name).flatMap((mark) => [
    `${pad}<history id="${xml(historyKey(mark))}" type="${mark.isDeep ? "deep" : "shallow"}">`,
    `${pad}  <transition target="${xml(state.initialChild.join(" "))}"/>`,
    `${pad}</history>`,
  ]);
}

function historyLines(state: StateSpec, pad: string): readonly string[] {
  const open = `<history id="${xml(state.name)}" type="${state.history ?? "shallow"}"`;
  if (state.historyDefault.length === 0) return [`${pad}${open}/>`];
  const target = xml(state.historyDefault.map(targetId).join(" "));
  const actions = state.historyActions.flatMap((action) => actionLines(action, `${pad}    `));
  if (actions.length === 0) {
    return [`${pad}${open}>`, `${pad}  <transition target="${target}"/>`, `${pad}</history>`];
  }
  return [
    `${pad}${open}>`,
    `${pad}  <transition target="${target}">`,
    ...actions,
    `${pad}  </transition>`,
    `${pad}</history>`,
  ];
}

function delayedOf(outline: Outline, name: string) {
  return outline.ownOf(name).flatMap((index) => {
    const transition = outline.spec.transitions[index];
    if (transition === undefined || (transition.afterMs ?? 0) <= 0) return [];
    return [{ key: `after.${name}.${index}`, transition }];
  });
}

function eventOf(key: string, { triggers }: TransitionSpec): string {
  return triggers[0] ?? key;
}

interface TransitionInput {
  readonly index: number;
  readonly source: StateSpec;
  readonly pad: string;
}

function transitionLines(
  transition: TransitionSpec,
  { index, source, pad }: TransitionInput,
): readonly string[] {
  const { guards, actions, targets, isAuto, isInternal } = transition;
  const isDelayed = (transition.afterMs ?? 0) > 0;
  const attributes: string[] = [];
  const isEventless = source.type === "choice" || (isAuto && !isDelayed);
  if (!isEventless) {
    const events = isDelayed ? [eventOf(`after.${source.name}.${index}`, transition)] : transition.triggers;
    attributes.push(`event="${xml(events.map(joinEvent).join(" "))}"`);
  }
  if (guards.length > 0) attributes.push(`cond="${xml(guards.map(condition).join(" and "))}"`);
  const isSelf = targets.every((target) => targetId(target) === source.name) && !transition.isReentering;
  const isStaying = targets.length === 0 || isInternal || (isSelf && source.initialChild.length === 0);
  if (!isStaying) {
    attributes.push(`target="${xml(targets.map(targetId).join(" "))}"`);
    // Without this word SCXML would leave a compound source on the way to a state inside it.
    if (!transition.isReentering && source.initialChild.length > 0) attributes.push('type="internal"');
  }
  const open = `${pad}<transition${attributes.map((attribute) => ` ${attribute}`).join("")}`;
  const inner = actions.flatMap((action) => actionLines(action, `${pad}  `));
  return inner.length === 0 ? [`${open}/>`] : [`${open}>`, ...inner, `${pad}</transition>`];
}

/** SCXML says `done.state.P` where Stator says `_join_P`. */
function joinEvent(trigger: string): string {
  return trigger.startsWith("_join_") ? `done.state.${trigger.slice("_join_".length)}` : trigger;
}

function targetId(target: TargetSpec): string {
  return target.type === "state" ? target.name : historyKey(target);
}

function condition(guard: GuardSpec): string {
  switch (guard.type) {
    case "named":
      return guard.name;
    case "expr":
      return `(${guard.source})`;
    case "check":
      return checkExpression(guard);
    case "allOf":
      return `(${guard.guards.map(condition).join(" and ")})`;
    case "anyOf":
      return `(${guard.guards.map(condition).join(" or ")})`;
    case "not":
      return `not ${condition(guard.guard)}`;
  }
}

const COMPARISONS: Readonly<Record<string, string>> = {
  eq: "==",
  neq: "!=",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
};

function checkExpression(check: CheckSpec): string {
  const { field, op, value, values } = check;
  const comparison = COMPARISONS[op];
  if (comparison !== undefined) return `${field} ${comparison} ${literal(value)}`;
  switch (op) {
    case "in":
      return `${field} in ${literal(values)}`;
    case "not_in":
      return `${field} not in ${literal(values)}`;
    case "is_set":
      return `${field} is not None`;
    case "is_null":
      return `${field} is None`;
    case "contains":
      return `${literal(value)} in ${field}`;
    case "starts_with":
      return `${field}.startswith(${literal(value)})`;
    case "ends_with":
      return `${field}.endswith(${literal(value)})`;
    default:
      return `matches(${field}, ${literal(value)})`;
  }
}

function blockLines(
  name: "onentry" | "onexit",
  blocks: readonly (readonly string[])[],
  pad: string,
): readonly string[] {
  const lines = blocks.flat();
  return lines.length === 0 ? [] : [`${pad}  <${name}>`, ...lines, `${pad}  </${name}>`];
}

function actionLines(action: ActionSpec, pad: string): readonly string[] {
  const { when } = action.options;
  if (when === null) return ownLines(action, pad);
  const inner = ownLines(action, `${pad}  `);
  return [`${pad}<if cond="${xml(whenCondition(when))}">`, ...inner, `${pad}</if>`];
}

function whenCondition(when: NonNullable<ActionSpec["options"]["when"]>): string {
  return when.type === "expr" ? when.source : checkExpression(when);
}

function ownLines(action: ActionSpec, pad: string): readonly string[] {
  switch (action.type) {
    case "effect":
      return effectLines(action, pad);
    case "branch": {
      const then = action.then.flatMap((inner) => actionLines(inner, `${pad}  `));
      const otherwise = action.else.flatMap((inner) => actionLines(inner, `${pad}  `));
      const rest = otherwise.length === 0 ? [] : [`${pad}<else/>`, ...otherwise];
      return [`${pad}<if cond="${xml(whenCondition(action.condition))}">`, ...then, ...rest, `${pad}</if>`];
    }
    case "raise":
      return [`${pad}<raise event="${xml(action.trigger)}"/>`];
    case "send": {
      const event = action.trigger === null
        ? `eventexpr="${xml(action.triggerExpr ?? "")}"`
        : `event="${xml(action.trigger)}"`;
      const id = action.id === null ? "" : ` id="${xml(action.id)}"`;
      const delay = action.afterMs === 0 ? "" : ` delay="${action.afterMs}ms"`;
      const target = action.target === null ? "" : ` target="${xml(action.target)}"`;
      return withParams(`${pad}<send ${event}${id}${delay}${target}`, {
        name: "send",
        payload: action.payload,
        pad,
      });
    }
    case "cancel":
      return [`${pad}<cancel sendid="${xml(action.id)}"/>`];
    case "foreach": {
      const index = action.index === null ? "" : ` index="${xml(action.index)}"`;
      const inner = action.do.flatMap((one) => actionLines(one, `${pad}  `));
      return [
        `${pad}<foreach array="${xml(action.in)}" item="${xml(action.as)}"${index}>`,
        ...inner,
        `${pad}</foreach>`,
      ];
    }
    case "block":
      return action.actions.flatMap((inner) => actionLines(inner, pad));
    case "named":
      return action.name === "log"
        ? [`${pad}<log expr="${xml(literal(action.params["message"] ?? ""))}"/>`]
        : scriptLine(action, pad);
    case "http":
    case "celery":
    case "send_event":
    case "create_entity":
    case "code":
    case "fail":
      return scriptLine(action, pad);
  }
}

/** What only a host can do, by its name. */
function scriptLine(action: ActionSpec, pad: string): readonly string[] {
  return [
    `${pad}<script>${xml(actionText({ ...action, options: { ...action.options, when: null } }))}</script>`,
  ];
}

function effectLines(action: ActionSpec & { readonly type: "effect" }, pad: string): readonly string[] {
  const { effect, params } = action;
  const assign = (key: string, expression: string) =>
    `${pad}<assign location="${xml(key)}" expr="${xml(expression)}"/>`;
  const field = String(params["field"] ?? "");
  switch (effect) {
    case "set":
      return Object.keys(params).map((key) => assign(key, literal(params[key] ?? null)));
    case "compute":
      return Object.keys(params).map((key) => assign(key, String(params[key])));
    case "increment":
      return [assign(field, `${field} + 1`)];
    case "decrement":
      return [assign(field, `${field} - 1`)];
    case "append":
      return [assign(field, `${field} + ${literal([params["value"] ?? null])}`)];
    case "clear":
      return [assign(field, "None")];
    case "timestamp":
      return scriptLine(action, pad);
  }
}

function doneLines(payload: PayloadSpec, pad: string): readonly string[] {
  if (payload === null) return [];
  const inner = paramLines(payload, `${pad}  `);
  return [`${pad}<donedata>`, ...inner, `${pad}</donedata>`];
}

function withParams(
  open: string,
  { name, payload, pad }: { readonly name: string; readonly payload: PayloadSpec; readonly pad: string },
): readonly string[] {
  return payload === null
    ? [`${open}/>`]
    : [`${open}>`, ...paramLines(payload, `${pad}  `), `${pad}</${name}>`];
}

function paramLines(payload: NonNullable<PayloadSpec>, pad: string): readonly string[] {
  if (typeof payload === "string") return [`${pad}<content expr="${xml(payload)}"/>`];
  return Object.keys(payload).map((key) =>
    `${pad}<param name="${xml(key)}" expr="${xml(payload[key] ?? "")}"/>`
  );
}

/** A JSON value as an expression. */
function literal(value: JsonValue): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  return JSON.stringify(value);
}

function comment(text: string): string {
  return text.replaceAll("--", "- -");
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  )
    .replaceAll("\n", "&#10;");
}
