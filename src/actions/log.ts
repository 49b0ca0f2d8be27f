/** Action `log`: writes a line of the author's into the log of the process. */
import type { LogLevel } from "../telemetry/log.ts";
import type { Log } from "../telemetry/log.ts";
import type { ActionHandler } from "./actions.ts";

const LEVELS: ReadonlyMap<unknown, LogLevel> = new Map<unknown, LogLevel>([
  ["debug", "debug"],
  ["info", "info"],
  ["warning", "warning"],
  ["warn", "warning"],
  ["error", "error"],
  ["critical", "error"],
]);

/** `message` (else made from the trigger and the states) at `level` (`info`). */
export function logAction(log: Log): ActionHandler {
  return (action) => {
    const { message, level } = action.params;
    const { context } = action;
    const text = typeof message === "string"
      ? message
      : `${word(context.trigger)}: ${word(context.current_state ?? context.state)} -> ${
        word(context.dest ?? context.destination)
      }`;
    log[LEVELS.get(level) ?? "info"](text, {
      source: "machine",
      machine: action.machineName,
      entity: action.entityId,
      action_id: action.actionId,
    });
    return Promise.resolve({ type: "done", output: null });
  };
}

function word(value: unknown): string {
  return typeof value === "string" ? value : "?";
}
