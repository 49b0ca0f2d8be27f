/** One published case: a chart, events with the configurations they must lead to, and what came of it. */
import { startVirtualRun, type VirtualRun } from "../../src/cli/virtual_run.ts";
import { importScxml } from "../../src/definition/import_scxml/import_scxml.ts";
import { loadMachine } from "../../src/definition/load.ts";
import type { JsonObject } from "../../src/json.ts";

export interface Case {
  readonly group: string;
  readonly name: string;
  readonly scxml: string;
  readonly script: Script;
}

export interface Script {
  /** A second opinion; see `W3C_IN_SECOND`. */
  readonly legacySemantics?: Script;
  readonly initialConfiguration: readonly string[];
  readonly events: readonly ScriptEvent[];
}

interface ScriptEvent {
  /** Waits this many ms before the event is sent. */
  readonly after?: number;
  readonly event: { readonly name: string; readonly data?: unknown };
  readonly nextConfiguration: readonly string[];
}

export type Verdict =
  | { readonly type: "passed" }
  | { readonly type: "failed"; readonly why: string }
  /** The importer says that the chart needs what a machine file cannot say. */
  | { readonly type: "not_portable"; readonly why: string };

/** Charts that end by themselves get this long; their own time-outs are a few seconds. */
const PATIENCE_MS = 60_000;

export function runCase(test: Case): Verdict {
  const imported = importScxml(test.scxml);
  if (!imported.ok) {
    const [problem] = imported.problems;
    return {
      type: "not_portable",
      why: problem === undefined ? "" : `${problem.element}: ${problem.reason}`,
    };
  }
  const loaded = loadMachine({ document: imported.document });
  if (!loaded.ok) {
    const lines = loaded.diagnostics.map((item) => `${item.code} ${item.path.join(".")}: ${item.message}`);
    return { type: "failed", why: `does not load: ${lines.slice(0, 3).join("; ")}` };
  }
  const states = new Set(loaded.spec.states.map((state) => state.name));
  const missing = test.script.initialConfiguration.find((name) => !states.has(name));
  if (missing !== undefined) return { type: "not_portable", why: "case: a person must judge it" };
  try {
    return play(startVirtualRun(loaded.machine, { context: {}, nowMs: 0 }), scriptOf(test));
  } catch (error) {
    return { type: "failed", why: `throws ${error instanceof Error ? error.message : String(error)}` };
  }
}

/**
 * Cases whose first script follows a proposal: a self-transition of a region leaves that region only. The recommendation
 * leaves the whole parallel, because a domain is never a parallel; their second script says so.
 */
const W3C_IN_SECOND = new Set(["more-parallel/test10", "more-parallel/test10b"]);

function scriptOf(test: Case): Script {
  const isSecond = W3C_IN_SECOND.has(`${test.group}/${test.name}`);
  return isSecond ? test.script.legacySemantics ?? test.script : test.script;
}

function play(run: VirtualRun, script: Script): Verdict {
  const isSelfRunning = script.events.length === 0;
  if (isSelfRunning && run.instance().snapshot.isDone !== true) run.advance(PATIENCE_MS);
  // Events that a chart sends to itself on entry may or may not count as handled "at first".
  const [entry] = run.entered.steps;
  const isEntry = entry !== undefined && isSame(entry.after, script.initialConfiguration);
  const first = isEntry ? null : compare(run, script.initialConfiguration, "at first");
  if (first !== null) return first;
  for (const [index, { after, event, nextConfiguration }] of script.events.entries()) {
    if (after !== undefined) run.advance(after);
    run.send({ trigger: event.name, payload: payloadOf(event.data) });
    const verdict = compare(run, nextConfiguration, `after event ${index + 1}, ${event.name}`);
    if (verdict !== null) return verdict;
  }
  return { type: "passed" };
}

function compare(run: VirtualRun, expected: readonly string[], when: string): Verdict | null {
  const actual = run.instance().snapshot.states;
  if (isSame(actual, expected)) return null;
  return { type: "failed", why: `${when}: [${actual.join(" ")}] instead of [${expected.join(" ")}]` };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.toSorted().join(" ") === other.toSorted().join(" ");
}

function payloadOf(data: unknown): JsonObject {
  return typeof data === "object" && data !== null && !Array.isArray(data) ? data as JsonObject : {};
}
