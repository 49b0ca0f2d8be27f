/** Guards in the words of the machine's file, for people who look at a list of triggers. */
import { unreachable } from "../assert.ts";
import type { LoadedMachine } from "../orchestrator/loaded_machine.ts";

type Guard = LoadedMachine["spec"]["transitions"][number]["guards"][number];

const TEXT_LENGTH_MAX = 500;

/** null = there are none. */
export function guardsText(guards: readonly Guard[]): string | null {
  if (guards.length === 0) return null;
  return guards.map(guardText).join(" and ").slice(0, TEXT_LENGTH_MAX);
}

function guardText(guard: Guard): string {
  switch (guard.type) {
    case "named":
      return guard.name;
    case "expr":
      return guard.source;
    case "check":
      return `${guard.field} ${guard.op}${valueText(guard)}`;
    case "allOf":
      return `(${guard.guards.map(guardText).join(" and ")})`;
    case "anyOf":
      return `(${guard.guards.map(guardText).join(" or ")})`;
    case "not":
      return `not ${guardText(guard.guard)}`;
    default:
      return unreachable(guard);
  }
}

function valueText(check: Guard & { readonly type: "check" }): string {
  switch (check.op) {
    case "is_set":
    case "is_null":
      return "";
    case "in":
    case "not_in":
      return ` ${JSON.stringify(check.values)}`;
    default:
      return ` ${JSON.stringify(check.value)}`;
  }
}
