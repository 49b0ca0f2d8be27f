/** Questions about an entity that change nothing: what would happen, why, and what may happen at all. */
import { AppError } from "../errors.ts";
import type { Guards } from "../orchestrator/decide_input.ts";
import { explainEvent, type Explanation, triggersNow } from "../orchestrator/explain_entity.ts";
import { machineNeedOf } from "../orchestrator/machine_need.ts";
import type { JsonObject } from "../json.ts";
import { decide } from "../orchestrator/decide.ts";
import type { Decision } from "../orchestrator/decision.ts";
import type { Entity } from "../orchestrator/entity.ts";
import type { Command } from "../orchestrator/event.ts";
import type { LoadedMachine } from "../orchestrator/loaded_machine.ts";
import type { Store } from "../store/store.ts";
import type { Catalog } from "./catalog.ts";

export interface Preview {
  /**
   * What `submit` would decide, without writing: same entity, same pinned machine, same rules. What is queued before
   * it is not taken into account.
   */
  dryRun(request: DryRunRequest): Promise<Decision>;
  /** Why an event would or would not be taken now. Throws like `entityWithMachine`. */
  explain(
    request: { readonly entityId: string; readonly trigger: string; readonly payload: JsonObject },
  ): Promise<Explanation>;
  /** Triggers that would be taken now, sorted. Throws like `entityWithMachine`. */
  availableTriggers(entityId: string): Promise<readonly string[]>;
  /** The entity and its machine; throws `entity_not_found`, `entity_not_active` or `machine_not_found`. */
  entityWithMachine(entityId: string): Promise<{ readonly entity: Entity; readonly loaded: LoadedMachine }>;
}

export interface DryRunRequest {
  readonly entityId: string;
  readonly command: Command;
  /** For an entity that does not exist yet. */
  readonly machineName: string | null;
  readonly machineVersion: string | null;
}

export function createPreview(deps: {
  readonly store: Pick<Store, "entities" | "ping">;
  readonly machines: Catalog;
  readonly guards?: Guards;
}): Preview {
  const { store, machines, guards } = deps;

  async function momentNow() {
    return { nowMs: await store.ping(), guards: guards ?? null };
  }

  return {
    entityWithMachine,
    async explain({ entityId, trigger, payload }) {
      return explainEvent(await entityWithMachine(entityId), { trigger, payload }, await momentNow());
    },

    async availableTriggers(entityId) {
      return triggersNow(await entityWithMachine(entityId), await momentNow());
    },

    async dryRun(request) {
      const entity = await store.entities.get(request.entityId);
      const nowMs = await store.ping();
      const need = machineNeedOf(entity, request);
      const loaded = need === null ? null : await machines.find(need.name, need.version);
      return decide(loaded, {
        entity,
        event: {
          eventId: DRY_RUN_ID,
          entityId: request.entityId,
          machineName: request.machineName,
          machineVersion: request.machineVersion,
          command: request.command,
          notBeforeMs: null,
          idempotency: null,
          attemptsMax: 1,
          traceparent: null,
          actor: null,
          seq: 1,
          attempts: 0,
          acceptedAtMs: nowMs,
        },
        timer: null,
        isAwaited: true,
        nowMs,
        ...(guards === undefined ? {} : { guards }),
      });
    },
  };

  async function entityWithMachine(
    entityId: string,
  ): Promise<{ readonly entity: Entity; readonly loaded: LoadedMachine }> {
    const entity = await store.entities.get(entityId);
    if (entity === null) {
      throw new AppError("entity_not_found", `Cannot read entity "${entityId}": no such entity`);
    }
    if (entity.status !== "active") {
      throw new AppError("entity_not_active", `Cannot ask entity "${entityId}": it is ${entity.status}`);
    }
    const loaded = await machines.find(entity.machineName, entity.machineVersion);
    if (loaded === null) {
      throw new AppError(
        "machine_not_found",
        `Cannot ask entity "${entityId}": no machine "${entity.machineName}" ${entity.machineVersion}`,
      );
    }
    return { entity, loaded };
  }
}

/** Never stored. */
const DRY_RUN_ID = "00000000-0000-4000-8000-000000000000";
