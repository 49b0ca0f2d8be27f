/** Pages stand between a visitor and the API: the API still sees whose guesses they are and where they come from. */
import { createUi } from "../../src/ui/app.tsx";
import { assertEquals } from "../api/assertions.ts";
import { CLOSED_SETTINGS, type Harness, OPEN_SETTINGS, PASSWORD, withApi } from "../api/harness.ts";

const connection = (hostname: string) => ({
  remoteAddr: { transport: "tcp" as const, hostname, port: 40_000 },
});

function pagesOn({ api }: Harness) {
  const ui = createUi({ api: api.fetch, appName: "Stator", theme: "light" });
  return async (
    path: string,
    options: { readonly form?: Record<string, string>; readonly headers?: Record<string, string> },
    address = "198.51.100.1",
  ) => {
    const headers = new Headers({ host: "localhost:8000", ...options.headers });
    const body = options.form === undefined ? null : new URLSearchParams(options.form);
    if (body !== null) headers.set("origin", "http://localhost:8000");
    const request = new Request(`http://localhost:8000${path}`, {
      method: body === null ? "GET" : "POST",
      headers,
      body,
    });
    const response = await ui.fetch(request, connection(address));
    return { status: response.status, text: await response.text() };
  };
}

Deno.test("guesses through the login page count for the visitor, not for everybody", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const visit = pagesOn(harness);
    const guess = (index: number, address: string) =>
      visit("/login", { form: { username: `user-${index}`, password: "wrong" } }, address);
    for (let i = 0; i < 40; i++) assertEquals((await guess(i, "198.51.100.1")).status, 422);
    assertEquals((await guess(41, "198.51.100.1")).status, 429, "the guesser waits");
    assertEquals((await guess(42, "198.51.100.2")).status, 422, "somebody else does not");
  }));

Deno.test("two pages that a browser opens together with an old token both stay signed in", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const login = await harness.call("POST", "/api/v1/auth/login", {
      body: { username: "admin", password: PASSWORD },
    });
    const visit = pagesOn(harness);
    const headers = { cookie: `stator-refresh=${login.json.refresh_token}` };
    const visits = await Promise.all(["/", "/entities", "/machines"].map((path) => visit(path, { headers })));
    for (const { status } of visits) assertEquals(status, 200);
  }));

Deno.test("a visitor cannot hide behind a header", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const visit = pagesOn(harness);
    const statuses = [];
    for (let i = 0; i < 42; i++) {
      const headers = { "x-forwarded-for": `203.0.113.${i}` };
      const form = { username: `user-${i}`, password: "wrong" };
      statuses.push((await visit("/login", { form, headers })).status);
    }
    assertEquals(statuses.slice(38), [422, 422, 429, 429]);
  }));

Deno.test("a name that was made to point at a developer's machine sees nothing through the pages", () =>
  withApi({ ...OPEN_SETTINGS, auth: { type: "open", isDisabledOnPurpose: false } }, async (harness) => {
    await harness.call("POST", "/api/v1/entities/secret-order/create", { body: { machine_name: "none" } });
    const visit = pagesOn(harness);
    assertEquals((await visit("/entities", {})).status, 200);
    for (const host of ["rebound.example:8000", "localhost.rebound.example"]) {
      for (const path of ["/entities", "/", "/history", "/api/v1/entities"]) {
        assertEquals((await visit(path, { headers: { host } })).status, 403, `${path} as ${host}`);
      }
    }
  }));
