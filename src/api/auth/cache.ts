/** What was looked up a moment ago, for a moment: a change is noticed everywhere soon, without asking every time. */
import type { Clock } from "../../clock.ts";

/** A revoked token or a changed account is noticed within this time on every replica. */
const CACHE_MS = 2_000;
const CACHE_MAX = 10_000;

export interface Cache<Value> {
  get(key: string, load: () => Promise<Value>): Promise<Value>;
  forget(key: string): void;
}

export function createCache<Value>(clock: Clock): Cache<Value> {
  const entries = new Map<string, { readonly value: Value; readonly untilMs: number }>();
  return {
    async get(key, load) {
      const known = entries.get(key);
      const nowMs = clock.nowMs();
      if (known !== undefined && known.untilMs > nowMs) return known.value;
      const value = await load();
      entries.delete(key);
      entries.set(key, { value, untilMs: nowMs + CACHE_MS });
      if (entries.size > CACHE_MAX) {
        const oldest = entries.keys().next();
        if (!oldest.done) entries.delete(oldest.value);
      }
      return value;
    },
    forget: (key) => void entries.delete(key),
  };
}
