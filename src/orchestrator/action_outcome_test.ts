/** What follows from a delivery, as rows. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { orderMachine, orderSpec, transition } from "../../tests/runtime/machines.ts";
import type { JsonObject } from "../json.ts";
import { actionOutcomeOf } from "./action_outcome.ts";
import type { ActionResult, LeasedAction } from "./outbox.ts";

const NOW_MS = 1_700_000_000_000;
const order = orderMachine({
  transitions: [
    ...orderSpec().transitions,
    transition("error.send_receipt", "paid", "lost"),
    transition("checked", "paid", "paid"),
    transition("done.invoke.probe", "paid", "paid"),
  ],
});

function actionOf(more: Partial<LeasedAction> = {}): LeasedAction {
  return {
    actionId: "22222222-2222-5222-8222-222222222222",
    entityId: "o-1",
    machineName: "order",
    machineVersion: "1.0.0",
    position: 3,
    ordinal: 0,
    kind: "named",
    name: "send_receipt",
    params: {},
    options: { when: null, timeoutS: null, retry: null, retryBackoffS: null },
    context: {},
    traceparent: "00-1-2-01",
    dueAtMs: NOW_MS,
    attemptsMax: 3,
    createdAtMs: NOW_MS,
    leaseNo: 1,
    leaseUntilMs: NOW_MS + 30_000,
    attempts: 0,
    ...more,
  };
}

function failed(more: Partial<ActionResult & { readonly type: "failed" }> = {}): ActionResult {
  return { type: "failed", error: "503", isFinal: false, retryAfterMs: null, ...more };
}

interface Row {
  readonly name: string;
  readonly action?: Partial<LeasedAction>;
  readonly result: ActionResult;
  readonly isMachineGone?: boolean;
  readonly retryInMs: number | null;
  readonly letter: string | null;
  /** Trigger and payload, or data. */
  readonly followUp: readonly [string, JsonObject] | null;
}

const ROWS: readonly Row[] = [
  {
    name: "sends the result as an event",
    result: { type: "done", output: { receipt: 7 } },
    retryInMs: null,
    letter: null,
    followUp: ["done.send_receipt", { receipt: 7 }],
  },
  {
    name: "wraps a result that is no mapping",
    result: { type: "done", output: [1, 2] },
    retryInMs: null,
    letter: null,
    followUp: ["done.send_receipt", { result: [1, 2] }],
  },
  {
    name: "says nothing about skipped actions",
    result: { type: "skipped", reason: "not_registered" },
    retryInMs: null,
    letter: null,
    followUp: null,
  },
  {
    name: "says nothing when no transition listens",
    action: { name: "other" },
    result: { type: "done", output: null },
    retryInMs: null,
    letter: null,
    followUp: null,
  },
  {
    name: "lays the answer of a call over the context when nothing listens",
    action: { kind: "http", name: "_http" },
    result: { type: "done", output: { status: 200 } },
    retryInMs: null,
    letter: null,
    followUp: ["data", { status: 200 }],
  },
  {
    name: "tries again",
    result: failed(),
    retryInMs: 1_000,
    letter: null,
    followUp: null,
  },
  {
    name: "waits as long as the receiver asks",
    result: failed({ retryAfterMs: 90_000 }),
    retryInMs: 90_000,
    letter: null,
    followUp: null,
  },
  {
    name: "takes the base of the action's own backoff",
    action: { options: { when: null, timeoutS: null, retry: 2, retryBackoffS: 4 } },
    result: failed(),
    retryInMs: 4_000,
    letter: null,
    followUp: null,
  },
  {
    name: "gives up at the last attempt and tells the entity",
    action: { attempts: 2 },
    result: failed(),
    retryInMs: null,
    letter: "max_retries_exhausted 3",
    followUp: ["error.send_receipt", { error: "503" }],
  },
  {
    name: "gives up at once when trying again is no use",
    result: failed({ isFinal: true }),
    retryInMs: null,
    letter: "action_failed 1",
    followUp: ["error.send_receipt", { error: "503" }],
  },
  {
    name: "calls the trigger that an invoke names",
    action: { kind: "invoke_start", name: "credit", params: { id: "check", on_done: "checked" } },
    result: { type: "done", output: { score: 3 } },
    retryInMs: null,
    letter: null,
    followUp: ["checked", { score: 3 }],
  },
  {
    name: "makes up the trigger of an invoke that names none",
    action: { kind: "invoke_start", name: "credit", params: { id: "probe" } },
    result: { type: "done", output: null },
    retryInMs: null,
    letter: null,
    followUp: ["done.invoke.probe", {}],
  },
  {
    name: "follows nothing when the machine is gone",
    result: { type: "done", output: { receipt: 7 } },
    isMachineGone: true,
    retryInMs: null,
    letter: null,
    followUp: null,
  },
];

function check(row: Row): void {
  const outcome = actionOutcomeOf(
    { action: actionOf(row.action), result: row.result, loaded: row.isMachineGone === true ? null : order },
    { nowMs: NOW_MS, retry: { baseMs: 1_000, capMs: 60_000 }, random: 0.5 },
  );
  const command = outcome.followUp?.command;
  deepStrictEqual({
    retryInMs: outcome.retryAtMs === null ? null : outcome.retryAtMs - NOW_MS,
    letter: outcome.deadLetter === null ? null : `${outcome.deadLetter.reason} ${outcome.deadLetter.attempt}`,
    followUp: command?.type === "event"
      ? [command.trigger, command.payload]
      : command?.type === "data"
      ? ["data", command.data]
      : null,
  }, { retryInMs: row.retryInMs, letter: row.letter, followUp: row.followUp });
  ok(outcome.followUp === null || outcome.followUp.machineName === null, "a result creates no entity");
}

for (const row of ROWS) Deno.test(`actionOutcomeOf() ${row.name}`, () => check(row));

Deno.test("actionOutcomeOf() gives one event id to one action, however often it is asked", () => {
  const once = () =>
    actionOutcomeOf({ action: actionOf(), result: { type: "done", output: null }, loaded: order }, {
      nowMs: NOW_MS,
      retry: { baseMs: 1, capMs: 1 },
      random: 0,
    }).followUp?.eventId;
  deepStrictEqual(once(), once());
});

Deno.test("the result of a service names the stay in a state that invoked it", () => {
  const params = { id: "check", on_done: "checked", state: "paid", generation: 4 };
  const { followUp } = actionOutcomeOf(
    {
      action: actionOf({ kind: "invoke_start", name: "credit", params }),
      result: { type: "done", output: null },
      loaded: order,
    },
    { nowMs: NOW_MS, retry: { baseMs: 1, capMs: 1 }, random: 0 },
  );
  deepStrictEqual(followUp?.command, {
    type: "event",
    trigger: "checked",
    payload: {},
    invokedBy: { state: "paid", generation: 4 },
  });
});

/** A machine that listens for results of everything, under the name that the author gave and under the kind's own. */
const LISTENER = orderMachine({
  transitions: [
    ...orderSpec().transitions,
    ...["given", "send_receipt", "_http", "_celery", "_send_event", "_create_entity", "_send"].flatMap((
      name,
    ) => [
      transition(`done.${name}`, "paid", "paid"),
      transition(`error.${name}`, "paid", "paid"),
    ]),
  ],
});

const KINDS: readonly (readonly [LeasedAction["kind"], name: string, own: string, named: string])[] = [
  ["named", "send_receipt", "send_receipt", "send_receipt"],
  ["http", "_http", "_http", "given"],
  ["celery", "_celery", "_celery", "given"],
  ["send_event", "_send_event", "_send_event", "given"],
  ["create_entity", "_create_entity", "_create_entity", "given"],
  ["send", "_send", "_send", "_send"],
];

const ENDS: readonly (readonly [string, ActionResult, word: string, JsonObject])[] = [
  ["done", { type: "done", output: { a: 1 } }, "done", { a: 1 }],
  ["done without output", { type: "done", output: null }, "done", {}],
  ["failed for good", failed({ isFinal: true }), "error", { error: "503" }],
  ["forgiven", { type: "done", output: null, forgiven: "503" }, "error", { error: "503" }],
];

for (const [kind, name, own, named] of KINDS) {
  for (const [end, result, word, payload] of ENDS) {
    Deno.test(`actionOutcomeOf() tells the entity that ${kind} is ${end}`, () => {
      for (const [params, heard] of [[{}, own], [{ name: "given" }, named]] as const) {
        const { followUp } = actionOutcomeOf(
          { action: actionOf({ kind, name, params }), result, loaded: LISTENER },
          { nowMs: NOW_MS, retry: { baseMs: 1_000, capMs: 10_000 }, random: 0.5 },
        );
        deepStrictEqual(followUp?.command, { type: "event", trigger: `${word}.${heard}`, payload });
      }
    });
  }
}

Deno.test("actionOutcomeOf() spreads attempts over the whole pause: full jitter", () => {
  const rows = [[0, 0], [0.25, 1_000], [0.5, 2_000], [0.999, 3_996]] as const;
  for (const [random, waitMs] of rows) {
    const { retryAtMs } = actionOutcomeOf(
      { action: actionOf({ attempts: 1 }), result: failed(), loaded: LISTENER },
      { nowMs: NOW_MS, retry: { baseMs: 1_000, capMs: 60_000 }, random },
    );
    deepStrictEqual(retryAtMs, NOW_MS + waitMs, String(random));
  }
});
