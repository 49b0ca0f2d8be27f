/** What waits in the outbox, for people: one page of actions, and how much there is for each receiver. */
import type { JsonObject } from "../json.ts";
import type { OutboxRow } from "../orchestrator/outbox.ts";
import type { Page } from "./store.ts";

export interface OutboxListing {
  /** Actions that wait or are being delivered, next due first; those that wait for a person are dead letters. */
  list(query: OutboxQuery): Promise<Page<OutboxItem>>;
  /** The largest groups, up to `OUTBOX_GROUPS_MAX`. */
  groups(): Promise<readonly OutboxGroup[]>;
}

export const OUTBOX_GROUPS_MAX = 500;

export interface OutboxQuery {
  readonly machineName?: string;
  readonly entityId?: string;
  readonly kind?: OutboxRow["kind"];
  readonly state?: OutboxItem["state"];
  /** 1–500. */
  readonly limit: number;
  readonly cursor?: string | null;
}

export interface OutboxItem {
  readonly actionId: string;
  readonly entityId: string;
  readonly machineName: string;
  readonly machineVersion: string;
  readonly position: number;
  readonly ordinal: number;
  readonly kind: OutboxRow["kind"];
  readonly name: string;
  readonly params: JsonObject;
  /** Attempts that failed so far. */
  readonly attempts: number;
  readonly attemptsMax: number;
  readonly createdAtMs: number;
  readonly state: "pending" | "leased";
  /** When it is delivered next, or when its lease ends. */
  readonly nextAtMs: number;
}

export interface OutboxGroup {
  readonly kind: OutboxRow["kind"];
  readonly name: string;
  /** The address as the author wrote it, where the kind has one. */
  readonly address: string | null;
  readonly pending: number;
  readonly leased: number;
  /** Of these, how many failed at least once. */
  readonly failing: number;
  /** The earliest time among them. */
  readonly nextAtMs: number;
}

/** Where each kind that calls an address keeps it. */
export const ADDRESS_KEYS = { http: "url", send: "target", invoke_start: "src" } as const;
