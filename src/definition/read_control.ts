/** Actions that hold others or speak to the machine itself: branch, loops, events. */
import type { ActionOptions, ActionSpec, PayloadSpec, WhenSpec } from "../engine/spec.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { isList, isObject, kindOf, own, warnUnknownKeys } from "./cursor.ts";
import { parseDelay } from "./delay.ts";
import { dotted, type Findings, type Path } from "./findings.ts";
import { isEventName, isStateName } from "./names.ts";
import { type ActionReader, refuseArgument } from "./action_reader.ts";
import { readWhen } from "./read_check.ts";
import { checkSource } from "./read_expression.ts";

interface Argument {
  readonly inner: JsonValue;
  readonly options: ActionOptions;
}

/** A branch that cannot decide is an action that always fails. */
const NEVER_DECIDED: WhenSpec = { type: "expr", source: "" };
const BRANCH_KEYS = new Set(["when", "then", "else", "description"]);
const RAISE_KEYS = new Set(["trigger", "payload"]);
const SEND_KEYS = new Set(["trigger", "trigger_expr", "payload", "after", "id", "target"]);
const FOREACH_KEYS = new Set(["in", "as", "index", "do"]);

export function readBranch(
  reader: ActionReader,
  path: Path,
  { inner, options }: Argument,
): ActionSpec | null {
  const { findings } = reader;
  const at = { data: { at: dotted(reader.listPath) } };
  if (!isObject(inner)) {
    findings.error("F13", path, `Cannot read "branch": a mapping expected, ${kindOf(inner)} found`, at);
    return null;
  }
  warnUnknownKeys({ object: inner, path, findings }, BRANCH_KEYS);
  const lists = (["then", "else"] as const).map((key) => {
    const list = own(inner, key) ?? [];
    if (isList(list)) return reader.readList(deeper(reader), [...path, key], list);
    findings.error("F13", [...path, key], `Cannot read "${key}": a list of actions expected`, at);
    return [];
  });
  const when = own(inner, "when");
  if (when === undefined) {
    findings.warning("branch_without_when", path, `Branch has no "when": it always fails`);
  }
  const condition = when === undefined ? NEVER_DECIDED : readWhen(findings, [...path, "when"], when);
  const [then = [], otherwise = []] = lists;
  return condition === null
    ? null
    : { type: "branch", condition, then, else: otherwise, params: inner, options };
}

export function readRaise(reader: ActionReader, path: Path, { inner, options }: Argument): ActionSpec | null {
  const { findings } = reader;
  const object = typeof inner === "string" ? { trigger: inner } : inner;
  if (!isObject(object)) {
    return refuseArgument(findings, path, `a trigger, or a mapping with "trigger"`, inner);
  }
  warnUnknownKeys({ object, path, findings }, RAISE_KEYS);
  const trigger = readTrigger(reader, path, own(object, "trigger"));
  const payload = readPayload(findings, [...path, "payload"], own(object, "payload"));
  return trigger === null ? null : { type: "raise", trigger, payload, options };
}

export function readSend(reader: ActionReader, path: Path, { inner, options }: Argument): ActionSpec | null {
  const { findings } = reader;
  const object = typeof inner === "string" ? { trigger: inner } : inner;
  if (!isObject(object)) {
    return refuseArgument(findings, path, `a trigger, or a mapping with "trigger"`, inner);
  }
  warnUnknownKeys({ object, path, findings }, SEND_KEYS);
  const expression = own(object, "trigger_expr") ?? null;
  const triggerExpr = typeof expression === "string" ? expression : null;
  if (triggerExpr !== null) checkSource(findings, [...path, "trigger_expr"], triggerExpr);
  const hasExpression = triggerExpr !== null && own(object, "trigger") === undefined;
  const trigger = hasExpression ? null : readTrigger(reader, path, own(object, "trigger"));
  if (trigger === null && !hasExpression) return null;
  return {
    type: "send",
    trigger,
    triggerExpr,
    payload: readPayload(findings, [...path, "payload"], own(object, "payload")),
    afterMs: readAfter(findings, [...path, "after"], own(object, "after") ?? 0),
    id: optionalText(findings, path, { object, key: "id" }),
    target: optionalText(findings, path, { object, key: "target" }),
    options,
  };
}

export function readCancel(
  reader: ActionReader,
  path: Path,
  { inner, options }: Argument,
): ActionSpec | null {
  const id = isObject(inner) ? own(inner, "id") ?? null : inner;
  if (typeof id === "string" && id !== "") return { type: "cancel", id, options };
  return refuseArgument(reader.findings, path, `the "id" of a send`, inner);
}

export function readForeach(
  reader: ActionReader,
  path: Path,
  { inner, options }: Argument,
): ActionSpec | null {
  const { findings } = reader;
  if (!isObject(inner)) return refuseArgument(findings, path, `a mapping with "in", "as" and "do"`, inner);
  warnUnknownKeys({ object: inner, path, findings }, FOREACH_KEYS);
  const list = own(inner, "in") ?? null;
  const as = own(inner, "as") ?? "item";
  const index = own(inner, "index") ?? null;
  const actions = own(inner, "do") ?? [];
  if (typeof list !== "string") return refuseArgument(findings, [...path, "in"], "an expression", list);
  checkSource(findings, [...path, "in"], list);
  for (const [key, name] of [["as", as], ["index", index]] as const) {
    if (name === null && key === "index") continue;
    if (typeof name === "string" && isStateName(name, reader.profile)) continue;
    return refuseArgument(findings, [...path, key], "a name", name);
  }
  if (!isList(actions)) return refuseArgument(findings, [...path, "do"], "a list of actions", actions);
  return {
    type: "foreach",
    in: list,
    as: String(as),
    index: typeof index === "string" ? index : null,
    do: reader.readList(deeper(reader), [...path, "do"], actions),
    options,
  };
}

export function readBlock(reader: ActionReader, path: Path, { inner, options }: Argument): ActionSpec | null {
  if (!isList(inner)) return refuseArgument(reader.findings, path, "a list of actions", inner);
  return { type: "block", actions: reader.readList(deeper(reader), path, inner), options };
}

export function readFail(reader: ActionReader, path: Path, { inner, options }: Argument): ActionSpec | null {
  if (typeof inner !== "string") return refuseArgument(reader.findings, path, "a message", inner);
  return { type: "fail", message: inner, options };
}

/** A mapping of name to expression, or one expression. */
export function readPayload(findings: Findings, path: Path, value: JsonValue | undefined): PayloadSpec {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") {
    checkSource(findings, path, value);
    return value;
  }
  if (!isObject(value)) {
    refuseArgument(findings, path, "a mapping of name to expression, or an expression", value);
    return null;
  }
  const entries: [string, string][] = [];
  for (const key of Object.keys(value)) {
    const source = own(value, key) ?? null;
    if (typeof source === "string") {
      checkSource(findings, [...path, key], source);
      entries.push([key, source]);
    } else refuseArgument(findings, [...path, key], "an expression as text", source);
  }
  return Object.fromEntries(entries);
}

function deeper(reader: ActionReader): ActionReader {
  return { ...reader, depth: reader.depth + 1 };
}

function readTrigger(reader: ActionReader, path: Path, value: JsonValue | undefined): string | null {
  if (typeof value === "string" && isEventName(value, reader.profile)) return value;
  return refuseArgument(reader.findings, [...path, "trigger"], "the name of an event", value ?? null);
}

function readAfter(findings: Findings, path: Path, value: JsonValue): number {
  const delay = parseDelay(value);
  if (delay.type === "delay") return delay.ms;
  refuseArgument(findings, path, "a delay such as 1500, 10m or 1d", value);
  return 0;
}

function optionalText(
  findings: Findings,
  path: Path,
  { object, key }: { readonly object: JsonObject; readonly key: string },
): string | null {
  const value = own(object, key) ?? null;
  if (value === null || typeof value === "string") return value;
  refuseArgument(findings, [...path, key], "text", value);
  return null;
}
