/** What a store must offer to be put under the contract. */
import type { Store } from "../store.ts";

export interface StoreHarness {
  readonly store: Store;
  /** Lets time of the store pass. */
  pass(durationMs: number): Promise<void>;
  /** Opens the same data once more, as another process would; null = cannot be shared. */
  openAgain: (() => Promise<Store>) | null;
  /** The store tells time by a clock of the test, so that days can pass. */
  readonly isClockVirtual: boolean;
  readonly lockTimeoutMs: number;
  close(): Promise<void>;
}

export type OpenHarness = () => Promise<StoreHarness>;

/** One case of the contract. */
export interface ContractCase {
  readonly name: string;
  readonly run: (harness: StoreHarness) => Promise<void>;
}
