/** What a receiver that has no time now asks for. */

const RETRY_AFTER_MAX_MS = 86_400_000;

/** Seconds or an HTTP date, at most a day; null when absent or not understood. */
export function retryAfterMsOf(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isFinite(ms) ? Math.min(RETRY_AFTER_MAX_MS, Math.max(0, ms)) : null;
}
