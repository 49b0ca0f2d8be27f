/** The outbox for dashboards: what waits, for whom, and when it is next. */
import { assertEquals } from "./assertions.ts";
import { OPEN_SETTINGS, withApi } from "./harness.ts";
import { publish } from "./machines.ts";

const V1 = "/api/v1";

const SHOP = {
  meta: { machine_name: "shop", version: "1.0.0" },
  states: [{ name: "open", type: "initial" }, { name: "paid" }],
  transitions: [{
    trigger: "pay",
    source: "open",
    dest: "paid",
    actions: [
      { http: { url: "https://api.example.com/orders/{{ id }}", headers: { a: "{{ secrets.b }}" } } },
      { http: { url: "https://api.example.com:8443/x" } },
      { name: "publish", params: { topic: "paid" } },
    ],
  }],
};

Deno.test("GET /outbox lists what waits, and its summary counts it by receiver", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    const nothing = (await call("GET", `${V1}/outbox/summary`)).json;
    assertEquals(nothing, { pending: 0, leased: 0, failing: 0, next_at: null, targets: [] });
    await publish(harness, SHOP);
    for (const id of ["s-1", "s-2"]) {
      const sent = await call("POST", `${V1}/entities/${id}/events`, {
        body: { machine_name: "shop", trigger: "pay" },
      });
      assertEquals(sent.status, 200, sent.text);
    }
    const page = (await call("GET", `${V1}/outbox?limit=4`)).json;
    const rest = (await call("GET", `${V1}/outbox?limit=4&cursor=${page.next_cursor}`)).json;
    assertEquals([page.items.length, rest.items.length, rest.next_cursor], [4, 2, null]);
    const one = (await call("GET", `${V1}/outbox?entity_id=s-1&kind=named`)).json.items;
    assertEquals(
      one.map((
        item: Record<string, unknown>,
      ) => [item.target, item.name, item.state, item.attempts, item.params]),
      [["publish", "publish", "pending", 0, { topic: "paid" }]],
    );
    assertEquals((await call("GET", `${V1}/outbox?state=leased`)).json.items, []);
    const { pending, targets, next_at: nextAt } = (await call("GET", `${V1}/outbox/summary`)).json;
    assertEquals([pending, typeof nextAt], [6, "string"]);
    assertEquals(targets.map((row: Record<string, unknown>) => [row.target, row.pending]).toSorted(), [
      ["api.example.com", 2],
      ["api.example.com:8443", 2],
      ["publish", 2],
    ]);
    assertEquals((await call("GET", `${V1}/outbox?kind=unheard`)).status, 422);
  }));

Deno.test("POST /machines publishes, and warns of machines that nobody published", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    const config = {
      meta: { machine_name: "teller", version: "1.0.0" },
      states: [{ name: "open", type: "initial" }, { name: "told", type: "terminal" }],
      transitions: [{
        trigger: "tell",
        source: "open",
        dest: "told",
        actions: [{ send_event: { entity: "l-1", machine: "listener", trigger: "hear" } }],
      }],
    };
    const before = await call("POST", `${V1}/machines`, { body: { config } });
    assertEquals(before.status, 201);
    assertEquals(before.json.warnings.length, 1);
    assertEquals(before.json.warnings[0].includes('Cannot find machine "listener"'), true);
    const valid = await call("POST", `${V1}/machines/validate`, { body: { config } });
    assertEquals([valid.json.valid, valid.json.warnings.length], [true, 1]);
    const listener = {
      ...config,
      meta: { machine_name: "listener", version: "1.0.0" },
      transitions: [{ trigger: "hear", source: "open", dest: "told" }],
    };
    assertEquals((await call("POST", `${V1}/machines`, { body: { config: listener } })).json.warnings, []);
    const next = { ...config, meta: { machine_name: "teller", version: "1.1.0" } };
    assertEquals((await call("POST", `${V1}/machines`, { body: { config: next } })).json.warnings, []);
  }));
