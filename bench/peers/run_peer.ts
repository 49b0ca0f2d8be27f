/** Runs a peer in a process of its own, with its package at a pinned version that only this process fetches. */
import { ANSWER_MARK, type PeerAnswer, type PeerTask } from "./peer_task.ts";

export type PeerName = "graphile-worker" | "pg-boss";

const PEERS = {
  "graphile-worker": { file: "graphile.ts", specifier: "npm:graphile-worker@0.18.0" },
  "pg-boss": { file: "pgboss.ts", specifier: "npm:pg-boss@12.38.0" },
} as const satisfies Record<PeerName, { readonly file: string; readonly specifier: string }>;

/** Filling and fetching included; a peer that is not done by then has no figure. */
const PROCESS_MS_MAX = 90_000;

/** Null = it could not run, for example because its package cannot be fetched; the reason goes to the error output. */
export async function runPeer(name: PeerName, task: PeerTask): Promise<PeerAnswer | null> {
  const { file, specifier } = PEERS[name];
  const script = new URL(file, import.meta.url).pathname;
  const output = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--quiet", "--no-check", "--no-config", "--no-lock", script],
      ...[JSON.stringify(task), specifier],
    ],
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(PROCESS_MS_MAX),
  }).output();
  const decoder = new TextDecoder();
  const line = decoder.decode(output.stdout).split("\n").find((one) => one.startsWith(ANSWER_MARK));
  if (line !== undefined) return JSON.parse(line.slice(ANSWER_MARK.length));
  await Deno.stderr.write(
    new TextEncoder().encode(`Cannot run ${specifier}: ${decoder.decode(output.stderr).slice(0, 2_000)}\n`),
  );
  return null;
}

export async function peerPerSecond(name: PeerName, task: PeerTask): Promise<number | null> {
  const answer = await runPeer(name, task);
  return answer === null ? null : answer.done / answer.durationMs * 1_000;
}
