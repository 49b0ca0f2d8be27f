/** Actions `send_event` and `create_entity`: what one entity does to another, by the lane that every event takes. */
import type { JsonObject, JsonValue } from "../json.ts";
import type { ActionResult, LeasedAction } from "../orchestrator/outbox.ts";
import type { ActionHandler } from "./actions.ts";

export interface OutsideEvent {
  readonly actionId: string;
  readonly entityId: string;
  /** null = the entity must be there. */
  readonly machineName: string | null;
  readonly trigger: string;
  readonly payload: JsonObject;
  /** What the entity begins with when the event creates it. */
  readonly birth?: Birth;
  readonly traceparent: string | null;
}

export interface OutsideCreation extends Birth {
  readonly actionId: string;
  readonly entityId: string;
  readonly machineName: string;
  /** null = the newest. */
  readonly machineVersion: string | null;
  readonly traceparent: string | null;
}

export interface Birth {
  readonly context: JsonObject;
  readonly labels: Readonly<Record<string, string>>;
}

export interface OtherEntityDeps {
  /** Fills templates; a text that is one placeholder and nothing else takes the value itself, whatever its type. */
  readonly renderValues: (value: JsonValue, action: LeasedAction) => JsonValue;
  readonly sendEvent: (event: OutsideEvent) => Promise<ActionResult>;
  readonly createEntity: (creation: OutsideCreation) => Promise<ActionResult>;
}

const ENTITY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;

export function createSendEvent(deps: OtherEntityDeps): ActionHandler {
  return (action) => {
    const entityId = entityIdOf(action, deps);
    if (entityId === null) return Promise.resolve(noEntity(action));
    const { machine, trigger, payload } = action.params;
    return deps.sendEvent({
      actionId: action.actionId,
      entityId,
      machineName: typeof machine === "string" ? machine : null,
      trigger: String(trigger ?? ""),
      payload: mappingOf(deps.renderValues(payload ?? {}, action)),
      birth: birthOf(action, deps),
      traceparent: action.traceparent,
    });
  };
}

export function createCreateEntity(deps: OtherEntityDeps): ActionHandler {
  return (action) => {
    const entityId = entityIdOf(action, deps);
    if (entityId === null) return Promise.resolve(noEntity(action));
    const { machine, version } = action.params;
    return deps.createEntity({
      actionId: action.actionId,
      entityId,
      machineName: String(machine ?? ""),
      machineVersion: typeof version === "string" ? version : null,
      ...birthOf(action, deps),
      traceparent: action.traceparent,
    });
  };
}

/** null = what the template gives is not the id of an entity. */
function entityIdOf(action: LeasedAction, deps: OtherEntityDeps): string | null {
  const rendered = deps.renderValues(action.params.entity ?? null, action);
  const id = typeof rendered === "string" || typeof rendered === "number" ? String(rendered).trim() : "";
  return ENTITY_ID.test(id) ? id : null;
}

function birthOf(action: LeasedAction, deps: OtherEntityDeps): Birth {
  const labels = mappingOf(deps.renderValues(action.params.labels ?? {}, action));
  return {
    context: mappingOf(deps.renderValues(action.params.context ?? {}, action)),
    labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value ?? "")])),
  };
}

function noEntity({ params }: LeasedAction): ActionResult {
  const shown = JSON.stringify(params.entity ?? null).slice(0, 300);
  const error = `Cannot find the entity: ${shown} does not give the id of one`;
  return { type: "failed", error, isFinal: true, retryAfterMs: null };
}

function mappingOf(value: JsonValue): JsonObject {
  return isMapping(value) ? value : {};
}

function isMapping(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
