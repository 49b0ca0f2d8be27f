/** Charts of random machines, deeper and denser than anybody writes, keep apart what must not touch. */
import { strict as assert } from "node:assert";
import { graphOf } from "../../src/ui/chart/graph.ts";
import { type ChartDirection, layoutOf } from "../../src/ui/chart/layout.ts";
import { overlapsOf } from "../../src/ui/chart/testing/overlaps.ts";
import { seededRandom } from "../runtime/random.ts";

const SEEDS = Array.from({ length: 24 }, (_, index) => index + 1);
const TYPES = ["stable", "stable", "stable", "terminal", "choice", "error", "parallel"];

interface State {
  readonly name: string;
  readonly type: string;
  readonly parent?: string;
  readonly on_enter: readonly string[];
  readonly timeout?: { readonly seconds: number; readonly destination: string };
}

function randomDocument(seed: number): Readonly<Record<string, unknown>> {
  const random = seededRandom(seed);
  const upTo = (limit: number) => Math.floor(random() * limit);
  const count = 3 + upTo(14);
  const anyName = () => `s${upTo(count)}`;
  const states: State[] = [];
  for (let index = 0; index < count; index++) {
    const holders = states.filter(({ type }) => type === "stable" || type === "parallel");
    const parent = index > 1 && upTo(2) === 0 ? holders[upTo(holders.length)]?.name : undefined;
    states.push({
      name: `s${index}`,
      type: index === 0 ? "initial" : TYPES[upTo(TYPES.length)] ?? "stable",
      ...(parent === undefined ? {} : { parent }),
      on_enter: upTo(3) === 0 ? ["first", "second"] : [],
      ...(upTo(6) === 0 ? { timeout: { seconds: 3, destination: anyName() } } : {}),
    });
  }
  const compounds = states.map((state) => {
    const child = states.find((other) => other.parent === state.name);
    return child === undefined || state.type === "parallel" ? state : { ...state, initial_child: child.name };
  });
  const transitions = Array.from({ length: count + upTo(2 * count) }, (_, index) => ({
    trigger: `event_${index}`,
    source: upTo(15) === 0 ? "*" : anyName(),
    dest: upTo(9) === 0 ? `H(${anyName()})` : anyName(),
    guards: upTo(3) > 0 ? [] : [{ expr: "amount > 1" }],
    actions: upTo(3) > 0 ? [] : ["act"],
  }));
  return { states: compounds, transitions };
}

for (const seed of SEEDS) {
  const direction: ChartDirection = seed % 2 === 0 ? "down" : "right";
  Deno.test(`nothing touches in the random chart of seed ${seed}, ${direction}`, async () => {
    assert.deepEqual(overlapsOf(await layoutOf(graphOf(randomDocument(seed)), direction)), []);
  });
}
