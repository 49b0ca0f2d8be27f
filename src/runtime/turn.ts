/** The turn: claim ready lanes, fold what waits in each, commit everything in one transaction. */
import type { LoadedLane } from "../orchestrator/lane.ts";
import { foldLane } from "../orchestrator/fold.ts";
import type { Folded, FoldedItem, FoldOptions } from "../orchestrator/lane_fold.ts";
import { machineNeedOf } from "../orchestrator/machine_need.ts";
import type { NewEvent } from "../orchestrator/event.ts";
import type { Turn, TurnStore } from "../store/store.ts";
import type { Catalog, MachineNeed } from "./catalog.ts";
import type { CrashGuard } from "./crash_guard.ts";
import type { RuntimeLimits } from "./limits.ts";
import type { RuntimeObserver, TurnReport } from "./observer.ts";
import type { Pace } from "./pace.ts";

export interface TurnDeps {
  readonly turns: TurnStore;
  readonly catalog: Catalog;
  readonly limits: RuntimeLimits;
  readonly observer: Required<RuntimeObserver>;
  /** What every fold is given, besides machines and time. */
  readonly fold: Omit<FoldOptions, "machineOf" | "nowMs" | "awaited">;
  readonly pace: Pace;
  /** Watches for events that end the process; null where another process takes over anyway. */
  readonly crashGuard: Pick<CrashGuard, "lanesMax" | "hold"> | null;
}

/**
 * Runs one turn over whatever is ready; null = nothing was. Failures of the store are thrown, and leave everything as
 * it was.
 */
export async function runTurn(deps: TurnDeps): Promise<TurnReport | null> {
  for (let round = 0; round < deps.limits.fencedMax; round++) {
    const startedMs = deps.fold.stopwatchMs();
    const lanesMax = Math.min(deps.pace.lanes(), deps.crashGuard?.lanesMax() ?? Infinity);
    const turn = await deps.turns.claim({
      lanesMax,
      eventsPerLaneMax: deps.pace.eventsPerLane(),
    });
    if (turn === null) return null;
    const isMore = turn.lanes.some((lane) => lane.isMore);
    const items = await commitLanes(turn, deps);
    if (items === "fenced") continue;
    deps.pace.turned({ lanes: turn.lanes.length, items: items.length, isMore });
    const report = {
      lanes: turn.lanes.length,
      items: items.length,
      durationMs: deps.fold.stopwatchMs() - startedMs,
      isFull: turn.lanes.length >= lanesMax || isMore,
      isAwaited: false,
    };
    deps.observer.onTurn(report);
    return report;
  }
  return null;
}

async function commitLanes(turn: Turn, deps: TurnDeps): Promise<readonly FoldedItem[] | "fenced"> {
  let folded: readonly Folded[];
  let release: (() => Promise<void>) | undefined;
  try {
    release = await deps.crashGuard?.hold(turn.lanes.map((lane) => lane.entityId));
    folded = await foldLanes(turn, deps, new Map());
  } catch (error) {
    await turn.rollback();
    await release?.();
    throw error;
  }
  const lanes = folded.map((one) => one.write).filter((write) => write !== null);
  const outcome = await turn.commit({ lanes, answers: [] });
  await release?.();
  if (outcome.type === "fenced") {
    deps.observer.onFenced();
    return "fenced";
  }
  const items = folded.flatMap((one) => one.items);
  for (const item of items) deps.observer.onItem(item);
  return items;
}

/** Folds each lane; `awaited` holds the submitted events by entity. */
export async function foldLanes(
  turn: Turn,
  deps: Pick<TurnDeps, "catalog" | "fold">,
  awaited: ReadonlyMap<string, readonly NewEvent[]>,
): Promise<readonly Folded[]> {
  const machineOf = await deps.catalog.prepare(needsOf(turn.lanes, awaited));
  return turn.lanes.map((lane) =>
    foldLane(lane, { ...deps.fold, machineOf, nowMs: turn.nowMs, awaited: awaited.get(lane.entityId) ?? [] })
  );
}

/** Every machine that any event of these lanes may be decided by, also when an earlier event creates the entity. */
function needsOf(
  lanes: readonly LoadedLane[],
  awaited: ReadonlyMap<string, readonly NewEvent[]>,
): readonly MachineNeed[] {
  const needs: MachineNeed[] = [];
  for (const lane of lanes) {
    if (lane.entity !== null) {
      needs.push({ name: lane.entity.machineName, version: lane.entity.machineVersion });
    }
    for (const event of [...lane.events, ...(awaited.get(lane.entityId) ?? [])]) {
      const need = machineNeedOf(null, event);
      if (need !== null && (lane.entity === null || event.command.type === "migrate")) needs.push(need);
    }
  }
  return needs;
}
