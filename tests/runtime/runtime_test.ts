/** The runtime on the memory store: order, timers, retries, keys, parking, machines. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { LoadedMachine } from "../../src/orchestrator/loaded_machine.ts";
import { createHarness, eventOf, stateOf } from "./harness.ts";
import { counterSpec, orderSpec, transition } from "./machines.ts";

const HOUR_MS = 3_600_000;

/** A machine that makes the program throw while `isBroken()`. */
function breaking(isBroken: () => boolean, onFailure: "skip" | "block" = "skip") {
  return (loaded: LoadedMachine): LoadedMachine => ({
    ...loaded,
    policy: { ...loaded.policy, onFailure },
    get machine() {
      if (isBroken()) throw new TypeError("boom");
      return loaded.machine;
    },
  });
}

Deno.test("submit() answers with the decision, after the commit", async () => {
  const { runtime, store } = await createHarness();
  strictEqual(stateOf(await runtime.submit({ event: eventOf("o-1", "pay") })), "paid");
  strictEqual((await store.entities.get("o-1"))?.currentState, "paid");
  deepStrictEqual(await store.outbox.counts(), { pending: 1, leased: 0 });
});

Deno.test("submit() keeps the order of concurrent calls for one entity and loses none", async () => {
  const { runtime, store } = await createHarness({ specs: [counterSpec()] });
  const events = Array.from(
    { length: 200 },
    (_, index) => eventOf(`c-${index % 5}`, "add", { machineName: "counter", payload: { n: index } }),
  );
  await Promise.all(events.map((event) => runtime.submit({ event })));
  for (let entity = 0; entity < 5; entity++) {
    strictEqual((await store.entities.get(`c-${entity}`))?.context["count"], 40);
    const { items } = await store.history.list({ entityId: `c-${entity}`, limit: 200, isAscending: true });
    deepStrictEqual(
      items.slice(1).map((row) => row.payload["n"]),
      Array.from({ length: 40 }, (_, i) => i * 5 + entity),
    );
  }
});

Deno.test("submit() comes after what is queued, also when that is more than one turn takes", async () => {
  const { runtime, history } = await createHarness({ specs: [counterSpec()], limits: { eventsPerLane: 4 } });
  for (let count = 0; count < 10; count++) {
    await runtime.append(eventOf("c-1", "add", { machineName: "counter" }));
  }
  const result = await runtime.submit({ event: eventOf("c-1", "add", { machineName: "counter" }) });
  strictEqual(result.type === "decided" && result.decision.entity?.context["count"], 11);
  strictEqual((await history("c-1")).length, 12);
});

Deno.test("submit() rejects without a trace what makes no sense", async () => {
  const { runtime, store } = await createHarness();
  const rows: readonly (readonly [string, Parameters<typeof eventOf>[2], string])[] = [
    ["o-1", { machineName: null }, "entity_not_found"],
    ["o-1", { machineName: "nothing" }, "unknown_machine"],
    ["o 1", {}, "invalid_entity_id"],
  ];
  for (const [entityId, more, reason] of rows) {
    const result = await runtime.submit({ event: eventOf(entityId, "pay", more) });
    strictEqual(
      result.type === "decided" && `${result.decision.type} ${result.decision.reason}`,
      `rejected ${reason}`,
    );
  }
  deepStrictEqual((await store.history.recent({ limit: 10 })).total, 0);
  deepStrictEqual((await store.deadLetters.list({ limit: 10 })).total, 0);
});

Deno.test("submit() answers a key again, and only the same request", async () => {
  const { runtime, history } = await createHarness();
  const answerOf = () => ({ answer: 42 });
  const first = await runtime.submit({ event: eventOf("o-1", "note", { key: "k" }), answerOf });
  const again = await runtime.submit({ event: eventOf("o-1", "note", { key: "k" }), answerOf });
  const other = await runtime.submit({
    event: eventOf("o-1", "note", { key: "k", hash: "other" }),
    answerOf,
  });
  ok(first.type === "decided");
  deepStrictEqual(again, { type: "replayed", eventId: first.eventId, answer: { answer: 42 } });
  deepStrictEqual(other, { type: "key_conflict", eventId: first.eventId });
  strictEqual((await history("o-1")).length, 2);
});

Deno.test("submit() decides one of two concurrent calls with one key", async () => {
  const { runtime, history } = await createHarness();
  const results = await Promise.all(
    [1, 2].map(() => runtime.submit({ event: eventOf("o-1", "note", { key: "k" }), answerOf: () => 1 })),
  );
  deepStrictEqual(results.map((result) => result.type), ["decided", "replayed"]);
  strictEqual((await history("o-1")).length, 2);
});

Deno.test("submit() keeps no answer for what was rejected", async () => {
  const { runtime, publish, clock } = await createHarness({ specs: [] });
  const event = () => eventOf("o-1", "pay", { key: "k" });
  strictEqual(stateOf(await runtime.submit({ event: event() })), "unknown_machine");
  await publish(orderSpec());
  await clock.advance(1_000);
  strictEqual(stateOf(await runtime.submit({ event: event() })), "paid");
});

Deno.test("append() accepts a key once, conflicts included", async () => {
  const { runtime, drain, history } = await createHarness();
  const first = await runtime.append(eventOf("o-1", "note", { key: "k" }));
  const again = await runtime.append(eventOf("o-1", "note", { key: "k" }));
  const other = await runtime.append(eventOf("o-1", "note", { key: "k", hash: "other" }));
  deepStrictEqual([first.type, again.type, other.type], ["accepted", "duplicate", "conflict"]);
  strictEqual(again.eventId, first.eventId);
  await drain();
  deepStrictEqual(await history("o-1"), ["__entity_created__ transitioned", "note transitioned"]);
});

Deno.test("a timer fires once, when it is due and not before", async () => {
  const { runtime, store, clock, drain, history } = await createHarness();
  await runtime.submit({ event: eventOf("o-1", "pay") });
  await clock.advance(HOUR_MS - 1);
  await drain();
  strictEqual((await store.entities.get("o-1"))?.currentState, "paid");
  await clock.advance(1);
  await drain();
  await clock.advance(HOUR_MS * 10);
  await drain();
  deepStrictEqual((await history("o-1")).slice(2), ["remind transitioned"]);
  strictEqual((await store.entities.get("o-1"))?.currentState, "shipped");
});

Deno.test("a timer is gone when its state is left, and starts anew when it is entered again", async () => {
  const specs = [orderSpec({
    transitions: [...orderSpec().transitions, transition("reopen", "paid", "open")],
  })];
  const { runtime, store, clock, drain } = await createHarness({ specs });
  await runtime.submit({ event: eventOf("o-1", "pay") });
  await clock.advance(HOUR_MS - 10);
  await runtime.submit({ event: eventOf("o-1", "reopen") });
  await runtime.submit({ event: eventOf("o-1", "pay") });
  await clock.advance(HOUR_MS - 10);
  await drain();
  strictEqual((await store.entities.get("o-1"))?.currentState, "paid");
  await clock.advance(10);
  await drain();
  strictEqual((await store.entities.get("o-1"))?.currentState, "shipped");
});

Deno.test("timers wait while the entity is archived", async () => {
  const { runtime, store, clock, drain } = await createHarness();
  await runtime.submit({ event: eventOf("o-1", "pay") });
  await runtime.submit({ event: eventOf("o-1", { type: "status", status: "archived" }) });
  await clock.advance(HOUR_MS * 2);
  await drain();
  strictEqual((await store.entities.get("o-1"))?.currentState, "paid");
  await runtime.submit({ event: eventOf("o-1", { type: "status", status: "active" }) });
  await drain();
  strictEqual((await store.entities.get("o-1"))?.currentState, "shipped");
});

Deno.test("an event with a time of its own waits for it", async () => {
  const { runtime, clock, drain, history } = await createHarness();
  await runtime.append(eventOf("o-1", "pay", { notBeforeMs: clock.nowMs() + 5_000 }));
  await runtime.append(eventOf("o-1", "note"));
  await drain();
  deepStrictEqual(await history("o-1"), ["__entity_created__ transitioned", "note transitioned"]);
  await clock.advance(5_000);
  await drain();
  strictEqual((await history("o-1")).at(-1), "pay transitioned");
});

Deno.test("a failing event holds its lane, succeeds later, and nothing overtakes it", async () => {
  let isBroken = true;
  const { runtime, clock, drain, history } = await createHarness({ transform: breaking(() => isBroken) });
  await runtime.append(eventOf("o-1", "note"));
  await runtime.append(eventOf("o-1", "pay"));
  await drain();
  deepStrictEqual(await history("o-1"), []);
  isBroken = false;
  await drain();
  deepStrictEqual(await history("o-1"), [], "it waits for its time");
  await clock.advance(1_000);
  await drain();
  deepStrictEqual(await history("o-1"), [
    "__entity_created__ transitioned",
    "note transitioned",
    "pay transitioned",
  ]);
});

Deno.test("an event that fails at its last attempt ends as a dead letter and frees the lane", async () => {
  let failuresLeft = 3;
  const { runtime, store, clock, drain, history } = await createHarness({
    transform: breaking(() => failuresLeft-- > 0),
  });
  await runtime.append(eventOf("o-1", "note"));
  await runtime.append(eventOf("o-1", "pay"));
  for (let attempt = 0; attempt < 3; attempt++) {
    await drain();
    await clock.advance(60_000);
  }
  deepStrictEqual(await history("o-1"), [
    "note failed",
    "__entity_created__ transitioned",
    "pay transitioned",
  ]);
  const { items } = await store.deadLetters.list({ limit: 10 });
  deepStrictEqual(items.map((letter) => [letter.reason, letter.attempt, letter.errorMessage]), [
    ["max_retries_exhausted", 3, "boom"],
  ]);
});

Deno.test("a blocking machine parks the lane until a person replays the dead letter", async () => {
  let isBroken = true;
  const harness = await createHarness({ transform: breaking(() => isBroken, "block") });
  const { runtime, store, clock, drain, history } = harness;
  await runtime.append(eventOf("o-1", "pay"));
  await runtime.append(eventOf("o-1", "ship"));
  for (let attempt = 0; attempt < 3; attempt++) {
    await drain();
    await clock.advance(60_000);
  }
  isBroken = false;
  await drain();
  deepStrictEqual(await history("o-1"), ["pay failed"], "the second event waits");
  strictEqual((await runtime.submit({ event: eventOf("o-1", "note") })).type, "held");

  const letter = (await store.deadLetters.list({ limit: 10 })).items[0];
  ok(letter !== undefined);
  strictEqual(letter.reason, "max_retries_exhausted");
  await store.deadLetters.replay({ recordId: letter.recordId, eventId: crypto.randomUUID(), actor: "ann" });
  await drain();
  deepStrictEqual(await history("o-1"), [
    "pay failed",
    "__entity_created__ transitioned",
    "pay transitioned",
    "ship transitioned",
  ]);
});

Deno.test("submit() leaves the attempts of a failed event alone", async () => {
  const { runtime, drain, store } = await createHarness({ transform: breaking(() => true) });
  await runtime.append(eventOf("o-1", "note"));
  await drain();
  for (let count = 0; count < 5; count++) {
    deepStrictEqual(await runtime.submit({ event: eventOf("o-1", "note") }), {
      type: "held",
      obstacle: "retrying",
    });
  }
  strictEqual((await store.deadLetters.list({ limit: 10 })).total, 0);
});

Deno.test("a lane that somebody else holds fails only its own events", async () => {
  const { runtime, store } = await createHarness();
  const held = await store.turns.lock({ entityIds: ["o-2"], keys: [], eventsPerLaneMax: 1 });
  const results = await Promise.all(
    ["o-1", "o-2", "o-3"].map((entityId) => runtime.submit({ event: eventOf(entityId, "pay") })),
  );
  await held.rollback();
  deepStrictEqual(results.map(stateOf), ["paid", "held", "paid"]);
});

Deno.test("an observer that throws changes nothing, and the others hear of it", async () => {
  const heard: string[] = [];
  const { runtime } = await createHarness({
    observers: [
      {
        onItem() {
          throw new Error("observer");
        },
      },
      {
        onItem: (item) => heard.push(item.decision.type),
        onObserverError: () => heard.push("error"),
      },
    ],
  });
  strictEqual(stateOf(await runtime.submit({ event: eventOf("o-1", "pay") })), "paid");
  deepStrictEqual(heard, ["error", "consumed"]);
});

Deno.test("purge() removes everything, and the id may begin again", async () => {
  const { runtime, store, history } = await createHarness();
  await runtime.submit({ event: eventOf("o-1", "pay") });
  strictEqual(await runtime.purge("o-1"), true);
  strictEqual(await runtime.purge("o-1"), false);
  strictEqual(await store.entities.get("o-1"), null);
  await runtime.submit({ event: eventOf("o-1", "note") });
  deepStrictEqual(await history("o-1"), ["__entity_created__ transitioned", "note transitioned"]);
});

Deno.test("dryRun() decides like submit() and writes nothing", async () => {
  const { runtime, history } = await createHarness();
  await runtime.submit({ event: eventOf("o-1", "note") });
  const request = { entityId: "o-1", machineName: null, machineVersion: null };
  const decision = await runtime.dryRun({
    ...request,
    command: { type: "event", trigger: "pay", payload: {} },
  });
  strictEqual(decision.entity?.currentState, "paid");
  strictEqual((await history("o-1")).length, 2);
  deepStrictEqual(await runtime.availableTriggers("o-1"), ["note", "pay"]);
  const explained = await runtime.explain({ entityId: "o-1", trigger: "ship", payload: {} });
  strictEqual(explained.outcome, "refused");
});
