/** What the command line is given: a terminal, files, settings, and the processes that it can start. */
import type { Environment } from "../config.ts";
import type { Config } from "../config_values.ts";

export interface CliDeps {
  readonly version: string;
  readonly io: CliIo;
  /** Throws `AppError("bad_configuration")`. */
  readonly readConfig: (flags: Environment) => Config;
  /** What `${NAME}` in machine files may stand for. */
  readonly machineVariables: () => Readonly<Record<string, string>>;
  /** The API to talk to: a running one when its address is set, else one in this process on the database. */
  readonly connect: (config: Config) => Promise<ApiConnection>;
  readonly database: DatabaseCommands;
  readonly processes: Processes;
}

export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  /** `-` is standard input. Throws `AppError("not_found")`. */
  readText(path: string): Promise<string>;
  writeText(path: string, text: string): Promise<void>;
  /** Names of the files in a folder, sorted. Throws `AppError("not_found")`. */
  listFiles(path: string): Promise<readonly string[]>;
  isFolder(path: string): Promise<boolean>;
}

export interface ApiConnection {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly token: string | null;
  close(): Promise<void>;
}

export interface SchemaStatus {
  /** null = no tables yet. */
  readonly applied: number | null;
  readonly expected: number;
}

export interface ImportCounts {
  readonly imported: number;
  /** Taken over before. */
  readonly present: number;
  readonly refused: number;
}

export interface PredecessorImport {
  readonly machines: ImportCounts;
  readonly entities: ImportCounts;
  readonly events: ImportCounts;
  readonly dead_letters: ImportCounts;
  readonly history_rows: number;
  /** The first hundred refusals. */
  readonly problems: readonly { readonly what: string; readonly message: string }[];
}

export interface DatabaseCommands {
  /** Brings the schema up to date: names of what was applied, and what the operator should know. */
  upgrade(
    config: Config,
  ): Promise<{ readonly applied: readonly string[]; readonly notes: readonly string[] }>;
  status(config: Config): Promise<SchemaStatus>;
  /**
   * Deletes rows and keeps the tables: machines, entities and all about them, or really everything. Answers how many
   * went, by table.
   */
  empty(config: Config, what: "runtime" | "everything"): Promise<Readonly<Record<string, number>>>;
  /**
   * Takes over a database of the predecessor. `from` null = the same database. With `isDryRun` nothing is written.
   * Throws `not_found` when it holds no tables of the predecessor.
   */
  importPredecessor(
    config: Config,
    options: {
      readonly from: string | null;
      readonly isDryRun: boolean;
      readonly onProgress: (entities: number) => void;
    },
  ): Promise<PredecessorImport>;
  /** All migrations that this program knows, oldest first. */
  migrations(config: Config): Promise<readonly string[]>;
}

/** Each runs until it is told to stop and answers with the exit code. */
export interface Processes {
  api(config: Config): Promise<number>;
  worker(config: Config): Promise<number>;
  ui(config: Config): Promise<number>;
  dev(config: Config): Promise<number>;
}
