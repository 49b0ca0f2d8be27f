/** Which words may name things, in each of the two profiles. */
import type { Profile } from "../engine/spec.ts";

export const NAME_RULE = "lower-case letters, digits and _";

const NAME = /^[a-z0-9_]+$/;
const SCXML_NAME = /^[A-Za-z_][\w.-]*$/;
const SYSTEM_TRIGGER = /^(?:done|error)(?:\.[A-Za-z0-9_-]+)+$/;
const SCXML_TRIGGER = /^[A-Za-z_][\w-]*(?:\.[\w-]+)*(?:\.\*|\.)?$/;

/** Guards, actions, regions, points: one rule in both profiles. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** States and state variables. */
export function isStateName(text: string, profile: Profile): boolean {
  return NAME.test(text) || (profile === "scxml" && SCXML_NAME.test(text));
}

export function isTrigger(text: string, profile: Profile): boolean {
  if (NAME.test(text) || text === "*" || SYSTEM_TRIGGER.test(text)) return true;
  return profile === "scxml" && SCXML_TRIGGER.test(text);
}

/** What an event may be called: a trigger that is no pattern. */
export function isEventName(text: string, profile: Profile): boolean {
  return isTrigger(text, profile) && !text.includes("*") && !text.endsWith(".");
}
