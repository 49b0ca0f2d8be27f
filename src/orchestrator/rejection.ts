/** Commands that make no sense before any machine is asked: unknown names, wrong standing, reserved triggers. */
import type { DeadLetterReason } from "./dead_letter.ts";
import type { DecideInput } from "./decide_input.ts";
import type { EntityStatus } from "./entity.ts";
import type { Command } from "./event.ts";
import { isEntityId } from "./entity_id.ts";
import type { LoadedMachine } from "./loaded_machine.ts";

export interface Rejection {
  readonly reason: DeadLetterReason;
  readonly message: string;
}

/** Triggers that only the engine's own timers and transitions carry. */
const RESERVED_TRIGGER = /^_(after|auto|join|timeout)_/;

/** null = the command may be decided. */
export function rejectionOf(loaded: LoadedMachine | null, input: DecideInput): Rejection | null {
  const { event, entity, timer } = input;
  const { command } = event;
  if (!isEntityId(event.entityId)) {
    return reject(input, "invalid_entity_id", "the id breaks the rule for entity ids");
  }
  if (entity === null) {
    if (event.machineName === null || !canCreate(command)) {
      return reject(input, "entity_not_found", "no such entity");
    }
  } else {
    const isWelcome = command.type === "create" && command.isIfAbsent === true &&
      event.machineName === entity.machineName;
    if (isWelcome) return null;
    if (command.type === "create") {
      return reject(input, "entity_exists", `the entity exists, with status ${entity.status}`);
    }
    if (command.type !== "migrate" && !isMachineOf(entity, event)) {
      const belongs = `the entity belongs to machine "${entity.machineName}" ${entity.machineVersion}`;
      return reject(input, "machine_mismatch", belongs);
    }
    if (!isAllowedIn(entity.status, command)) {
      return reject(input, "entity_not_active", `the entity is ${entity.status}`);
    }
  }
  if (loaded === null) {
    return needsMachine(command) ? reject(input, "unknown_machine", missingMachine(input)) : null;
  }
  if (
    command.type === "event" && timer === null && loaded.spec.profile === "pystator" &&
    RESERVED_TRIGGER.test(command.trigger)
  ) {
    return reject(
      input,
      "invalid_transition",
      `trigger "${command.trigger}" is reserved for the machine itself`,
    );
  }
  return null;
}

function reject({ event }: DecideInput, reason: DeadLetterReason, state: string): Rejection {
  return { reason, message: `Cannot ${SUBJECTS[event.command.type]} "${event.entityId}": ${state}` };
}

function missingMachine({ event, entity }: DecideInput): string {
  const { command } = event;
  if (command.type === "migrate") return `no machine "${command.machineName}" (${command.machineVersion})`;
  const name = entity?.machineName ?? event.machineName ?? "";
  return `no machine "${name}" (${entity?.machineVersion ?? event.machineVersion ?? "newest"})`;
}

const SUBJECTS = {
  event: "send an event to",
  data: "apply data to",
  create: "create",
  status: "change the status of",
  labels: "change labels of",
  migrate: "migrate",
  force: "change by hand",
} as const satisfies Record<Command["type"], string>;

function canCreate(command: Command): boolean {
  return command.type === "event" || command.type === "create" || command.type === "force";
}

function needsMachine(command: Command): boolean {
  return command.type !== "status" && command.type !== "labels";
}

function isMachineOf(
  entity: { readonly machineName: string; readonly machineVersion: string },
  event: { readonly machineName: string | null; readonly machineVersion: string | null },
): boolean {
  return (event.machineName === null || event.machineName === entity.machineName) &&
    (event.machineVersion === null || event.machineVersion === entity.machineVersion);
}

function isAllowedIn(status: EntityStatus, command: Command): boolean {
  if (command.type === "status") return !(status === "deleted" && command.status === "archived");
  return status === "active" || command.type === "labels" || command.type === "force";
}
