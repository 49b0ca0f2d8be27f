/** Many waits of one length share one timer: who came first is late first. */

export interface Deadlines {
  /** `onLate` is called once when the time is over; the answer calls it off. */
  start(onLate: () => void): () => void;
}

interface Wait {
  readonly lateAtMs: number;
  readonly onLate: () => void;
}

/** A timer of its own for each request costs as much as reading its body. */
export function createDeadlines(durationMs: number): Deadlines {
  const waits = new Set<Wait>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  return {
    start(onLate) {
      const wait = { lateAtMs: performance.now() + durationMs, onLate };
      waits.add(wait);
      timer ??= setTimeout(expire, durationMs);
      return () => {
        waits.delete(wait);
        if (waits.size > 0 || timer === null) return;
        clearTimeout(timer);
        timer = null;
      };
    },
  };

  function expire(): void {
    timer = null;
    const nowMs = performance.now();
    const late: Wait[] = [];
    for (const wait of waits) {
      if (wait.lateAtMs > nowMs) {
        timer = setTimeout(expire, Math.ceil(wait.lateAtMs - nowMs));
        break;
      }
      late.push(wait);
    }
    for (const wait of late) {
      waits.delete(wait);
      wait.onLate();
    }
  }
}
