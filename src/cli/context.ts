/** What every verb shares: settings from flags and environment, the way to the API, two ways to print. */
import type { Command } from "commander";
import type { Environment } from "../config.ts";
import type { Config } from "../config_values.ts";
import { AppError, messageOf } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import { type Client, createClient } from "./client.ts";
import type { CliDeps } from "./deps.ts";

export interface CliContext {
  readonly deps: CliDeps;
  config(flags?: Environment): Config;
  /** Opens the way to the API for the time of `use`. */
  withClient<Result>(options: TargetOptions, use: (client: Client) => Promise<Result>): Promise<Result>;
  /** `data` as JSON for programs, `text` for people. */
  print(options: PrintOptions, data: unknown, text: string | (() => string)): void;
  /** The process ends with this code; the highest wins. */
  exit(code: number): void;
}

export interface PrintOptions {
  readonly json?: boolean;
}

/** Flags of verbs that need the API or its database. */
export interface TargetOptions {
  readonly db?: string;
  readonly apiUrl?: string;
}

export function createContext(deps: CliDeps, exit: (code: number) => void): CliContext {
  const config = (flags: Environment = {}) => deps.readConfig(flags);
  return {
    deps,
    config,
    exit,
    print(options, data, text) {
      if (options.json === true) deps.io.out(JSON.stringify(data, null, 2));
      else deps.io.out(typeof text === "string" ? text : text());
    },
    async withClient(options, use) {
      const settings = config(targetFlags(options));
      const connection = await deps.connect(
        options.db === undefined ? settings : { ...settings, remote: null },
      );
      try {
        return await use(createClient(connection));
      } finally {
        await connection.close();
      }
    },
  };
}

export function targetFlags(options: TargetOptions): Environment {
  return { PYSTATOR_DATABASE_URL: options.db, PYSTATOR_API_URL: options.apiUrl };
}

/** Adds `--db`, `--api-url` and `--json`. */
export function withTarget(command: Command): Command {
  return command
    .option("--api-url <url>", "address of a running API (PYSTATOR_API_URL)")
    .option("--db <url>", "work on this database directly (PYSTATOR_DATABASE_URL)")
    .option("--json", "answer with JSON");
}

/** Text of a flag as a JSON object; `@FILE` reads a file. */
export async function objectOption(
  name: string,
  text: string | undefined,
  deps: CliDeps,
): Promise<JsonObject> {
  if (text === undefined) return {};
  const source = text.startsWith("@") ? await deps.io.readText(text.slice(1)) : text;
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    throw new AppError("bad_request", `Cannot read ${name}: ${messageOf(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AppError(
      "bad_request",
      `Cannot read ${name}: it must be a JSON object, for example '{"total": 40}'`,
    );
  }
  return { ...value };
}

export function numberOption(
  name: string,
  text: string,
  bounds: { readonly min: number; readonly max: number },
): number {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  throw new AppError(
    "bad_request",
    `Cannot read ${name} "${text}": it must be a whole number from ${bounds.min} to ${bounds.max}`,
  );
}

/** The predecessor's verbs take the database as a last argument; a word that is no URL is explained. */
export function databaseArgument(text: string | undefined): TargetOptions {
  if (text === undefined) return {};
  if (/^[a-z][a-z0-9+_]*:\/\//i.test(text)) return { db: text };
  throw new AppError(
    "bad_request",
    `Cannot use "${text}" as database: write an address such as sqlite:///pystator.db`,
  );
}
