/** Guards, actions and values of a configuration in the words of a machine file. */
import type { JsonObject, JsonValue } from "../../json.ts";
import type { Path } from "../findings.ts";
import { literalExpression } from "../import_scxml/context.ts";
import { isStateName } from "../names.ts";
import { type Draft, isObject, itemsAt, type Placed, snakeCase, type XStateSource } from "./xstate_source.ts";

export function actionsAt(source: XStateSource, object: JsonObject, key: string, path: Path): JsonValue[] {
  return itemsAt(object, key, path).flatMap((placed) => actionOf(source, placed));
}

/** Names of actions that XState itself brings, without its prefix. */
const BUILT_IN = /^xstate\.(.+)$/;

function actionOf(source: XStateSource, { value, path }: Placed): JsonValue[] {
  if (typeof value === "string") return [{ name: named(source, path, value) }];
  if (!isObject(value) || typeof value.type !== "string") {
    source.refuse(path, "an action is a name or a mapping with a type");
    return [];
  }
  const builtIn = BUILT_IN.exec(value.type)?.[1];
  if (builtIn !== undefined) return builtInOf(source, { value, path, name: builtIn });
  refuseOthers(source, { object: value, path, known: ["type", "params"] });
  return [{ name: named(source, path, value.type), ...paramsOf(source, value, path) }];
}

interface BuiltIn {
  readonly value: JsonObject;
  readonly path: Path;
  readonly name: string;
}

function builtInOf(source: XStateSource, { value, path, name }: BuiltIn): JsonValue[] {
  const params = isObject(value.params) ? value.params : value;
  switch (name) {
    case "raise": {
      const event = isObject(params.event) ? params.event : { type: params.event ?? null };
      const { type = null, ...payload } = event;
      if (typeof type !== "string") break;
      const hasPayload = Object.keys(payload).length > 0;
      const values = expressionsOf(source, { value: payload, path });
      return [{ raise: hasPayload ? { trigger: type, payload: values } : type }];
    }
    case "assign": {
      const assignment = params.assignment;
      if (isObject(assignment)) return [{ set: assignment }];
      break;
    }
    case "cancel": {
      const id = params.sendId ?? params.id;
      if (typeof id === "string") return [{ cancel: id }];
      break;
    }
    case "log":
      return [{ name: "log", params: { message: String(params.value ?? params.label ?? "log") } }];
  }
  source.refuse(path, `the built-in action xstate.${name} as written here`);
  return [];
}

/** Composites by `type` `and`, `or`, `not` with `guards`; everything else is a name. */
export function guardOf(source: XStateSource, { value, path }: Placed): JsonValue {
  if (typeof value === "string") return { name: named(source, path, value) };
  if (!isObject(value) || typeof value.type !== "string") {
    source.refuse(path, "a guard is a name or a mapping with a type");
    return "never";
  }
  const type = value.type.replace(/^xstate\./, "");
  if ((type === "and" || type === "or" || type === "not") && value.guards !== undefined) {
    const guards = itemsAt(value, "guards", path).map((placed) => guardOf(source, placed));
    if (type === "not") return { not: guards[0] ?? "never" };
    return type === "and" ? { allOf: guards } : { anyOf: guards };
  }
  if (value.type.startsWith("xstate.")) source.refuse(path, `the built-in guard ${value.type}`);
  refuseOthers(source, { object: value, path, known: ["type", "params"] });
  return { name: named(source, path, value.type), ...paramsOf(source, value, path) };
}

function named(source: XStateSource, path: Path, name: string): string {
  const word = snakeCase(name);
  if (word !== name) source.warn(path, `"${name}" is called "${word}"`);
  return word;
}

function paramsOf(source: XStateSource, value: JsonObject, path: Path): Draft {
  if (value.params === undefined) return {};
  if (isObject(value.params)) return { params: value.params };
  source.refuse([...path, "params"], "a mapping is expected");
  return {};
}

/** Context as variables with defaults. */
export function variablesOf(source: XStateSource): JsonValue[] {
  const { context } = source.root;
  if (context === undefined || context === null) return [];
  if (!isObject(context)) {
    source.refuse(["context"], "only plain data can be a default");
    return [];
  }
  return Object.entries(context).map(([key, value]) => {
    if (!isStateName(key, "scxml")) source.refuse(["context", key], "this cannot be the name of a variable");
    return { key, default: value };
  });
}

/** Plain data as expressions: one, or one for each key of a mapping. */
export function expressionsOf(source: XStateSource, { value, path }: Placed): JsonValue {
  if (!isObject(value)) return expressionOf(source, value, path);
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key, expressionOf(source, item, [...path, key])]));
}

function expressionOf(source: XStateSource, value: JsonValue, path: Path): string {
  const text = literalExpression(value);
  if (text === null) source.refuse(path, "a mapping inside of a value cannot be written as an expression");
  return text ?? "None";
}

export interface KnownKeys {
  readonly object: JsonObject;
  readonly path: Path;
  readonly known: readonly string[];
}

const OLD_KEYS: Readonly<Record<string, string>> = {
  cond: "key of version 4: write guard",
  in: "key of version 4: write a guard",
  internal: "key of version 4: write reenter",
  activities: "key of version 4: write invoke",
  data: "key of version 4: write output",
  strict: "key of version 4",
};

export function refuseOthers(source: XStateSource, { object, path, known }: KnownKeys): void {
  for (const key of Object.keys(object).filter((name) => !known.includes(name))) {
    const reason = Object.hasOwn(OLD_KEYS, key) ? OLD_KEYS[key] : undefined;
    source.refuse([...path, key], reason ?? "this key has no counterpart");
  }
}
