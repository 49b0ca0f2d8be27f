/** Effects: pure changes of the context. */
import type { ActionOptions, ActionSpec, EffectType } from "../engine/spec.ts";
import type { JsonValue } from "../json.ts";
import { isObject, kindOf, own } from "./cursor.ts";
import type { Findings, Path } from "./findings.ts";
import { checkSource } from "./read_expression.ts";

export const EFFECTS = [
  "set",
  "timestamp",
  "increment",
  "decrement",
  "append",
  "clear",
  "compute",
] as const satisfies readonly EffectType[];

const EFFECT_KEYS: ReadonlySet<string> = new Set(EFFECTS);

export function isEffect(form: string): form is EffectType {
  return EFFECT_KEYS.has(form);
}

interface EffectInput {
  readonly findings: Findings;
  readonly path: Path;
  readonly effect: EffectType;
  readonly argument: JsonValue;
  readonly options: ActionOptions;
}

/** null when the argument does not fit; that is reported as `B13`. */
export function readEffect(input: EffectInput): ActionSpec | null {
  const { effect, argument, options } = input;
  switch (effect) {
    case "set":
      if (!isObject(argument)) return refuse(input, "a mapping of key to value");
      return { type: "effect", effect, params: argument, options };
    case "compute":
      return readCompute(input);
    case "append":
      if (!isObject(argument) || typeof own(argument, "field") !== "string") {
        return refuse(input, `a mapping with "field" and "value"`);
      }
      if (own(argument, "value") === undefined) return refuse(input, `a mapping with "value"`);
      return {
        type: "effect",
        effect,
        params: { field: own(argument, "field") ?? "", value: own(argument, "value") ?? null },
        options,
      };
    case "timestamp":
    case "increment":
    case "decrement":
    case "clear":
      if (typeof argument !== "string" || argument === "") return refuse(input, "the name of a field");
      return { type: "effect", effect, params: { field: argument }, options };
  }
}

function readCompute(input: EffectInput): ActionSpec | null {
  const { findings, path, argument, options } = input;
  if (!isObject(argument)) return refuse(input, "a mapping of key to expression");
  let isSound = true;
  for (const key of Object.keys(argument)) {
    const source = own(argument, key) ?? null;
    if (typeof source === "string") {
      checkSource(findings, [...path, key], source);
      continue;
    }
    isSound = false;
    const hint = typeof source === "object" ? undefined : `Write "${source}", in quotes`;
    findings.error("B13", [...path, key], `Cannot compute "${key}": an expression as text expected`, {
      hint,
    });
  }
  return isSound ? { type: "effect", effect: "compute", params: argument, options } : null;
}

function refuse({ findings, path, effect, argument }: EffectInput, wanted: string): null {
  findings.error("B13", path, `Cannot read "${effect}": ${wanted} expected, ${kindOf(argument)} found`);
  return null;
}
