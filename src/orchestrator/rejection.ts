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
  const { command, entityId } = event;
  const subject = `${SUBJECTS[command.type]} "${entityId}"`;

  if (!isEntityId(entityId)) {
    return {
      reason: "invalid_entity_id",
      message: `Cannot ${subject}: the id breaks the rule for entity ids`,
    };
  }
  if (entity === null && (event.machineName === null || !canCreate(command))) {
    return { reason: "entity_not_found", message: `Cannot ${subject}: no such entity` };
  }
  if (entity !== null && command.type === "create") {
    return {
      reason: "entity_exists",
      message: `Cannot ${subject}: the entity exists, with status ${entity.status}`,
    };
  }
  if (entity !== null && command.type !== "migrate" && !isMachineOf(entity, event)) {
    return {
      reason: "machine_mismatch",
      message:
        `Cannot ${subject}: the entity belongs to machine "${entity.machineName}" ${entity.machineVersion}`,
    };
  }
  if (entity !== null && !isAllowedIn(entity.status, command)) {
    return { reason: "entity_not_active", message: `Cannot ${subject}: the entity is ${entity.status}` };
  }
  if (loaded === null && needsMachine(command)) {
    const name = entity?.machineName ?? event.machineName ?? "";
    const version = entity?.machineVersion ?? event.machineVersion ?? "newest";
    return { reason: "unknown_machine", message: `Cannot ${subject}: no machine "${name}" (${version})` };
  }
  if (
    command.type === "event" && timer === null && loaded?.spec.profile === "pystator" &&
    RESERVED_TRIGGER.test(command.trigger)
  ) {
    return {
      reason: "invalid_transition",
      message: `Cannot ${subject}: trigger "${command.trigger}" is reserved for the machine itself`,
    };
  }
  return null;
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
