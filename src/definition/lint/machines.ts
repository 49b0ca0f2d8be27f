/** Actions for entities of machines that are not published. */
import type { ActionSpec } from "../../engine/spec.ts";
import type { LintInput } from "./input.ts";
import { walkMachine } from "./walk.ts";

/** `unknown_machine`, once for each name; nothing where nobody knows which machines there are. */
export function unknownMachineRule(
  { spec, machines, findings }: Pick<LintInput, "spec" | "machines" | "findings">,
): void {
  if (machines === null) return;
  const seen = new Set<string>([spec.name]);
  walkMachine(spec, {
    action(action, path) {
      const name = machineOf(action);
      if (name === null || seen.has(name) || machines.has(name)) return;
      seen.add(name);
      findings.warning("unknown_machine", path, `Cannot find machine "${name}": it is not published`, {
        nearest: findings.meant(name, machines),
        data: { machine: name },
      });
    },
  });
}

/** The machine that an action names for another entity. */
function machineOf(action: ActionSpec): string | null {
  switch (action.type) {
    case "send_event":
    case "create_entity": {
      const { machine } = action.params;
      return typeof machine === "string" ? machine : null;
    }
    case "send":
      return /^machine:([a-z0-9_]{1,200})\//.exec(action.target ?? "")?.[1] ?? null;
    default:
      return null;
  }
}
