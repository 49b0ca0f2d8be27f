/** How many requests a caller may send in a minute, how many guesses a login takes, and what answers tell about it. */
import { assertEquals } from "../api/assertions.ts";
import { type Answer, CLOSED_SETTINGS, PASSWORD, withApi } from "../api/harness.ts";

const V1 = "/api/v1";
const limitsOf = ({ headers }: Answer) => [headers.get("ratelimit-policy"), headers.get("ratelimit")];

Deno.test("a caller who sends more than the limit is told to wait, and nobody else is", () =>
  withApi({ ...CLOSED_SETTINGS, rateLimitPerMinute: 5 }, async (harness) => {
    const { call, clock } = harness;
    const admin = await harness.login("admin");
    const { json: { key } } = await call("POST", `${V1}/auth/keys`, {
      token: admin,
      body: { name: "other", role: "Viewer" },
    });
    const get = (token: string) => call("GET", `${V1}/entities`, { token });
    const answers = [];
    for (let i = 0; i < 6; i++) answers.push(await get(admin));
    assertEquals(answers.map(({ status }) => status), [200, 200, 200, 200, 429, 429]);
    assertEquals(answers.map((answer) => limitsOf(answer)[0]), Array(6).fill('"requests";q=5;w=60'));
    assertEquals(answers.map((answer) => limitsOf(answer)[1]), [
      '"requests";r=3;t=60',
      '"requests";r=2;t=60',
      '"requests";r=1;t=60',
      '"requests";r=0;t=60',
      '"requests";r=0;t=60',
      '"requests";r=0;t=60',
    ]);
    assertEquals([answers[5]?.headers.get("retry-after"), answers[5]?.json.code], [
      "60",
      "too_many_requests",
    ]);
    assertEquals((await get(key)).status, 200, "another caller");
    for (let i = 0; i < 20; i++) {
      assertEquals((await call("GET", "/health")).status, 200, "probes have no limit");
    }
    clock.advance(60_000);
    assertEquals((await get(admin)).status, 200, "a minute later");
  }));

Deno.test("strangers are limited by address on what is public", () =>
  withApi({ ...CLOSED_SETTINGS, rateLimitPerMinute: 3 }, async ({ call }) => {
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await call("GET", `${V1}/settings/app-config`)).status);
    assertEquals(statuses, [200, 200, 200, 429, 429]);
    const other = await call("GET", `${V1}/settings/app-config`, { address: "198.51.100.9" });
    assertEquals(other.status, 200);
  }));

Deno.test("a login tells how many guesses are left, the same for accounts that do not exist", () =>
  withApi(CLOSED_SETTINGS, async ({ call }) => {
    for (const username of ["admin", "nobody"]) {
      const seen = [];
      for (let i = 0; i < 6; i++) {
        const answer = await call("POST", `${V1}/auth/login`, { body: { username, password: "wrong" } });
        seen.push([answer.status, ...limitsOf(answer), answer.headers.get("retry-after")]);
      }
      const policy = '"login";q=5;w=60';
      assertEquals(seen, [
        [401, policy, '"login";r=4;t=60', null],
        [401, policy, '"login";r=3;t=60', null],
        [401, policy, '"login";r=2;t=60', null],
        [401, policy, '"login";r=1;t=60', null],
        [401, policy, '"login";r=0;t=60', null],
        [429, policy, '"login";r=0;t=60', "60"],
      ], username);
    }
  }));

Deno.test("somebody with a network of IPv6 addresses guesses no more often than others", () =>
  withApi(CLOSED_SETTINGS, async ({ call }) => {
    const statuses = [];
    for (let i = 0; i < 42; i++) {
      const body = { username: `user-${i}`, password: "wrong" };
      const address = `2001:db8:1:2::${(i + 1).toString(16)}`;
      statuses.push((await call("POST", `${V1}/auth/login`, { body, address })).status);
    }
    assertEquals(statuses.slice(38), [401, 401, 429, 429]);
    const other = await call("POST", `${V1}/auth/login`, {
      body: { username: "admin", password: PASSWORD },
      address: "2001:db8:1:3::1",
    });
    assertEquals(other.status, 200, "the next network");
  }));

Deno.test("a right password gives the guesses back", () =>
  withApi(CLOSED_SETTINGS, async ({ call }) => {
    const login = (password: string) =>
      call("POST", `${V1}/auth/login`, { body: { username: "admin", password } });
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 4; i++) assertEquals((await login("wrong")).status, 401);
      assertEquals(limitsOf(await login(PASSWORD))[1], '"login";r=5;t=60');
    }
  }));

Deno.test("of guesses sent at the same moment no more than the free ones are compared", () =>
  withApi(CLOSED_SETTINGS, async ({ call }) => {
    const answers = await Promise.all(
      Array.from(
        { length: 60 },
        () => call("POST", `${V1}/auth/login`, { body: { username: "admin", password: "wrong" } }),
      ),
    );
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    assertEquals([count(401), count(429)], [5, 55]);
  }));
