/** The past of an entity, and what a version of a machine does otherwise. */
import { assertEquals } from "./assertions.ts";
import { OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const V1 = "/api/v1";

Deno.test("an entity is told as it stood at a time", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call, clock } = harness;
    await publish(harness, ORDER);
    const startMs = clock.nowMs();
    const path = `${V1}/entities/o-1`;
    await call("POST", `${path}/create`, { body: { machine_name: "order", context: { total: 1 } } });
    clock.advance(10_000);
    await call("POST", `${path}/events`, { body: { trigger: "ship" } });
    await call("POST", `${path}/events`, { body: { trigger: "pay", context: { total: 2 } } });
    clock.advance(10_000);
    await call("POST", `${path}/events`, { body: { trigger: "ship" } });

    const rows: readonly (readonly [number, string, unknown, string])[] = [
      [5_000, "open", { total: 1 }, "__entity_created__"],
      [10_000, "paid", { total: 2 }, "pay"],
      [15_000, "paid", { total: 2 }, "pay"],
      [25_000, "shipped", { total: 2 }, "ship"],
    ];
    for (const [afterMs, state, context, trigger] of rows) {
      const at = new Date(startMs + afterMs).toISOString();
      const { json, text } = await call("GET", `${path}/past-state?at=${at}`);
      assertEquals(
        [json.current_state, json.context, json.trigger],
        [state, context, trigger],
        `${at}: ${text}`,
      );
    }
    assertEquals((await call("GET", `${path}/past-state?at=2020-01-01`)).status, 404, "before it was");
    assertEquals((await call("GET", `${V1}/entities/none/past-state?at=2020-01-01`)).status, 404);
    assertEquals((await call("GET", `${path}/past-state`)).status, 422);
  }));

Deno.test("two versions of a machine are compared change by change", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    const { id } = await publish(harness, ORDER);
    await publish(harness, {
      ...ORDER,
      meta: { ...ORDER.meta, version: "2.0.0" },
      transitions: ORDER.transitions.slice(0, 1),
    });
    const { json } = await call("GET", `${V1}/machines/${id}/compare?target_version=2.0.0`);
    assertEquals([json.source_version, json.target_version, json.impact], ["1.0.0", "2.0.0", "breaking"]);
    assertEquals(json.changes.some((change: { name: string }) => change.name === "ship"), true);
    const same = await call("GET", `${V1}/machines/${id}/compare?target_version=1.0.0`);
    assertEquals([same.json.impact, same.json.changes], ["neutral", []]);
    assertEquals((await call("GET", `${V1}/machines/${id}/compare?target_version=9.0.0`)).status, 404);
  }));
