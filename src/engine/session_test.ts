/** Sessions: events in memory, what is put off, what a snapshot keeps. */
import { deepStrictEqual as assertEquals, throws as assertThrows } from "node:assert/strict";
import { compileMachine } from "./compile.ts";
import type { ActionExecutor } from "./carry_out.ts";
import { createRecorder, replay } from "./recorder.ts";
import {
  createSession,
  restoreSession,
  SESSION_DEFERRED_MAX,
  SessionError,
  type SessionOptions,
} from "./session.ts";
import { type BriefMachine, buildSpec, effect, log, named } from "./testing/build_spec.ts";
import { TransientGuardError } from "./transient_guard.ts";

const robot: BriefMachine = {
  states: ["docked", "moving", "gripping", { name: "stopped", type: "terminal" }],
  transitions: [
    { on: "go", from: "docked", to: "moving" },
    { on: "grip", from: "moving", to: "gripping", do: [effect("increment", { field: "grips" })] },
    { on: "drop", from: "gripping", to: "moving" },
    { on: "dock", from: "moving", to: "docked", if: "battery < 20" },
    { on: "halt", from: ["docked", "moving", "gripping"], to: "stopped" },
  ],
};

function open(brief: BriefMachine, more: Partial<SessionOptions> = {}) {
  return createSession(compileMachine(buildSpec(brief)), { entityId: "r-1", nowMs: () => 1_000, ...more });
}

Deno.test("createSession() enters the initial state for real", () => {
  const session = open({
    states: [{ name: "a", onEnter: [effect("set", { q: 1 })] }, "b"],
    transitions: [{ from: "a", to: "b", isAuto: true, if: "q == 1" }],
  });
  assertEquals([session.state(), session.context()], ["b", { q: 1 }]);
  assertEquals(session.history(), []);
});

Deno.test("createSession() stands in a given state without running anything", () => {
  const session = open({ states: [{ name: "a" }, { name: "b", onEnter: [log("b")] }] }, {
    initialState: "b",
  });
  assertEquals([session.state(), session.context()], ["b", {}]);
  assertThrows(() => open(robot, { initialState: "nowhere" }), SessionError);
});

Deno.test("send() keeps the payload when the event is taken and changes nothing when it is refused", () => {
  const session = open(robot);
  assertEquals(session.send("grip", { arm: 1 }).refusal?.code, "invalid_trigger");
  assertEquals([session.state(), session.context()], ["docked", {}]);
  session.send("go", { speed: 3 });
  assertEquals([session.state(), session.context(), session.history().length], ["moving", { speed: 3 }, 1]);
  assertThrows(() => session.send(""), TypeError);
});

Deno.test("can(), is(), allowedTriggers(), isDone() and workflowStatus() tell where it stands", () => {
  const session = open(robot, { context: { battery: 50 } });
  session.send("go");
  assertEquals(["grip", "dock", "drop"].map((trigger) => session.can(trigger)), [true, false, false]);
  assertEquals(session.can("dock", { battery: 5 }), true);
  assertEquals([session.is("moving"), session.is("docked")], [true, false]);
  assertEquals(session.allowedTriggers(), ["dock", "grip", "halt"]);
  assertEquals([session.isDone(), session.workflowStatus()], [false, "active"]);
  session.send("halt");
  assertEquals([session.isDone(), session.workflowStatus()], [true, "complete"]);
  assertEquals(session.send("go").refusal?.code, "terminal_state");
});

Deno.test("events are put off when they may fit later, and tried once for each change of state", () => {
  let asked = 0;
  const session = open({
    ...robot,
    transitions: [...robot.transitions ?? [], {
      on: "ask",
      from: "moving",
      to: "docked",
      if: [{ type: "named", name: "count", params: {} }],
    }],
  }, {
    isDeferring: true,
    guards: new Map([["count", () => {
      asked++;
      return false;
    }]]),
  });
  session.send("drop");
  session.send("grip");
  session.send("fly");
  assertEquals(session.deferred().map(({ trigger }) => trigger), ["drop", "grip"]);
  session.send("go");
  assertEquals([session.state(), session.deferred()], ["moving", []]);
  session.send("ask");
  assertEquals(asked, 1);
  session.send("grip");
  assertEquals([session.state(), asked, session.deferred().length], ["gripping", 1, 1]);
});

Deno.test("a session puts off a bounded number of events", () => {
  const session = open(robot, { isDeferring: true });
  for (let count = 0; count < SESSION_DEFERRED_MAX + 5; count++) session.send("drop");
  assertEquals(session.deferred().length, SESSION_DEFERRED_MAX);
});

Deno.test("a snapshot keeps history, deferred events, timers and that events are put off", () => {
  const brief: BriefMachine = {
    states: [
      "off",
      { name: "on", initialChild: "low" },
      { name: "low", parent: "on" },
      { name: "high", parent: "on" },
    ],
    transitions: [
      { on: "start", from: "off", to: "on" },
      { on: "up", from: "low", to: "high" },
      { on: "stop", from: "on", to: "off" },
      { on: "resume", from: "off", to: "H(on)" },
      { from: "off", to: "on", after: 5_000 },
    ],
  };
  const machine = compileMachine(buildSpec(brief));
  const first = open(brief, { isDeferring: true });
  for (const trigger of ["start", "up", "stop", "up"]) first.send(trigger);
  const snapshot = JSON.parse(JSON.stringify(first.snapshot()));
  assertEquals([snapshot.current_state, snapshot.deferred_events.length], ["off", 1]);
  const second = restoreSession(machine, { snapshot, nowMs: () => 2_000 });
  second.send("resume");
  assertEquals([second.state(), second.snapshot().defer_unhandled], ["high", true]);
  const third = restoreSession(machine, { snapshot, nowMs: () => 2_000 });
  assertEquals(third.send("_after_off_5000_ms").refusal, null, "a running delay fires by its trigger");
  assertEquals(third.state(), "high", "the deferred event fits then");
  assertEquals(third.send("_after_off_5000_ms").refusal?.code, "invalid_trigger", "it has fired");
});

Deno.test("two sessions of one machine share nothing", () => {
  const machine = compileMachine(buildSpec(robot));
  const [left, right] = [1, 2].map((id) => createSession(machine, { entityId: `r-${id}`, nowMs: () => 0 }));
  left?.send("go");
  assertEquals([left?.state(), right?.state()], ["moving", "docked"]);
});

Deno.test("actions are carried out by the executor and reported in the run", () => {
  const seen: string[] = [];
  const execute: ActionExecutor = ({ name, params }) => {
    seen.push(name);
    if (name === "boom") throw new Error("no");
    return name === "fetch"
      ? { status: "ok", result: 7, context: { answer: params["to"] ?? null } }
      : { status: "skipped", result: "not_registered" };
  };
  const session = open({
    states: ["a", { name: "b", onEnter: [named("mail")] }],
    transitions: [{
      on: "go",
      from: "a",
      to: "b",
      do: [named("boom"), effect("set", { q: 1 }), named("fetch", { to: "x" })],
    }],
  }, { execute });
  const run = session.send("go");
  const rows = run.steps[0]?.microsteps[0]?.actions.map((
    { name, status, result, error },
  ) => [name, status, result ?? error]);
  assertEquals(rows, [
    ["boom", "failed", "no"],
    ["_effect.set", "ok", undefined],
    ["fetch", "ok", 7],
    ["mail", "skipped", "not_registered"],
  ]);
  assertEquals(seen, ["boom", "fetch", "mail"]);
  assertEquals(session.context(), { q: 1, answer: "x" });
});

Deno.test("a guard that is out of reach for a while fails the call and decides nothing", () => {
  const session = open({
    states: ["a", "b"],
    transitions: [
      { on: "go", from: "a", to: "b", if: [{ type: "named", name: "ask", params: {} }] },
      { on: "go", from: "a", to: "a" },
    ],
  }, {
    guards: new Map([["ask", () => {
      throw new TransientGuardError("no connection");
    }]]),
  });
  assertThrows(() => session.send("go"), TransientGuardError);
  assertEquals(session.state(), "a");
});

Deno.test("applyData() and setContext() lay keys over the context", () => {
  const session = open({
    states: ["a", { name: "b", when: [{ type: "check", field: "x", op: "gt", value: 1, values: [] }] }],
    transitions: [{ on: "_route", from: "a", to: "b" }],
    more: { isAutoRouted: true },
  });
  session.setContext({ x: 5 });
  assertEquals(session.state(), "a");
  session.applyData({ y: 1 });
  assertEquals([session.state(), session.context()], ["b", { x: 5, y: 1 }]);
});

Deno.test("a recording is replayed on a fresh session, refused events too", () => {
  let nowMs = 1_000;
  const machine = compileMachine(buildSpec(robot));
  const session = createSession(machine, { entityId: "r-1", nowMs: () => nowMs, context: { battery: 5 } });
  session.send("go");
  const recorder = createRecorder(session, { nowMs: () => nowMs });
  for (const trigger of ["grip", "fly", "drop", "dock"]) {
    nowMs += 10;
    recorder.send(trigger);
  }
  const recording = JSON.parse(JSON.stringify(recorder.recording()));
  assertEquals([recording.initial_state, recording.initial_context], ["moving", { battery: 5 }]);
  assertEquals(recording.events.map((event: { after_ms: number }) => event.after_ms), [10, 20, 30, 40]);
  const again = replay(machine, { recording, nowMs: () => 0 });
  assertEquals([again.state(), again.context()], [session.state(), session.context()]);
  assertEquals(again.state(), "docked");
});

Deno.test("what was put off is tried in the order it came, in each state once", () => {
  const session = open({
    states: ["s0", "s1", "s2", "s3", "s4"],
    transitions: [
      { on: "go", from: "s0", to: "s1" },
      { on: "b", from: "s1", to: "s2" },
      { on: "a", from: "s2", to: "s4" },
      { on: "c", from: "s2", to: "s3" },
      { on: "a", from: "s3", to: "s0" },
    ],
  }, { isDeferring: true });
  for (const trigger of ["a", "b", "c", "go"]) session.send(trigger);
  const taken = session.history().map((run) => run.steps[0]?.event?.trigger);
  assertEquals([session.state(), taken], ["s0", ["go", "b", "c", "a"]]);
});
