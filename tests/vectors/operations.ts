/** Which code answers which operation. */
import type { JsonValue } from "../../src/json.ts";
import type { VectorCase } from "./case.ts";
import type { MachineFolder } from "./machines.ts";
import { runLint, runLoad, runStatistics, runTransitions, runValidate } from "./ops/documents.ts";
import { runExpression, runTemplate } from "./ops/expressions.ts";
import { runAct, runCheck, runWhen } from "./ops/parts.ts";
import { runOrchestrate, runParallel, runSession } from "./ops/running.ts";
import {
  runClassify,
  runContext,
  runOutcome,
  runParseState,
  runProcess,
  runQuery,
  runStateless,
} from "./ops/single.ts";
import { runDelay, runSubstitute } from "./ops/texts.ts";

/** Runs the case against the engine and gives what came out, in the shape the cases have. */
export type Operation = (vector: VectorCase, machines: MachineFolder) => JsonValue | Promise<JsonValue>;

export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["validate", runValidate],
  ["load", runLoad],
  ["transitions", runTransitions],
  ["lint", runLint],
  ["statistics", runStatistics],
  ["check", runCheck],
  ["when", runWhen],
  ["expr", runExpression],
  ["template", runTemplate],
  ["delay", runDelay],
  ["substitute", runSubstitute],
  ["act", runAct],
  ["process", runProcess],
  ["outcome", runOutcome],
  ["stateless", runStateless],
  ["parallel", runParallel],
  ["parse_state", runParseState],
  ["session", runSession],
  ["orchestrate", runOrchestrate],
  ["context", runContext],
  ["query", runQuery],
  ["classify", runClassify],
]);
