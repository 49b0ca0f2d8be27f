/** Who is let through to a receiver, and when: limits of places, of a rate, rests and pauses, on a virtual clock. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { createVirtualClock, settled } from "../../tests/runtime/virtual_clock.ts";
import type { TargetPolicy } from "../orchestrator/action_target.ts";
import { type Admission, createTargetGate, type DeliveryEnd } from "./target_gate.ts";

const FREE: TargetPolicy = { key: "api", concurrency: null, rateLimit: null, breaker: null, isPaused: true };
const WELL: DeliveryEnd = { receiver: "well", pauseMs: null };
const BROKEN: DeliveryEnd = { receiver: "broken", pauseMs: null };

function world() {
  const clock = createVirtualClock(0);
  const gate = createTargetGate({ clock, random: () => 0.5 });
  const signal = new AbortController();
  const admit = (id: string, policy: TargetPolicy) => gate.admit(id, policy, signal.signal);
  return { clock, gate, admit, stop: () => signal.abort() };
}

const waitOf = (admission: Admission) => admission.type === "wait" ? admission.ms : "go";

function end(admission: Admission, how: DeliveryEnd): void {
  ok(admission.type === "go", "it was let through");
  admission.end(how);
}

Deno.test("admit() lets everything through that nobody limits", async () => {
  const { admit } = world();
  for (let count = 0; count < 50; count++) strictEqual((await admit(`a-${count}`, FREE)).type, "go");
});

Deno.test("admit() keeps to the places: as many again wait for one, the others come back at their own times", async () => {
  const { clock, gate, admit } = world();
  const policy = { ...FREE, concurrency: 2 };
  const [first, second] = [await admit("a-1", policy), await admit("a-2", policy)];
  deepStrictEqual([first.type, second.type], ["go", "go"]);
  const given: string[] = [];
  const third = admit("a-3", policy).then((admission) => (given.push("a-3"), admission));
  const fourth = admit("a-4", policy).then((admission) => (given.push("a-4"), admission));
  const others = [await admit("a-5", policy), await admit("a-6", policy)];
  deepStrictEqual(others.map(waitOf), [20, 40]);
  strictEqual(gate.queued(), 2);
  await clock.advance(100);
  deepStrictEqual(given, []);
  end(first, WELL);
  end(await third, WELL);
  await settled();
  deepStrictEqual(given, ["a-3", "a-4"]);
  end(second, WELL);
  end(await fourth, WELL);
  strictEqual(gate.queued(), 0);
  strictEqual((await admit("a-5", policy)).type, "go");
});

Deno.test("admit() sends those back that wait for a place when the process ends", async () => {
  const { gate, admit, stop } = world();
  const policy = { ...FREE, concurrency: 1 };
  await admit("a-1", policy);
  const waiting = admit("a-2", policy);
  stop();
  strictEqual(waitOf(await waiting), 0);
  strictEqual(gate.queued(), 0);
});

Deno.test("admit() never lets more start within any window than the limit says, and loses no time", async () => {
  const { clock, admit } = world();
  const policy = { ...FREE, rateLimit: { count: 3, perMs: 1_000 } };
  const starts: number[] = [];
  const due = new Map(Array.from({ length: 30 }, (_, index) => [`a-${index}`, 0]));
  for (let tick = 0; tick < 2_000 && due.size > 0; tick++) {
    for (const [id, atMs] of due) {
      if (atMs > clock.nowMs()) continue;
      const admission = await admit(id, policy);
      if (admission.type === "wait") due.set(id, clock.nowMs() + admission.ms);
      else {
        starts.push(clock.nowMs());
        due.delete(id);
        admission.end(WELL);
      }
    }
    await clock.advance(10);
  }
  strictEqual(starts.length, 30);
  for (const start of starts) {
    const inWindow = starts.filter((other) => other >= start && other < start + 1_000).length;
    ok(inWindow <= 3, `${inWindow} within one second from ${start}`);
  }
  const lastMs = starts.at(-1) ?? 0;
  ok(lastMs >= 9_000 && lastMs < 12_000, `the last one started at ${lastMs}`);
});

Deno.test("admit() puts whoever comes later behind those that wait for the rate", async () => {
  const { clock, admit } = world();
  const policy = { ...FREE, rateLimit: { count: 1, perMs: 100 } };
  strictEqual(waitOf(await admit("a-1", policy)), "go");
  deepStrictEqual([waitOf(await admit("a-2", policy)), waitOf(await admit("a-3", policy))], [100, 200]);
  await clock.advance(100);
  strictEqual(waitOf(await admit("a-9", policy)), 200);
  strictEqual(waitOf(await admit("a-2", policy)), "go");
});

Deno.test("admit() leaves a receiver alone that failed in a row, then lets one through to see", async () => {
  const { clock, admit } = world();
  const policy = { ...FREE, breaker: { failures: 2, openForMs: 1_000 } };
  end(await admit("a-1", policy), BROKEN);
  end(await admit("a-2", policy), WELL);
  end(await admit("a-3", policy), BROKEN);
  end(await admit("a-4", policy), BROKEN);
  const refused = waitOf(await admit("a-5", policy));
  ok(typeof refused === "number" && refused >= 1_000, `${refused}`);
  await clock.advance(1_000);
  const probe = await admit("a-6", policy);
  strictEqual(probe.type, "go");
  ok(waitOf(await admit("a-7", policy)) !== "go", "only one goes first");
  end(probe, BROKEN);
  ok(waitOf(await admit("a-8", policy)) !== "go", "it rests again");
  await clock.advance(1_000);
  end(await admit("a-8", policy), WELL);
  strictEqual(waitOf(await admit("a-9", policy)), "go");
});

Deno.test("admit() gives a receiver the pause that it asked for, and others none", async () => {
  const { clock, admit } = world();
  end(await admit("a-1", FREE), { receiver: "broken", pauseMs: 5_000 });
  end(await admit("b-1", { ...FREE, key: "many", isPaused: false }), { receiver: "broken", pauseMs: 5_000 });
  strictEqual(waitOf(await admit("a-2", FREE)), 5_000);
  strictEqual(waitOf(await admit("b-2", { ...FREE, key: "many", isPaused: false })), "go");
  strictEqual(waitOf(await admit("c-1", { ...FREE, key: "other" })), "go");
  await clock.advance(5_000);
  strictEqual(waitOf(await admit("a-2", FREE)), "go");
});
