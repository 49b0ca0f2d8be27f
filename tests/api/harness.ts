/** A whole API on the memory store with the real runtime and a clock that tests move. */
import { type Api, createApi } from "../../src/api/app.ts";
import type { ApiDeps, ApiSettings } from "../../src/api/env.ts";
import { DEFAULT_API_LIMITS } from "../../src/api/env.ts";
import { compileRecord } from "../../src/api/definitions.ts";
import type { Clock } from "../../src/clock.ts";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.ts";
import { createMemoryStore } from "../../src/store/memory/memory_store.ts";
import type { Store } from "../../src/store/store.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { assert } from "../../src/assert.ts";

import { contractBreach } from "./conforms.ts";

export const SECRET = "tests-only-7f0d1c9b2a8e4f6d5c3b-secret";
export const PASSWORD = "violet harbor 41 lantern";

export interface TestClock extends Clock {
  advance(ms: number): void;
}

export interface Harness {
  readonly api: Api;
  readonly store: Store;
  readonly runtime: Runtime;
  readonly clock: TestClock;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  login(username: string, password?: string): Promise<string>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly text?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any
  readonly json: any;
}

export const OPEN_SETTINGS: ApiSettings = {
  environment: "test",
  version: "0.0.0-test",
  appName: "Stator",
  theme: "system",
  auth: { type: "open", isDisabledOnPurpose: true },
  corsOrigins: [],
  trustedProxies: [],
  metricsToken: null,
  isMcpWriteAllowed: false,
  limits: { ...DEFAULT_API_LIMITS, streamPollMs: 5, bodyDeadlineMs: 500 },
  configRows: [],
};

/** One account for each role, named after it. */
export const CLOSED_SETTINGS: ApiSettings = {
  ...OPEN_SETTINGS,
  auth: {
    type: "jwt",
    secret: SECRET,
    previousSecret: null,
    initialUser: { username: "admin", password: PASSWORD, role: "Admin" },
    users: [],
  },
};

/** Runs `test` on a fresh harness and ends its threads. */
export async function withApi(
  settings: ApiSettings,
  test: (harness: Harness) => Promise<void>,
  wrapStore: (store: Store) => Store = (store) => store,
  more: Partial<ApiDeps> = {},
): Promise<void> {
  const clock = createTestClock();
  const store = wrapStore(createMemoryStore({ clock }));
  const runtime = createRuntime({ store, clock, compile: compileRecord });
  const api = await createApi({
    store,
    runtime,
    clock,
    settings,
    log: silentLog,
    metrics: createMetrics(),
    templates: new Map([["blank.yaml", "meta:\n  machine_name: blank\n"]]),
    newId: () => crypto.randomUUID(),
    ...more,
  });
  const call: Harness["call"] = async (method, path, options = {}) => {
    const headers = new Headers(options.headers);
    if (options.token !== undefined) headers.set("authorization", `Bearer ${options.token}`);
    const text = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    if (text !== undefined && !headers.has("content-type")) headers.set("content-type", "application/json");
    // As every client does, and as the shortest way to an answer needs it.
    if (text !== undefined) headers.set("content-length", String(new TextEncoder().encode(text).byteLength));
    const request = new Request(`http://stator.test${path}`, {
      method,
      headers,
      ...(text === undefined ? {} : { body: text }),
    });
    const hostname = options.address ?? "203.0.113.7";
    const response = await api.fetch(request, { remoteAddr: { transport: "tcp", hostname, port: 40_000 } });
    const answer = await answerOf(response);
    const breach = contractBreach(api.openapi(), {
      method,
      path,
      status: answer.status,
      contentType: answer.headers.get("content-type") ?? "",
      json: answer.json,
    });
    assert(breach === null, `${method} ${path} breaks the contract: ${breach}`);
    return answer;
  };
  try {
    await test({
      api,
      store,
      runtime,
      clock,
      call,
      async login(username, password = PASSWORD) {
        const { status, json } = await call("POST", "/api/v1/auth/login", { body: { username, password } });
        assert(status === 200, `login of ${username} answers ${status}`);
        return json.access_token;
      },
    });
  } finally {
    api.close();
    await store.close();
  }
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== "" ? JSON.parse(text) : null,
  };
}

export function createTestClock(): TestClock {
  let nowMs = Date.UTC(2026, 0, 31, 12);
  return {
    nowMs: () => nowMs,
    advance: (ms) => void (nowMs += ms),
    // Real time, so that loops which poll do not spin; nothing waits for a given length.
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const timer = setTimeout(resolve, 1);
        signal?.addEventListener("abort", () => {
          clearTimeout(timer);
          resolve();
        }, { once: true });
      }),
  };
}
