/** A published machine version as it is stored. */
import type { JsonObject } from "../json.ts";

export interface MachineRecord {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly description: string | null;
  readonly isStrict: boolean;
  /** The whole document as sent. */
  readonly config: JsonObject;
  /** The text it came from, when it came as text. */
  readonly sourceText: string | null;
  /** SHA-256 (hex) of the canonical document. */
  readonly hash: string;
  /** +1 for each replacement in place, from 1. */
  readonly revision: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly createdBy: string | null;
  readonly updatedBy: string | null;
}
