/** The one way to change an entity, for worker, API and command line alike. */
import type { Clock } from "../clock.ts";
import type { NewEvent } from "../orchestrator/event.ts";
import type { Guards } from "../orchestrator/decide_input.ts";
import type { MachineRecord } from "../orchestrator/machine_record.ts";
import { DEFAULT_RETRY, type RetryPolicy } from "../orchestrator/retry.ts";
import type { AppendResult, Store } from "../store/store.ts";
import { adopt, type AdoptRequest, type AdoptResult } from "./adopt.ts";
import { type Catalog, type CompileResult, createCatalog } from "./catalog.ts";
import { createGatherer } from "./gather.ts";
import { DEFAULT_LIMITS, type RuntimeLimits } from "./limits.ts";
import { joinObservers, type RuntimeObserver, type TurnReport } from "./observer.ts";
import { createPace } from "./pace.ts";
import { parkLane, type ParkRequest, type ParkResult, resumeLane } from "./park.ts";
import { createPreview, type Preview } from "./preview.ts";
import { purgeEntity } from "./purge.ts";
import { submitBatch, type SubmitRequest, type SubmitResult } from "./submit.ts";
import { runTurn, type TurnDeps } from "./turn.ts";

export interface Runtime extends Preview {
  /** Decides one event now and answers with the decision. The event must be due (`notBeforeMs` null). */
  submit(request: SubmitRequest): Promise<SubmitResult>;
  /** Accepts one event for later; a worker decides it. */
  append(event: NewEvent): Promise<AppendResult>;
  /** Decides what is ready now; null = nothing was. */
  turn(): Promise<TurnReport | null>;
  /** Removes the entity and everything kept for it; false = there was none. */
  purge(entityId: string): Promise<boolean>;
  /** Takes an entity over as it stands elsewhere, with its history before it. */
  adopt(request: AdoptRequest): Promise<AdoptResult>;
  /** Holds everything of the entity until `resume`. */
  park(request: ParkRequest): Promise<ParkResult>;
  resume(entityId: string): Promise<ParkResult>;
  readonly machines: Catalog;
}

export interface RuntimeDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Makes a stored machine ready; never throws. */
  readonly compile: (record: MachineRecord) => CompileResult;
  readonly guards?: Guards;
  readonly retry?: RetryPolicy;
  readonly limits?: Partial<RuntimeLimits>;
  /** In [0, 1). */
  readonly random?: () => number;
  readonly stopwatchMs?: () => number;
  readonly observers?: readonly RuntimeObserver[];
  readonly crashGuard?: TurnDeps["crashGuard"];
}

/** Keeps no state of any entity: any number of processes may run on one store. */
export function createRuntime(deps: RuntimeDeps): Runtime {
  const { store, clock, retry = DEFAULT_RETRY, random = Math.random, guards } = deps;
  const limits: RuntimeLimits = { ...DEFAULT_LIMITS, ...deps.limits };
  const observer = joinObservers(deps.observers ?? []);
  const machines = createCatalog({
    machines: store.machines,
    clock,
    compile: deps.compile,
    machinesCachedMax: limits.machinesCachedMax,
    checkMs: limits.catalogCheckMs,
    onInvalid: observer.onInvalidMachine,
  });
  const turnDeps: TurnDeps = {
    turns: store.turns,
    catalog: machines,
    limits,
    observer,
    pace: createPace(limits),
    crashGuard: deps.crashGuard ?? null,
    fold: {
      retry,
      random,
      stopwatchMs: deps.stopwatchMs ?? (() => performance.now()),
      ...(guards === undefined ? {} : { guards }),
    },
  };
  const submits = createGatherer<SubmitRequest, SubmitResult>({
    batchMax: limits.submitBatchMax,
    concurrencyMax: limits.submitConcurrency,
    quickMax: limits.submitQuickMax,
    queueMax: limits.queueMax,
    deadlineMs: limits.submitDeadlineMs,
    keyOf: (request) => request.event.entityId,
    run: (batch) => submitBatch(batch, turnDeps),
  });
  const appends = createGatherer<NewEvent, AppendResult>({
    batchMax: limits.appendBatchMax,
    concurrencyMax: limits.appendConcurrency,
    queueMax: limits.queueMax,
    deadlineMs: limits.submitDeadlineMs,
    keyOf: (event) => event.entityId,
    run: (batch) => store.inbox.append(batch),
  });

  return {
    ...createPreview({ store, machines, ...(guards === undefined ? {} : { guards }) }),
    machines,
    submit: (request) => submits.add(request),
    append: (event) => appends.add(event),
    turn: () => runTurn(turnDeps),
    purge: (entityId) => purgeEntity(store.turns, entityId),
    adopt: (request) => adopt(store.turns, request),
    park: (request) => parkLane(store.turns, request),
    resume: (entityId) => resumeLane(store.turns, entityId),
  };
}
