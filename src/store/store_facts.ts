/** What a store tells about its own health. */

/** The store as it stands, for `stator doctor`; null where a kind of store knows no such thing. */
export interface StoreFacts {
  /** For people, for example `PostgreSQL 18.1`. */
  readonly product: string;
  /** Pending ones, counted up to `COUNT_MAX`; `oldestMs` is an age. */
  readonly deadLetters: { readonly pending: number; readonly oldestMs: number | null };
  /** Actions that are due, counted up to `COUNT_MAX`; `oldestMs`: how long the oldest is overdue. */
  readonly outbox: { readonly due: number; readonly oldestMs: number | null };
  readonly tables: readonly {
    readonly name: string;
    readonly rowsLive: number;
    readonly rowsDead: number;
    readonly bytes: number;
    readonly vacuumedAtMs: number | null;
  }[];
  readonly oldestTransaction:
    | { readonly ageMs: number; readonly who: string; readonly state: string }
    | null;
  readonly connections: { readonly used: number; readonly max: number } | null;
  readonly invalidIndexes: readonly string[];
  /** Settings of the server or file that decide about safety, by name. */
  readonly settings: Readonly<Record<string, string>>;
  readonly partitions:
    | {
      readonly count: number;
      /** Rows until this time have a partition of their own. */
      readonly coveredUntilMs: number;
      /** Rows that have none; an estimate. */
      readonly strayRows: number;
    }
    | null;
  readonly file: { readonly bytes: number; readonly freeBytes: number; readonly walBytes: number } | null;
}
