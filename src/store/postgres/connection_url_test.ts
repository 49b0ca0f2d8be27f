/** Database URLs in every form people write. */
import { AppError } from "../../errors.ts";
import { assertEquals } from "../contract/assertions.ts";
import { isPostgresUrl, parsePostgresUrl, type PostgresAddress } from "./connection_url.ts";

const DEFAULTS: PostgresAddress = {
  hosts: ["localhost"],
  ports: [5432],
  database: "postgres",
  user: null,
  password: null,
  sslMode: "prefer",
  sslRootCert: null,
  isPooled: false,
  applicationName: null,
};

const ROWS: readonly (readonly [string, Partial<PostgresAddress>])[] = [
  ["postgresql://", {}],
  ["postgres://db", { hosts: ["db"] }],
  ["postgresql+psycopg://ann:pw@db:6432/shop", {
    hosts: ["db"],
    ports: [6432],
    user: "ann",
    password: "pw",
    database: "shop",
  }],
  ["postgresql+asyncpg://ann@db", { hosts: ["db"], user: "ann", database: "ann" }],
  ["postgresql://a%40b:p%3A%2F%3F%23@db/s%20p", {
    hosts: ["db"],
    user: "a@b",
    password: "p:/?#",
    database: "s p",
  }],
  ["postgresql://[::1]:5433/x", { hosts: ["::1"], ports: [5433], database: "x" }],
  ["postgresql://a:1,b:2,c/x", { hosts: ["a", "b", "c"], ports: [1, 2, 5432], database: "x" }],
  ["postgresql:///x?host=/var/run/postgresql", { hosts: ["/var/run/postgresql"], database: "x" }],
  ["postgresql:///x?host=db&port=7&user=u&password=p", {
    hosts: ["db"],
    ports: [7],
    user: "u",
    password: "p",
    database: "x",
  }],
  ["postgresql://db/x?sslmode=disable", { hosts: ["db"], database: "x", sslMode: "disable" }],
  ["postgresql://db/x?sslmode=verify-full&sslrootcert=/ca.pem", {
    hosts: ["db"],
    database: "x",
    sslMode: "verify-full",
    sslRootCert: "/ca.pem",
  }],
  ["postgresql://db/x?ssl=true", { hosts: ["db"], database: "x", sslMode: "require" }],
  ["postgresql://db/x?pgbouncer=true", { hosts: ["db"], database: "x", isPooled: true }],
  ["postgresql://db/x?prepare=false&application_name=shop", {
    hosts: ["db"],
    database: "x",
    isPooled: true,
    applicationName: "shop",
  }],
];

Deno.test("parsePostgresUrl() reads hosts, names, passwords and settings", () => {
  for (const [url, expected] of ROWS) assertEquals(parsePostgresUrl(url), { ...DEFAULTS, ...expected }, url);
});

Deno.test("parsePostgresUrl() refuses what it cannot read, and keeps the password to itself", () => {
  for (
    const url of [
      "mysql://u:secret@db/x",
      "postgresql:nonsense secret",
      "postgresql://u:secret@db/x?sslmode=maybe",
    ]
  ) {
    let thrown: unknown = null;
    try {
      parsePostgresUrl(url);
    } catch (error) {
      thrown = error;
    }
    assertEquals(thrown instanceof AppError && thrown.code, "bad_configuration", url);
    assertEquals(String(thrown).includes("secret"), false);
  }
});

Deno.test("isPostgresUrl() tells by the scheme", () => {
  const rows = [["postgres://x", true], ["PostgreSQL+psycopg2://x", true], ["sqlite:///x", false], [
    "",
    false,
  ]] as const;
  for (const [url, expected] of rows) assertEquals(isPostgresUrl(url), expected, url);
});
