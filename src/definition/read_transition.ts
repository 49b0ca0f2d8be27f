/** Transitions as they are written: under `transitions`, and under `always` of a state. */
import type { Profile } from "../engine/spec.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import {
  booleanOr,
  type Cursor,
  cursorsOf,
  integerOrNull,
  isList,
  missingKey,
  objectOr,
  own,
  textOr,
  textOrNull,
  textsOf,
  warnUnknownKeys,
  wrongKind,
} from "./cursor.ts";
import { parseDelay } from "./delay.ts";
import type { TransitionDraft } from "./draft.ts";
import { dotted } from "./findings.ts";
import { LIST_MAX } from "./limits.ts";
import { isTrigger, NAME_RULE } from "./names.ts";
import { readActions } from "./read_action.ts";
import { readGuards } from "./read_guard.ts";

const COMMON_KEYS = [
  "dest",
  "guards",
  "actions",
  "internal",
  "reenter",
  "priority",
  "description",
  "ref",
  "refs",
  "metadata",
  "trigger",
];
const TRANSITION_KEYS = new Set([...COMMON_KEYS, "source", "region", "after", "auto"]);
const ALWAYS_KEYS = new Set(COMMON_KEYS);

export function readTransitions(cursor: Cursor, profile: Profile): readonly TransitionDraft[] {
  const value = own(cursor.object, "transitions");
  if (value === undefined) {
    missingKey(cursor.findings, ["transitions"]);
    return [];
  }
  return cursorsOf(cursor, "transitions", value).map((inner) => readTransition(inner, profile));
}

function readTransition(cursor: Cursor, profile: Profile): TransitionDraft {
  const { findings, path } = cursor;
  const before = findings.list.length;
  const triggers = readTriggers(cursor, profile);
  const source = readSource(cursor);
  const rest = readCommon(cursor, profile);
  const afterMs = readAfter(cursor);
  const isAuto = booleanOr(cursor, "auto", false);
  const region = textOrNull(cursor, "region");
  const unknown = warnUnknownKeys(cursor, TRANSITION_KEYS);
  const isSound = !findings.list.slice(before).some((finding) => finding.code.startsWith("F"));
  if (isSound && triggers.length === 0 && (own(cursor.object, "after") ?? null) === null && !isAuto) {
    findings.error("F07", path, "Cannot take the transition: no trigger, no after, no auto", {
      data: { at: dotted(path) },
    });
  }
  return {
    path,
    origin: "transition",
    label: triggers[0] ?? `transition[${path.at(-1)}]`,
    triggers,
    source: source ?? [],
    ...rest,
    metadata: withUnknown(cursor.object, rest.metadata, unknown),
    afterMs,
    isAuto: isAuto || afterMs === 0,
    region,
  };
}

/** Eventless transitions that are written inside their state. */
export function readAlways(cursor: Cursor, state: string, profile: Profile): readonly TransitionDraft[] {
  const value = own(cursor.object, "always");
  if (value === undefined || value === null) return [];
  return cursorsOf(cursor, "always", value).map((inner, index) => {
    const triggers = readTriggers(inner, profile);
    const rest = readCommon(inner, profile);
    const unknown = warnUnknownKeys(inner, ALWAYS_KEYS);
    return {
      path: inner.path,
      origin: "always",
      label: triggers[0] ?? `${state}.always[${index}]`,
      triggers,
      source: [state],
      ...rest,
      metadata: withUnknown(inner.object, rest.metadata, unknown),
      afterMs: null,
      isAuto: true,
      region: null,
    };
  });
}

type Common = Pick<
  TransitionDraft,
  | "dest"
  | "guards"
  | "actions"
  | "isInternal"
  | "isReentering"
  | "priority"
  | "description"
  | "refs"
  | "metadata"
>;

function readCommon(cursor: Cursor, profile: Profile): Common {
  const hasActions = (own(cursor.object, "actions") ?? null) !== null;
  const isInternal = booleanOr(cursor, "internal", false);
  const dest = readDest(cursor, { isOptional: hasActions || isInternal || profile === "scxml" });
  const ref = textOrNull(cursor, "ref");
  return {
    dest,
    guards: readGuards(cursor, "guards"),
    actions: readActions(cursor, "actions", profile),
    isInternal,
    isReentering: booleanOr(cursor, "reenter", false),
    priority: integerOrNull(cursor, "priority"),
    description: textOr(cursor, "description", ""),
    refs: [...(ref === null ? [] : [ref]), ...textsOf(cursor, "refs")],
    metadata: objectOr(cursor, "metadata", {}),
  };
}

/** A name or a list of names; a blank one counts as absent. */
function readTriggers(cursor: Cursor, profile: Profile): readonly string[] {
  const value = own(cursor.object, "trigger");
  if (value === undefined || value === null) return [];
  const path = [...cursor.path, "trigger"];
  if (typeof value !== "string" && !isList(value)) {
    wrongKind(cursor.findings, path, "text", value);
    return [];
  }
  const list: readonly JsonValue[] = typeof value === "string" ? [value] : value;
  if (list.length > LIST_MAX) {
    cursor.findings.error("L01", path, `Cannot use ${list.length} triggers: at most ${LIST_MAX}`);
    return [];
  }
  const triggers: string[] = [];
  for (const item of list) {
    if (typeof item !== "string") {
      wrongKind(cursor.findings, path, "text", item);
    } else if (item.trim() === "") {
      continue;
    } else if (!isTrigger(item, profile)) {
      cursor.findings.error("F08", path, `Cannot use trigger "${item}": ${NAME_RULE} only`, {
        data: { at: dotted(path) },
      });
    } else if (!triggers.includes(item)) triggers.push(item);
  }
  return triggers;
}

function readSource(cursor: Cursor): readonly string[] | null {
  const value = own(cursor.object, "source");
  const path = [...cursor.path, "source"];
  if (value === undefined) {
    missingKey(cursor.findings, path);
    return null;
  }
  if (typeof value === "string") return [value];
  if (!isList(value) || !value.every((item) => typeof item === "string")) {
    wrongKind(cursor.findings, path, "a state name or a list of them", value);
    return null;
  }
  if (value.length > 0) return value;
  cursor.findings.error("B18", path, "Cannot use an empty list as source: at least one state expected");
  return null;
}

function readDest(
  cursor: Cursor,
  { isOptional }: { readonly isOptional: boolean },
): readonly string[] | null {
  const value = own(cursor.object, "dest");
  const path = [...cursor.path, "dest"];
  if (value === undefined) {
    if (!isOptional) missingKey(cursor.findings, path);
    return null;
  }
  if (typeof value === "string") return [value];
  if (isList(value) && value.length > 0 && value.every((item) => typeof item === "string")) return value;
  wrongKind(cursor.findings, path, "a state name or a list of them", value);
  return null;
}

function readAfter(cursor: Cursor): number | null {
  const value = own(cursor.object, "after");
  if (value === undefined || value === null) return null;
  const path = [...cursor.path, "after"];
  const delay = parseDelay(value);
  switch (delay.type) {
    case "delay":
      return delay.ms;
    case "kind":
      wrongKind(cursor.findings, path, "whole milliseconds or text such as 10m", value);
      return null;
    case "unreadable":
      cursor.findings.error("B16", path, `Cannot read delay "${value}"`, {
        hint: "A number with ms, s, m, h or d, such as 1.5s",
      });
      return null;
    case "negative":
      cursor.findings.error("B17", path, `Cannot use delay "${value}": negative`);
      return null;
    case "too_long":
      cursor.findings.error("B16", path, `Cannot use delay "${value}": longer than ten years`);
      return null;
  }
}

function withUnknown(object: JsonObject, metadata: JsonObject, unknown: readonly string[]): JsonObject {
  if (unknown.length === 0) return metadata;
  const extra = unknown.map((key) => [key, own(object, key) ?? null] as const);
  return Object.fromEntries([...Object.entries(metadata), ...extra]);
}
