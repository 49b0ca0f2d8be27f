/**
 * Machines from and to the formats of other tools.
 *
 * ```ts
 * import { match, strictEqual } from "node:assert/strict";
 * import { loadMachine } from "@stator/engine";
 * import { importXState, mermaidStateDiagram, yamlText } from "@stator/engine/convert";
 *
 * const imported = importXState('{"id": "door", "initial": "shut", "states": {"shut": {"on": {"PUSH": "ajar"}}, "ajar": {}}}');
 * if (!imported.ok) throw new Error(imported.problems.map((problem) => problem.reason).join("; "));
 * const loaded = loadMachine({ text: yamlText(imported.document) });
 * strictEqual(loaded.ok, true);
 * if (loaded.ok) match(mermaidStateDiagram(loaded.spec), /shut --> ajar : PUSH/);
 * ```
 *
 * @module
 */
export type { ImportProblem, ImportResult } from "../src/definition/import_problem.ts";
export { importPystator, type PystatorOptions } from "../src/definition/import_pystator.ts";
export { importScxml } from "../src/definition/import_scxml/import_scxml.ts";
export { importXState } from "../src/definition/import_xstate/import_xstate.ts";
export { yamlText } from "../src/definition/yaml_text.ts";
export { dotOf, type DotOptions } from "../src/definition/export/dot.ts";
export { machineJson } from "../src/definition/export/json.ts";
export {
  mermaidFlowchart,
  type MermaidOptions,
  mermaidStateDiagram,
} from "../src/definition/export/mermaid.ts";
export { scxmlOf } from "../src/definition/export/scxml.ts";
export { type MachineStatistics, statisticsOf } from "../src/definition/export/statistics.ts";
