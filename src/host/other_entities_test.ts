/** What one entity does to another: created when absent, exactly once, with results that come back. */
import { systemClock } from "../clock.ts";
import { NO_MODULES } from "../actions/modules/modules.ts";
import { readConfig } from "../config.ts";
import type { JsonObject } from "../json.ts";
import { actionOutcomeOf } from "../orchestrator/action_outcome.ts";
import type { LeasedAction } from "../orchestrator/outbox.ts";
import { createMemoryStore } from "../store/memory/memory_store.ts";
import type { Store } from "../store/store.ts";
import { silentLog } from "../telemetry/log.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { type Core, createCore } from "./core.ts";
import type { ProcessDeps } from "./process.ts";
import { createApiOn, OPEN } from "./run_api.ts";

const ORDER = `
meta: {machine_name: order, version: 1.0.0}
states: [{name: open, type: initial}, {name: paid}, {name: told, type: terminal}, {name: untold, type: terminal}]
transitions:
  - trigger: pay
    source: open
    dest: paid
    actions:
      - send_event:
          entity: "invoice-{{ number }}"
          machine: invoice
          trigger: settle
          payload: {amount: "{{ total }}", text: "total {{ total }}", lines: "{{ lines }}"}
          context: {order: "{{ _entity_id }}"}
          labels: {shop: "{{ shop }}"}
          name: tell
  - {trigger: ship, source: open, dest: paid, actions: [
      {create_entity: {entity: "shipment-{{ number }}", machine: shipment, context: {weight: "{{ total }}"}, labels: {shop: north}, name: tell}}]}
  - {trigger: call, source: open, dest: paid, actions: [
      {send_event: {entity: "nobody-{{ number }}", trigger: settle, name: tell}, retry: 0}]}
  - {trigger: lose, source: open, dest: paid, actions: [
      {send_event: {entity: "x", machine: unheard_of, trigger: settle, name: tell}}]}
  - {trigger: done.tell, source: paid, dest: told}
  - {trigger: error.tell, source: paid, dest: untold}
`;
const INVOICE = `
meta: {machine_name: invoice, version: 1.0.0}
states: [{name: open, type: initial}, {name: settled}]
transitions:
  - {trigger: settle, source: open, dest: settled}
  - {trigger: settle, source: settled, dest: settled, actions: [{increment: again}]}
`;
const SHIPMENT = `
meta: {machine_name: shipment, version: 1.0.0}
states: [{name: packed, type: initial}, {name: sent, type: terminal}]
transitions: [{trigger: send_off, source: packed, dest: sent}]
`;

function same(found: unknown, expected: unknown, about = ""): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`${about}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

interface World {
  readonly core: Core;
  readonly store: Store;
  readonly send: (entityId: string, trigger: string, payload: JsonObject) => Promise<void>;
  /** Delivers the next action `times` times before it is acknowledged, as lost acknowledgements do. */
  readonly deliver: (times: number) => Promise<LeasedAction | undefined>;
}

async function inWorld(test: (world: World) => Promise<void>): Promise<void> {
  const nowhere = () => Promise.reject(new Error("no database"));
  const deps: ProcessDeps = {
    config: readConfig({ ENVIRONMENT: "test" }, {
      readTextFile: () => {
        throw new Deno.errors.NotFound();
      },
    }),
    version: "0",
    log: silentLog,
    metrics: createMetrics(),
    clock: systemClock,
    newId: () => crypto.randomUUID(),
    hostname: "test",
    databases: { open: nowhere, upgrade: nowhere, status: nowhere, hazards: nowhere, migrations: nowhere },
  };
  const store = createMemoryStore();
  const core = createCore(deps, store, { workerId: "w", modules: NO_MODULES });
  const api = await createApiOn(core, deps, OPEN);
  try {
    for (const body of [ORDER, INVOICE, SHIPMENT]) {
      const request = new Request("http://x/api/v1/machines", {
        method: "POST",
        headers: { "content-type": "application/yaml" },
        body,
      });
      const answer = await api.fetch(request);
      same(answer.status, 201, await answer.text());
    }
    await test({
      core,
      store,
      send: async (entityId, trigger, payload) => {
        const result = await core.runtime.submit({
          event: {
            eventId: crypto.randomUUID(),
            entityId,
            machineName: "order",
            machineVersion: null,
            command: { type: "event", trigger, payload },
            notBeforeMs: null,
            idempotency: null,
            attemptsMax: 5,
            traceparent: null,
            actor: null,
          },
        });
        same(result.type, "decided");
      },
      deliver: async (times) => {
        const [action] = await store.outbox.claim({ limit: 1, leaseMs: 60_000, owner: "w" });
        if (action === undefined) return undefined;
        const results = [];
        for (let count = 0; count < times; count++) {
          results.push(await core.actions.run(action, new AbortController().signal));
        }
        const loaded = await core.runtime.machines.find(action.machineName, action.machineVersion);
        const [result] = results;
        if (result === undefined) throw new Error("not delivered");
        const nowMs = Date.now();
        const outcome = actionOutcomeOf({ action, result, loaded }, {
          nowMs,
          retry: { baseMs: 1_000, capMs: 10_000 },
          random: 0.5,
        });
        await store.outbox.acknowledge({ action, result, ...outcome });
        while (await core.runtime.turn() !== null);
        return action;
      },
    });
  } finally {
    api.close();
    core.close();
    await store.close();
  }
}

Deno.test("send_event creates the entity with context and labels, once however often it is delivered", () =>
  inWorld(async ({ store, send, deliver }) => {
    await send("o-1", "pay", { number: 7, total: 40, shop: "north", lines: [{ sku: "a" }] });
    await deliver(3);
    const invoice = await store.entities.get("invoice-7");
    same(
      [invoice?.currentState, invoice?.context, invoice?.labels],
      ["settled", { order: "o-1", amount: 40, text: "total 40", lines: [{ sku: "a" }] }, { shop: "north" }],
    );
    same((await store.entities.get("o-1"))?.currentState, "told");
    const { items } = await store.history.list({ entityId: "invoice-7", limit: 10, isAscending: true });
    same(items.map(({ trigger, outcome }) => [trigger, outcome]), [
      ["__entity_created__", "transitioned"],
      ["settle", "transitioned"],
    ]);
    await send("o-2", "pay", { number: 7, total: 1, shop: "south", lines: [] });
    await deliver(1);
    const again = await store.entities.get("invoice-7");
    same([again?.context.order, again?.context.again, again?.labels], ["o-1", 1, { shop: "north" }]);
  }));

Deno.test("create_entity creates once, and leaves an entity alone that is there", () =>
  inWorld(async ({ store, send, deliver }) => {
    await send("o-1", "ship", { number: 7, total: 40 });
    await deliver(2);
    await send("o-2", "ship", { number: 7, total: 50 });
    await deliver(1);
    const shipment = await store.entities.get("shipment-7");
    same(
      [shipment?.currentState, shipment?.context, shipment?.labels],
      ["packed", { weight: 40 }, { shop: "north" }],
    );
    const { items } = await store.history.list({ entityId: "shipment-7", limit: 10, isAscending: true });
    same(items.map(({ outcome, reason }) => [outcome, reason]), [
      ["transitioned", null],
      ["ignored", "entity_exists"],
    ]);
    same((await store.entities.get("o-2"))?.currentState, "told");
    same((await store.deadLetters.list({ limit: 10 })).total, 0);
  }));

Deno.test("an entity or a machine that is not there is an error of the action", () =>
  inWorld(async ({ store, send, deliver }) => {
    for (const [entityId, trigger] of [["o-1", "call"], ["o-2", "lose"]] as const) {
      await send(entityId, trigger, { number: 7 });
      await deliver(1);
      same((await store.entities.get(entityId))?.currentState, "untold", trigger);
    }
    const { items } = await store.deadLetters.list({ limit: 10 });
    same(items.map((letter) => letter.errorMessage).toSorted(), [
      'Cannot reach machine "unheard_of" (newest): no such machine',
      'Cannot send an event to "nobody-7": no such entity',
    ]);
  }));
