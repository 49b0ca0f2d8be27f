/** A PostgreSQL URL in any form people write it, as what the driver needs. */
import { AppError } from "../../errors.ts";

export interface PostgresAddress {
  readonly hosts: readonly string[];
  readonly ports: readonly number[];
  readonly database: string;
  readonly user: string | null;
  readonly password: string | null;
  readonly sslMode: SslMode;
  /** File with the certificates to trust; null = those of the system. */
  readonly sslRootCert: string | null;
  /** Behind a pooler in transaction mode: no prepared statements, no session settings, no LISTEN. */
  readonly isPooled: boolean;
  readonly applicationName: string | null;
}

export type SslMode = "disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full";

const SSL_MODES: ReadonlySet<string> = new Set<SslMode>([
  "disable",
  "allow",
  "prefer",
  "require",
  "verify-ca",
  "verify-full",
]);
const PORT_DEFAULT = 5432;
const URL_FORM =
  /^(?<scheme>[a-z0-9+]+):\/\/(?:(?<user>[^:@/?]*)(?::(?<password>[^@/?]*))?@)?(?<hosts>[^/?]*)(?:\/(?<database>[^?]*))?(?:\?(?<query>.*))?$/i;

/** Whether this is a URL of PostgreSQL, also with the driver that the predecessor names (`postgresql+psycopg:`). */
export function isPostgresUrl(url: string): boolean {
  return /^postgres(ql)?(\+[a-z0-9]+)?:/i.test(url);
}

/** Throws `bad_configuration`; the message never holds the password. */
export function parsePostgresUrl(url: string): PostgresAddress {
  const groups = isPostgresUrl(url) ? URL_FORM.exec(url)?.groups : undefined;
  if (groups === undefined) {
    throw new AppError(
      "bad_configuration",
      'Cannot read the database URL: it must look like "postgresql://user@host/name"',
    );
  }
  const query = new URLSearchParams(groups["query"] ?? "");
  const places = placesOf(query.get("host") ?? groups["hosts"] ?? "", query.get("port"));
  const user = decode(groups["user"]) ?? query.get("user");
  return {
    ...places,
    database: decode(groups["database"]) ?? query.get("dbname") ?? user ?? "postgres",
    user,
    password: decode(groups["password"]) ?? query.get("password"),
    sslMode: sslModeOf(query.get("sslmode") ?? query.get("ssl")),
    sslRootCert: query.get("sslrootcert"),
    isPooled: query.get("pgbouncer") === "true" || query.get("prepare") === "false",
    applicationName: query.get("application_name"),
  };
}

/** `a:1,b` → hosts and ports; an absolute path is the folder of a socket. */
function placesOf(text: string, portText: string | null): Pick<PostgresAddress, "hosts" | "ports"> {
  const fallback = portText === null ? PORT_DEFAULT : Number(portText.split(",")[0]);
  const parts = text === "" ? ["localhost"] : decodeURIComponent(text).split(",");
  const places = parts.map((part) => {
    const match = /^(?<host>\[[^\]]+\]|[^:]*)(?::(?<port>\d+))?$/.exec(part)?.groups;
    const host = match?.["host"]?.replaceAll(/[[\]]/g, "") ?? part;
    return { host, port: match?.["port"] === undefined ? fallback : Number(match["port"]) };
  });
  return { hosts: places.map((place) => place.host), ports: places.map((place) => place.port) };
}

function sslModeOf(text: string | null): SslMode {
  if (text === null) return "prefer";
  const word = text === "true" ? "require" : text === "false" ? "disable" : text;
  if (!SSL_MODES.has(word)) {
    throw new AppError("bad_configuration", `Cannot use sslmode "${word}": use ${[...SSL_MODES].join(", ")}`);
  }
  return word as SslMode;
}

function decode(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : decodeURIComponent(text);
}
