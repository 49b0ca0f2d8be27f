/** Naive reading: actions, one after the other. */
import { type ActionSpec } from "../../src/engine/spec.ts";
import { compileExpression } from "../../src/expression/expression.ts";
import { truthy } from "../../src/expression/values.ts";
import { type JsonObject, type JsonValue } from "../../src/json.ts";
import { Failure, Refusal, type World } from "./naive_world.ts";

export function runBlock(world: World, actions: readonly ActionSpec[]): void {
  try {
    for (const action of actions) runAction(world, action);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (!world.isScxml) throw new Refusal("action_failed");
    raise(world, "error.execution", {});
  }
}

export function runAction(world: World, action: ActionSpec): void {
  const { context } = world.state;
  switch (action.type) {
    case "effect":
      return applyEffect(world, action.effect, action.params);
    case "raise":
      return raise(world, action.trigger, {});
    case "send": {
      const trigger = action.trigger ?? "";
      if (action.afterMs > 0) {
        world.state.timers.push({
          owner: null,
          id: action.id,
          trigger,
          serial: ++world.state.serial,
          payload: {},
        });
      } else if (++world.selfEvents > 1000) throw new Refusal("livelock");
      else world.external.push({ trigger, payload: {}, origin: "self" });
      return;
    }
    case "cancel":
      world.state.timers = world.state.timers.filter((timer) =>
        timer.owner !== null || timer.id !== action.id
      );
      return;
    case "branch": {
      if (action.condition.type !== "expr") throw new Error("only expressions are made");
      const chosen = truthy(evaluate(world, action.condition.source)) ? action.then : action.else;
      for (const inner of chosen) runAction(world, inner);
      return;
    }
    default:
      void context;
      throw new Error(`no ${action.type} is made`);
  }
}

export function applyEffect(world: World, effect: string, params: JsonObject): void {
  const { context } = world.state;
  const key = effect === "set" ? Object.keys(params)[0] ?? "" : String(params["field"]);
  if (world.isScxml && !Object.hasOwn(context, key)) throw new Failure();
  const value = context[key];
  if (effect === "set") context[key] = params[key] ?? null;
  else if (effect === "append") {
    context[key] = [...(Array.isArray(value) ? value : []), params["value"] ?? null];
  } else if (typeof value === "number") context[key] = value + 1;
  else throw new Failure();
}

export function raise(world: World, trigger: string, payload: JsonValue): void {
  world.internal.push({ trigger, payload, origin: "internal" });
}

export function evaluate(world: World, source: string): JsonValue {
  const values: Record<string, JsonValue> = { ...world.state.context };
  if (world.event !== null) values["_event"] = { trigger: world.event.trigger, payload: world.event.payload };
  return compileExpression(source).evaluate({
    values,
    isActive: (name) => [...world.state.active].some((node) => node.name === name),
  });
}
