/** `meta`: what the machine is called and which rules it plays by. */
import type { MachineSpec, Profile } from "../engine/spec.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import {
  booleanOr,
  type Cursor,
  integerOrNull,
  isList,
  isObject,
  kindOf,
  own,
  textOrNull,
  warnUnknownKeys,
  wrongKind,
} from "./cursor.ts";
import type { MetaDraft } from "./draft.ts";
import { dotted, type Findings } from "./findings.ts";
import { MICROSTEPS_MAX } from "./limits.ts";
import { readTargets } from "./read_targets.ts";

const VERSION_DEFAULT = "1.0.0";
const CLASSIFICATION_KEYS = new Set([
  "auto_route",
  "entity_id_field",
  "timestamp_field",
  "source",
  "default_state",
]);
/** Other keys are free; only near misses of these are worth a word. */
const META_KEYS = [
  "machine_name",
  "version",
  "namespace",
  "description",
  "strict_mode",
  "reject_invalid_events",
  "strict_guard_registry",
  "event_normalizer",
  "validate_context",
  "orchestrator_default_fallback",
  "classification",
  "semantics",
  "initial",
  "microsteps_max",
  "on_refused",
  "on_failure",
  "targets",
] as const;

/** Reads the mapping `meta`; the profile is needed before anything else can be read. */
export function readMeta(findings: Findings, value: JsonValue | undefined): MetaDraft {
  if (value !== undefined && !isObject(value)) wrongKind(findings, ["meta"], "a mapping", value);
  const object: JsonObject = isObject(value) ? value : {};
  const cursor: Cursor = { object, path: ["meta"], findings };
  const written = textOrNull(cursor, "machine_name");
  const machineName = written === null || written.trim() === "" ? textOrNull(cursor, "name") : written;
  const version = textOrNull(cursor, "version") ?? VERSION_DEFAULT;
  const namespace = textOrNull(cursor, "namespace");
  const description = textOrNull(cursor, "description") ?? "";
  const strictMode = booleanOr(cursor, "strict_mode", null) ?? true;
  const isStrictEvents = booleanOr(cursor, "reject_invalid_events", null) ?? strictMode;
  // Switching off strictness as a whole must not open guards: that is asked for by its own key only.
  const isStrictGuards = booleanOr(cursor, "strict_guard_registry", null) ?? true;
  const eventNormalizer = readWord(cursor, "event_normalizer", ["lower", "upper"]);
  const isContextValidated = booleanOr(cursor, "validate_context", null) ?? false;
  const fallbackMode = readFallbackMode(cursor);
  const isAutoRouted = readAutoRoute(cursor);
  const profile: Profile = readWord(cursor, "semantics", ["pystator", "scxml"]) ?? "pystator";
  const initial = readInitial(cursor);
  const microstepsMax = readMicrosteps(cursor);
  readWord(cursor, "on_refused", ["dead_letter", "record", "drop"]);
  readWord(cursor, "on_failure", ["skip", "block"]);
  const targetPolicies = readTargets(cursor);
  warnNearMisses(cursor);
  return {
    profile,
    machineName,
    version: version.trim() === "" ? VERSION_DEFAULT : version,
    namespace,
    description,
    isStrictEvents,
    isStrictGuards,
    isContextValidated,
    eventNormalizer,
    fallbackMode,
    isAutoRouted,
    initial,
    microstepsMax,
    targetPolicies,
    raw: object,
  };
}

/** null when the key is absent or null, and after finding `F04`. */
export function readWord<Word extends string>(
  cursor: Cursor,
  key: string,
  words: readonly Word[],
): Word | null {
  const value = own(cursor.object, key);
  if (value === undefined || value === null) return null;
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  wrongWord(cursor, key, { value, words });
  return null;
}

/** Finding `F04`: a value that is none of the words that may stand there. */
export function wrongWord(
  cursor: Cursor,
  key: string,
  { value, words }: { readonly value: JsonValue; readonly words: readonly string[] },
): void {
  const path = [...cursor.path, key];
  const meant = typeof value === "string" ? cursor.findings.meant(value, words) : null;
  const shown = typeof value === "string" ? `"${value}"` : kindOf(value);
  cursor.findings.error("F04", path, `Cannot use ${shown} as ${key}: one of ${words.join(", ")} expected`, {
    nearest: meant,
    data: { at: dotted(path) },
  });
}

function readFallbackMode(cursor: Cursor): MachineSpec["fallback"]["mode"] {
  const key = "orchestrator_default_fallback";
  const value = own(cursor.object, key);
  if (value === undefined || value === null) return "off";
  if (typeof value === "boolean") {
    cursor.findings.warning("W04", [...cursor.path, key], `"${key}" is a boolean: a word says more`, {
      hint: value ? "Write persist" : "Write off",
    });
    return value ? "persist" : "off";
  }
  return readWord(cursor, key, ["off", "hint", "persist"]) ?? "off";
}

function readAutoRoute(cursor: Cursor): boolean {
  const value = own(cursor.object, "classification");
  if (value === undefined || value === null) return false;
  const path = [...cursor.path, "classification"];
  if (!isObject(value)) {
    wrongKind(cursor.findings, path, "a mapping", value);
    return false;
  }
  const inner = { object: value, path, findings: cursor.findings };
  warnUnknownKeys(inner, CLASSIFICATION_KEYS);
  return booleanOr(inner, "auto_route", null) ?? false;
}

/** A state name or a list of them. */
function readInitial(cursor: Cursor): readonly string[] {
  const value = own(cursor.object, "initial");
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return [value];
  const path = [...cursor.path, "initial"];
  if (isList(value) && value.every((item) => typeof item === "string")) return value;
  wrongKind(cursor.findings, path, "a state name or a list of them", value);
  return [];
}

function readMicrosteps(cursor: Cursor): number | null {
  const value = integerOrNull(cursor, "microsteps_max");
  if (value === null || (value >= 1 && value <= MICROSTEPS_MAX)) return value;
  cursor.findings.error(
    "L01",
    [...cursor.path, "microsteps_max"],
    `Cannot use ${value} microsteps: 1 to ${MICROSTEPS_MAX} allowed`,
  );
  return null;
}

function warnNearMisses(cursor: Cursor): void {
  const known: ReadonlySet<string> = new Set([...META_KEYS, "name"]);
  for (const key of Object.keys(cursor.object)) {
    const meant = known.has(key) ? null : cursor.findings.meant(key, META_KEYS);
    if (meant === null) continue;
    cursor.findings.warning(
      "unknown_key",
      [...cursor.path, key],
      `Key "${key}" means nothing here: it is kept`,
      {
        nearest: meant,
        data: { key },
      },
    );
  }
}
