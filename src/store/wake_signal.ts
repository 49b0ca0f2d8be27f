/** Tells whoever listens in this process that there is work; many calls in one moment become one. */
export interface WakeSignal {
  wake(): void;
  onWake(listener: () => void): () => void;
}

export function createWakeSignal(): WakeSignal {
  const listeners = new Set<() => void>();
  let isScheduled = false;

  return {
    wake() {
      if (isScheduled) return;
      isScheduled = true;
      queueMicrotask(() => {
        isScheduled = false;
        for (const listener of listeners) listener();
      });
    },
    onWake(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
