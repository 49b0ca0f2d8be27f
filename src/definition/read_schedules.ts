/** `schedules`: events that the machine wants sent by the clock. */
import {
  SCHEDULE_NAMES,
  type ScheduleSpec,
  SEND_RATE_DEFAULT,
  SEND_RATE_MAX,
} from "../engine/schedule_spec.ts";
import type { JsonObject } from "../json.ts";
import { CRON_LENGTH_MAX, cronProblem } from "./cron.ts";
import {
  type Cursor,
  cursorsOf,
  integerOrNull,
  isList,
  isObject,
  missingKey,
  objectOr,
  own,
  requiredText,
  textOrNull,
  warnUnknownKeys,
  wrongKind,
} from "./cursor.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { TransitionDraft } from "./draft.ts";
import { createFindings } from "./findings.ts";
import { isEventName } from "./names.ts";
import { readWord } from "./read_meta.ts";

export const SCHEDULES_MAX = 50;
export const SCHEDULE_NAME_PATTERN = "^[a-z0-9][a-z0-9_.-]{0,99}$";
export const CATCH_UPS = ["skip", "last", "all"] as const;
/** As in the list of entities. */
export const ENTITY_FILTER_KEYS = ["state", "workflow_status", "is_terminal", "labels", "q"] as const;

const SCHEDULE_KEYS = new Set([
  "name",
  "description",
  "cron",
  "time_zone",
  "catch_up",
  "trigger",
  "payload",
  "entity_id",
  "entities",
  "rate",
]);
const NAME = new RegExp(SCHEDULE_NAME_PATTERN);
/** Each name is at most as long as an instant. */
const ENTITY_ID = /^(?:[A-Za-z0-9]|\{\{\s*[a-z_]+\s*\}\})(?:[A-Za-z0-9._-]|\{\{\s*[a-z_]+\s*\}\}){0,200}$/;
const WORKFLOW_STATUSES = ["active", "complete", "failed"] as const;

/** In file order; what cannot be read is reported and left out. */
export function readSchedules(
  cursor: Cursor,
  transitions: readonly TransitionDraft[],
): readonly ScheduleSpec[] {
  const value = own(cursor.object, "schedules");
  if (value === undefined || value === null) return [];
  const { findings } = cursor;
  if (isList(value) && value.length > SCHEDULES_MAX) {
    findings.error("L01", ["schedules"], `Cannot use ${value.length} schedules: at most ${SCHEDULES_MAX}`);
    return [];
  }
  const triggers = new Set(transitions.flatMap((transition) => transition.triggers));
  const seen = new Set<string>();
  return cursorsOf(cursor, "schedules", value).flatMap((inner) => {
    const schedule = readSchedule(inner);
    if (schedule === null) return [];
    if (seen.has(schedule.name)) {
      findings.error("C01", [...inner.path, "name"], `Cannot use schedule "${schedule.name}" twice`);
    }
    seen.add(schedule.name);
    if (!triggers.has(schedule.trigger) && !triggers.has("*")) {
      findings.warning(
        "schedule_trigger",
        [...inner.path, "trigger"],
        `No transition takes "${schedule.trigger}", which schedule "${schedule.name}" sends`,
        { nearest: findings.meant(schedule.trigger, triggers) },
      );
    }
    return [schedule];
  });
}

/** One schedule that stands in no machine. */
export function readOneSchedule(
  object: JsonObject,
):
  | { readonly ok: true; readonly spec: ScheduleSpec }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] } {
  const findings = createFindings();
  const spec = readSchedule({ object, path: [], findings });
  return spec === null ? { ok: false, diagnostics: findings.list } : { ok: true, spec };
}

function readSchedule(cursor: Cursor): ScheduleSpec | null {
  const before = cursor.findings.list.length;
  const name = requiredText(cursor, "name") ?? "";
  const trigger = requiredText(cursor, "trigger") ?? "";
  const cron = requiredText(cursor, "cron") ?? "";
  const timeZone = textOrNull(cursor, "time_zone") ?? "UTC";
  const schedule = {
    name,
    description: textOrNull(cursor, "description") ?? "",
    cron,
    timeZone,
    catchUp: readWord(cursor, "catch_up", CATCH_UPS) ?? "last",
    trigger,
    payload: objectOr(cursor, "payload", {}),
    target: readTarget(cursor),
  };
  warnUnknownKeys(cursor, SCHEDULE_KEYS);
  const isBroken = () =>
    cursor.findings.list.slice(before).some(({ severity, code }) =>
      severity === "error" && /^[FC]/.test(code)
    );
  if (isBroken()) return null;
  checkForm(cursor, { name, trigger, cron, timeZone });
  checkNames(cursor, schedule.payload);
  return isBroken() || schedule.target === null ? null : { ...schedule, target: schedule.target };
}

function checkForm(
  { findings, path }: Cursor,
  { name, trigger, cron, timeZone }: Pick<ScheduleSpec, "name" | "trigger" | "cron" | "timeZone">,
): void {
  if (!NAME.test(name)) {
    findings.error("C01", [...path, "name"], `Cannot use schedule name "${name}"`, {
      hint: "Lower-case letters, digits, _ . and -, at most 100",
    });
  }
  if (!isEventName(trigger, "scxml")) {
    findings.error("C01", [...path, "trigger"], `Cannot use trigger "${trigger}": it names no event`);
  }
  const problem = cronProblem(cron, timeZone);
  if (problem !== null) {
    const isZone = problem.startsWith("time zone");
    findings.error(
      "C02",
      [...path, isZone ? "time_zone" : "cron"],
      `Cannot use cron "${cron.slice(0, CRON_LENGTH_MAX)}": ${problem}`,
      { hint: isZone ? "A name such as Europe/Berlin" : 'For example "0 3 * * *", every day at 03:00' },
    );
  }
}

/** One entity, which may be another one each time, or all that match. */
function readTarget(cursor: Cursor): ScheduleSpec["target"] | null {
  const { object, path, findings } = cursor;
  const entityId = textOrNull(cursor, "entity_id");
  const entities = own(object, "entities") ?? null;
  const rate = readRate(cursor);
  if (entityId !== null && entities !== null) {
    findings.error("C03", path, 'Cannot use both "entity_id" and "entities"', {
      hint: "entity_id names one entity, entities is a filter over many",
    });
    return null;
  }
  if (entities !== null) {
    if (isObject(entities)) return { type: "entities", filter: readFilter(cursor, entities), rate };
    wrongKind(findings, [...path, "entities"], "a mapping of what entities must match", entities);
    return null;
  }
  if (entityId === null) {
    missingKey(findings, [...path, "entity_id"]);
    return null;
  }
  if (!ENTITY_ID.test(entityId)) {
    findings.error("C03", [...path, "entity_id"], `Cannot use "${entityId}" as an entity id`, {
      hint: "Letters, digits, . _ - and names such as {{ date }}",
    });
    return null;
  }
  unknownNames(cursor, "entity_id", entityId);
  return { type: "entity", entityId };
}

function readRate(cursor: Cursor): number {
  const rate = integerOrNull(cursor, "rate");
  if (rate === null) return SEND_RATE_DEFAULT;
  if (rate >= 1 && rate <= SEND_RATE_MAX) return rate;
  wrongKind(cursor.findings, [...cursor.path, "rate"], `a whole number from 1 to ${SEND_RATE_MAX}`, rate);
  return SEND_RATE_DEFAULT;
}

function readFilter(cursor: Cursor, object: JsonObject): JsonObject {
  const inner = { object, path: [...cursor.path, "entities"], findings: cursor.findings };
  for (const key of ["state", "q"]) textOrNull(inner, key);
  readWord(inner, "workflow_status", WORKFLOW_STATUSES);
  const isTerminal = own(object, "is_terminal") ?? null;
  if (isTerminal !== null && typeof isTerminal !== "boolean") {
    wrongKind(inner.findings, [...inner.path, "is_terminal"], "true or false", isTerminal);
  }
  const labels = objectOr(inner, "labels", {});
  for (const [key, value] of Object.entries(labels)) {
    if (typeof value !== "string") wrongKind(inner.findings, [...inner.path, "labels", key], "text", value);
  }
  warnUnknownKeys(inner, new Set(ENTITY_FILTER_KEYS));
  const known = Object.entries(object).filter(([key, value]) =>
    value !== null && ENTITY_FILTER_KEYS.some((name) => name === key)
  );
  return Object.fromEntries(known);
}

function checkNames(cursor: Cursor, payload: JsonObject): void {
  unknownNames(cursor, "payload", JSON.stringify(payload));
}

function unknownNames({ findings, path }: Cursor, key: string, text: string): void {
  for (const [, name = ""] of text.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)) {
    if (SCHEDULE_NAMES.some((known) => known === name)) continue;
    findings.error("C03", [...path, key], `Cannot fill in "{{ ${name} }}": there is no such name`, {
      nearest: findings.meant(name, SCHEDULE_NAMES),
    });
  }
}
