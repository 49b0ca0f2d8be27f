/** A second reading of the specification: sets, recursion, no tables, nothing shared with the engine but the types. */
import { type JsonObject } from "../../src/json.ts";
import { resolve } from "./naive_conflict.ts";
import { leadFor } from "./naive_lead.ts";
import { wishesFor } from "./naive_select.ts";
import { endOf, enter, microstep } from "./naive_step.ts";
import {
  leavesOf,
  type NaiveAnswer,
  type NaiveEvent,
  type NaiveState,
  Refusal,
  type World,
} from "./naive_world.ts";

export function startNaive(world: World): NaiveAnswer {
  return attempt(world, () => {
    for (const variable of world.tree.spec.variables) {
      if (variable.default !== undefined) world.state.context[variable.key] = variable.default;
    }
    world.microsteps = 0;
    const lead = leadFor(world, world.tree.root.initial, { floor: null, isExempt: () => false });
    if (lead === null) throw new Refusal("guard_rejected");
    enter(world, lead);
    settle(world);
    drain(world);
    return "transitioned";
  });
}

export function sendNaive(world: World, trigger: string, payload: JsonObject): NaiveAnswer {
  return attempt(world, () => dispatch(world, { trigger, payload, origin: "outside" }));
}

export function fireNaive(world: World, serial: number): NaiveAnswer {
  return attempt(world, () => {
    const timer = world.state.timers.find((one) => one.serial === serial);
    if (timer === undefined) return "ignored";
    world.state.timers = world.state.timers.filter((one) => one !== timer);
    return dispatch(world, { trigger: timer.trigger, payload: timer.payload, origin: "timer" });
  });
}

export function attempt(world: World, run: () => string): NaiveAnswer {
  const saved: NaiveState = {
    active: new Set(world.state.active),
    history: new Map(world.state.history),
    context: { ...world.state.context },
    deferred: [...world.state.deferred],
    timers: [...world.state.timers],
    serial: world.state.serial,
    isDone: world.state.isDone,
  };
  world.internal = [];
  world.external = [];
  world.selfEvents = 0;
  world.erred.clear();
  try {
    return { outcome: run(), code: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    world.state = saved;
    return { outcome: "refused", code: error.code };
  }
}

export function dispatch(world: World, event: NaiveEvent): string {
  if (isEnded(world)) {
    if (world.isScxml || event.origin === "timer") return "ignored";
    throw new Refusal("terminal_state");
  }
  const outcome = handle(world, event);
  drain(world);
  return outcome;
}

export function isEnded(world: World): boolean {
  const [only, ...others] = leavesOf(world);
  return world.state.isDone || (!world.isScxml && others.length === 0 && only?.kind === "terminal");
}

export function handle(world: World, event: NaiveEvent): string {
  world.microsteps = 0;
  world.steps = 0;
  world.targetless = true;
  world.event = event;
  world.erred.clear();
  const before = new Set(world.state.active);
  const context = { ...world.state.context };
  if (!world.isScxml && typeof event.payload === "object" && event.payload !== null) {
    Object.assign(world.state.context, event.payload);
  }
  const found = wishesFor(world, event);
  if (found.wishes.length === 0 && !world.isScxml) world.state.context = context;
  if (found.wishes.length === 0 && found.isDeferred) {
    if (world.state.deferred.length >= 100) throw new Refusal("deferred_full");
    world.state.deferred.push(event);
    return "deferred";
  }
  if (found.wishes.length === 0 && !world.isScxml) {
    if (event.origin === "outside") refuse(world, event, found);
    return "ignored";
  }
  if (found.wishes.length > 0) microstep(world, resolve(world, found.wishes));
  settle(world);
  const isChanged = before.size !== world.state.active.size ||
    [...before].some((node) => !world.state.active.has(node));
  if (isChanged) {
    world.external.unshift(
      ...world.state.deferred.map((one): NaiveEvent => ({ ...one, origin: "recalled" })),
    );
    world.state.deferred = [];
  }
  return world.steps === 0 ? "ignored" : world.targetless ? "internal" : "transitioned";
}

export function refuse(
  world: World,
  event: NaiveEvent,
  found: { readonly tried: number; readonly errors: number },
): void {
  if (found.tried > 0) throw new Refusal(found.errors > 0 ? "guard_error" : "guard_rejected");
  if (world.tree.spec.isStrictEvents) throw new Refusal("invalid_trigger");
  void event;
}

export function drain(world: World): void {
  while (world.external.length > 0 && !world.state.isDone) {
    const head = world.external.shift();
    if (head !== undefined) handle(world, head);
  }
}

export function settle(world: World): void {
  while (!world.state.isDone) {
    let { wishes } = wishesFor(world, null);
    if (wishes.length === 0) {
      const head = world.internal.shift();
      if (head === undefined) break;
      world.event = head;
      wishes = wishesFor(world, head).wishes;
    }
    if (wishes.length > 0) microstep(world, resolve(world, wishes));
  }
  if (!world.isScxml && !world.state.isDone) {
    const [only, ...others] = leavesOf(world);
    if (only?.kind === "terminal" && others.length === 0) endOf(world);
  }
}
