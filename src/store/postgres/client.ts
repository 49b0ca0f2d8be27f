/** One connection for one user at a time: every call has a deadline, any error makes it unusable for good. */
import { finished } from "node:stream/promises";
import postgres from "postgres";
import { AppError } from "../../errors.ts";
import type { DatabaseRow } from "../columns.ts";
import type { PostgresAddress } from "./connection_url.ts";

export type PostgresValue = string | number | boolean | null;

export interface Statement {
  readonly sql: string;
  readonly values?: readonly PostgresValue[];
  /** Lines for a `copy … from stdin`. */
  readonly copy?: string;
}

export interface PostgresClient {
  /**
   * Sends all statements at once (what follows a copy, after it) and answers their rows. Fails as a whole; the client must then be destroyed, which it
   * does itself.
   */
  run(statements: readonly Statement[], deadlineMs: number): Promise<readonly (readonly DatabaseRow[])[]>;
  /** False after any error, and after the connection was lost. */
  isUsable(): boolean;
  /** Ends the connection at once, whatever it does. */
  destroy(): Promise<void>;
}

export interface ClientOptions {
  readonly address: PostgresAddress;
  readonly applicationName: string;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly onNotify?: (channel: string) => void;
  readonly onClose?: () => void;
}

/** How long ending a connection may take before it is left to the operating system. */
const DESTROY_MS = 1_000;
const INT8 = 20;
const JSON_TYPE = 114;
const JSONB_TYPE = 3802;

/** Connects with the first call. */
export function createClient(options: ClientOptions): PostgresClient {
  let isUsable = true;
  const sql = postgres(driverOptions(options, () => {
    isUsable = false;
    options.onClose?.();
  }));
  const isPrepared = !options.address.isPooled;

  return {
    isUsable: () => isUsable,
    destroy,
    async run(statements, deadlineMs) {
      if (!isUsable) {
        throw new AppError("store_unavailable", "Cannot use the database: the connection was lost");
      }
      const { promise: tooLate, reject } = Promise.withResolvers<never>();
      const timer = setTimeout(
        () =>
          reject(
            new AppError("store_unavailable", `Cannot use the database: no answer within ${deadlineMs} ms`),
          ),
        deadlineMs,
      );
      try {
        return await Promise.race([send(statements), tooLate]);
      } catch (error) {
        void destroy();
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
  };

  async function send(statements: readonly Statement[]): Promise<readonly (readonly DatabaseRow[])[]> {
    const answers: Promise<readonly DatabaseRow[]>[] = [];
    for (const { sql: text, values, copy } of statements) {
      if (copy !== undefined) {
        // When an earlier statement failed, its error is the one to tell.
        const answered = Promise.all(answers);
        answered.catch(() => {});
        await copyIn(text, copy).catch(async (error: unknown) => {
          await answered;
          throw error;
        });
        answers.push(Promise.resolve([]));
      } else if (values === undefined) answers.push(sql.unsafe(text).simple());
      else answers.push(sql.unsafe(text, [...values], { prepare: isPrepared }));
    }
    return await Promise.all(answers);
  }

  async function copyIn(text: string, lines: string): Promise<void> {
    const stream = await sql.unsafe(text).writable();
    stream.end(lines);
    await finished(stream);
  }

  async function destroy(): Promise<void> {
    isUsable = false;
    const { promise: given, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, DESTROY_MS);
    await Promise.race([sql.end({ timeout: 0 }).catch(() => {}), given]);
    clearTimeout(timer);
  }
}

/** A list as one value of type `text[]`. */
export function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/(["\\])/g, "\\$1")}"`).join(",")}}`;
}

function driverOptions(
  options: ClientOptions,
  onclose: () => void,
): postgres.Options<Record<string, postgres.PostgresType>> {
  const { address, statementTimeoutMs, lockTimeoutMs, onNotify } = options;
  const settings = address.isPooled ? {} : {
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    // 17 significant digits, so that floats come back as they were.
    extra_float_digits: 3,
  };
  return {
    ...placeOf(address),
    database: address.database,
    ...(address.user === null ? {} : { user: address.user }),
    ...(address.password === null ? {} : { password: address.password }),
    ssl: sslOf(address),
    max: 1,
    connect_timeout: options.connectTimeoutMs / 1_000,
    // The pool decides how long a connection lives; the driver must not end one inside a transaction.
    max_lifetime: null,
    idle_timeout: 0,
    prepare: !address.isPooled,
    fetch_types: false,
    onnotice: () => {},
    onclose,
    ...(onNotify === undefined ? {} : { onnotify: (channel: string) => onNotify(channel) }),
    connection: { application_name: address.applicationName ?? options.applicationName, ...settings },
    types: {
      // Counters and times stay below 2^53; documents are parsed once, by the room that knows them.
      bigint: { to: INT8, from: [INT8], serialize: String, parse: Number },
      json: {
        to: JSON_TYPE,
        from: [JSON_TYPE, JSONB_TYPE],
        serialize: String,
        parse: (text: string) => text,
      },
    },
  };
}

/** As lists, because the driver cuts a text at every colon and comma. */
function placeOf(address: PostgresAddress): object {
  return { host: [...address.hosts], port: [...address.ports] };
}

function sslOf(address: PostgresAddress): boolean | "prefer" | "require" | object {
  const ca = address.sslRootCert === null ? {} : { ca: Deno.readTextFileSync(address.sslRootCert) };
  switch (address.sslMode) {
    case "disable":
      return false;
    case "allow":
    case "prefer":
      return "prefer";
    case "require":
      return address.sslRootCert === null ? "require" : { rejectUnauthorized: true, ...ca };
    case "verify-ca":
      return { rejectUnauthorized: true, checkServerIdentity: () => undefined, ...ca };
    case "verify-full":
      return { rejectUnauthorized: true, ...ca };
  }
}
