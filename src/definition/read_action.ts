/** Actions of states and transitions: names, effects, calls, branches, events, loops. */
import type { ActionOptions, ActionSpec } from "../engine/spec.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { type Cursor, isList, isObject, kindOf, own, warnUnknownKeys, wrongKind } from "./cursor.ts";
import { type ActionReader, refuseArgument } from "./action_reader.ts";
import { dotted, type Findings, type Path } from "./findings.ts";
import { ACTION_DEPTH_MAX, LIST_MAX } from "./limits.ts";
import { isName, NAME_RULE } from "./names.ts";
import { readWhen } from "./read_check.ts";
import { EFFECTS, isEffect, readEffect } from "./read_effect.ts";
import {
  readBlock,
  readBranch,
  readCancel,
  readFail,
  readForeach,
  readRaise,
  readSend,
} from "./read_control.ts";
import { readCreateEntity, readSendEvent } from "./read_outside.ts";
import type { Profile } from "../engine/spec.ts";

const OTHER_FORMS = [
  "custom",
  "name",
  "http",
  "celery",
  "send_event",
  "create_entity",
  "branch",
  "code",
  "raise",
  "send",
  "cancel",
  "foreach",
  "block",
  "fail",
] as const;

/** Every key that says what an action does. */
export const ACTION_FORMS: readonly string[] = [...OTHER_FORMS, ...EFFECTS];
const OPTION_KEYS = ["when", "timeout", "retry", "retry_backoff", "parallel", "description"];
const KNOWN_KEYS: ReadonlySet<string> = new Set([...ACTION_FORMS, ...OPTION_KEYS, "params"]);

/** All actions under `key`; a text or a mapping is a list of one. */
export function readActions(cursor: Cursor, key: string, profile: Profile): readonly ActionSpec[] {
  const value = own(cursor.object, key);
  if (value === undefined || value === null) return [];
  const path = [...cursor.path, key];
  const reader: ActionReader = {
    findings: cursor.findings,
    profile,
    listPath: path,
    depth: 0,
    readList: readActionList,
  };
  if (typeof value === "string" || isObject(value)) {
    const action = readAction(reader, path, value);
    return action === null ? [] : [action];
  }
  if (isList(value)) return readActionList(reader, path, value);
  wrongKind(cursor.findings, path, "an action or a list of actions", value);
  return [];
}

/** Members of a list of actions, here or inside another action. */
function readActionList(
  reader: ActionReader,
  path: Path,
  list: readonly JsonValue[],
): readonly ActionSpec[] {
  const { findings } = reader;
  if (list.length > LIST_MAX || reader.depth > ACTION_DEPTH_MAX) {
    const message = list.length > LIST_MAX
      ? `Cannot use ${list.length} actions: at most ${LIST_MAX}`
      : `Cannot use the actions: nested deeper than ${ACTION_DEPTH_MAX}`;
    findings.error("L01", path, message);
    return [];
  }
  return list.map((item, index) => {
    if (typeof item === "string" || isObject(item)) return readAction(reader, [...path, index], item);
    wrongKind(findings, [...path, index], "an action", item);
    return null;
  }).filter((action) => action !== null);
}

function readAction(reader: ActionReader, path: Path, value: string | JsonObject): ActionSpec | null {
  if (typeof value === "string") {
    return namedAction(reader, path, { name: value, params: {}, isCustom: false, options: NO_OPTIONS });
  }
  const { findings } = reader;
  const forms = ACTION_FORMS.filter((form) => own(value, form) !== undefined);
  const [form] = forms;
  const at = { at: dotted(reader.listPath) };
  if (form === undefined) {
    findings.error("F11", path, `Cannot read the action: no key says what it does`, {
      hint: `One of ${ACTION_FORMS.join(", ")}`,
      data: at,
    });
    return null;
  }
  if (forms.length > 1) {
    const keys = forms.map((key) => `"${key}"`).join(" and ");
    findings.error("B13", path, `Cannot read the action: ${keys} together`, {
      hint: "Write one action for each",
      data: at,
    });
    return null;
  }
  const cursor = { object: value, path, findings };
  warnUnknownKeys(cursor, KNOWN_KEYS);
  return readForm(reader, cursor, form);
}

function readForm(reader: ActionReader, cursor: Cursor, form: string): ActionSpec | null {
  const { object, findings } = cursor;
  const path = [...cursor.path, form];
  const inner = own(object, form) ?? null;
  const options = readOptions(cursor);
  if (isEffect(form)) return readEffect({ findings, path, effect: form, argument: inner, options });
  switch (form) {
    case "name":
      return readNameForm(reader, cursor, options);
    case "custom":
      return readCustom(reader, path, { inner, options });
    case "http":
    case "celery":
      if (!isObject(inner)) return refuseArgument(findings, path, "a mapping", inner);
      return { type: form, params: inner, options: httpOptions({ object: inner, path, findings }, options) };
    case "send_event":
      return readSendEvent(findings, path, { inner, options });
    case "create_entity":
      return readCreateEntity(findings, path, { inner, options });
    case "code":
      return readCode(findings, path, { inner, options });
    case "branch":
      return readBranch(reader, path, { inner, options });
    case "raise":
      return readRaise(reader, path, { inner, options });
    case "send":
      return readSend(reader, path, { inner, options });
    case "cancel":
      return readCancel(reader, path, { inner, options });
    case "foreach":
      return readForeach(reader, path, { inner, options });
    case "block":
      return readBlock(reader, path, { inner, options });
    default:
      return readFail(reader, path, { inner, options });
  }
}

const NO_OPTIONS: ActionOptions = { when: null, timeoutS: null, retry: null, retryBackoffS: null };

function readOptions(cursor: Cursor): ActionOptions {
  const { object, path, findings } = cursor;
  const when = own(object, "when");
  return {
    when: when === undefined || when === null ? null : readWhen(findings, [...path, "when"], when),
    timeoutS: numberOf(cursor, "timeout"),
    retry: wholeNumberOf(cursor, "retry"),
    retryBackoffS: numberOf(cursor, "retry_backoff"),
    ...(isParallel(cursor) ? { isParallel: true } : {}),
  };
}

function isParallel(cursor: Cursor): boolean {
  const value = own(cursor.object, "parallel") ?? false;
  if (typeof value === "boolean") return value;
  refuseArgument(cursor.findings, [...cursor.path, "parallel"], "true or false", value);
  return false;
}

function numberOf(cursor: Cursor, key: string): number | null {
  const value = own(cursor.object, key);
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && value >= 0) return value;
  refuseArgument(cursor.findings, [...cursor.path, key], "a number of seconds that is not negative", value);
  return null;
}

function wholeNumberOf(cursor: Cursor, key: string): number | null {
  const value = own(cursor.object, key);
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  refuseArgument(cursor.findings, [...cursor.path, key], "a whole number that is not negative", value);
  return null;
}

/** The three keys may stand inside `http` too: outside wins for retries, inside for the timeout. */
function httpOptions(inner: Cursor, outer: ActionOptions): ActionOptions {
  return {
    ...outer,
    timeoutS: numberOf(inner, "timeout") ?? outer.timeoutS,
    retry: outer.retry ?? wholeNumberOf(inner, "retry"),
    retryBackoffS: outer.retryBackoffS ?? numberOf(inner, "retry_backoff"),
  };
}

function readNameForm(reader: ActionReader, cursor: Cursor, options: ActionOptions): ActionSpec | null {
  const params = own(cursor.object, "params") ?? {};
  if (!isObject(params)) {
    return refuseArgument(reader.findings, [...cursor.path, "params"], "a mapping", params);
  }
  const name = own(cursor.object, "name") ?? null;
  return namedAction(reader, [...cursor.path, "name"], { name, params, isCustom: false, options });
}

interface Argument {
  readonly inner: JsonValue;
  readonly options: ActionOptions;
}

function readCustom(reader: ActionReader, path: Path, { inner, options }: Argument): ActionSpec | null {
  const params = isObject(inner) ? own(inner, "params") ?? {} : null;
  if (!isObject(inner) || !isObject(params)) {
    const wanted = isObject(inner)
      ? `"params" must be a mapping`
      : `a mapping expected, ${kindOf(inner)} found`;
    reader.findings.error("F12", path, `Cannot read "custom": ${wanted}`, {
      data: { at: dotted(reader.listPath) },
    });
    return null;
  }
  const name = own(inner, "name") ?? null;
  return namedAction(reader, [...path, "name"], { name, params, isCustom: true, options });
}

interface NamedInput {
  readonly name: JsonValue;
  readonly params: JsonObject;
  readonly isCustom: boolean;
  readonly options: ActionOptions;
}

function namedAction(reader: ActionReader, path: Path, input: NamedInput): ActionSpec | null {
  const { name, params, isCustom, options } = input;
  if (typeof name === "string" && isName(name)) return { type: "named", name, params, isCustom, options };
  const shown = typeof name === "string" ? `"${name}"` : kindOf(name);
  reader.findings.error("F10", path, `Cannot use action name ${shown}: ${NAME_RULE} only`, {
    data: { at: dotted(reader.listPath) },
  });
  return null;
}

function readCode(findings: Findings, path: Path, { inner, options }: Argument): ActionSpec | null {
  const params = typeof inner === "string" ? { source: inner } : inner;
  if (!isObject(params) || typeof own(params, "source") !== "string") {
    return refuseArgument(findings, path, `a text, or a mapping with "source"`, inner);
  }
  findings.warning("code_disabled", path, `Action "code" never runs: code in a machine is not carried out`, {
    hint: "Use compute, set or a named action",
  });
  return { type: "code", params, options };
}
