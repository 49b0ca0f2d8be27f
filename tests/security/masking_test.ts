/** Credentials that authors put into machines and webhooks: whoever may only read does not see them. */
import { assert } from "../../src/assert.ts";
import { actionOutcomeOf } from "../../src/orchestrator/action_outcome.ts";
import { assertEquals } from "../api/assertions.ts";
import { CLOSED_SETTINGS, PASSWORD, withApi } from "../api/harness.ts";

const V1 = "/api/v1";
const HEADERS = {
  Authorization: "Bearer canary-1",
  "X-Api-Key": "canary-2",
  "Content-Type": "application/json",
  "X-Templated": "{{ secrets.crm }}",
};
const CALL = { url: "https://crm.example/x?token=canary-3&page=2", method: "POST", headers: HEADERS };
const CONFIG = {
  meta: { machine_name: "calls", version: "1.0.0" },
  states: [
    { name: "a", type: "initial", on_exit: [{ http: CALL }] },
    {
      name: "b",
      type: "terminal",
      on_enter: [{ http: { ...CALL, url: "https://a:canary-4@crm.example/" } }],
    },
  ],
  transitions: [{ trigger: "go", source: "a", dest: "b", actions: [{ http: CALL }] }],
};

Deno.test("readers of a machine see its calls without credentials, editors see what they wrote", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call } = harness;
    const admin = await harness.login("admin");
    const made = await call("POST", `${V1}/machines`, { token: admin, body: { config: CONFIG } });
    assertEquals(made.status, 201, made.text);
    for (const role of ["Viewer", "Operator", "Editor"]) {
      await call("POST", `${V1}/auth/users`, {
        token: admin,
        body: { username: role, password: PASSWORD, role },
      });
      const token = await harness.login(role);
      const read = await call("GET", `${V1}/machines/${made.json.id}`, { token });
      const chart = await call("GET", `${V1}/machines/${made.json.id}/chart`, { token });
      const isHidden = role !== "Editor";
      assertEquals(read.text.includes("canary"), !isHidden, role);
      assert(!chart.text.includes("canary"), "a chart shows none");
      if (!isHidden) {
        assertEquals(read.json.config, CONFIG, "an editor reads what was written");
        continue;
      }
      assertEquals(read.json.source_text, null, "nor does the text");
      const shown = read.json.config.transitions[0].actions[0].http;
      assertEquals(shown.url, "https://crm.example/x?token=***&page=2");
      assertEquals(shown.headers, { ...HEADERS, Authorization: "***", "X-Api-Key": "***" });
    }
  }));

Deno.test("a machine without credentials reads the same for everybody", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const admin = await harness.login("admin");
    const config = {
      ...CONFIG,
      states: [{ name: "a", type: "initial" }, { name: "b", type: "terminal" }],
      transitions: [{
        trigger: "go",
        source: "a",
        dest: "b",
        actions: [{ name: "log", params: { message: "token=7" } }],
      }],
    };
    const text = JSON.stringify(config);
    const made = await harness.call("POST", `${V1}/machines`, {
      token: admin,
      text,
      headers: { "content-type": "application/yaml" },
    });
    assertEquals(made.status, 201, made.text);
    const key = await harness.call("POST", `${V1}/auth/keys`, {
      token: admin,
      body: { name: "k", role: "Viewer" },
    });
    const read = await harness.call("GET", `${V1}/machines/${made.json.id}`, { token: key.json.key });
    assertEquals([read.json.config, read.json.source_text], [config, text]);
  }));

Deno.test("a call that ended as a dead letter shows no credentials", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call, store } = harness;
    const admin = await harness.login("admin");
    await call("POST", `${V1}/machines`, { token: admin, body: { config: CONFIG } });
    await call("POST", `${V1}/entities/o-1/create`, { token: admin, body: { machine_name: "calls" } });
    await call("POST", `${V1}/entities/o-1/events`, { token: admin, body: { trigger: "go" } });
    const leased = await store.outbox.claim({ owner: "w", limit: 10, leaseMs: 1_000 });
    assert(leased.length > 0, "the call waits in the outbox");
    for (const action of leased) {
      const result = { type: "failed", error: "gone", isFinal: true, retryAfterMs: null } as const;
      const retry = { baseMs: 1, capMs: 1 };
      const outcome = actionOutcomeOf({ action, result, loaded: null }, {
        retry,
        random: 0.5,
        nowMs: await store.ping(),
      });
      await store.outbox.acknowledge({ action, result, ...outcome });
    }
    const letters = await call("GET", `${V1}/dlq`, { token: admin });
    assert(letters.json.records.length > 0, letters.text);
    assert(!letters.text.includes("canary"), letters.text.slice(0, 2_000));
  }));
