/** What one call of the engine has in hand while it runs; nothing of it outlives a refused call. */
import { unreachable } from "../assert.ts";
import { type Configuration, has } from "./configuration.ts";
import type { GuardScope } from "./guard.ts";
import type { JsonArray, JsonObject, JsonValue } from "../json.ts";
import type { Machine } from "./machine.ts";
import { type HistoryMemory, NO_HISTORY } from "./memory.ts";
import type { Move } from "./move.ts";
import { ownValue, setOwn } from "./own.ts";
import type { DeferredEvent, Instance } from "./snapshot.ts";
import type {
  ActionRequest,
  ActionRow,
  CandidateRow,
  EngineEvent,
  EngineOptions,
  Microstep,
  Refusal,
  TimerStart,
} from "./step.ts";

/** An event in one of the two queues, or the one in hand. */
export interface QueuedEvent {
  readonly trigger: string;
  readonly payload: JsonValue;
  /** `outside` = handed in; `self` = sent to itself; `recalled` = deferred before; `timer`; `internal`. */
  readonly origin: "outside" | "self" | "recalled" | "timer" | "internal";
  readonly context?: JsonObject;
  readonly id?: string;
  readonly source?: string;
  readonly given: EngineEvent | null;
}

/** Rows of the macrostep in hand. */
export interface StepRows {
  readonly microsteps: Microstep[];
  candidates: CandidateRow[];
  preempted: readonly number[];
  /** Null until the first one, as most steps have none. */
  raised: string[] | null;
  sent: string[] | null;
}

export interface Work {
  readonly machine: Machine;
  readonly options: EngineOptions;
  /** Actions are listed, not run. */
  readonly isPlan: boolean;
  active: Configuration;
  /** The move in progress, how far it has come, and which half is on. */
  move: Move | null;
  phase: "rest" | "exit" | "transition" | "enter";
  cursor: number;
  history: HistoryMemory;
  timers: { readonly [key: string]: number };
  invokes: { readonly [state: string]: number };
  generation: number;
  /** Timers started in this call and not cancelled again; null = none. */
  started: Map<string, TimerStart> | null;
  deferred: readonly DeferredEvent[];
  isDone: boolean;
  doneData: JsonValue | null;
  /** Context as it was handed in. */
  readonly stored: JsonObject;
  /** Context with everything laid over it; null until someone looks. */
  view: Record<string, JsonValue> | null;
  isContextChanged: boolean;
  /** What `new_status` was before the engine showed it; `undefined` = it does not show it now. */
  statusBefore: { readonly value: JsonValue | undefined } | undefined;
  /** The context as actions are handed it, until the next change. */
  shown: JsonObject | null;
  scope: GuardScope | null;
  event: QueuedEvent | null;
  readonly internal: QueuedEvent[];
  external: QueuedEvent[];
  selfEvents: number;
  readonly requests: ActionRequest[];
  rows: StepRows;
  actions: ActionRow[];
  actionsRun: number;
  microstepsLeft: number;
  /** Transitions whose guards erred since the last microstep, profile `scxml`; null = none. */
  guardErrors: Set<number> | null;
  /** Invokes that ran when the macrostep began and were stopped, and nodes that were entered in it. */
  enteredInvokes: Set<number> | null;
}

/** Unwinds a call that is refused. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export const NO_TIMERS: { readonly [key: string]: number } = {};
const NO_INVOKES: { readonly [state: string]: number } = {};
const NO_DEFERRED: readonly DeferredEvent[] = [];

export function workOf(
  machine: Machine,
  instance: Instance,
  given: { readonly active: Configuration; readonly options: EngineOptions; readonly isPlan?: boolean },
): Work {
  const { snapshot, context } = instance;
  return {
    machine,
    options: given.options,
    isPlan: given.isPlan ?? false,
    active: given.active,
    move: null,
    phase: "rest",
    cursor: 0,
    history: snapshot.history ?? NO_HISTORY,
    timers: snapshot.timers ?? NO_TIMERS,
    invokes: snapshot.invokes ?? NO_INVOKES,
    generation: snapshot.generation ?? 0,
    started: null,
    deferred: snapshot.deferred ?? NO_DEFERRED,
    isDone: snapshot.isDone ?? false,
    doneData: null,
    stored: context,
    view: null,
    isContextChanged: false,
    statusBefore: undefined,
    shown: null,
    scope: null,
    event: null,
    internal: [],
    external: [],
    selfEvents: 0,
    requests: [],
    rows: NO_ROWS,
    actions: [],
    actionsRun: 0,
    microstepsLeft: machine.spec.microstepsMax,
    guardErrors: null,
    enteredInvokes: null,
  };
}

/** Before the first step begins. */
const NO_ROWS: StepRows = { microsteps: [], candidates: [], preempted: [], raised: null, sent: null };
/** Never written to: rows are added to a list of one's own. */
const NO_CANDIDATES: CandidateRow[] = [];
const NO_PREEMPTED: readonly number[] = [];

export function stepRows(): StepRows {
  return { microsteps: [], candidates: NO_CANDIDATES, preempted: NO_PREEMPTED, raised: null, sent: null };
}

/** Whether a node is active at this moment, also in the middle of a move. */
export function isActiveNow(work: Work, node: number): boolean {
  const { move, active } = work;
  if (move === null || work.phase === "rest") return has(active, node);
  switch (work.phase) {
    case "exit":
      return has(active, node) && !(node > work.cursor && has(move.exits, node));
    case "transition":
      return has(active, node) && !has(move.exits, node);
    case "enter":
      return has(move.after, node) && (node <= work.cursor || !has(move.enters, node));
    default:
      return unreachable(work.phase);
  }
}

/** What guards and expressions see. */
export function scopeOf(work: Work): GuardScope {
  if (work.scope !== null) return work.scope;
  const { indexOfName, spec } = work.machine;
  work.scope = {
    values: viewOf(work),
    isActive: (state) => {
      const index = indexOfName.get(state);
      return index !== undefined && isActiveNow(work, index);
    },
    guards: work.options.guards,
    isStrictGuards: spec.isStrictGuards,
  };
  return work.scope;
}

/** The context with everything that is laid over it; the same object for the whole call. */
export function viewOf(work: Work): Record<string, JsonValue> {
  if (work.view !== null) return work.view;
  const view: Record<string, JsonValue> = { ...work.stored };
  work.view = view;
  if (work.options.entityId !== undefined) view["_entity_id"] = work.options.entityId;
  if (work.event !== null) lay(work, view, work.event);
  return view;
}

/**
 * Makes `event` the one in hand; profile `pystator` lays what it carries over the context. What comes back takes that off
 * again, as long as nothing was written.
 */
export function takeEvent(work: Work, event: QueuedEvent): () => void {
  const { view, isContextChanged, statusBefore } = work;
  work.event = event;
  work.shown = null;
  if (!work.machine.isScxml && event.origin !== "internal" && carriesData(event)) {
    const laid: Record<string, JsonValue> = { ...(view ?? work.stored) };
    lay(work, laid, event);
    work.view = laid;
    work.scope = null;
    work.isContextChanged = true;
    return () => {
      work.view = view;
      work.scope = null;
      work.isContextChanged = isContextChanged;
      work.statusBefore = statusBefore;
      work.event = null;
    };
  }
  if (view !== null) lay(work, view, event);
  return NOTHING_LAID;
}

const NOTHING_LAID = () => {};

export function writeKey(work: Work, key: string, value: JsonValue): void {
  const view = viewOf(work);
  if (key === "new_status") work.statusBefore = undefined;
  setOwn(view, key, value);
  work.isContextChanged = true;
  work.shown = null;
}

export function removeKey(work: Work, key: string): void {
  const view = viewOf(work);
  if (!Object.hasOwn(view, key)) return;
  delete view[key];
  work.isContextChanged = true;
  work.shown = null;
}

/** Shows the actions of profile `pystator` where the move leads; it is not stored. */
export function showStatus(work: Work, status: string): void {
  const view = viewOf(work);
  work.statusBefore ??= { value: ownValue(view, "new_status") };
  view["new_status"] = status;
  work.shown = null;
}

/** Context to be stored: without what the engine shows and, in profile `pystator`, without keys that begin with `_`. */
export function contextToStore(work: Work): JsonObject {
  const { view, stored } = work;
  if ((view === null || !work.isContextChanged) && (work.machine.isScxml || !hasInternalKey(stored))) {
    return stored;
  }
  const kept = withoutInternal(work, viewOf(work));
  if (work.statusBefore !== undefined) {
    const { value } = work.statusBefore;
    if (value === undefined) delete kept["new_status"];
    else kept["new_status"] = value;
  }
  return kept;
}

/** Context as an action is handed it. */
export function contextToShow(work: Work): JsonObject {
  work.shown ??= withoutInternal(work, viewOf(work));
  return work.shown;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isArray(value);
}

/** `Array.isArray` for values that may be immutable lists. */
export function isArray(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

function lay(work: Work, view: Record<string, JsonValue>, event: QueuedEvent): void {
  if (!work.machine.isScxml && event.origin !== "internal" && carriesData(event)) {
    if (event.context !== undefined) layOver(work, view, event.context);
    if (isObject(event.payload)) layOver(work, view, event.payload);
  }
  view["_event"] = eventData(work, event);
  if (work.options.entityId !== undefined) view["_entity_id"] = work.options.entityId;
}

function layOver(work: Work, view: Record<string, JsonValue>, laid: JsonObject): void {
  for (const key of Object.keys(laid)) setOwn(view, key, laid[key] ?? null);
  if (Object.hasOwn(laid, "new_status")) work.statusBefore = undefined;
}

function carriesData(event: QueuedEvent): boolean {
  return !isEmpty(event.payload) || event.context !== undefined;
}

function isEmpty(value: JsonValue): boolean {
  if (!isObject(value)) return true;
  for (const key in value) if (Object.hasOwn(value, key)) return false;
  return true;
}

function eventData(work: Work, event: QueuedEvent): JsonObject {
  return {
    trigger: event.trigger,
    payload: event.payload,
    event_id: event.id ?? null,
    timestamp: isoOf(work.options.nowMs),
    source: event.source ?? "",
    metadata: {},
  };
}

let isoMs = NaN;
let isoText = "";

/** ISO 8601 in UTC with microseconds; the last one is kept because calls come in bursts. */
export function isoOf(nowMs: number): string {
  if (nowMs !== isoMs) {
    isoText = new Date(nowMs).toISOString().replace("Z", "000+00:00");
    isoMs = nowMs;
  }
  return isoText;
}

function withoutInternal(work: Work, view: JsonObject): Record<string, JsonValue> {
  const kept: Record<string, JsonValue> = {};
  const { isScxml } = work.machine;
  for (const key in view) {
    if (key.charCodeAt(0) === UNDERSCORE && (!isScxml || isReserved(key))) continue;
    setOwn(kept, key, view[key] ?? null);
  }
  return kept;
}

function hasInternalKey(context: JsonObject): boolean {
  for (const key in context) if (key.charCodeAt(0) === UNDERSCORE) return true;
  return false;
}

function isReserved(key: string): boolean {
  return key === "_event" || key === "_entity_id";
}

const UNDERSCORE = 95;
