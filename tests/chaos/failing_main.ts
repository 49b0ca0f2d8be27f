/** The program with a fail point (`CHAOS_FAIL_POINT`) and, on demand, a planted bug (`CHAOS_PLANTED`); else `main.ts`. */
import { createDeps } from "../../main.ts";
import { runCli } from "../../src/cli/cli.ts";
import { systemClock } from "../../src/clock.ts";
import type { Store } from "../../src/store/store.ts";
import { withFailPoints } from "./fail_points.ts";

const armed = taken("CHAOS_FAIL_POINT");
const planted = taken("CHAOS_PLANTED");
// Loaded on demand, so that a process without a planted bug starts as fast as it can.
const mutant = planted === "" ? null : (await import("../runtime/mutants.ts")).mutantOf(planted);
Deno.exit(await runCli(Deno.args, createDeps(watched)));

/** A bug of the store lies beneath the fail points, one of the process above them. */
function watched(store: Store): Store {
  const bugged = (layer: string, inner: Store) =>
    mutant?.layer === layer ? mutant.wrap(inner, { clock: systemClock, random: Math.random }) : inner;
  return bugged(
    "process",
    withFailPoints(bugged("store", store), { armed, random: Math.random, onReady, die }),
  );
}

function taken(name: string): string {
  const value = Deno.env.get(name) ?? "";
  Deno.env.delete(name);
  return value;
}

function onReady(): void {
  write("ready");
}

function die(point: string): void {
  write(`fail point ${point}`);
  Deno.kill(Deno.pid, "SIGKILL");
}

function write(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
