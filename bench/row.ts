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

export function aloneRow(name: string, value: number, unit: string): BenchRow {
  return { name, value, unit, peer: null, peer_value: null, ratio: null };
}

/** A peer that could not be measured leaves its name and no ratio. */
export function besideRow(row: BenchRow, peer: string, peerValue: number | null): BenchRow {
  return { ...row, peer, peer_value: peerValue, ratio: peerValue === null ? null : row.value / peerValue };
}
