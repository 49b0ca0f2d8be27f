/** Decisions for every kind of command, as rows. */
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { entityAfter, input, NOW_MS, order, queued, trigger } from "../../tests/runtime/decide_fixture.ts";
import { orderMachine } from "../../tests/runtime/machines.ts";
import { decide } from "./decide.ts";
import type { DecideInput } from "./decide_input.ts";
import type { Entity } from "./entity.ts";
import type { Command } from "./event.ts";
import type { LoadedMachine } from "./loaded_machine.ts";

interface Row {
  readonly name: string;
  readonly loaded?: LoadedMachine | null;
  readonly input: DecideInput;
  readonly type: "consumed" | "rejected";
  readonly reason: string | null;
  /** State, version and position afterwards; null = no entity. */
  readonly entity: readonly [string, number, number] | null;
  /** Trigger and outcome of the row; null = none. */
  readonly history: readonly [string, string] | null;
  readonly isDead: boolean;
  readonly actions?: readonly string[];
  readonly timers?: readonly number[];
}

const open = entityAfter(trigger("note"));
const served: Entity = { ...open, snapshot: { ...open.snapshot, invokes: { open: 3 } } };
const paid = entityAfter(trigger("pay"));
const shipped = entityAfter(trigger("pay"), trigger("ship"));
const archived: Entity = { ...open, status: "archived" };
const deleted: Entity = { ...open, status: "deleted" };
const create: Command = { type: "create", context: { total: 5 }, labels: { tier: "gold" } };

function result(state: string, generation: number): Command {
  return { type: "event", trigger: "note", payload: {}, invokedBy: { state, generation } };
}

const ROWS: readonly Row[] = [
  {
    name: "drops the result of a service whose state was left",
    input: input(result("paid", 3), { entity: served }),
    type: "consumed",
    reason: null,
    entity: ["open", 2, 9],
    history: ["note", "ignored"],
    isDead: false,
  },
  {
    name: "drops the result of a service that an earlier stay in the state invoked",
    input: input(result("open", 2), { entity: served }),
    type: "consumed",
    reason: null,
    entity: ["open", 2, 9],
    history: ["note", "ignored"],
    isDead: false,
  },
  {
    name: "takes the result of a service that this stay in the state invoked",
    input: input(result("open", 3), { entity: served }),
    type: "consumed",
    reason: null,
    entity: ["open", 3, 9],
    history: ["note", "transitioned"],
    isDead: false,
  },
  {
    name: "creates the entity by its first event",
    input: input(trigger("pay", { amount: 5 })),
    type: "consumed",
    reason: null,
    entity: ["paid", 2, 8],
    history: ["pay", "transitioned"],
    isDead: false,
    actions: ["send_receipt"],
    timers: [NOW_MS + 3_600_000],
  },
  {
    name: "leaves no entity when the first event is refused",
    input: input(trigger("ship")),
    type: "consumed",
    reason: "invalid_transition",
    entity: null,
    history: ["ship", "refused"],
    isDead: true,
  },
  {
    name: "moves an entity",
    input: input(trigger("ship"), { entity: paid }),
    type: "consumed",
    reason: null,
    entity: ["shipped", 3, 9],
    history: ["ship", "transitioned"],
    isDead: false,
  },
  {
    name: "keeps a refused event that nobody waits for in history and as a dead letter",
    input: input(trigger("ship"), { entity: open }),
    type: "consumed",
    reason: "invalid_transition",
    entity: ["open", 2, 9],
    history: ["ship", "refused"],
    isDead: true,
  },
  {
    name: "keeps a refused event that somebody waits for in history only",
    input: input(trigger("ship"), { entity: open, isAwaited: true }),
    type: "consumed",
    reason: "invalid_transition",
    entity: ["open", 2, 9],
    history: ["ship", "refused"],
    isDead: false,
  },
  {
    name: "records refused events only when the machine wishes so",
    loaded: orderMachine({ meta: { on_refused: "record" } }),
    input: input(trigger("ship"), { entity: open }),
    type: "consumed",
    reason: "invalid_transition",
    entity: ["open", 2, 9],
    history: ["ship", "refused"],
    isDead: false,
  },
  {
    name: "drops refused events when the machine wishes so",
    loaded: orderMachine({ meta: { on_refused: "drop" } }),
    input: input(trigger("ship"), { entity: open }),
    type: "consumed",
    reason: "invalid_transition",
    entity: ["open", 2, 8],
    history: null,
    isDead: false,
  },
  {
    name: "refuses events of an entity that has ended",
    input: input(trigger("pay"), { entity: shipped }),
    type: "consumed",
    reason: "terminal_state",
    entity: ["shipped", 3, 10],
    history: ["pay", "refused"],
    isDead: true,
  },
  {
    name: "lays data over the context",
    input: input({ type: "data", data: { weight: 3 } }, { entity: open }),
    type: "consumed",
    reason: null,
    entity: ["open", 3, 9],
    history: ["__apply_data", "internal"],
    isDead: false,
  },
  {
    name: "has no entity to apply data to",
    input: input({ type: "data", data: {} }),
    type: "consumed",
    reason: "entity_not_found",
    entity: null,
    history: ["__apply_data", "failed"],
    isDead: true,
  },
  {
    name: "creates by command",
    input: input(create),
    type: "consumed",
    reason: null,
    entity: ["open", 1, 7],
    history: ["__entity_created__", "transitioned"],
    isDead: false,
  },
  {
    name: "does not create twice",
    input: input(create, { entity: open, isAwaited: true }),
    type: "rejected",
    reason: "entity_exists",
    entity: ["open", 2, 8],
    history: null,
    isDead: false,
  },
  {
    name: "rejects an unknown machine",
    loaded: null,
    input: input(trigger("pay"), { isAwaited: true }),
    type: "rejected",
    reason: "unknown_machine",
    entity: null,
    history: null,
    isDead: false,
  },
  {
    name: "buries an event for an unknown machine",
    loaded: null,
    input: input(trigger("pay")),
    type: "consumed",
    reason: "unknown_machine",
    entity: null,
    history: ["pay", "failed"],
    isDead: true,
  },
  {
    name: "rejects the event of another machine",
    input: input(trigger("pay"), { entity: open, event: queued(trigger("pay"), { machineName: "other" }) }),
    type: "consumed",
    reason: "machine_mismatch",
    entity: ["open", 2, 9],
    history: ["pay", "failed"],
    isDead: true,
  },
  {
    name: "rejects an id that breaks the rule",
    input: input(trigger("pay"), { event: queued(trigger("pay"), { entityId: "a b" }) }),
    type: "consumed",
    reason: "invalid_entity_id",
    entity: null,
    history: ["pay", "failed"],
    isDead: true,
  },
  {
    name: "does not process archived entities",
    input: input(trigger("pay"), { entity: archived }),
    type: "consumed",
    reason: "entity_not_active",
    entity: ["open", 2, 9],
    history: ["pay", "failed"],
    isDead: true,
  },
  {
    name: "keeps the machine's own triggers for itself",
    input: input(trigger("_after_paid_5_ms"), { entity: paid, isAwaited: true }),
    type: "rejected",
    reason: "invalid_transition",
    entity: ["paid", 2, 8],
    history: null,
    isDead: false,
  },
  {
    name: "archives",
    input: input({ type: "status", status: "archived" }, { entity: open, isAwaited: true }),
    type: "consumed",
    reason: null,
    entity: ["open", 3, 9],
    history: ["__archive", "internal"],
    isDead: false,
  },
  {
    name: "does not archive what is deleted",
    input: input({ type: "status", status: "archived" }, { entity: deleted, isAwaited: true }),
    type: "rejected",
    reason: "entity_not_active",
    entity: ["open", 2, 8],
    history: null,
    isDead: false,
  },
  {
    name: "restores",
    input: input({ type: "status", status: "active" }, { entity: deleted, isAwaited: true }),
    type: "consumed",
    reason: null,
    entity: ["open", 3, 9],
    history: ["__restore", "internal"],
    isDead: false,
  },
  {
    name: "refuses a label that breaks the rule",
    input: input({ type: "labels", set: { "No Good": "x" }, remove: [], isReplace: false }, {
      entity: open,
      isAwaited: true,
    }),
    type: "rejected",
    reason: "validation_failed",
    entity: ["open", 2, 8],
    history: null,
    isDead: false,
  },
  {
    name: "migrates to a version that has the state",
    loaded: orderMachine({ version: "2.0.0" }),
    input: input({ type: "migrate", machineName: "order", machineVersion: "2.0.0" }, {
      entity: open,
      isAwaited: true,
    }),
    type: "consumed",
    reason: null,
    entity: ["open", 3, 9],
    history: ["__migrate", "internal"],
    isDead: false,
  },
  {
    name: "sets state and context by hand",
    input: input({ type: "force", snapshot: { v: 1, states: ["lost"] }, context: null, reason: "fire" }, {
      entity: open,
      isAwaited: true,
    }),
    type: "consumed",
    reason: null,
    entity: ["lost", 3, 9],
    history: ["__force", "internal"],
    isDead: false,
  },
  {
    name: "does not set a state that does not exist",
    input: input({ type: "force", snapshot: { v: 1, states: ["nowhere"] }, context: null, reason: "fire" }, {
      entity: open,
      isAwaited: true,
    }),
    type: "rejected",
    reason: "undefined_state",
    entity: ["open", 2, 8],
    history: null,
    isDead: false,
  },
];

function check(row: Row): void {
  const decision = decide(row.loaded === undefined ? order : row.loaded, row.input);
  const { entity, history } = decision;
  assertEquals({
    type: decision.type,
    reason: decision.reason,
    entity: entity === null ? null : [entity.currentState, entity.version, entity.position],
    history: history === null ? null : [history.trigger, history.outcome],
    isDead: decision.deadLetter !== null,
    actions: decision.outbox.map((action) => action.name),
    timers: decision.timersSet.map((timer) => timer.dueAtMs),
  }, {
    type: row.type,
    reason: row.reason,
    entity: row.entity,
    history: row.history,
    isDead: row.isDead,
    actions: row.actions ?? [],
    timers: row.timers ?? [],
  });
  if (history !== null && entity !== null) assertEquals(history.position, entity.position);
}

for (const row of ROWS) Deno.test(`decide() ${row.name}`, () => check(row));

Deno.test("decide() writes the bootstrap row before the first event's row", () => {
  const decision = decide(order, input(trigger("pay")));
  assertEquals([decision.created?.trigger, decision.created?.position, decision.created?.seq], [
    "__entity_created__",
    7,
    7,
  ]);
  assertEquals([decision.history?.position, decision.history?.seq], [8, 7]);
  assertEquals(decision.created?.eventId === decision.history?.eventId, false);
});

Deno.test("decide() gives the same decision for the same arguments", () => {
  const again = input(trigger("ship"), { entity: paid });
  assertEquals(decide(order, again), decide(order, again));
});

Deno.test("decide() leaves its arguments alone", () => {
  const before = JSON.stringify(paid);
  decide(order, input(trigger("ship"), { entity: paid }));
  assertEquals(JSON.stringify(paid), before);
});

Deno.test("decide() keeps the whole event in a dead letter", () => {
  const letter = decide(order, input(trigger("ship", { by: "air" }), { entity: open })).deadLetter;
  assertEquals([letter?.stage, letter?.machineName, letter?.recordId.length, letter?.payload], [
    "worker",
    "order",
    32,
    {
      event_id: "11111111-1111-4111-8111-111111111111",
      entity_id: "o-1",
      trigger: "ship",
      context: { by: "air" },
    },
  ]);
});

Deno.test("decide() marks complete and failed entities", () => {
  assertEquals([shipped.workflowStatus, shipped.isTerminal], ["complete", true]);
  const lost = entityAfter(trigger("pay"), trigger("lose"));
  assertEquals([lost.workflowStatus, lost.isTerminal], ["failed", false]);
});
