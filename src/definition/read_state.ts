/** States as they are written, with their regions, services and timeouts. */
import type { ConditionSpec, InvokeSpec, Profile, StateType } from "../engine/spec.ts";
import type { JsonValue } from "../json.ts";
import {
  type Cursor,
  cursorsOf,
  isList,
  isObject,
  missingKey,
  objectOr,
  own,
  requiredText,
  textOr,
  textOrNull,
  textsOf,
  warnUnknownKeys,
  wrongKind,
} from "./cursor.ts";
import type { RegionDraft, StateDraft } from "./draft.ts";
import { DELAY_MS_MAX } from "./delay.ts";
import { dotted } from "./findings.ts";
import { isName, isStateName, isTrigger, NAME_RULE } from "./names.ts";
import { readActions } from "./read_action.ts";
import { readCondition } from "./read_check.ts";
import { readPayload } from "./read_control.ts";
import { readWord, wrongWord } from "./read_meta.ts";
import { readAlways } from "./read_transition.ts";

const STATE_KEYS = new Set([
  "name",
  "type",
  "description",
  "group",
  "parent",
  "initial_child",
  "initial_actions",
  "regions",
  "on_enter",
  "on_exit",
  "defer",
  "invoke",
  "timeout",
  "entry_points",
  "exit_points",
  "when",
  "submachine",
  "metadata",
  "history",
  "default",
  "default_actions",
  "done_data",
  "always",
]);
const REGION_KEYS = new Set(["name", "initial", "states", "final", "description", "metadata"]);
const TYPES: readonly StateType[] = [
  "initial",
  "stable",
  "terminal",
  "error",
  "parallel",
  "choice",
  "history",
];

export function readStates(cursor: Cursor, profile: Profile): readonly StateDraft[] {
  const value = own(cursor.object, "states");
  if (value === undefined) {
    missingKey(cursor.findings, ["states"]);
    return [];
  }
  if (isList(value) && value.length === 0) {
    cursor.findings.error("F06", ["states"], "Cannot build the machine: at least one state expected", {
      data: { at: "states" },
    });
  }
  return cursorsOf(cursor, "states", value).map((inner) => readState(inner, profile));
}

function readState(cursor: Cursor, profile: Profile): StateDraft {
  const name = readName(cursor, profile);
  const type = readType(cursor);
  const draft: Omit<StateDraft, "metadata"> = {
    path: cursor.path,
    name,
    type,
    description: textOr(cursor, "description", ""),
    group: textOrNull(cursor, "group"),
    parent: textOrNull(cursor, "parent"),
    initialChild: readNames(cursor, "initial_child"),
    regions: readRegions(cursor),
    onEnter: readActions(cursor, "on_enter", profile),
    onExit: readActions(cursor, "on_exit", profile),
    invoke: readInvokes(cursor),
    timeout: readTimeout(cursor),
    entryPoints: readPoints(cursor, "entry_points", profile),
    exitPoints: readPoints(cursor, "exit_points", profile),
    when: readWhen(cursor),
    initialActions: readActions(cursor, "initial_actions", profile),
    defer: readDefer(cursor, profile),
    history: type === "history" ? readWord(cursor, "history", ["shallow", "deep"]) ?? "shallow" : null,
    historyDefault: readDefault(cursor, type),
    historyActions: readActions(cursor, "default_actions", profile),
    doneData: readPayload(cursor.findings, [...cursor.path, "done_data"], own(cursor.object, "done_data")),
    always: readAlways(cursor, name, profile),
  };
  const metadata = objectOr(cursor, "metadata", {});
  const unknown = warnUnknownKeys(cursor, STATE_KEYS);
  const extra = unknown.map((key) => [key, own(cursor.object, key) ?? null] as const);
  return { ...draft, metadata: Object.fromEntries([...Object.entries(metadata), ...extra]) };
}

function readName(cursor: Cursor, profile: Profile): string {
  const name = requiredText(cursor, "name");
  if (name === null || isStateName(name, profile)) return name ?? "";
  const path = [...cursor.path, "name"];
  cursor.findings.error("F03", path, `Cannot use state name "${name}": ${NAME_RULE} only`, {
    data: { at: dotted(path) },
  });
  return name;
}

/** A type that is written must be a word, null is none. */
function readType(cursor: Cursor): StateType {
  if (own(cursor.object, "type") === null) wrongWord(cursor, "type", { value: null, words: TYPES });
  return readWord(cursor, "type", TYPES) ?? "stable";
}

/** A state name or a list of them. */
function readNames(cursor: Cursor, key: string): readonly string[] {
  const value = own(cursor.object, key);
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return [value];
  if (isList(value) && value.every((item) => typeof item === "string")) return value;
  wrongKind(cursor.findings, [...cursor.path, key], "a state name", value);
  return [];
}

/** Only a history leads somewhere else when nothing is remembered. */
function readDefault(cursor: Cursor, type: StateType): readonly string[] {
  const names = readNames(cursor, "default");
  if (type === "history" || names.length === 0) return names;
  cursor.findings.warning(
    "unknown_key",
    [...cursor.path, "default"],
    `"default" means nothing on a state of type ${type}`,
  );
  return [];
}

function readRegions(cursor: Cursor): readonly RegionDraft[] {
  const value = own(cursor.object, "regions");
  if (value === undefined) return [];
  return cursorsOf(cursor, "regions", value).map((inner) => {
    const name = requiredText(inner, "name") ?? "";
    if (name !== "" && !isName(name) || own(inner.object, "name") === "") {
      const path = [...inner.path, "name"];
      inner.findings.error("F03", path, `Cannot use region name "${name}": ${NAME_RULE} only`, {
        data: { at: dotted(path) },
      });
    }
    const region = {
      path: inner.path,
      name,
      initial: requiredText(inner, "initial") ?? "",
      states: textsOf(inner, "states"),
      final: textOrNull(inner, "final"),
      description: textOr(inner, "description", ""),
    };
    warnUnknownKeys(inner, REGION_KEYS);
    return region;
  });
}

function readInvokes(cursor: Cursor): readonly InvokeSpec[] {
  const value = own(cursor.object, "invoke");
  if (value === undefined) return [];
  return cursorsOf(cursor, "invoke", value).map((inner) => ({
    id: requiredText(inner, "id") ?? "",
    src: requiredText(inner, "src") ?? "",
    onDone: textOrNull(inner, "on_done"),
    onError: textOrNull(inner, "on_error"),
  }));
}

function readTimeout(cursor: Cursor): StateDraft["timeout"] {
  const value = own(cursor.object, "timeout");
  if (value === undefined || value === null) return null;
  const path = [...cursor.path, "timeout"];
  if (!isObject(value)) {
    wrongKind(cursor.findings, path, `a mapping with "seconds" and "destination"`, value);
    return null;
  }
  const inner = { object: value, path, findings: cursor.findings };
  const ms = readSeconds(inner);
  const destination = requiredText(inner, "destination");
  if (destination === "") {
    cursor.findings.error("B08", [...path, "destination"], "Cannot use an empty timeout destination");
  }
  return ms === null || destination === null ? null : { ms, destination };
}

function readSeconds(cursor: Cursor): number | null {
  const path = [...cursor.path, "seconds"];
  const seconds = own(cursor.object, "seconds");
  if (seconds === undefined) {
    missingKey(cursor.findings, path);
    return null;
  }
  if (typeof seconds !== "number") {
    wrongKind(cursor.findings, path, "a number", seconds);
    return null;
  }
  if (seconds <= 0) {
    cursor.findings.error(
      "F05",
      path,
      `Cannot use a timeout of ${seconds} seconds: more than zero expected`,
      {
        data: { at: dotted(path) },
      },
    );
    return null;
  }
  const ms = Math.max(1, Math.round(seconds * 1000));
  if (ms <= DELAY_MS_MAX) return ms;
  cursor.findings.error("B08", path, `Cannot use a timeout of ${seconds} seconds: longer than ten years`);
  return null;
}

function readPoints(cursor: Cursor, key: string, profile: Profile): readonly string[] {
  const names = textsOf(cursor, key);
  for (const [index, name] of names.entries()) {
    if (isStateName(name, profile)) continue;
    cursor.findings.error(
      "B07",
      [...cursor.path, key, index],
      `Cannot use point "${name}": ${NAME_RULE} only`,
    );
  }
  return names;
}

function readWhen(cursor: Cursor): readonly ConditionSpec[] {
  const value = own(cursor.object, "when");
  if (value === undefined || value === null) return [];
  const path = [...cursor.path, "when"];
  const list: readonly JsonValue[] | null = isList(value) ? value : isObject(value) ? [value] : null;
  if (list === null) {
    wrongKind(cursor.findings, path, "a list of conditions", value);
    return [];
  }
  return list.map((item, index) => readCondition(cursor.findings, [...path, index], item))
    .filter((condition) => condition !== null);
}

function readDefer(cursor: Cursor, profile: Profile): readonly string[] {
  const names = textsOf(cursor, "defer");
  for (const [index, name] of names.entries()) {
    if (isTrigger(name, profile)) continue;
    const path = [...cursor.path, "defer", index];
    cursor.findings.error("F08", path, `Cannot defer "${name}": ${NAME_RULE} only`, {
      data: { at: dotted(path) },
    });
  }
  return names;
}
