/** The part of the port that keeps people, keys, the audit trail, processes and what is deleted when. */
import type { JsonObject } from "../json.ts";
import type { NewEvent } from "../orchestrator/event.ts";
import type { Page } from "./store.ts";

export interface OperationsStore {
  accounts(): Promise<readonly Account[]>;
  account(username: string): Promise<Account | null>;
  /**
   * Inserts or replaces; `isNewOnly` leaves an existing one alone and answers false. With `expectedCounter` one is only
   * replaced while its counter is that, else the answer is false: of two changes at once none is lost.
   */
  putAccount(
    account: Account,
    options: { readonly isNewOnly: boolean; readonly expectedCounter?: number },
  ): Promise<boolean>;
  deleteAccount(username: string): Promise<boolean>;
  /** Counts a failure under each key; answers when the next try is allowed (null = now). */
  recordLoginFailure(keys: readonly string[]): Promise<void>;
  loginBlockedUntilMs(
    keys: readonly { readonly key: string; readonly failuresMax: number }[],
  ): Promise<number | null>;
  clearLoginFailures(keys: readonly string[]): Promise<void>;
  /**
   * Counts one attempt as a failure ahead of its outcome, unless the key is held: then nothing is counted and the answer
   * says until when. However many ask at once, no more than the free ones get through.
   */
  takeLoginAttempt(key: { readonly key: string; readonly failuresMax: number }): Promise<LoginAttempt>;
  /** Small named documents: refresh tokens, revocations, webhooks, annotations, layouts, api keys, settings. */
  documents: DocumentStore;
  audit(entry: AuditEntry): Promise<void>;
  auditLog(query: { readonly limit: number; readonly cursor?: string | null }): Promise<Page<AuditEntry>>;
  /** Registers or refreshes a worker; rows not refreshed for 60 s count as gone. */
  heartbeat(worker: WorkerRow): Promise<void>;
  workers(): Promise<readonly WorkerRow[]>;
  deregister(workerId: string): Promise<void>;
  /** Deletes what is older than the windows, in batches; answers how much, by table. */
  prune(windows: RetentionWindows): Promise<Readonly<Record<string, number>>>;
}

export interface LoginAttempt {
  /** null = the attempt may go on. */
  readonly blockedUntilMs: number | null;
  /** Failures that are counted now. */
  readonly count: number;
}

export interface DocumentStore {
  get(kind: string, id: string): Promise<StoredDocument | null>;
  /** Answers the new version, or null when refused. */
  put(kind: string, id: string, body: JsonObject, options: DocumentWrite): Promise<number | null>;
  /** Up to `limit` documents whose time has come, earliest first. */
  due(kind: string, limit: number): Promise<DueDocuments>;
  delete(kind: string, id: string): Promise<boolean>;
  /** By id; newest first when `isNewestFirst`. */
  list(
    kind: string,
    query: {
      readonly prefix?: string;
      readonly limit: number;
      readonly cursor?: string | null;
      readonly isNewestFirst: boolean;
    },
  ): Promise<Page<StoredDocument>>;
}

export interface DocumentWrite {
  /** null = write whatever is there, 0 = must be new. */
  readonly expectedVersion: number | null;
  readonly expiresAtMs: number | null;
  /** When somebody must look at it; absent or null = never. */
  readonly dueAtMs?: number | null;
  /** Up to 1,000 events that are accepted in the same transaction, and not at all when the write is refused. */
  readonly events?: readonly NewEvent[];
}

export interface DueDocuments {
  /** Time of the store when it looked. */
  readonly nowMs: number;
  readonly items: readonly StoredDocument[];
  /** When the next one that was not answered is due; null = none waits. */
  readonly nextDueAtMs: number | null;
}

export interface StoredDocument {
  readonly id: string;
  readonly body: JsonObject;
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly dueAtMs: number | null;
}

export interface Account {
  readonly username: string;
  /** Argon2id, PHC text. */
  readonly passwordHash: string;
  readonly role: "Viewer" | "Operator" | "Editor" | "Admin";
  readonly isEnabled: boolean;
  /** Tokens issued with a lower counter are void. */
  readonly tokenCounter: number;
  readonly createdAtMs: number;
}

export interface AuditEntry {
  readonly id: string;
  readonly atMs: number;
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly requestId: string | null;
  readonly details: JsonObject;
}

export interface WorkerRow {
  readonly workerId: string;
  readonly startedAtMs: number;
  readonly seenAtMs: number;
  readonly info: JsonObject;
}

/** Days; null = for ever. */
export interface RetentionWindows {
  readonly eventsCompletedDays: number | null;
  readonly deadLettersDays: number | null;
  readonly historyTerminalDays: number | null;
  readonly historyActiveDays: number | null;
  readonly batchSize: number;
}
