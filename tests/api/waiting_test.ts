/** `Prefer: wait=N`: an outcome in time, or the address where it will be. */
import { compileRecord } from "../../src/api/definitions.ts";
import { systemClock } from "../../src/clock.ts";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.ts";
import type { SubmitResult } from "../../src/runtime/submit.ts";
import type { Store } from "../../src/store/store.ts";
import { preferencesOf } from "../../src/api/preferences.ts";
import { assertEquals } from "./assertions.ts";
import { type Harness, OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const V1 = "/api/v1";

const HEADERS: readonly (readonly [string | undefined, boolean, number | null])[] = [
  [undefined, false, null],
  ["respond-async", true, null],
  ["respond-async, wait=10", true, 10],
  ["wait=5; respond-async", true, 5],
  ['Wait = "7"', false, 7],
  ["wait=100000", false, 30],
  ["wait=-1", false, null],
  ["wait=soon", false, null],
  ["wait=0", false, 0],
];

Deno.test("preferencesOf() reads what it knows and cuts long waits", () => {
  for (const [header, isAsync, waitSeconds] of HEADERS) {
    assertEquals(preferencesOf(header), { isAsync, waitSeconds }, String(header));
  }
});

Deno.test("an event with a time to wait is decided while the entity is free", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await order(harness, "o-1");
    const { status, headers, json } = await send(harness, "o-1", "respond-async, wait=5");
    assertEquals([status, json.success], [200, true]);
    assertEquals(headers.get("preference-applied"), "respond-async, wait=5");
    assertEquals((await call("GET", `${V1}/entities/o-1/state`)).json.current_state, "paid");
  }));

Deno.test("an event for an entity that stays busy is accepted when the time is over", async () => {
  for (const [busyTimes, seconds, expected] of [[2, 5, 200], [1_000, 0, 202]] as const) {
    await withBusyEntities(busyTimes, async (harness) => {
      await order(harness, "o-1");
      const { status, headers, json } = await send(harness, "o-1", `wait=${seconds}`);
      assertEquals(status, expected, `busy ${busyTimes} times`);
      if (expected !== 202) return;
      assertEquals(headers.get("location"), `${V1}/events/${json.event_id}`);
      assertEquals(headers.get("preference-applied"), "wait=0");
      await harness.runtime.turn();
      const known = await harness.call("GET", `${V1}/events/${json.event_id}`);
      assertEquals(known.json.state, "succeeded", "decided once, later");
    });
  }
});

Deno.test("an event for an entity that stays busy is refused where it may not be queued", () =>
  withBusyEntities(1_000, async (harness) => {
    await order(harness, "o-1");
    const { status } = await send(harness, "o-1", "wait=0", { "if-match": '"1"' });
    assertEquals(status, 429);
  }));

Deno.test("a queued event and its status answer when a worker is done", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call, runtime } = harness;
    await order(harness, "o-1");
    const path = `${V1}/entities/o-1/queue-event`;
    const late = await call("POST", path, { body: { trigger: "pay" }, headers: { prefer: "wait=0" } });
    assertEquals(late.status, 202);
    const [status] = await Promise.all([
      call("GET", `${V1}/events/${late.json.event_id}`, { headers: { prefer: "wait=20" } }),
      runtime.turn(),
    ]);
    assertEquals([status.json.state, status.headers.get("preference-applied")], ["succeeded", "wait=20"]);

    const [queued] = await Promise.all([
      call("POST", path, { body: { trigger: "ship" }, headers: { prefer: "wait=20" } }),
      turnWhenQueued(runtime),
    ]);
    assertEquals([queued.status, queued.json.state], [200, "succeeded"]);
  }));

async function order(harness: Harness, id: string): Promise<void> {
  await publish(harness, ORDER);
  await harness.call("POST", `${V1}/entities/${id}/create`, {
    body: { machine_name: "order", context: { total: 20 } },
  });
}

function send({ call }: Harness, id: string, prefer: string, headers: Readonly<Record<string, string>> = {}) {
  return call("POST", `${V1}/entities/${id}/events`, {
    body: { trigger: "pay" },
    headers: { prefer, ...headers },
  });
}

async function turnWhenQueued(runtime: Runtime): Promise<void> {
  for (let tries = 0; tries < 1_000 && await runtime.turn() === null; tries++) await systemClock.sleep(1);
}

/** The first events with a trigger find their entity busy. */
async function withBusyEntities(times: number, test: (harness: Harness) => Promise<void>): Promise<void> {
  let store: Store | null = null;
  let left = times;
  const keep = (made: Store) => store = made;
  await withApi(OPEN_SETTINGS, test, keep, {
    get runtime(): Runtime {
      if (store === null) throw new Error("The store is made before the API");
      const runtime = createRuntime({ store, clock: systemClock, compile: compileRecord });
      return {
        ...runtime,
        submit: (request): Promise<SubmitResult> => {
          if (request.event.command.type !== "event" || left-- <= 0) return runtime.submit(request);
          return Promise.resolve({ type: "held", obstacle: "behind" });
        },
      };
    },
  });
}
