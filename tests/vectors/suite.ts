/** A vector set: reads the cases of a folder, runs each through its operation and says which expectation was missed. */
import type { JsonObject, JsonValue } from "../../src/json.ts";
import { messageOf } from "../../src/errors.ts";
import { asObject, asText, caseOf, type VectorCase } from "./case.ts";
import { compare, type Difference } from "./compare.ts";
import { createMachineFolder, type MachineFolder } from "./machines.ts";
import { OPERATIONS } from "./operations.ts";

export const CASES_DIR = new URL("./cases/", import.meta.url).pathname;
export const MORE_DIR = new URL("./more/", import.meta.url).pathname;
const EXPECTED_DIR = new URL("./expected/", import.meta.url).pathname;

/** A larger set is refused: it is a mistake in the folder that was named. */
const CASES_MAX = 100_000;

export interface Verdict {
  readonly id: string;
  readonly op: string;
  /** `undecided`: the predecessor's behaviour is known to be wrong there and no answer of our own is written down. */
  readonly type: "passed" | "failed" | "undecided";
  readonly differences: readonly Difference[];
}

/** An answer of our own to a case where the predecessor is wrong, with the reason for it. */
interface OwnExpectation {
  readonly expect: JsonValue;
  readonly reason: string;
}

export interface VectorSet {
  readonly cases: readonly VectorCase[];
  run(vector: VectorCase): Promise<Verdict>;
}

/** Opens the set in `dir`: `*.json` with lists of cases, and `machines/*.yaml`. Throws when there is none. */
export function openVectorSet(dir: string): VectorSet {
  const cases = readCases(dir);
  if (cases.length === 0) throw new Error(`Cannot run vectors of "${dir}": no cases there`);
  if (cases.length > CASES_MAX) {
    throw new Error(`Cannot run vectors of "${dir}": more than ${CASES_MAX} cases`);
  }
  const machines = createMachineFolder([`${dir}/machines`, `${CASES_DIR}/machines`]);
  const known = new Map(readCases(CASES_DIR).map((vector) => [vector.id, vector]));
  const own = ownExpectations();

  return { cases, run };

  async function run(vector: VectorCase): Promise<Verdict> {
    const { id, op } = vector;
    const expected = expectationFor(vector);
    if (expected === null) return { id, op, type: "undecided", differences: [] };
    const differences = compare(expected.expect, await outcomeOf(vector, machines), {
      op,
      soft: expected.soft,
    });
    return { id, op, type: differences.length === 0 ? "passed" : "failed", differences };
  }

  function expectationFor(vector: VectorCase): { expect: JsonValue; soft: readonly string[] } | null {
    if (vector.class === "compat") return vector;
    const twin = known.get(vector.id);
    if (twin === undefined || !isSameQuestion(twin, vector)) return null;
    return { expect: own.get(vector.id)?.expect ?? vector.expect, soft: [] };
  }
}

async function outcomeOf(vector: VectorCase, machines: MachineFolder): Promise<JsonValue> {
  const operation = OPERATIONS.get(vector.op);
  if (operation === undefined) return { unknown_operation: vector.op };
  try {
    return JSON.parse(JSON.stringify(await operation(vector, machines)));
  } catch (error) {
    return { adapter_failed: messageOf(error) };
  }
}

function isSameQuestion(left: VectorCase, right: VectorCase): boolean {
  const questions = [left, right].map(({ op, machine, config, input }): JsonObject => (
    { op, machine, config, input }
  ));
  return compare(questions[0] ?? null, questions[1] ?? null, { op: "", soft: [] }).length === 0;
}

function readCases(dir: string): readonly VectorCase[] {
  const names = [...Deno.readDirSync(dir)].filter((entry) => entry.isFile && entry.name.endsWith(".json"))
    .map((entry) => entry.name).sort();
  return names.flatMap((name) => {
    const list: unknown = JSON.parse(Deno.readTextFileSync(`${dir}/${name}`));
    if (!Array.isArray(list)) throw new Error(`Cannot read "${name}": not a list of cases`);
    return list.map(caseOf);
  });
}

/** Our answers by case id; each carries a reason. */
export function ownExpectations(): ReadonlyMap<string, OwnExpectation> {
  const own = new Map<string, OwnExpectation>();
  for (const file of Deno.readDirSync(EXPECTED_DIR)) {
    if (!file.name.endsWith(".json")) continue;
    const entries = asObject(JSON.parse(Deno.readTextFileSync(`${EXPECTED_DIR}/${file.name}`)), file.name);
    for (const [id, value] of Object.entries(entries)) {
      const entry = asObject(value, id);
      own.set(id, { expect: entry["expect"] ?? null, reason: asText(entry["reason"], `reason of "${id}"`) });
    }
  }
  return own;
}
