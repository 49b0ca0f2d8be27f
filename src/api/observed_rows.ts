/** The rows of history that a dashboard looks at: a window of time, newest first, up to a named bound. */
import type { HistoryRow } from "../orchestrator/history.ts";
import type { RouteDeps } from "./env.ts";

/** Figures are computed over this many newest rows of the window. */
export const OBSERVED_ROWS_MAX = 10_000;
const PAGE_ROWS = 500;
const HOUR_MS = 3_600_000;

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

export function windowOf(deps: RouteDeps, hours: number): Window {
  const toMs = deps.clock.nowMs();
  return { fromMs: toMs - hours * HOUR_MS, toMs };
}

export async function observedRows(
  deps: RouteDeps,
  window: Window,
  filter: { readonly machineName?: string | undefined; readonly entityId?: string | undefined },
): Promise<{ readonly rows: readonly HistoryRow[]; readonly total: number }> {
  const rows: HistoryRow[] = [];
  let total = 0;
  for (let offset = 0; offset < OBSERVED_ROWS_MAX; offset += PAGE_ROWS) {
    const page = await deps.store.history.recent({
      fromMs: window.fromMs,
      toMs: window.toMs,
      ...(filter.machineName === undefined ? {} : { machineName: filter.machineName }),
      ...(filter.entityId === undefined ? {} : { entityId: filter.entityId }),
      limit: PAGE_ROWS,
      offset,
    });
    total = page.total;
    rows.push(...page.items);
    if (page.items.length < PAGE_ROWS) break;
  }
  return { rows, total };
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
  rows: readonly HistoryRow[],
):
  | { readonly error_type: string | null; readonly error_message: string | null; readonly count: number }
  | null {
  const failed = Map.groupBy(rows.filter((row) => !row.isSuccess), (row) => row.reason);
  const [top] = [...failed].toSorted((a, b) => b[1].length - a[1].length);
  if (top === undefined) return null;
  const [reason, group] = top;
  return { error_type: reason, error_message: group[0]?.errorMessage ?? null, count: group.length };
}
