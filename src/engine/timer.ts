/** Timers of states and delayed events: started and cancelled as plain data, told apart by generation. */
import { wrapContent } from "./content.ts";
import type { JsonValue } from "../json.ts";
import type { Node } from "./machine.ts";
import { setOwn } from "./own.ts";
import type { TimerStart } from "./step.ts";
import type { Work } from "./work.ts";

const SEND_PREFIX = "send/";

/** Starts the timers of a node that has just been entered. */
export function startTimers(work: Work, node: Node): void {
  for (const { key, trigger, delayMs } of node.timers) {
    startTimer(work, { key, trigger, delayMs, payload: {}, source: node.name });
  }
}

/** Cancels the timers of a node that is left. */
export function cancelTimers(work: Work, node: Node): void {
  for (const { key } of node.timers) cancelTimer(work, key);
}

/** Starts a delayed event of the instance; a second one with the same id gets a key of its own. */
export function startSend(
  work: Work,
  send: {
    readonly trigger: string;
    readonly payload: JsonValue;
    readonly delayMs: number;
    readonly id: string | null;
  },
): void {
  const { trigger, delayMs, payload } = send;
  const plain = SEND_PREFIX + (send.id ?? "");
  const isTaken = send.id === null || Object.hasOwn(work.timers, plain);
  const key = isTaken ? `${plain}#${work.generation + 1}` : plain;
  startTimer(work, {
    key,
    trigger,
    delayMs,
    payload: wrapContent(payload),
    source: null,
  });
}

/** Cancels every delayed event with this id. */
export function cancelSend(work: Work, id: string): void {
  const key = SEND_PREFIX + id;
  for (const running of Object.keys(work.timers)) {
    if (running === key || running.startsWith(`${key}#`)) cancelTimer(work, running);
  }
}

export function cancelAllTimers(work: Work): void {
  for (const key of Object.keys(work.timers)) cancelTimer(work, key);
}

/** Takes a timer that has fired off the list; it needs no cancelling. */
export function forgetTimer(work: Work, key: string): void {
  const { [key]: _, ...others } = work.timers;
  work.timers = others;
}

/** What changed since `before`: timers that run now and did not, and keys that are gone for another reason than firing. */
export function netTimers(
  work: Work,
  before: { readonly [key: string]: number },
  fired: string | null,
): { readonly started: readonly TimerStart[]; readonly cancelled: readonly string[] } {
  const cancelled = Object.keys(before).filter((key) => key !== fired && !Object.hasOwn(work.timers, key));
  return { started: [...work.started?.values() ?? []], cancelled };
}

function startTimer(work: Work, start: Omit<TimerStart, "generation">): void {
  const generation = ++work.generation;
  const timers: Record<string, number> = { ...work.timers };
  setOwn(timers, start.key, generation);
  work.timers = timers;
  (work.started ??= new Map()).set(start.key, { ...start, generation });
}

function cancelTimer(work: Work, key: string): void {
  if (!Object.hasOwn(work.timers, key)) return;
  forgetTimer(work, key);
  work.started?.delete(key);
}
