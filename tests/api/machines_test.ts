/** Machines over HTTP: check, publish, replace, delete, compare, process, simulate. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "./assertions.ts";
import { CLOSED_SETTINGS, type Harness, OPEN_SETTINGS, PASSWORD, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const V1 = "/api/v1";
const YAML = `
meta: {machine_name: door, version: "2.0"}
states:
  - {name: shut, type: initial}
  - {name: open, type: stable}
transitions:
  - {trigger: push, source: shut, dest: open}
  - {trigger: pull, source: open, dest: shut}
`;

Deno.test("a machine is checked, published, read, replaced while unused, and deleted", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    const valid = await call("POST", `${V1}/machines/validate`, { body: { config: ORDER } });
    assertEquals([valid.json.valid, valid.json.errors, valid.json.info.terminal_states], [true, [], [
      "shipped",
    ]]);
    const record = await publish(harness, ORDER);
    assertEquals([record.name, record.version, record.revision, record.strict_mode], [
      "order",
      "1.0.0",
      1,
      true,
    ]);
    assertEquals(record.config, ORDER, "kept as sent");
    assertEquals((await call("POST", `${V1}/machines`, { body: { config: ORDER } })).status, 409);

    const changed = { ...ORDER, meta: { ...ORDER.meta, description: "Changed" } };
    const put = (body: object) => call("PUT", `${V1}/machines/${record.id}`, { body });
    assertEquals((await put({ config: changed, expected_revision: 7 })).json.code, "revision_conflict");
    const stale = await call("PUT", `${V1}/machines/${record.id}`, {
      body: { config: changed },
      headers: { "if-match": '"7"' },
    });
    assertEquals([stale.status, stale.json.code], [412, "precondition_failed"]);
    const replaced = await put({ config: changed, expected_revision: 1 });
    assertEquals([replaced.status, replaced.json.revision, replaced.json.description], [200, 2, "Changed"]);

    await call("POST", `${V1}/entities/o-1/create`, { body: { machine_name: "order" } });
    assertEquals((await put({ config: ORDER })).json.code, "machine_in_use");
    assertEquals((await call("DELETE", `${V1}/machines/${record.id}`)).json.code, "machine_in_use");
    assertEquals((await call("DELETE", `${V1}/machines/${record.id}?force=true`)).status, 204);
    assertEquals((await call("GET", `${V1}/machines/${record.id}`)).status, 404);
  }));

Deno.test("a machine file is taken as YAML", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    const headers = { "content-type": "application/yaml" };
    const created = await call("POST", `${V1}/machines`, { text: YAML, headers });
    assertEquals([created.status, created.json.name, created.json.source_text], [201, "door", YAML]);
    const broken = await call("POST", `${V1}/machines/validate`, { text: `${YAML}\nstates: []\n`, headers });
    assertEquals(broken.json.valid, false);
    assert(broken.json.diagnostics[0].line > 1, "a finding knows its line");
  }));

Deno.test("everything that is wrong with a machine is told at once, and nothing is stored", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    const config = {
      ...ORDER,
      transitions: [{ trigger: "pay", source: "nowhere", dest: "paid" }, {
        trigger: "ship",
        source: "paid",
        dest: "gone",
      }],
    };
    const refused = await call("POST", `${V1}/machines`, { body: { config } });
    assertEquals([refused.status, refused.json.code], [400, "invalid_machine"]);
    assert(refused.json.detail.errors.length >= 2, refused.text);
    assertEquals((await call("GET", `${V1}/machines`)).json, { machines: [], count: 0 });
  }));

Deno.test("a machine is diagnosed with places, and drawn", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    const text = YAML.replace("transitions:", "  - {name: attic, type: stable}\ntransitions:");
    const headers = { "content-type": "application/yaml" };
    const { json } = await call("POST", `${V1}/machines/diagnose`, { text, headers });
    assertEquals([json.valid, json.outline.triggers], [true, ["push", "pull"]]);
    const doubt = json.diagnostics.find((item: { message: string }) => item.message.includes("attic"));
    assert(doubt !== undefined && doubt.line > 1, JSON.stringify(json.diagnostics));

    const record = await publish(harness, ORDER);
    for (const format of ["mermaid", "flowchart", "dot", "scxml"]) {
      const drawing = await call("GET", `${V1}/machines/${record.id}/chart?format=${format}`);
      assert(drawing.status === 200 && drawing.text.includes("shipped"), `${format}: ${drawing.text}`);
    }
    assertEquals((await call("GET", `${V1}/machines/${record.id}/chart?format=exe`)).status, 422);
  }));

Deno.test("versions are listed newest first by number", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    for (const version of ["1.9.0", "1.10.0", "1.2.0"]) {
      await publish(harness, { ...ORDER, meta: { ...ORDER.meta, version } });
    }
    const { json } = await harness.call("GET", `${V1}/machines?name=order`);
    assertEquals(json.machines.map((row: { version: string }) => row.version), ["1.10.0", "1.9.0", "1.2.0"]);
    const entity = await harness.call("POST", `${V1}/entities/o-1/create`, {
      body: { machine_name: "order" },
    });
    assertEquals(entity.json.machine_version, "1.10.0");
  }));

Deno.test("compatibility tells which entities stand in states that are gone", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    const record = await publish(harness, ORDER);
    for (const id of ["o-1", "o-2"]) {
      await call("POST", `${V1}/entities/${id}/create`, { body: { machine_name: "order" } });
    }
    await call("POST", `${V1}/entities/o-2/events`, { body: { trigger: "pay" } });
    await publish(harness, {
      meta: { machine_name: "order", version: "2.0.0" },
      states: [{ name: "open", type: "initial" }, { name: "shipped", type: "terminal" }],
      transitions: [{ trigger: "ship", source: "open", dest: "shipped" }],
    });
    const report = await call("POST", `${V1}/machines/${record.id}/compatibility?target_version=2.0.0`);
    assertEquals([report.json.compatible, report.json.entities_checked], [false, 2]);
    assertEquals(report.json.issues.map((row: { entity_id: string }) => row.entity_id), ["o-2"]);
    const migrate = (id: string) =>
      call("POST", `${V1}/entities/${id}/migrate?machine_name=order&machine_version=2.0.0`);
    assertEquals((await migrate("o-1")).json.machine_version, "2.0.0");
    assertEquals((await migrate("o-2")).status, 409);
  }));

Deno.test("process answers without storing, and an unknown guard refuses unless it is assumed", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    const config = {
      ...ORDER,
      transitions: [{ trigger: "pay", source: "open", dest: "paid", guards: ["is_solvent"] }],
    };
    const ask = async (more: object) =>
      (await call("POST", `${V1}/process`, {
        body: { config, current_state: "open", trigger: "pay", ...more },
      })).json;
    const refused = await ask({});
    assertEquals([refused.success, refused.error.code], [false, "guard_not_found"]);
    const assumed = await ask({ assume_guards: true });
    assertEquals([assumed.success, assumed.target_state, assumed.error], [true, "paid", null]);
    const unknown = await call("POST", `${V1}/process`, {
      body: { config, current_state: "moon", trigger: "pay" },
    });
    assertEquals(unknown.status, 400);
    assertEquals((await call("GET", `${V1}/entities`)).json.total, 0);
  }));

Deno.test("simulate plays events and time", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    const config = {
      ...ORDER,
      transitions: [...ORDER.transitions, {
        trigger: "expire",
        source: "open",
        dest: "shipped",
        after: "1h",
      }],
    };
    const { status, json, text } = await call("POST", `${V1}/simulate`, {
      body: { config, steps: [{ advance_ms: 1_000 }, { trigger: "ship" }, { advance_ms: 3_600_000 }] },
    });
    assertEquals(status, 200, text);
    assertEquals(json.steps.map((row: { type: string; success: boolean }) => [row.type, row.success]), [
      ["create", true],
      ["event", false],
      ["timer", true],
    ]);
    assertEquals([json.current_state, json.is_terminal, json.timers], ["shipped", true, []]);
  }));

Deno.test("only an administrator deletes what entities use", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const admin = await harness.login("admin");
    const editor = await tokenOf(harness, admin, "Editor");
    const record = await publish(harness, ORDER, editor);
    const path = `${V1}/machines/${record.id}?force=true`;
    assertEquals((await harness.call("DELETE", path, { token: editor })).status, 403);
    for (let i = 0; i < 3; i++) {
      assertEquals((await harness.call("GET", `${V1}/audit`, { token: editor })).status, 403);
    }
    assertEquals((await harness.call("DELETE", path, { token: admin })).status, 204);
    const log = await harness.call("GET", `${V1}/audit`, { token: admin });
    const actions = log.json.items.map((row: { action: string }) => row.action);
    assert(actions.includes("machine.deleted") && actions.includes("account.created"), String(actions));
    const refused = log.json.items.filter((row: { action: string }) => row.action === "access.refused");
    assertEquals(refused.map((row: { actor: string; resource: string }) => [row.actor, row.resource]), [
      ["somebody", `GET ${V1}/audit`],
    ], "once a minute");
  }));

async function tokenOf(harness: Harness, admin: string, role: string): Promise<string> {
  const body = { username: "somebody", password: PASSWORD, role };
  await harness.call("POST", `${V1}/auth/users`, { token: admin, body });
  return await harness.login("somebody");
}
