/** The program with one fail point armed by `CHAOS_FAIL_POINT`; otherwise what `main.ts` is. */
import { createDeps } from "../../main.ts";
import { runCli } from "../../src/cli/cli.ts";
import { withFailPoints } from "./fail_points.ts";

const armed = Deno.env.get("CHAOS_FAIL_POINT") ?? "";
Deno.env.delete("CHAOS_FAIL_POINT");
const deps = createDeps((store) => withFailPoints(store, { armed, random: Math.random, onReady, die }));
Deno.exit(await runCli(Deno.args, deps));

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
