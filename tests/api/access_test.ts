/** Every operation of the served contract × stranger and four roles, against the one table. */
import { assert } from "../../src/assert.ts";
import { ACCESS, type Access, isAtLeast, type Role, ROLES } from "../../src/api/access.ts";
import { assertEquals } from "./assertions.ts";
import { CLOSED_SETTINGS, type Harness, PASSWORD, withApi } from "./harness.ts";

Deno.test("the contract lists exactly the operations of the table", () =>
  withApi(CLOSED_SETTINGS, ({ api }) => {
    const paths = Object.entries(api.openapi()["paths"] ?? {});
    const served = paths.flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`)
    );
    assertEquals(served.toSorted(), Object.keys(ACCESS).toSorted());
    return Promise.resolve();
  }));

Deno.test("each operation lets in the roles of its row and nobody else", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const tokens = await tokensOfRoles(harness);
    for (const [operation, access] of Object.entries(ACCESS)) {
      const [method = "", pattern = ""] = operation.split(" ");
      // Ends the token in hand, and is tested with the logins.
      if (pattern.endsWith("/auth/logout") || pattern.endsWith("/stream")) continue;
      const path = pattern.replace("{username}", "nobody").replaceAll(/\{[^}]+\}/g, "x");
      const stranger = await status(harness, method, path, undefined);
      assertEquals(stranger === 401, access !== "public", `stranger at ${operation}: ${stranger}`);
      for (const [role, token] of tokens) {
        const answer = await status(harness, method, path, token);
        const isRefused = answer === 401 || answer === 403;
        const isExpected = isAllowed(access, role);
        assertEquals(!isRefused, isExpected, `${role} at ${operation}: ${answer}`);
      }
    }
  }));

Deno.test("other spellings of a path are not served to strangers", () =>
  withApi(CLOSED_SETTINGS, async ({ call }) => {
    const spellings = [
      "/api/v1/entities/",
      "/api/v1//entities",
      "/API/v1/entities",
      "/api/v1/entities%2F",
      "/api/v1/%65ntities",
      "/api/v1/entities;x=1",
      "/api/v1/./entities",
      "/api/v1/x/../entities",
      "/api/v1/entities%00",
    ];
    for (const path of spellings) {
      const { status, text } = await call("GET", path);
      assert([307, 401, 404].includes(status), `${path}: ${status} ${text}`);
    }
  }));

function isAllowed(access: Access, role: Role): boolean {
  return access === "public" || isAtLeast(role, access === "metrics" ? "Admin" : access);
}

async function status(
  { call }: Harness,
  method: string,
  path: string,
  token: string | undefined,
): Promise<number> {
  const answer = await call(method, path, token === undefined ? {} : { token });
  return answer.status;
}

async function tokensOfRoles(harness: Harness): Promise<readonly (readonly [Role, string])[]> {
  const admin = await harness.login("admin");
  const tokens: [Role, string][] = [];
  for (const role of ROLES) {
    const username = `${role.toLowerCase()}_account`;
    await harness.call("POST", "/api/v1/auth/users", {
      token: admin,
      body: { username, password: PASSWORD, role },
    });
    tokens.push([role, await harness.login(username)]);
  }
  return tokens;
}
