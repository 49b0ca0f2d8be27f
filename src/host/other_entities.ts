/** Hands what actions want from other entities to the lanes of those entities, each once however often it is delivered. */
import type { OutsideCreation, OutsideEvent } from "../actions/other_entity.ts";
import { sentEventIdOf } from "../orchestrator/action_id.ts";
import type { Command, NewEvent } from "../orchestrator/event.ts";
import type { ActionResult } from "../orchestrator/outbox.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Store } from "../store/store.ts";

/** Attempts of an event that one entity sends to another. */
const SENT_ATTEMPTS_MAX = 5;

export interface OtherEntities {
  sendEvent(event: OutsideEvent): Promise<ActionResult>;
  createEntity(creation: OutsideCreation): Promise<ActionResult>;
}

export function createOtherEntities(store: Store, runtime: Runtime): OtherEntities {
  return {
    async sendEvent(event) {
      const { entityId, machineName, trigger, payload, birth } = event;
      const missing = machineName === null
        ? await missingEntity(entityId, store)
        : await missingMachine({ machineName, machineVersion: null }, runtime);
      if (missing !== null) return missing;
      return await append({
        ...event,
        machineVersion: null,
        command: { type: "event", trigger, payload, ...(birth === undefined ? {} : { birth }) },
      }, runtime);
    },
    async createEntity(creation) {
      const missing = await missingMachine(creation, runtime);
      if (missing !== null) return missing;
      const { context, labels } = creation;
      return await append({
        ...creation,
        command: { type: "create", context, labels, isIfAbsent: true },
      }, runtime);
    },
  };
}

/** The id of the event comes from the action, so that a repeated delivery is accepted once. */
async function append(
  request: Pick<NewEvent, "entityId" | "machineName" | "machineVersion" | "traceparent"> & {
    readonly actionId: string;
    readonly command: Command;
  },
  runtime: Runtime,
): Promise<ActionResult> {
  const { actionId, entityId, machineName, machineVersion, command, traceparent } = request;
  const eventId = sentEventIdOf(actionId);
  await runtime.append({
    eventId,
    entityId,
    machineName,
    machineVersion,
    command,
    notBeforeMs: null,
    idempotency: { scope: `entity:${entityId}`, key: actionId, requestHash: actionId },
    attemptsMax: SENT_ATTEMPTS_MAX,
    traceparent,
    actor: null,
  });
  return { type: "done", output: { entity_id: entityId, event_id: eventId } };
}

async function missingMachine(
  need: { readonly machineName: string; readonly machineVersion: string | null },
  runtime: Runtime,
): Promise<ActionResult | null> {
  const { machineName, machineVersion } = need;
  if (await runtime.machines.find(machineName, machineVersion) !== null) return null;
  const error = `Cannot reach machine "${machineName}" (${machineVersion ?? "newest"}): no such machine`;
  return { type: "failed", error, isFinal: true, retryAfterMs: null };
}

/** It may be on its way: another attempt may find it. */
async function missingEntity(entityId: string, store: Store): Promise<ActionResult | null> {
  if (await store.entities.get(entityId) !== null) return null;
  const error = `Cannot send an event to "${entityId}": no such entity`;
  return { type: "failed", error, isFinal: false, retryAfterMs: null };
}
