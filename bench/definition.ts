/** Times of reading, compiling and linting: a machine of 1,000 states and a text at the limit of its size. */
import { compileMachine } from "../src/engine/compile.ts";
import { EMPTY_REGISTRY, lintMachine } from "../src/definition/lint.ts";
import { loadMachine } from "../src/definition/load.ts";
import type { BenchRow } from "./row.ts";

const STATES = 1_000;
const TRANSITIONS = 5_000;
const TEXT_BYTES = 256 * 1024;
const ROUNDS = 7;

export function benchDefinition(): readonly BenchRow[] {
  const document = largeDocument();
  const loaded = loadMachine({ document });
  if (!loaded.ok) throw new Error(`The large machine is not valid: ${loaded.diagnostics[0]?.message}`);
  const size = `${STATES} states, ${TRANSITIONS} transitions`;
  return [
    row(`load a machine of ${size}`, () => void loadMachine({ document })),
    row(`compile a machine of ${size}`, () => void compileMachine(loaded.spec)),
    row(`lint a machine of ${size}`, () => void lintMachine(loaded, EMPTY_REGISTRY)),
    row(
      `read ${TEXT_BYTES / 1024} KB of YAML`,
      () => void loadMachine({ text: largeText(), format: "yaml" }),
    ),
  ];
}

/** A tree of compounds with events between neighbours, guards and effects. */
function largeDocument(): Record<string, unknown> {
  const states = Array.from({ length: STATES }, (_, index) => ({
    name: `s${index}`,
    ...(index === 0 ? { type: "initial" } : {}),
    ...(index >= 10 ? { parent: `s${Math.floor(index / 10)}` } : {}),
    ...(index > 0 && index * 10 < STATES ? { initial_child: `s${index * 10}` } : {}),
  }));
  const transitions = Array.from({ length: TRANSITIONS }, (_, index) => ({
    trigger: `t${index % 500}`,
    source: `s${index % STATES}`,
    dest: `s${(index * 7 + 1) % STATES}`,
    // As many guards and effects as the limit of 50,000 nodes allows.
    ...(index % 5 === 0 ? { guards: [{ expr: `n > ${index % 90}` }], actions: [{ increment: "n" }] } : {}),
  }));
  return { meta: { machine_name: "large", version: "1.0.0" }, states, transitions };
}

/** As many transitions as fit. */
function largeText(): string {
  const head =
    "meta: { machine_name: large, version: '1.0.0' }\nstates:\n  - { name: a, type: initial }\ntransitions:\n";
  const line = (index: number) =>
    `  - { trigger: t${index}, source: a, dest: a, description: "transition number ${index}" }\n`;
  const lines: string[] = [];
  for (let bytes = head.length, index = 0;; index++) {
    const next = line(index);
    bytes += next.length;
    if (bytes > TEXT_BYTES) return head + lines.join("");
    lines.push(next);
  }
}

function row(name: string, run: () => void): BenchRow {
  const times = Array.from({ length: ROUNDS }, () => {
    const startedMs = performance.now();
    run();
    return performance.now() - startedMs;
  }).toSorted((a, b) => a - b);
  const median = times[Math.floor(ROUNDS / 2)] ?? 0;
  return { name, value: median, unit: "ms", peer: null, peer_value: null, ratio: null };
}
