/** Operations on single values of a machine file: delays and substituted texts. */
import { parseDelay } from "../../../src/definition/delay.ts";
import { substitute } from "../../../src/definition/substitute.ts";
import type { JsonObject } from "../../../src/json.ts";
import { asObject, asText, type VectorCase } from "../case.ts";

/** `delay`: the milliseconds of a delay. */
export function runDelay({ input }: VectorCase): JsonObject {
  const delay = parseDelay(input["value"] ?? null);
  return delay.type === "delay" ? { ms: delay.ms } : { error: true };
}

/** `substitute`: a text with its variables filled in; only the named environment counts. */
export function runSubstitute({ input }: VectorCase): JsonObject {
  const variables = input["variables"];
  const sources = {
    variables: variables === null || variables === undefined
      ? null
      : textsOf(asObject(variables, "variables")),
    environment: textsOf(asObject(input["env"] ?? {}, "env")),
  };
  try {
    return { text: substitute(asText(input["text"], "text"), sources) };
  } catch (error) {
    if (error instanceof Error) return { error: true };
    throw error;
  }
}

function textsOf(mapping: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, asText(value, key)]));
}
