/** Entities that come from elsewhere, with their history; and what may replace what. */
import { assertEquals } from "./assertions.ts";
import { CLOSED_SETTINGS, type Harness, OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const V1 = "/api/v1";
const ROW = {
  source_state: "open",
  target_state: "paid",
  trigger: "pay",
  success: true,
  error_message: null,
  actions_executed: ["notify"],
  created_at: "2024-01-01T00:00:00Z",
  duration_ms: 4,
};
const REFUSAL = { ...ROW, target_state: null, trigger: "ship", success: false, error_message: "not now" };
const PAID = {
  entity_id: "o-1",
  machine_name: "order",
  current_state: "paid",
  context: { total: 40 },
  labels: { region: "eu" },
  history: [REFUSAL, ROW],
};

Deno.test("an imported entity has its history, counted and in order, and goes on", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await publish(harness, ORDER);
    const { json, text } = await call("POST", `${V1}/entities/import`, { body: PAID });
    assertEquals(json, { entity_id: "o-1", history_count: 2, success: true }, text);
    const { json: state } = await call("GET", `${V1}/entities/o-1/state`);
    assertEquals([state.current_state, state.context, state.labels], ["paid", { total: 40 }, {
      region: "eu",
    }]);
    await call("POST", `${V1}/entities/o-1/events`, { body: { trigger: "ship" } });
    assertEquals(await historyOf(harness, "o-1"), [
      ["ship", false, "2024-01-01T00:00:00.000Z"],
      ["pay", true, "2024-01-01T00:00:00.000Z"],
      ["__entity_imported__", true, "2026-01-31T12:00:00.000Z"],
      ["ship", true, "2026-01-31T12:00:00.000Z"],
    ]);
  }));

Deno.test("a snapshot goes in as it came out", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await publish(harness, ORDER);
    await call("POST", `${V1}/entities/import`, { body: PAID });
    const { json: snapshot } = await call("GET", `${V1}/entities/o-1/snapshot`);
    const { exported_at: _at, version: _version, active_states: _states, ...document } = snapshot;
    const { json } = await call("POST", `${V1}/entities/import`, { body: { ...document, entity_id: "o-2" } });
    assertEquals(json.history_count, 3);
    const known = (await historyOf(harness, "o-1")).map(([trigger]) => trigger);
    assertEquals((await historyOf(harness, "o-2")).map(([trigger]) => trigger), [
      ...known,
      "__entity_imported__",
    ]);
  }));

Deno.test("an administrator's import takes the place of what was there, anybody else's leaves its history", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call } = harness;
    const token = await harness.login("admin");
    await publish(harness, ORDER, token);
    const body = { username: "olga", password: "violet harbor 42 lantern", role: "Operator" };
    await call("POST", `${V1}/auth/users`, { token, body });
    const operator = await harness.login("olga", body.password);
    const send = async (as: string, more: Record<string, unknown>) =>
      (await call("POST", `${V1}/entities/import`, { token: as, body: { ...PAID, ...more } })).json;

    assertEquals((await send(operator, {})).history_count, 2);
    assertEquals((await send(operator, {})).code, "entity_exists");
    assertEquals((await send(operator, { overwrite: true, current_state: "open" })).history_count, 0);
    assertEquals((await historyOf(harness, "o-1", token)).at(0)?.[0], "ship", "history of before stays");
    assertEquals((await send(token, { overwrite: true, history: [ROW] })).history_count, 1);
    const triggers = (await historyOf(harness, "o-1", token)).map(([trigger]) => trigger);
    assertEquals(triggers, ["pay", "__entity_imported__"]);
    const { json: state } = await call("GET", `${V1}/entities/o-1/state`, { token });
    assertEquals(state.current_state, "paid");
  }));

const REFUSED: readonly (readonly [string, Record<string, unknown>, number])[] = [
  ["a state that the machine does not have", { current_state: "nowhere" }, 409],
  ["no such machine", { machine_name: "nope" }, 404],
  ["no such version", { machine_version: "9.9.9" }, 404],
  ["no machine at all", { machine_name: null }, 422],
  ["a row without its time", { history: [{ ...ROW, created_at: undefined }] }, 422],
  ["a time that is none", { history: [{ ...ROW, created_at: "yesterday" }] }, 422],
  ["a label with a bad name", { labels: { "Bad Key": "x" } }, 422],
  [
    "too many labels",
    { labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, "v"])) },
    422,
  ],
  ["a context that is too large", { context: { text: "x".repeat(300_000) } }, 422],
];

Deno.test("an import under the rules: what breaks them leaves nothing", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, ORDER);
    for (const [name, more, status] of REFUSED) {
      const answer = await harness.call("POST", `${V1}/entities/import`, { body: { ...PAID, ...more } });
      assertEquals(answer.status, status, `${name}: ${answer.text}`);
      assertEquals((await harness.call("GET", `${V1}/entities/o-1/state`)).status, 404, name);
    }
  }));

async function historyOf(
  { call }: Harness,
  id: string,
  token?: string,
): Promise<readonly (readonly [string, boolean, string])[]> {
  const { json } = await call("GET", `${V1}/entities/${id}/history`, token === undefined ? {} : { token });
  return json.map((row: { trigger: string; success: boolean; created_at: string }) =>
    [row.trigger, row.success, row.created_at] as const
  ).toReversed();
}
