/** Actions for other entities: an event for one of them, and the creation of one. */
import type { ActionOptions, ActionSpec } from "../engine/spec.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { refuseArgument } from "./action_reader.ts";
import { isObject, own, warnUnknownKeys } from "./cursor.ts";
import type { Findings, Path } from "./findings.ts";
import { isEventName, isName, NAME_RULE } from "./names.ts";

interface Argument {
  readonly inner: JsonValue;
  readonly options: ActionOptions;
}

const BIRTH_KEYS = ["context", "labels", "name"];
const SEND_EVENT_KEYS = new Set(["entity", "machine", "trigger", "payload", ...BIRTH_KEYS]);
const CREATE_ENTITY_KEYS = new Set(["entity", "machine", "version", ...BIRTH_KEYS]);

/** `entity` and `trigger`, with a payload; with `machine` the event creates an entity that is not there. */
export function readSendEvent(
  findings: Findings,
  path: Path,
  { inner, options }: Argument,
): ActionSpec | null {
  if (!isObject(inner)) return refuseArgument(findings, path, `a mapping with "entity" and "trigger"`, inner);
  warnUnknownKeys({ object: inner, path, findings }, SEND_EVENT_KEYS);
  const trigger = own(inner, "trigger") ?? null;
  const isTrigger = typeof trigger === "string" && isEventName(trigger, "scxml");
  if (!isTrigger) refuseArgument(findings, [...path, "trigger"], "the name of an event", trigger);
  const isRead = [
    isTrigger,
    readEntity(findings, path, inner),
    readMachine(findings, path, { object: inner, isNeeded: false }),
    readMappings(findings, path, { object: inner, keys: ["payload", "context", "labels"] }),
    readTexts(findings, path, { object: inner, keys: ["name"] }),
  ].every(Boolean);
  const hasBirth = own(inner, "context") !== undefined || own(inner, "labels") !== undefined;
  if (hasBirth && own(inner, "machine") === undefined) {
    findings.warning("B13", path, `"context" and "labels" mean nothing without "machine"`, {
      hint: "Name the machine, and the entity is created when it is not there",
    });
  }
  return isRead ? { type: "send_event", params: inner, options } : null;
}

/** `entity` and `machine`; an entity that is there already stays as it is. */
export function readCreateEntity(
  findings: Findings,
  path: Path,
  { inner, options }: Argument,
): ActionSpec | null {
  if (!isObject(inner)) return refuseArgument(findings, path, `a mapping with "entity" and "machine"`, inner);
  warnUnknownKeys({ object: inner, path, findings }, CREATE_ENTITY_KEYS);
  const isRead = [
    readEntity(findings, path, inner),
    readMachine(findings, path, { object: inner, isNeeded: true }),
    readMappings(findings, path, { object: inner, keys: ["context", "labels"] }),
    readTexts(findings, path, { object: inner, keys: ["version", "name"] }),
  ].every(Boolean);
  return isRead ? { type: "create_entity", params: inner, options } : null;
}

function readEntity(findings: Findings, path: Path, object: JsonObject): boolean {
  const entity = own(object, "entity") ?? null;
  if (typeof entity === "string" && entity.trim() !== "") return true;
  refuseArgument(findings, [...path, "entity"], "the id of an entity", entity);
  return false;
}

function readMachine(
  findings: Findings,
  path: Path,
  { object, isNeeded }: { readonly object: JsonObject; readonly isNeeded: boolean },
): boolean {
  const machine = own(object, "machine") ?? null;
  if (machine === null && !isNeeded) return true;
  if (typeof machine === "string" && isName(machine)) return true;
  refuseArgument(findings, [...path, "machine"], `the name of a machine (${NAME_RULE})`, machine);
  return false;
}

function readMappings(
  findings: Findings,
  path: Path,
  { object, keys }: { readonly object: JsonObject; readonly keys: readonly string[] },
): boolean {
  const wrong = keys.filter((key) => {
    const value = own(object, key) ?? null;
    if (value === null || isObject(value)) return false;
    refuseArgument(findings, [...path, key], "a mapping", value);
    return true;
  });
  return wrong.length === 0;
}

function readTexts(
  findings: Findings,
  path: Path,
  { object, keys }: { readonly object: JsonObject; readonly keys: readonly string[] },
): boolean {
  const wrong = keys.filter((key) => {
    const value = own(object, key) ?? null;
    if (value === null || typeof value === "string") return false;
    refuseArgument(findings, [...path, key], "text", value);
    return true;
  });
  return wrong.length === 0;
}
