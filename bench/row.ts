/** One measured number, beside what a peer does on the same machine in the same run. */

export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** null = measured alone. */
  readonly peer: string | null;
  readonly peer_value: number | null;
  readonly ratio: number | null;
}
