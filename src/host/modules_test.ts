/** The operator's guards decide and their actions are delivered, in a process as it is put together. */
import { systemClock } from "../clock.ts";
import { readConfig } from "../config.ts";
import { NO_MODULES } from "../actions/modules/modules.ts";
import type { NewEvent } from "../orchestrator/event.ts";
import { createMemoryStore } from "../store/memory/memory_store.ts";
import { silentLog } from "../telemetry/log.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { createCore, modulesOf } from "./core.ts";
import type { ProcessDeps } from "./process.ts";
import { createApiOn, OPEN } from "./run_api.ts";

const MACHINE = `
meta: {machine_name: order, version: 1.0.0}
states:
  - {name: open, type: initial}
  - {name: charging}
  - {name: paid, type: terminal}
transitions:
  - {trigger: pay, source: open, dest: charging, guards: [enough], actions: [{name: charge, params: {amount: 7}}]}
  - {trigger: done.charge, source: charging, dest: paid}
`;

const FILES = {
  "guards/enough.ts": "export default (context: any) => context.amount >= 7;",
  "actions/charge.ts":
    "export default (input: any, call: any) => ({ receipt: call.entity_id, amount: input.amount });",
};

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

function processOf(path: string): ProcessDeps {
  const config = readConfig({ ENVIRONMENT: "test", PYSTATOR_MODULES_DIR: path }, {
    readTextFile: () => {
      throw new Deno.errors.NotFound();
    },
  });
  const nowhere = () => Promise.reject(new Error("no database"));
  return {
    config,
    version: "0",
    log: silentLog,
    metrics: createMetrics(),
    clock: systemClock,
    newId: () => crypto.randomUUID(),
    hostname: "test",
    databases: { open: nowhere, upgrade: nowhere, status: nowhere, hazards: nowhere, migrations: nowhere },
  };
}

function pay(amount: number): NewEvent {
  return {
    eventId: crypto.randomUUID(),
    entityId: "o-1",
    machineName: "order",
    machineVersion: null,
    command: { type: "event", trigger: "pay", payload: { amount } },
    notBeforeMs: null,
    idempotency: null,
    attemptsMax: 5,
    traceparent: null,
    actor: null,
  };
}

Deno.test("guards of modules decide in the API, and the worker delivers the action of a module", async () => {
  const folder = await Deno.makeTempDir();
  for (const [path, text] of Object.entries(FILES)) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]+$/, ""));
    await Deno.writeTextFile(`${folder}/${path}`, text);
  }
  const deps = processOf(folder);
  const store = createMemoryStore();
  const answering = createCore(deps, store, { workerId: null, modules: await modulesOf(deps, "guards") });
  const working = createCore(deps, store, {
    workerId: "w",
    modules: await modulesOf(deps, "guards_and_actions"),
  });
  const bare = createCore(deps, store, { workerId: null, modules: NO_MODULES });
  const api = await createApiOn(answering, deps, OPEN);
  const post = (path: string) =>
    api.fetch(
      new Request(`http://x/api/v1/machines${path}`, {
        method: "POST",
        headers: { "content-type": "application/yaml" },
        body: MACHINE,
      }),
    );
  try {
    same((await post("")).status, 201);
    const diagnosis = await (await post("/diagnose")).json();
    const codes = diagnosis.diagnostics.map((one: { code: string }) => one.code);
    same(codes.filter((code: string) => code.startsWith("missing_")), []);

    const modules = await (await api.fetch(new Request("http://x/api/v1/catalog/modules"))).json();
    same(modules, { actions: ["charge"], guards: ["enough"] });

    const outcomes: unknown[] = [];
    for (const [core, amount] of [[bare, 7], [answering, 6], [answering, 7]] as const) {
      const result = await core.runtime.submit({ event: pay(amount) });
      outcomes.push(result.type === "decided" ? result.decision.history?.reason ?? "taken" : result.type);
    }
    same(outcomes, ["guard_not_found", "guard_rejected", "taken"]);

    const [leased] = await store.outbox.claim({ limit: 1, leaseMs: 60_000, owner: "w" });
    if (leased === undefined) throw new Error("no action waits");
    same(await working.actions.run(leased, new AbortController().signal), {
      type: "done",
      output: { receipt: "o-1", amount: 7 },
    });
  } finally {
    api.close();
    for (const core of [answering, working, bare]) core.close();
    await store.close();
    await Deno.remove(folder, { recursive: true });
  }
});
