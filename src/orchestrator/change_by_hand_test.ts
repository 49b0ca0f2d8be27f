/** Changes by hand: what is cancelled and started, what of context and memory stays. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { input, NOW_MS } from "../../tests/runtime/decide_fixture.ts";
import { loadSpec } from "../definition/load_spec.ts";
import { decide } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { Entity } from "./entity.ts";
import type { Command } from "./event.ts";
import { loadedMachineOf } from "./loaded_machine.ts";

const MACHINE = `
meta: { machine_name: order, version: "1" }
states:
  - { name: open, type: initial, timeout: { seconds: 60, destination: stale } }
  - name: checked
    type: stable
    timeout: { seconds: 30, destination: stale }
    invoke: [{ id: score, src: scoring, on_done: scored }]
  - { name: stale, type: terminal }
transitions:
  - { trigger: check, source: open, dest: checked }
  - { trigger: scored, source: checked, dest: stale }
`;

const loaded = loadedOf();
const open = entityOf(
  decide(loaded, input({ type: "create", context: { total: 5, note: "a" }, labels: {} })),
);
const checked = entityOf(decide(loaded, input(forced({ state: "checked" }), { entity: open })));

function loadedOf() {
  const result = loadSpec({ text: MACHINE });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return loadedMachineOf(result.spec);
}

function forced(
  change: { readonly state?: string; readonly context?: Entity["context"]; readonly isMerged?: boolean },
): Command {
  const { state, context = null, isMerged = false } = change;
  return {
    type: "force",
    snapshot: state === undefined ? null : { v: 1, states: [state] },
    context,
    isMerged,
    reason: "stuck",
  };
}

function entityOf(decision: Decision): Entity {
  if (decision.entity === null) throw new Error(decision.message ?? "no entity");
  return decision.entity;
}

/** Names of actions, keys and due times of timers, cancelled timers, state and context. */
function change(entity: Entity, command: Command) {
  const decision = decide(loaded, input(command, { entity }));
  return {
    actions: decision.outbox.map((row) => `${row.kind} ${row.name}`),
    started: decision.timersSet.map((timer) => timer.dueAtMs - NOW_MS),
    cancelled: decision.timersCancelled.length,
    state: decision.entity?.currentState,
    context: decision.entity?.context,
  };
}

Deno.test("force cancels timers of the state before and starts timers and services of the state that is set", () => {
  assertEquals(change(open, forced({ state: "checked" })), {
    actions: ["invoke_start scoring"],
    started: [30_000],
    cancelled: 1,
    state: "checked",
    context: open.context,
  });
});

Deno.test("force stops services of the state before, also when it sets the same state", () => {
  assertEquals(change(checked, forced({ state: "open" })).actions, ["invoke_stop scoring"]);
  assertEquals(change(checked, forced({ state: "checked" })).actions, [
    "invoke_stop scoring",
    "invoke_start scoring",
  ]);
  const again = entityOf(decide(loaded, input(forced({ state: "checked" }), { entity: checked })));
  const stays = [checked, again].map((entity) => entity.snapshot.invokes?.["checked"]);
  assertEquals(stays[0] !== undefined && stays[1] !== undefined && stays[1] > stays[0], true);
});

Deno.test("force leaves timers and services alone when it sets only the context", () => {
  assertEquals(change(checked, forced({ context: { total: 7 } })), {
    actions: [],
    started: [],
    cancelled: 0,
    state: "checked",
    context: { total: 7 },
  });
});

Deno.test("force sets single keys when it merges, and keeps what belongs to the engine", () => {
  const entity = { ...open, context: { ...open.context, _own: 1 } };
  assertEquals(change(entity, forced({ context: { total: 7 }, isMerged: true })).context, {
    total: 7,
    note: "a",
    _own: 1,
  });
  assertEquals(change(entity, forced({ context: { total: 7 } })).context, { _own: 1, total: 7 });
});

Deno.test("force keeps what histories remember and what was put off", () => {
  const memory = { history: { open: ["open"] }, deferred: [{ trigger: "check", payload: {} }] };
  const entity = { ...open, snapshot: { ...open.snapshot, ...memory } };
  const { snapshot } = entityOf(decide(loaded, input(forced({ state: "checked" }), { entity })));
  assertEquals([snapshot.history, snapshot.deferred], [memory.history, memory.deferred]);
});

Deno.test("force refuses a state that the machine does not have", () => {
  const decision = decide(loaded, input(forced({ state: "nowhere" }), { entity: open }));
  assertEquals([decision.reason, decision.entity?.version], ["undefined_state", open.version]);
});
