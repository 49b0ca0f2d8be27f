/** A real process with logins on a file of its own, for tests that need sockets, threads and log lines. */
import { type RunningProcess, startProcess } from "../testing/process.ts";

export const PASSWORD = "violet harbor 41 lantern";
export const SECRET = "tests-only-7f0d1c9b2a8e4f6d5c3b-secret";
const MAIN = new URL("../../main.ts", import.meta.url).pathname;

export interface Server {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly process: RunningProcess;
  /** Access token of the administrator. */
  readonly token: string;
  call(method: string, path: string, options?: CallOptions): Promise<CallAnswer>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without it the administrator asks; null = a stranger. */
  readonly token?: string | null;
}

export interface CallAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly tookMs: number;
}

export const CLOSED: Readonly<Record<string, string>> = {
  PYSTATOR_AUTH_INITIAL_USER: "admin",
  PYSTATOR_AUTH_INITIAL_PASSWORD: PASSWORD,
  PYSTATOR_AUTH_JWT_SECRET: SECRET,
  API_HOST: "127.0.0.1",
};

export function programArgs(...words: readonly string[]): readonly string[] {
  return ["run", "-A", "--no-check", "--quiet", MAIN, ...words];
}

export async function inFolder<Value>(test: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await Deno.makeTempDir();
  try {
    return await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs `test` against a fresh process and ends it; it must end with 0. */
export async function withServer(
  test: (server: Server) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await inFolder(async (folder) => {
    const process = await startProcess({
      args: programArgs("api"),
      cwd: folder,
      env: { ...CLOSED, PORT: "0", ...env },
      isReady: (line) => line.message === "API is ready",
    });
    let code = -1;
    try {
      const url = String(process.ready.url).replace("localhost", "127.0.0.1");
      const token = await logIn(url);
      await test({
        url,
        port: Number(new URL(url).port),
        folder,
        process,
        token,
        call: callerOf(url, token),
      });
    } finally {
      code = await process.stop();
    }
    if (code !== 0) throw new Error(`the process ended with ${code}:\n${process.lines.slice(-5).join("\n")}`);
  });
}

async function logIn(url: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "admin", password: PASSWORD }),
  });
  const { access_token: token } = await response.json();
  if (typeof token !== "string") throw new Error(`logging in answers ${response.status}`);
  return token;
}

function callerOf(url: string, admin: string): Server["call"] {
  return async (method, path, options = {}) => {
    const headers = new Headers(options.headers);
    const token = options.token === undefined ? admin : options.token;
    if (token !== null && !headers.has("authorization")) headers.set("authorization", `Bearer ${token}`);
    const body = options.text ?? (options.body === undefined ? null : JSON.stringify(options.body));
    if (body !== null && !headers.has("content-type")) headers.set("content-type", "application/json");
    const startedMs = performance.now();
    const response = await fetch(`${url}${path}`, { method, headers, body, redirect: "manual" });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      tookMs: performance.now() - startedMs,
    };
  };
}

/** Milliseconds below which 99 of 100 lie. */
export function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? Infinity;
}
