/** Actions ready to run: what the engine does itself, and what it hands to the world. */
import { compileSafely } from "./compile_expression.ts";
import type { Expression } from "../expression/expression.ts";
import { ExpressionError } from "../expression/expression_error.ts";
import type { Scope } from "../expression/scope.ts";
import { truthy } from "../expression/values.ts";
import { unreachable } from "../assert.ts";
import { type BuiltinAction, builtinActions, DISABLED_ACTIONS } from "./builtin_actions.ts";
import { compileEffect, type Effect } from "./effect.ts";
import { safeCheck } from "./guard.ts";
import type { JsonObject } from "../json.ts";
import type { CompiledPayload } from "./machine.ts";
import { setOwn } from "./own.ts";
import type { ActionOptions, ActionSpec, PayloadSpec, WhenSpec } from "./spec.ts";
import type { ActionRequest } from "./step.ts";

/** Whether an action or a branch applies; an error is neither. */
export type When = (scope: Scope) => { readonly passed: boolean; readonly error?: string };

export interface ActionHead {
  /** Name and parameters in PyStator's data form. */
  readonly name: string;
  readonly params: JsonObject;
  readonly isCustom: boolean;
  readonly when: When | null;
  readonly options: ActionOptions;
}

export type CompiledAction =
  & ActionHead
  & (
    | { readonly type: "effect"; readonly effect: Effect }
    | { readonly type: "builtin"; readonly run: BuiltinAction }
    | { readonly type: "request"; readonly kind: ActionRequest["kind"] }
    | { readonly type: "disabled" }
    | {
      readonly type: "branch";
      readonly condition: When;
      readonly then: readonly CompiledAction[];
      readonly else: readonly CompiledAction[];
    }
    | { readonly type: "raise"; readonly trigger: string; readonly payload: CompiledPayload }
    | {
      readonly type: "send";
      readonly trigger: string | null;
      readonly triggerExpression: Expression | null;
      readonly payload: CompiledPayload;
      readonly afterMs: number;
      readonly id: string | null;
      readonly target: string | null;
    }
    | { readonly type: "cancel"; readonly id: string }
    | {
      readonly type: "foreach";
      readonly in: Expression;
      readonly as: string;
      readonly index: string | null;
      readonly do: readonly CompiledAction[];
    }
    | { readonly type: "block"; readonly actions: readonly CompiledAction[] }
    | { readonly type: "fail"; readonly message: string }
  );

export function compileActions(specs: readonly ActionSpec[]): readonly CompiledAction[] {
  return specs.map(compileAction);
}

export function compilePayload(spec: PayloadSpec): CompiledPayload {
  if (spec === null) return { type: "none" };
  if (typeof spec === "string") return { type: "value", expression: compileSafely(spec) };
  return { type: "mapping", entries: Object.keys(spec).map((key) => [key, compileSafely(spec[key] ?? "")]) };
}

function compileAction(spec: ActionSpec): CompiledAction {
  const { when, ...options } = spec.options;
  const common = {
    when: when === null ? null : compileWhen(when),
    options: { ...options, when: null },
    isCustom: false,
  };
  switch (spec.type) {
    case "named":
      return compileNamed(spec, common);
    case "effect":
      return {
        ...common,
        type: "effect",
        name: `_effect.${spec.effect}`,
        params: spec.params,
        effect: compileEffect(spec.effect, spec.params),
      };
    case "http":
      return { ...common, type: "request", kind: "http", name: "_http", params: spec.params };
    case "celery":
      return { ...common, type: "request", kind: "celery", name: "_celery", params: spec.params };
    case "send_event":
    case "create_entity":
      return { ...common, type: "request", kind: spec.type, name: `_${spec.type}`, params: spec.params };
    case "code":
      return { ...common, type: "disabled", name: "_code", params: spec.params };
    case "branch":
      return {
        ...common,
        type: "branch",
        name: "_branch",
        params: spec.params,
        condition: compileWhen(spec.condition),
        then: compileActions(spec.then),
        else: compileActions(spec.else),
      };
    default:
      return compileStatechartAction(spec, common);
  }
}

type Common = Pick<ActionHead, "when" | "options" | "isCustom">;

function compileNamed(spec: ActionSpec & { readonly type: "named" }, common: Common): CompiledAction {
  const head = { ...common, name: spec.name, params: spec.params, isCustom: spec.isCustom };
  if (DISABLED_ACTIONS.has(spec.name)) return { ...head, type: "disabled" };
  const run = builtinActions.get(spec.name);
  return run === undefined ? { ...head, type: "request", kind: "named" } : { ...head, type: "builtin", run };
}

type StatechartAction = Exclude<
  ActionSpec,
  {
    readonly type:
      | "named"
      | "effect"
      | "http"
      | "celery"
      | "send_event"
      | "create_entity"
      | "code"
      | "branch";
  }
>;

function compileStatechartAction(spec: StatechartAction, common: Common): CompiledAction {
  switch (spec.type) {
    case "raise": {
      const params = compact({ trigger: spec.trigger, payload: spec.payload });
      const payload = compilePayload(spec.payload);
      return { ...common, type: "raise", name: "_raise", params, trigger: spec.trigger, payload };
    }
    case "send":
      return compileSend(spec, common);
    case "cancel":
      return { ...common, type: "cancel", name: "_cancel", params: { id: spec.id }, id: spec.id };
    case "foreach":
      return {
        ...common,
        type: "foreach",
        name: "_foreach",
        params: compact({ in: spec.in, as: spec.as, index: spec.index }),
        in: compileSafely(spec.in),
        as: spec.as,
        index: spec.index,
        do: compileActions(spec.do),
      };
    case "block":
      return { ...common, type: "block", name: "_block", params: {}, actions: compileActions(spec.actions) };
    case "fail": {
      const { message } = spec;
      return { ...common, type: "fail", name: "_fail", params: { message }, message };
    }
    default:
      return unreachable(spec);
  }
}

function compileSend(spec: ActionSpec & { readonly type: "send" }, common: Common): CompiledAction {
  return {
    ...common,
    type: "send",
    name: "_send",
    params: compact({
      trigger: spec.trigger,
      trigger_expr: spec.triggerExpr,
      payload: spec.payload,
      after: spec.afterMs === 0 ? null : spec.afterMs,
      id: spec.id,
      target: spec.target,
    }),
    trigger: spec.trigger,
    triggerExpression: spec.triggerExpr === null ? null : compileSafely(spec.triggerExpr),
    payload: compilePayload(spec.payload),
    afterMs: spec.afterMs,
    id: spec.id,
    target: spec.target,
  };
}

function compileWhen(spec: WhenSpec): When {
  if (spec.type === "check") return safeCheck(spec);
  const expression = compileSafely(spec.source);
  return (scope) => {
    try {
      return { passed: truthy(expression.evaluate(scope)) };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return { passed: false, error: error.message };
    }
  };
}

/** The mapping without what is null. */
function compact(mapping: { readonly [key: string]: JsonObject[string] }): JsonObject {
  const kept: Record<string, JsonObject[string]> = {};
  for (const key of Object.keys(mapping)) if (mapping[key] !== null) setOwn(kept, key, mapping[key] ?? null);
  return kept;
}
