/** What the runtime tells whoever watches: metrics, logs, hooks of the host. Watching never changes what happens. */
import type { FoldedItem } from "../orchestrator/lane_fold.ts";

export interface TurnReport {
  readonly lanes: number;
  readonly items: number;
  readonly durationMs: number;
  /** As many lanes as a turn may claim were ready: more work is likely. */
  readonly isFull: boolean;
  readonly isAwaited: boolean;
}

export interface RuntimeObserver {
  /** After the commit, once for each thing that happened to an entity, in order. */
  onItem?(item: FoldedItem): void;
  onTurn?(report: TurnReport): void;
  /** Entities changed underneath; the turn is repeated. */
  onFenced?(): void;
  /** A stored machine cannot be used; its events end as dead letters until it is repaired. */
  onInvalidMachine?(
    problem: { readonly name: string; readonly version: string; readonly message: string },
  ): void;
  /** An observer threw; told to the others. */
  onObserverError?(error: unknown): void;
}

/** One observer out of many: each is called, whatever the others throw. */
export function joinObservers(observers: readonly RuntimeObserver[]): Required<RuntimeObserver> {
  const tellAll = (tell: (observer: RuntimeObserver) => void) => {
    for (const observer of observers) {
      try {
        tell(observer);
      } catch (error) {
        for (const other of observers) if (other !== observer) other.onObserverError?.(error);
      }
    }
  };
  return {
    onItem: (item) => tellAll((observer) => observer.onItem?.(item)),
    onTurn: (report) => tellAll((observer) => observer.onTurn?.(report)),
    onFenced: () => tellAll((observer) => observer.onFenced?.()),
    onInvalidMachine: (problem) => tellAll((observer) => observer.onInvalidMachine?.(problem)),
    onObserverError: (error) => tellAll((observer) => observer.onObserverError?.(error)),
  };
}
