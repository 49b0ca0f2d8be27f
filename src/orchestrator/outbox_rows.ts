/** The actions of one run as outbox rows: everything a delivery needs, with a key that never changes. */
import type { Run } from "../engine/step.ts";
import { actionIdOf } from "./action_id.ts";
import type { Entity } from "./entity.ts";
import type { OutboxRow } from "./outbox.ts";

/** Attempts of an action that does not say `retry`. */
const ACTION_ATTEMPTS_DEFAULT = 5;
const ACTION_ATTEMPTS_MAX = 100;

/** One row for each action of `run`, in order; `position` is that of the history row they belong to. */
export function outboxRowsOf(
  run: Pick<Run, "actions">,
  options: {
    readonly entity: Entity;
    readonly position: number;
    readonly traceparent: string | null;
    readonly nowMs: number;
  },
): readonly OutboxRow[] {
  const { entity, position, traceparent, nowMs } = options;
  return run.actions.map((request, ordinal) => ({
    actionId: actionIdOf(entity.entityId, position, ordinal),
    entityId: entity.entityId,
    machineName: entity.machineName,
    machineVersion: entity.machineVersion,
    position,
    ordinal,
    kind: request.kind,
    name: request.name,
    params: request.params,
    options: request.options,
    context: request.context,
    traceparent,
    dueAtMs: nowMs,
    attemptsMax: attemptsMaxOf(request.options.retry),
    createdAtMs: nowMs,
  }));
}

/** `retry` counts the extra attempts after the first. */
function attemptsMaxOf(retry: number | null): number {
  return retry === null ? ACTION_ATTEMPTS_DEFAULT : Math.min(Math.max(0, retry) + 1, ACTION_ATTEMPTS_MAX);
}
