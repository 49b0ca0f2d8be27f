/** The rows of history that a dashboard looks at: a window of time, newest first, up to a named bound. */
import type { HistoryRow } from "../orchestrator/history.ts";
import type { RouteDeps } from "./env.ts";

/** Figures are computed over this many newest rows of the window, and say so when there are more. */
export const OBSERVED_ROWS_MAX = 5_000;
const PAGE_ROWS = 500;
const HOUR_MS = 3_600_000;
/** Pages that ask for the same figures within this time share one look. */
const SHARED_MS = 3_000;
const SHARED_MAX = 50;

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What figures need of a row: contexts and payloads are let go page by page. */
export type ObservedRow = Pick<
  HistoryRow,
  | "entityId"
  | "fromState"
  | "toState"
  | "trigger"
  | "isSuccess"
  | "reason"
  | "errorMessage"
  | "durationMs"
  | "createdAtMs"
>;

export interface Observed {
  readonly rows: readonly ObservedRow[];
  /** Of the window; not exact when there are very many. */
  readonly total: number;
  readonly isTotalExact: boolean;
  /** The rows are all there are in the window. */
  readonly isComplete: boolean;
}

/** How many rows figures rest on, as answers tell it. */
export function basisOf(
  { rows, isComplete }: Observed,
): { readonly rows: number; readonly is_complete: boolean } {
  return { rows: rows.length, is_complete: isComplete };
}

export interface ObservedFilter {
  readonly machineName?: string | undefined;
  readonly entityId?: string | undefined;
}

export function windowOf(deps: Pick<RouteDeps, "clock">, hours: number): Window {
  const toMs = deps.clock.nowMs();
  return { fromMs: toMs - hours * HOUR_MS, toMs };
}

export interface Observer {
  rowsOf(window: Window, filter: ObservedFilter): Promise<Observed>;
}

export function createObserver({ store, clock }: Pick<RouteDeps, "store" | "clock">): Observer {
  const shared = new Map<string, { readonly atMs: number; readonly observed: Promise<Observed> }>();

  return {
    rowsOf(window, filter) {
      const key = JSON.stringify([
        window.toMs - window.fromMs,
        filter.machineName ?? null,
        filter.entityId ?? null,
      ]);
      const nowMs = clock.nowMs();
      const known = shared.get(key);
      if (known !== undefined && nowMs - known.atMs < SHARED_MS && nowMs > known.atMs) return known.observed;
      if (shared.size >= SHARED_MAX) shared.clear();
      const observed = look(window, filter);
      shared.set(key, { atMs: nowMs, observed });
      // A failure is told to those who asked, not to those who ask later.
      observed.catch(() => shared.delete(key));
      return observed;
    },
  };

  async function look(window: Window, filter: ObservedFilter): Promise<Observed> {
    const rows: ObservedRow[] = [];
    let counted = { total: 0, isTotalExact: true };
    for (let offset = 0; offset < OBSERVED_ROWS_MAX; offset += PAGE_ROWS) {
      const page = await store.history.recent({
        fromMs: window.fromMs,
        toMs: window.toMs,
        ...(filter.machineName === undefined ? {} : { machineName: filter.machineName }),
        ...(filter.entityId === undefined ? {} : { entityId: filter.entityId }),
        limit: PAGE_ROWS,
        offset,
        isCounted: offset === 0,
      });
      if (offset === 0) counted = { total: page.total, isTotalExact: page.isTotalExact };
      rows.push(...page.items.map(observedRow));
      if (page.items.length < PAGE_ROWS) break;
    }
    return { rows, ...counted, isComplete: rows.length >= counted.total };
  }
}

function observedRow(row: HistoryRow): ObservedRow {
  const { entityId, fromState, toState, trigger, isSuccess, reason, errorMessage, durationMs, createdAtMs } =
    row;
  return { entityId, fromState, toState, trigger, isSuccess, reason, errorMessage, durationMs, createdAtMs };
}

/** Nearest rank; null for no values. `share` in (0, 1]. */
export function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
}

/** 0 for no total; four digits. */
export function rate(part: number, total: number): number {
  return total === 0 ? 0 : Math.round((part / total) * 10_000) / 10_000;
}

/** What stands for an error in tables: its reason and the newest text. */
export function topError(
  rows: readonly ObservedRow[],
):
  | { readonly error_type: string | null; readonly error_message: string | null; readonly count: number }
  | null {
  const failed = Map.groupBy(rows.filter((row) => !row.isSuccess), (row) => row.reason);
  const [top] = [...failed].toSorted((a, b) => b[1].length - a[1].length);
  if (top === undefined) return null;
  const [reason, group] = top;
  return { error_type: reason, error_message: group[0]?.errorMessage ?? null, count: group.length };
}
