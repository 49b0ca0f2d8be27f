/** Lines are JSON, one each, and no secret is in any of them. */
import { AppError } from "../errors.ts";
import { createLog, type LogLevel } from "./log.ts";

function linesOf(
  level: LogLevel,
  write: (log: ReturnType<typeof createLog>) => void,
  secrets: readonly string[] = [],
): readonly string[] {
  const lines: string[] = [];
  write(createLog({ level, clock: { nowMs: () => 0 }, write: (line) => lines.push(line), secrets }));
  return lines;
}

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

Deno.test("createLog() writes time, level, message and fields in this order", () => {
  same(linesOf("info", (log) => log.child({ room: "api" }).info("Hello", { entity: "o-1" })), [
    '{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"Hello","room":"api","entity":"o-1"}',
  ]);
});

Deno.test("createLog() leaves out what is below its level", () => {
  const levels: readonly LogLevel[] = ["debug", "info", "warning", "error"];
  for (const [rank, level] of levels.entries()) {
    const lines = linesOf(level, (log) => {
      for (const each of levels) log[each]("x");
    });
    same(lines.length, levels.length - rank);
  }
});

Deno.test("createLog() keeps one line whatever is in the fields", () => {
  const ring: Record<string, unknown> = { text: "a\nb\u0000\u001b[31m" };
  ring.self = ring;
  const [line = ""] = linesOf(
    "info",
    (log) => log.info("x", { ring, big: 10n, f: () => 1, date: new Date(0), bad: new Date(NaN) }),
  );
  // deno-lint-ignore no-control-regex
  same([/[\u0000-\u001f]/.test(line), JSON.parse(line).ring.self], [false, "…"]);
});

const CANARY = "kestrel-canary-7";

function hides(name: string, fields: Record<string, unknown>, secrets: readonly string[] = []): void {
  Deno.test(`createLog() hides ${name}`, () => {
    const [line = ""] = linesOf("info", (log) => log.info("Sent", fields), secrets);
    if (line.includes(CANARY)) throw new Error(`it is in the line: ${line}`);
    JSON.parse(line);
  });
}

for (
  const key of [
    "password",
    "Authorization",
    "cookie",
    "set-cookie",
    "jwtSecret",
    "refresh_token",
    "api_key",
    "apiKey",
    "webhook-signature",
    "credentials",
    "PASSWD",
  ]
) hides(`the value of ${key}`, { headers: { [key]: CANARY } });
hides("a known secret inside a text", { note: `it was ${CANARY}, I think` }, [CANARY]);
hides("a known secret inside an error", { error: new Error(`no access with ${CANARY}`) }, [CANARY]);
hides(
  "a known secret inside a cause",
  { error: new AppError("internal", "x", { cause: new Error(CANARY) }) },
  [CANARY],
);
hides("the password of a URL", { url: `postgresql://ann:${CANARY}@db/x` });
hides("a token in a query", { url: `https://x.example/a?access_token=${CANARY}&b=1` });
hides("a bearer token in a text", { note: `Authorization: Bearer ${CANARY}${CANARY}` });
hides("an API key", { note: `key psk_live_${CANARY.replaceAll("-", "_")}_${CANARY}` });
hides("a webhook secret", { note: `whsec_${CANARY}` });
hides("a token of JWT form", { note: `eyJhbGciOiJIUzI1NiJ9.${CANARY}.${CANARY}` });
hides("a known secret inside a list", { list: [[{ a: [CANARY] }]] }, [CANARY]);

Deno.test("createLog() shows what only looks like a secret", () => {
  const [line = ""] = linesOf(
    "info",
    (log) => log.info("x", { idempotency_key: "k-1", tokenless: undefined, machine: "order" }),
  );
  same([line.includes("k-1"), line.includes("order")], [true, true]);
});
