/** Words that nobody may ever read again: given in every place where secrets arrive, looked for in everything that leaves. */
import { assert } from "../../src/assert.ts";
import { CLOSED, PASSWORD, SECRET, type Server, withServer } from "./server.ts";

const V1 = "/api/v1";
const canary = (name: string) => `canary-${name}-7f3a91d2c4`;

const ENVIRONMENT: Readonly<Record<string, string>> = {
  LOG_LEVEL: "debug",
  PYSTATOR_AUTH_USERS: JSON.stringify([{ username: "bob", password: canary("listed"), role: "Viewer" }]),
  PYSTATOR_AUTH_JWT_SECRET_PREVIOUS: `${canary("previous")}-with-more-than-32-bytes`,
  PYSTATOR_METRICS_TOKEN: canary("metrics"),
  PYSTATOR_WEBHOOK_SECRET: `whsec_${btoa(canary("webhook")).replace(/=+$/, "")}`,
  PYSTATOR_REDIS_URL: `redis://user:${canary("redis")}@127.0.0.1:1/0`,
  PYSTATOR_API_TOKEN: canary("api"),
  MACHINE_SECRET: canary("machine"),
};

/** What is in the hands of the process and nobody else's business. */
const OF_THE_OPERATOR: readonly string[] = [
  PASSWORD,
  SECRET,
  ...Object.values(ENVIRONMENT).filter((value) => value.includes("canary")),
  ...["listed", "previous", "metrics", "redis", "api", "machine"].map(canary),
];

/** Sends secrets of callers to every place that takes some, and keeps every answer. */
async function talk(
  { call, token }: Server,
): Promise<readonly { readonly what: string; readonly text: string }[]> {
  const heard: { what: string; text: string }[] = [];
  const ask: Server["call"] = async (method, path, options) => {
    const answer = await call(method, path, options);
    heard.push({
      what: `${method} ${path}: ${answer.status}`,
      text: `${answer.text}\n${[...answer.headers].join("\n")}`,
    });
    assert(answer.status < 500, `${method} ${path} answers ${answer.status}`);
    return answer;
  };
  const stranger = { token: null };
  for (
    const [username, password] of [["admin", canary("guess")], [canary("name"), "x"], ["bob", canary("bob")]]
  ) {
    await ask("POST", `${V1}/auth/login`, { ...stranger, body: { username, password } });
    await ask("POST", `${V1}/auth/session`, { ...stranger, body: { username, password } });
    await ask("POST", `${V1}/auth/login`, {
      ...stranger,
      body: { username, password, extra: canary("field") },
    });
    await ask("POST", `${V1}/auth/login`, { ...stranger, body: { username, password: [password] } });
  }
  await ask("POST", `${V1}/auth/refresh`, { ...stranger, body: { refresh_token: canary("refresh") } });
  await ask("GET", `${V1}/entities`, { headers: { authorization: `Bearer ${canary("bearer")}` } });
  await ask("GET", `${V1}/entities`, { headers: { authorization: `Basic ${btoa(`a:${canary("basic")}`)}` } });
  await ask("GET", `${V1}/entities?access_token=${canary("query")}`);
  await ask("GET", `${V1}/stream?topics=history&ticket=${canary("ticket")}`, stranger);
  await ask("GET", `${V1}/auth/me`, { ...stranger, headers: { cookie: `stator-sid=${canary("cookie")}` } });
  await ask("GET", `/${canary("path")}`);
  await ask("POST", `${V1}/auth/users`, {
    body: { username: "ann", password: canary("short"), role: canary("role") },
  });
  await ask("POST", `${V1}/auth/users`, {
    body: { username: "ann", password: canary("created"), role: "Viewer" },
  });
  await ask("PATCH", `${V1}/auth/users/ann`, { body: { password: canary("changed") } });
  await ask("PUT", `${V1}/auth/password`, {
    body: { current_password: canary("current"), new_password: canary("new-password") },
  });
  await ask("POST", `${V1}/webhooks`, {
    body: {
      name: "w",
      url: `https://hooks.example/x?signature=${canary("signature")}&token=${canary("hook-token")}`,
      events: ["transition_failed"],
      headers: { Authorization: `Bearer ${canary("hook-header")}`, "X-Api-Key": canary("hook-key") },
    },
  });
  await ask("POST", `${V1}/webhooks`, {
    body: {
      name: "w",
      url: `https://a:${canary("user-info")}@hooks.example/`,
      events: ["transition_failed"],
    },
  });
  await ask("POST", `${V1}/settings/test-database`, { body: { connection_string: canary("connection") } });
  await ask("POST", `${V1}/machines`, {
    text: `{"${canary("broken")}`,
    headers: { "content-type": "application/json" },
  });
  await ask("POST", `${V1}/entities/o-1/create`, { body: { machine_name: "order", extra: canary("extra") } });
  for (
    const path of [
      "/",
      "/health",
      "/ready",
      "/metrics",
      "/openapi.json",
      `${V1}/webhooks`,
      `${V1}/auth/users`,
      `${V1}/auth/keys`,
      `${V1}/audit?limit=200`,
      `${V1}/settings/app-config`,
      `${V1}/settings/runtime-overview`,
      `${V1}/settings/server-config`,
      `${V1}/settings/database-config`,
      `${V1}/settings/worker-dlq-config`,
      `${V1}/workers`,
    ]
  ) await ask("GET", path);
  await ask("GET", "/metrics", { headers: { authorization: `Bearer ${canary("metrics")}` } });
  heard.push({
    what: "the token of the caller",
    text: heard.some(({ text }) => text.includes(token)) ? token : "",
  });
  return heard;
}

Deno.test("no secret of the operator or of a caller is in any answer, log line, figure or trail", () =>
  withServer(async (server) => {
    const heard = await talk(server);
    const { json: key } = {
      json: JSON.parse(
        (await server.call("POST", `${V1}/auth/keys`, {
          body: { name: "k", role: "Viewer" },
        })).text,
      ),
    };
    await server.call("GET", `${V1}/entities`, { token: key.key });

    const isFound = (text: string, word: string) =>
      text.includes(word) || text.includes(encodeURIComponent(word));
    for (const { what, text } of heard) {
      assert(what !== "the token of the caller" || text === "", "an answer repeats the token");
      for (const word of OF_THE_OPERATOR) assert(!isFound(text, word), `${what} tells ${word}`);
      // The one who names an account that does not exist may read the name nowhere; passwords least of all.
      const found = /canary-[a-z-]+-7f3a91d2c4/.exec(text)?.[0];
      assert(found === undefined, `${what} repeats ${found}: ${text.slice(0, 300)}`);
    }
    const log = server.process.lines.join("\n");
    assert(log.includes('"level":"debug"'), "the log is as talkative as it gets");
    for (const word of [...OF_THE_OPERATOR, server.token, key.key]) {
      assert(!isFound(log, word), `the log tells ${word}`);
    }
    assert(!/canary-/.test(log), `the log repeats ${/.*canary-.*/.exec(log)?.[0]}`);
  }, ENVIRONMENT));

Deno.test("a line of the log is one line, whatever callers call themselves", () =>
  withServer(async ({ call, process }) => {
    const names = ["a\nb", 'a\r\n{"level":"error"}', "\u2028\u2029", "\u001b[31mred", "a\u0000b"];
    for (const username of names) {
      await call("POST", `${V1}/auth/login`, { token: null, body: { username, password: "wrong" } });
      await call("GET", `${V1}/entities/${encodeURIComponent(username)}/state`);
      await call("GET", "/health", { headers: { "x-request-id": encodeURIComponent(username) } });
    }
    for (const line of process.lines) {
      const record = JSON.parse(line);
      assert(typeof record.time === "string" && typeof record.message === "string", line);
      // deno-lint-ignore no-control-regex
      assert(!/[\u0000-\u001f\u2028\u2029]/.test(line), `a control character in ${JSON.stringify(line)}`);
    }
  }, { LOG_LEVEL: "debug" }));

Deno.test("secrets are not on the command line, and files can carry them", () =>
  withServer(async ({ call, process }) => {
    const overview = await call("GET", `${V1}/settings/server-config`);
    assert(!overview.text.includes(SECRET) && !overview.text.includes(PASSWORD), "masked");
    assert(overview.text.includes('"effective_display":"***"'), "and shown to be there");
    assert(
      !JSON.stringify(process.lines).includes(CLOSED["PYSTATOR_AUTH_JWT_SECRET"] ?? "?"),
      "not in the log",
    );
  }));
