/** Reading entities in memory. */
import { type CursorKey, cursorScope } from "../cursor.ts";
import { searchTextOf, wordsOf } from "../search_words.ts";
import type { Entity } from "../../orchestrator/entity.ts";
import type { EntityQuery, EntityStore } from "../store.ts";
import { pageOf } from "./paging.ts";
import type { MemoryState } from "./state.ts";

export function createMemoryEntities(state: MemoryState): EntityStore {
  return {
    get: (entityId) => Promise.resolve(state.entities.get(entityId) ?? null),
    list: (query) =>
      Promise.resolve(pageOf([...state.entities.values()].filter((entity) => isMatch(entity, query)), {
        scope: cursorScope("entities", query),
        keyOf: SORT_KEYS[query.sortBy],
        descending: SORT_KEYS[query.sortBy](ANY_ENTITY).map(() => !query.isAscending),
        query,
      })),
    countPinned(machineName, machineVersion) {
      const pinned = [...state.entities.values()].filter((entity) =>
        entity.status === "active" && entity.machineName === machineName &&
        entity.machineVersion === machineVersion
      );
      return Promise.resolve(pinned.length);
    },
    countByState(machineName) {
      const counts = new Map<
        string,
        { machineName: string; state: string; count: number; isExact: boolean }
      >();
      for (const entity of state.entities.values()) {
        if (entity.status !== "active") continue;
        if (machineName !== undefined && entity.machineName !== machineName) continue;
        const key = JSON.stringify([entity.machineName, entity.currentState]);
        const row = counts.get(key) ??
          { machineName: entity.machineName, state: entity.currentState, count: 0, isExact: true };
        row.count += 1;
        counts.set(key, row);
      }
      return Promise.resolve([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row));
    },
    timers: (entityId) => Promise.resolve(state.timers.get(entityId) ?? []),
  };
}

const SORT_KEYS = {
  created_at: (entity) => [entity.createdAtMs, entity.entityId],
  updated_at: (entity) => [entity.updatedAtMs, entity.entityId],
  entity_id: (entity) => [entity.entityId],
  current_state: (entity) => [entity.currentState.toLowerCase(), entity.entityId],
  machine_name: (entity) => [entity.machineName, entity.createdAtMs, entity.entityId],
} as const satisfies Record<EntityQuery["sortBy"], (entity: SortedEntity) => CursorKey>;

type SortedEntity = Pick<Entity, "createdAtMs" | "updatedAtMs" | "entityId" | "currentState" | "machineName">;

/** Tells how many parts a key has. */
const ANY_ENTITY: SortedEntity = {
  createdAtMs: 0,
  updatedAtMs: 0,
  entityId: "",
  currentState: "",
  machineName: "",
};

function isMatch(entity: Entity, query: EntityQuery): boolean {
  return query.statuses.includes(entity.status) &&
    (query.machineName === undefined || entity.machineName === query.machineName) &&
    (query.state === undefined || entity.currentState.toLowerCase() === query.state.toLowerCase()) &&
    (query.isTerminal === undefined || entity.isTerminal === query.isTerminal) &&
    (query.workflowStatus === undefined || entity.workflowStatus === query.workflowStatus) &&
    (query.createdFromMs === undefined || entity.createdAtMs >= query.createdFromMs) &&
    (query.createdToMs === undefined || entity.createdAtMs <= query.createdToMs) &&
    (query.updatedFromMs === undefined || entity.updatedAtMs >= query.updatedFromMs) &&
    (query.updatedToMs === undefined || entity.updatedAtMs <= query.updatedToMs) &&
    (query.search === undefined || entity.entityId.includes(query.search)) &&
    wordsOf(query.text).every((word) => searchTextOf(entity.entityId, entity.labels).includes(word)) &&
    Object.entries(query.labels ?? {}).every(([key, value]) => entity.labels[key] === value);
}
