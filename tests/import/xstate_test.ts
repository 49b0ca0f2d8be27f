/** Random configurations behave after the import as in XState itself: same configuration, same actions, same end. */
import { strict as assert } from "node:assert";
import { type AnyMachineSnapshot, createActor, createMachine, SimulatedClock } from "xstate";
import { importXState } from "../../src/definition/import_xstate/import_xstate.ts";
import { loadMachine } from "../../src/definition/load.ts";
import { startVirtualRun } from "../../src/cli/virtual_run.ts";
import type { JsonObject } from "../../src/json.ts";
import { pick, seededRandom } from "../runtime/random.ts";

const SEEDS = 300;
const EVENTS = ["E0", "E1", "E2", "E3"];
const STEPS = 12;
/** So many of the random configurations must be comparable, else the test proves nothing. */
const COMPARED_MIN = 60;

interface Node {
  readonly key: string;
  readonly path: string;
  readonly children: Node[];
  config: JsonObject;
}

type Random = () => number;

function randomConfig(random: Random): JsonObject {
  const upTo = (limit: number) => Math.floor(random() * limit);
  const nodes: Node[] = [];
  const build = (path: string, depth: number): Node => {
    const node: Node = { key: `s${nodes.length}`, path: "", children: [], config: {} };
    const own = { ...node, path: `${path}.${node.key}` };
    nodes.push(own);
    const count = depth >= 3 || upTo(3) === 0 ? 0 : 1 + upTo(3);
    for (let index = 0; index < count; index++) own.children.push(build(own.path, depth + 1));
    return own;
  };
  const tops = [build("m", 0), build("m", 0), build("m", 0)];
  const target = () => `#${pick(random, nodes).path}`;
  const transition = (): JsonObject => ({
    ...(upTo(6) === 0 ? {} : { target: target() }),
    ...(upTo(4) === 0 ? { reenter: true } : {}),
    ...(upTo(3) === 0 ? { guard: pick(random, ["always", "never"]) } : {}),
    ...(upTo(3) === 0 ? { actions: `act${upTo(5)}` } : {}),
  });
  const fill = (node: Node): JsonObject => {
    const on = Object.fromEntries(EVENTS.filter(() => upTo(3) === 0).map((event) => [event, transition()]));
    const isParallel = node.children.length > 1 && upTo(3) === 0;
    const states = Object.fromEntries(node.children.map((child) => [child.key, fill(child)]));
    const isFinal = node.children.length === 0 && upTo(6) === 0;
    const always: JsonObject = upTo(12) === 0
      ? { always: { target: target(), guard: pick(random, ["always", "never"]) } }
      : {};
    const after: JsonObject = upTo(8) === 0 ? { after: { [500 + upTo(4) * 500]: transition() } } : {};
    if (isFinal) return { type: "final", entry: `in_${node.key}` };
    return {
      entry: `in_${node.key}`,
      exit: `out_${node.key}`,
      on,
      ...always,
      ...after,
      ...(node.children.length === 0 ? {} : { states, onDone: transition() }),
      ...(isParallel ? { type: "parallel" } : {}),
      ...(node.children.length === 0 || isParallel ? {} : { initial: pick(random, node.children).key }),
    };
  };
  return {
    id: "m",
    initial: tops[0]?.key ?? "",
    states: Object.fromEntries(tops.map((top) => [top.key, fill(top)])),
  };
}

/** Names of active leaves, sorted. */
function leavesOf(value: AnyMachineSnapshot["value"], owner = ""): readonly string[] {
  if (typeof value === "string") return [value];
  const entries = Object.entries(value ?? {});
  if (entries.length === 0) return [owner];
  return entries.flatMap(([key, inner]) => inner === undefined ? [key] : leavesOf(inner, key)).toSorted();
}

interface Seen {
  readonly leaves: readonly string[];
  readonly actions: readonly string[];
  readonly isDone: boolean;
}

const GUARDS = new Map([["always", () => true], ["never", () => false]]);

function playXState(config: JsonObject, inputs: readonly (string | number)[]): readonly Seen[] {
  const log: string[] = [];
  const names = JSON.stringify(config).matchAll(/"((?:in|out)_s\d+|act\d)"/g);
  const actions = Object.fromEntries([...names].map(([, name = ""]) => [name, () => void log.push(name)]));
  const machine = createMachine(structuredClone(config), { actions, guards: Object.fromEntries(GUARDS) });
  const clock = new SimulatedClock();
  const actor = createActor(machine, { clock });
  const seen: Seen[] = [];
  const look = () => {
    const snapshot = actor.getSnapshot();
    seen.push({
      leaves: leavesOf(snapshot.value),
      actions: log.splice(0, log.length),
      isDone: snapshot.status === "done",
    });
  };
  actor.start();
  look();
  for (const input of inputs) {
    if (typeof input === "string") actor.send({ type: input });
    else for (let passed = 0; passed < input; passed += 250) clock.increment(250);
    look();
  }
  actor.stop();
  return seen;
}

/** null = it runs in a ring without end, which XState would follow. */
function playStator(document: JsonObject, inputs: readonly (string | number)[]): readonly Seen[] | null {
  const loaded = loadMachine({ document });
  assert(loaded.ok, JSON.stringify(loaded.ok || loaded.diagnostics));
  const run = startVirtualRun(loaded.machine, { context: {}, nowMs: 0 });
  const seen: Seen[] = [];
  for (const input of [null, ...inputs]) {
    const runs = input === null
      ? [run.entered]
      : typeof input === "string"
      ? [run.send({ trigger: input, payload: {} })]
      : run.advance(input);
    if (runs.some((one) => one.refusal?.code === "livelock")) return null;
    const microsteps = runs.flatMap((one) => one.steps).flatMap((step) => step.microsteps);
    const { snapshot } = run.instance();
    seen.push({
      leaves: snapshot.states.toSorted(),
      actions: microsteps.flatMap((microstep) => microstep.actions.map((row) => row.name)),
      isDone: snapshot.isDone === true,
    });
  }
  return seen;
}

Deno.test("imported configurations behave as in XState", () => {
  let compared = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed);
    const config = randomConfig(random);
    const inputs = Array.from({ length: STEPS }, () => random() < 0.2 ? 750 : pick(random, EVENTS));
    const imported = importXState(JSON.stringify(config));
    // What is refused or warned of is said to differ.
    if (!imported.ok || imported.warnings.length > 0) continue;
    const found = playStator(imported.document, inputs);
    if (found === null) continue;
    compared++;
    assert.deepEqual(found, playXState(config, inputs), `seed ${seed}`);
  }
  assert(compared >= COMPARED_MIN, `${compared} compared`);
});
