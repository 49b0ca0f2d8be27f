/** Versions of machines under living entities: pinned, migrated, broken. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createHarness, eventOf, stateOf } from "./harness.ts";
import { orderSpec, state, transition } from "./machines.ts";

const HOUR_MS = 3_600_000;

Deno.test("a new version serves new entities; old ones keep theirs until they are migrated", async () => {
  const harness = await createHarness();
  const { runtime, clock, publish, store } = harness;
  await runtime.submit({ event: eventOf("o-1", "note") });
  await publish(orderSpec({
    version: "1.10.0",
    states: [...orderSpec().states, state("gone", "stable")],
    transitions: [transition("vanish", "open", "gone")],
  }));
  await publish(orderSpec({ version: "1.9.0" }));
  await clock.advance(1_000);

  strictEqual(stateOf(await runtime.submit({ event: eventOf("o-2", "vanish") })), "gone");
  strictEqual((await store.entities.get("o-2"))?.machineVersion, "1.10.0");
  strictEqual(stateOf(await runtime.submit({ event: eventOf("o-1", "vanish") })), "open");
  await runtime.submit({
    event: eventOf("o-1", { type: "migrate", machineName: "order", machineVersion: "1.10.0" }),
  });
  strictEqual(stateOf(await runtime.submit({ event: eventOf("o-1", "vanish") })), "gone");
});

Deno.test("migration keeps timers that run, starts those that are new, and cancels those that are gone", async () => {
  const harness = await createHarness();
  const { runtime, clock, publish, store, drain, history } = harness;
  const withTimer = (trigger: string, afterMs: number) => [
    ...orderSpec().transitions.filter((one) => one.afterMs === null),
    transition(trigger, "paid", "shipped", { afterMs }),
  ];
  await publish(orderSpec({ version: "2.0.0", transitions: withTimer("remind", HOUR_MS) }));
  await publish(orderSpec({ version: "3.0.0", transitions: withTimer("hurry", 1_000) }));
  const migrate = (machineVersion: string) =>
    runtime.submit({ event: eventOf("o-1", { type: "migrate", machineName: "order", machineVersion }) });
  await runtime.submit({ event: eventOf("o-1", "pay", { machineVersion: "1.0.0" }) });
  const [before] = await store.entities.timers("o-1");
  await clock.advance(5_000);
  await migrate("2.0.0");
  deepStrictEqual(await store.entities.timers("o-1"), [before]);
  await migrate("3.0.0");
  deepStrictEqual((await store.entities.timers("o-1")).map((timer) => [timer.trigger, timer.dueAtMs]), [
    ["hurry", clock.nowMs() + 1_000],
  ]);
  await clock.advance(HOUR_MS);
  await drain();
  deepStrictEqual((await history("o-1")).filter((row) => /remind|hurry/.test(row)), ["hurry transitioned"]);
});

Deno.test("a state set by hand gets its timers, and the old ones are gone", async () => {
  const { runtime, clock, store, drain } = await createHarness();
  await runtime.submit({ event: eventOf("o-1", "note") });
  const force = (name: string) =>
    runtime.submit({
      event: eventOf("o-1", {
        type: "force",
        snapshot: { v: 1, states: [name] },
        context: null,
        reason: "test",
      }),
    });
  await force("paid");
  strictEqual((await store.entities.timers("o-1")).length, 1);
  await force("open");
  strictEqual((await store.entities.timers("o-1")).length, 0);
  await force("paid");
  await clock.advance(HOUR_MS);
  await drain();
  strictEqual((await store.entities.get("o-1"))?.currentState, "shipped");
});

Deno.test("a stored machine that cannot be used harms nobody else", async () => {
  const problems: string[] = [];
  const { runtime, store, drain } = await createHarness({
    observers: [{ onInvalidMachine: (problem) => problems.push(problem.name) }],
  });
  await store.machines.insert({
    ...(await store.machines.list({}))[0] ?? (() => {
      throw new Error("no machine");
    })(),
    id: crypto.randomUUID(),
    name: "broken",
    hash: "unknown",
  });
  await runtime.append(eventOf("b-1", "pay", { machineName: "broken" }));
  await runtime.append(eventOf("o-1", "pay"));
  await drain();
  strictEqual((await store.entities.get("o-1"))?.currentState, "paid");
  deepStrictEqual((await store.deadLetters.list({ limit: 10 })).items.map((one) => one.reason), [
    "unknown_machine",
  ]);
  deepStrictEqual([problems, runtime.machines.problems().length], [["broken"], 1]);
});
