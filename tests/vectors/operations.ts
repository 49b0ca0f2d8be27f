/** Which code answers which operation. */
import type { JsonValue } from "../../src/json.ts";
import type { VectorCase } from "./case.ts";
import type { MachineFolder } from "./machines.ts";
import { runExpression, runTemplate } from "./ops/expressions.ts";
import { runDelay, runSubstitute } from "./ops/texts.ts";

/** Runs the case against the engine and gives what came out, in the shape the cases have. */
export type Operation = (vector: VectorCase, machines: MachineFolder) => JsonValue;

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["expr", runExpression],
  ["template", runTemplate],
  ["delay", runDelay],
  ["substitute", runSubstitute],
]);
