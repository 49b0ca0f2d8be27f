/** Runs one list of actions: effects at once, the rest as requests for after the commit, a row for each. */
import { type ActionHead, type CompiledAction } from "./compiled_action.ts";
import { type Change, EffectError, evaluateIn } from "./effect.ts";
import type { JsonValue } from "../json.ts";
import type { CompiledPayload } from "./machine.ts";
import { setOwn } from "./own.ts";
import { livelock, raise, sendToSelf } from "./queue.ts";
import { cancelSend, startSend } from "./timer.ts";
import type { ActionRequest, ActionRow } from "./step.ts";
import { contextToShow, isArray, RefusedError, scopeOf, type Work, writeKey } from "./work.ts";
import { unreachable } from "../assert.ts";

/** Items of one `foreach`. */
export const FOREACH_ITEMS_MAX = 1000;
/** Branches inside each other. */
export const BRANCH_DEPTH_MAX = 8;
/** Actions in one call, nested ones included. */
export const ACTIONS_MAX = 1_000_000;

export interface BlockPlace {
  readonly phase: ActionRow["phase"];
  readonly owner: string;
}

interface Place extends BlockPlace {
  readonly isNested: boolean;
  /** Branches around it; absent = none. */
  readonly branches?: number;
}

/**
 * Runs the actions in order. One that fails refuses the call in profile `pystator`; in profile `scxml` the rest of the
 * list is skipped and `error.execution` is raised.
 */
export function runBlock(work: Work, actions: readonly CompiledAction[], place: BlockPlace): void {
  if (actions.length === 0) return;
  if (work.isPlan) {
    for (const action of actions) work.actions.push(rowOf(action, { ...place, isNested: false }, "pending"));
    return;
  }
  runGuarded(work, actions, { ...place, isNested: false });
}

/** The value of a payload; `{}` when there is none. */
export function payloadOf(work: Work, payload: CompiledPayload): JsonValue {
  switch (payload.type) {
    case "none":
      return {};
    case "value":
      return evaluateIn(() => payload.expression.evaluate(scopeOf(work)), "Cannot make the payload");
    case "mapping": {
      const made: Record<string, JsonValue> = {};
      for (const [key, expression] of payload.entries) {
        setOwn(
          made,
          key,
          evaluateIn(() => expression.evaluate(scopeOf(work)), `Cannot make "${key}" of the payload`),
        );
      }
      return made;
    }
    default:
      return unreachable(payload);
  }
}

/** What an error inside the step means: a refusal, or in profile `scxml` an event. */
export function failStep(work: Work, error: unknown, place: BlockPlace & { readonly action: string }): void {
  if (!(error instanceof EffectError)) throw error;
  if (work.machine.isScxml) {
    raise(work, "error.execution", { message: error.message, action: place.action, owner: place.owner });
    return;
  }
  throw new RefusedError({
    code: "action_failed",
    message: `Cannot run action "${place.action}" of "${place.owner}": ${error.message}`,
    details: {
      reason: "action_failed",
      action: place.action,
      owner: place.owner,
      phase: place.phase,
      error: error.message,
    },
  });
}

function runGuarded(work: Work, actions: readonly CompiledAction[], place: Place): void {
  for (const action of actions) {
    try {
      runAction(work, action, place);
    } catch (error) {
      if (error instanceof BlamedError) {
        return failStep(work, error.error, { ...place, action: error.action });
      }
      failStep(work, error, { ...place, action: action.name });
      return;
    }
  }
}

/** Carries the name of the inner action that failed out to the block. */
class BlamedError extends Error {
  override readonly name = "BlamedError";
  readonly action: string;
  readonly error: EffectError;

  constructor(action: string, error: EffectError) {
    super(error.message);
    this.action = action;
    this.error = error;
  }
}

function runNested(work: Work, actions: readonly CompiledAction[], place: Place): void {
  const nested = { ...place, isNested: true };
  for (const action of actions) {
    try {
      runAction(work, action, nested);
    } catch (error) {
      throw error instanceof EffectError ? new BlamedError(action.name, error) : error;
    }
  }
}

function runAction(work: Work, action: CompiledAction, place: Place): void {
  if (++work.actionsRun > ACTIONS_MAX) {
    throw livelock(`more than ${ACTIONS_MAX} actions in one call`, [action.name]);
  }
  if (action.when !== null) {
    const { passed, error } = action.when(scopeOf(work));
    if (error !== undefined) {
      work.actions.push({ ...rowOf(action, place, "failed"), error });
      if (action.type === "request" || action.type === "disabled") return;
      throw new EffectError(error);
    }
    if (!passed) {
      work.actions.push({ ...rowOf(action, place, "skipped"), result: "when_condition_false" });
      return;
    }
  }
  switch (action.type) {
    case "effect":
      return done(work, action, place, () => action.effect(work));
    case "builtin":
      return done(work, action, place, () => action.run(work, action.params));
    case "request":
      work.actions.push(rowOf(action, place, "pending"));
      return request(work, action, { kind: action.kind, params: action.params });
    case "disabled":
      work.actions.push({ ...rowOf(action, place, "failed"), error: "code_disabled" });
      return;
    case "fail":
      return done(work, action, place, () => {
        throw new EffectError(action.message);
      });
    case "branch":
      return runBranch(work, action, place);
    case "foreach":
      return runForeach(work, action, place);
    case "block":
      work.actions.push(rowOf(action, place, "ok"));
      return work.machine.isScxml
        ? runGuarded(work, action.actions, { ...place, isNested: true })
        : runNested(work, action.actions, place);
    default:
      return runEventAction(work, action, place);
  }
}

type EventAction = CompiledAction & { readonly type: "raise" | "send" | "cancel" };

function runEventAction(work: Work, action: EventAction, place: Place): void {
  switch (action.type) {
    case "raise":
      return done(work, action, place, () => {
        raise(work, action.trigger, payloadOf(work, action.payload));
        return [];
      });
    case "cancel":
      return done(work, action, place, () => {
        cancelSend(work, action.id);
        return [];
      });
    case "send":
      return runSend(work, action, place);
    default:
      return unreachable(action);
  }
}

function runSend(work: Work, action: CompiledAction & { readonly type: "send" }, place: Place): void {
  const { triggerExpression, target, afterMs, id } = action;
  const trigger = action.trigger ?? (triggerExpression === null ? "" : String(
    evaluateIn(() => triggerExpression.evaluate(scopeOf(work)), "Cannot name the event"),
  ));
  if (trigger === "") throw new EffectError("Cannot send an event without a name");
  const payload = payloadOf(work, action.payload);
  if (target !== null) {
    work.actions.push(rowOf(action, place, "pending"));
    return request(work, action, {
      kind: "send",
      params: { trigger, payload, target, id, after_ms: afterMs },
    });
  }
  done(work, action, place, () => {
    if (afterMs > 0) startSend(work, { trigger, payload, delayMs: afterMs, id });
    else sendToSelf(work, trigger, payload);
    return [];
  });
}

function runBranch(work: Work, action: CompiledAction & { readonly type: "branch" }, place: Place): void {
  const branches = (place.branches ?? 0) + 1;
  const { passed, error } = branches > BRANCH_DEPTH_MAX ? TOO_DEEP : action.condition(scopeOf(work));
  if (error !== undefined) {
    work.actions.push({ ...rowOf(action, place, "failed"), error });
    throw new EffectError(error);
  }
  const chosen = passed ? action.then : action.else;
  const branch = chosen.length === 0 ? "no_steps" : passed ? "then" : "else";
  work.actions.push({ ...rowOf(action, place, "ok"), result: { branch } });
  runNested(work, chosen, { ...place, branches });
}

const TOO_DEEP = { passed: false, error: `more than ${BRANCH_DEPTH_MAX} branches inside each other` };

function runForeach(work: Work, action: CompiledAction & { readonly type: "foreach" }, place: Place): void {
  const list = evaluateIn(() => action.in.evaluate(scopeOf(work)), "Cannot make the list");
  if (!isArray(list)) throw new EffectError(`Cannot go through "${action.in.source}": it is not a list`);
  if (list.length > FOREACH_ITEMS_MAX) {
    throw new EffectError(`Cannot go through "${action.in.source}": more than ${FOREACH_ITEMS_MAX} items`);
  }
  work.actions.push({ ...rowOf(action, place, "ok"), result: { items: list.length } });
  const items = [...list];
  for (const [position, item] of items.entries()) {
    declare(work, action.as, item);
    if (action.index !== null) declare(work, action.index, position);
    runNested(work, action.do, place);
  }
}

/** A loop variable needs no declaration. */
function declare(work: Work, key: string, value: JsonValue): void {
  writeKey(work, key, value);
}

function done(
  work: Work,
  action: ActionHead,
  place: Place,
  run: () => readonly Change[],
): void {
  try {
    const changes = run();
    const row = rowOf(action, place, "ok");
    work.actions.push(changes.length === 0 ? row : { ...row, changes });
  } catch (error) {
    if (!(error instanceof EffectError)) throw error;
    work.actions.push({ ...rowOf(action, place, "failed"), error: error.message });
    throw error;
  }
}

function request(
  work: Work,
  action: ActionHead,
  asked: Pick<ActionRequest, "kind" | "params">,
): void {
  work.requests.push({ ...asked, name: action.name, options: action.options, context: contextToShow(work) });
}

function rowOf(action: ActionHead, place: Place, status: ActionRow["status"]): ActionRow {
  const { phase, owner } = place;
  const row = { name: action.name, params: action.params, isCustom: action.isCustom, phase, owner, status };
  return place.isNested ? { ...row, isNested: true } : row;
}
