/** What strangers can do to the others: logins by the dozen, bombs in machines, and the probes answered meanwhile. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "../api/assertions.ts";
import { BOMBS } from "./bombs.ts";
import { p99, PASSWORD, type Server, withServer } from "./server.ts";

const LOGINS_AT_ONCE = 20;
const LOGIN_ROUNDS = 3;
const HEALTH_DURING_LOGINS_MS = 100;
const HEALTH_DURING_BOMBS_MS = 300;
const ANSWER_MS_MAX = 2_000;

/** How long `/health` takes, asked again and again until the work is done. */
async function healthDuring({ url }: Server, work: Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  let isDone = false;
  void work.finally(() => isDone = true).catch(() => {});
  while (!isDone) {
    const startedMs = performance.now();
    const response = await fetch(`${url}/health`);
    await response.body?.cancel();
    times.push(performance.now() - startedMs);
    assertEquals(response.status, 200, "health");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await work;
  return times;
}

Deno.test("health answers within 100 ms, 99 times of 100, while twenty people log in at once", () =>
  withServer(async (server) => {
    for (let i = 0; i < LOGINS_AT_ONCE; i++) {
      const body = { username: `user-${i}`, password: PASSWORD, role: "Viewer" };
      const made = await server.call("POST", "/api/v1/auth/users", { body });
      assertEquals(made.status, 201, made.text);
    }
    const login = (index: number) =>
      server.call("POST", "/api/v1/auth/login", {
        token: null,
        body: { username: `user-${index}`, password: PASSWORD },
      });
    const rounds = async () => {
      for (let round = 0; round < LOGIN_ROUNDS; round++) {
        const answers = await Promise.all(Array.from({ length: LOGINS_AT_ONCE }, (_, index) => login(index)));
        const statuses = answers.map(({ status }) => status);
        assert(statuses.every((status) => status === 200 || status === 429), `logins answer ${statuses}`);
        assert(statuses.filter((status) => status === 200).length >= 20, `logins answer ${statuses}`);
      }
    };
    const times = await healthDuring(server, rounds());
    assert(times.length >= 50, `${times.length} questions`);
    const slow = p99(times);
    assert(slow < HEALTH_DURING_LOGINS_MS, `p99 of health is ${Math.round(slow)} ms of ${times.length}`);
  }));

Deno.test("machines and expressions made to explode are answered within two seconds, and hold nobody up", () =>
  withServer(async (server) => {
    const throwAll = async () => {
      for (const { name, method = "POST", path, body, yaml } of BOMBS) {
        const answer = await server.call(method, path, {
          ...(yaml === undefined
            ? { body }
            : { text: yaml, headers: { "content-type": "application/yaml" } }),
        });
        const what = `${name} at ${path}: ${answer.status} ${answer.text.slice(0, 200)}`;
        assert(answer.status < 500, what);
        assert(answer.tookMs < ANSWER_MS_MAX, `${what} after ${Math.round(answer.tookMs)} ms`);
      }
    };
    const times = await healthDuring(server, throwAll());
    const slow = p99(times);
    assert(slow < HEALTH_DURING_BOMBS_MS, `p99 of health is ${Math.round(slow)} ms of ${times.length}`);
  }));
