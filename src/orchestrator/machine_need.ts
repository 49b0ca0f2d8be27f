/** Which machine decides an event. */
import type { Entity } from "./entity.ts";
import type { NewEvent } from "./event.ts";
import type { LoadedMachine, MachineLookup } from "./loaded_machine.ts";

/** The machine a command is decided by: the target of a migration, else the entity's own, else the one the event names. */
export function machineNeedOf(
  entity: Entity | null,
  event: Pick<NewEvent, "command" | "machineName" | "machineVersion">,
): { readonly name: string; readonly version: string | null } | null {
  const { command } = event;
  if (command.type === "migrate") return { name: command.machineName, version: command.machineVersion };
  if (entity !== null) return { name: entity.machineName, version: entity.machineVersion };
  return event.machineName === null ? null : { name: event.machineName, version: event.machineVersion };
}

/** The machine itself; null = it does not exist, or none is named. */
export function machineFor(
  entity: Entity | null,
  event: NewEvent,
  machineOf: MachineLookup,
): LoadedMachine | null {
  const need = machineNeedOf(entity, event);
  return need === null ? null : machineOf(need.name, need.version);
}
