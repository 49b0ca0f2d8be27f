/** A service on a port of this machine, and programs of other languages that call it. */
import { assert } from "../../src/assert.ts";
import { CLOSED_SETTINGS, withApi } from "../api/harness.ts";

const PATIENCE_MS = 30_000;

/** Serves an API with one machine, given as the text of its file, to a caller of role Admin. */
export async function withServer(
  machine: string,
  test: (server: { readonly url: string; readonly token: string }) => Promise<void>,
): Promise<void> {
  await withApi(CLOSED_SETTINGS, async ({ api, call, login }) => {
    const token = await login("admin");
    const headers = { "content-type": "application/yaml" };
    const published = await call("POST", "/api/v1/machines", { token, text: machine, headers });
    assert(published.status === 201, `publish answers ${published.status}: ${published.text}`);
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request, info) => api.fetch(request, info),
    );
    try {
      await test({ url: `http://127.0.0.1:${server.addr.port}`, token });
    } finally {
      await server.shutdown();
    }
  });
}

/** What a program writes; it must end well and in time. */
export async function outputOf(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env,
    signal: AbortSignal.timeout(PATIENCE_MS),
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert(success, `${command} fails: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Why a command cannot be run here; null = it can. */
export async function missing(command: string): Promise<string | null> {
  try {
    const { success } = await new Deno.Command(command, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    })
      .output();
    return success ? null : `${command} does not run here`;
  } catch {
    return `there is no ${command} here`;
  }
}
