/** Accounts, API keys and the audit trail, for administrators. */
import { z } from "@hono/zod-openapi";
import { AppError } from "../../errors.ts";
import type { Account, StoredDocument } from "../../store/store.ts";
import { ROLES } from "../access.ts";
import { newTokenCounter } from "../auth/accounts.ts";
import { API_KEY_KIND } from "../auth/api_keys.ts";
import { audit } from "../commands.ts";
import { defineRoute, jsonAnswer, jsonBody, problemAnswer } from "../contract.ts";
import type { ApiApp, RouteDeps } from "../env.ts";
import { Username } from "./auth.ts";
import { Cursor, Instant, InstantOrNull, JsonRecord, recordOf, timeOf, wholeNumber } from "./shared.ts";

const ACCOUNTS_MAX = 1_000;
const KEYS_MAX = 1_000;
const RoleName = z.enum(ROLES);
const NewPassword = z.string().min(12).max(1_000).openapi({ format: "password" });

const User = z.object({
  username: z.string(),
  role: RoleName,
  is_enabled: z.boolean(),
  created_at: Instant,
}).openapi("User");

/** Names that the audit trail uses for others, and signs that stand between the parts of a name there. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(["anonymous", "settings", "system"]);
// deno-lint-ignore no-control-regex
const NewUsername = Username.regex(/^[^\u0000-\u001f\u007f-\u009f:|]+$/)
  .refine((name) => name === name.trim() && !RESERVED_NAMES.has(name.toLowerCase()), "Reserved");
const CreateUser = z.strictObject({ username: NewUsername, password: NewPassword, role: RoleName })
  .openapi("CreateUserRequest");
const ChangeUser = z.strictObject({
  password: NewPassword.optional(),
  role: RoleName.optional(),
  is_enabled: z.boolean().optional(),
}).openapi("ChangeUserRequest");

const keyFields = {
  id: z.string(),
  name: z.string(),
  role: z.string(),
  scopes: z.array(z.string()),
  expires_at: Instant.nullable(),
  last_used_at: Instant.nullable(),
  created_by: z.string(),
  created_at: Instant,
};
const Key = z.object(keyFields).openapi("ApiKey");

const CreateKey = z.strictObject({
  name: z.string().min(1).max(100),
  role: RoleName,
  scopes: z.array(z.enum(["api", "metrics"])).min(1).default(["api"]),
  expires_at: InstantOrNull,
}).openapi("CreateApiKeyRequest");

const CreatedKey = z.object({ ...keyFields, key: z.string().openapi({ description: "Shown only now" }) })
  .openapi("CreatedApiKey");

const AuditLog = z.object({
  items: z.array(z.object({
    id: z.string(),
    at: Instant,
    actor: z.string(),
    action: z.string(),
    resource: z.string(),
    request_id: z.string().nullable(),
    details: JsonRecord,
  })),
  next_cursor: z.string().nullable(),
}).openapi("AuditLog");

const userParams = z.object({ username: Username });
const NO_USER = problemAnswer("No such user");

const listUsersRoute = defineRoute({
  method: "get",
  path: "/api/v1/auth/users",
  tags: ["people"],
  summary: "Accounts",
  responses: { 200: jsonAnswer(z.object({ users: z.array(User) }), "All of them") },
});

const createUserRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/users",
  tags: ["people"],
  summary: "Add an account",
  request: { body: jsonBody(CreateUser) },
  responses: { 201: jsonAnswer(User, "Added"), 409: problemAnswer("The name is taken") },
});

const changeUserRoute = defineRoute({
  method: "patch",
  path: "/api/v1/auth/users/{username}",
  tags: ["people"],
  summary: "Change password, role or standing; tokens given before end",
  request: { params: userParams, body: jsonBody(ChangeUser) },
  responses: { 200: jsonAnswer(User, "Changed"), 404: NO_USER, 409: problemAnswer("The last administrator") },
});

const deleteUserRoute = defineRoute({
  method: "delete",
  path: "/api/v1/auth/users/{username}",
  tags: ["people"],
  summary: "Remove an account; its tokens end",
  request: { params: userParams },
  responses: { 204: { description: "Gone" }, 404: NO_USER, 409: problemAnswer("The last administrator") },
});

const listKeysRoute = defineRoute({
  method: "get",
  path: "/api/v1/auth/keys",
  tags: ["people"],
  summary: "API keys, without the keys",
  responses: { 200: jsonAnswer(z.object({ keys: z.array(Key) }), "All of them") },
});

const createKeyRoute = defineRoute({
  method: "post",
  path: "/api/v1/auth/keys",
  tags: ["people"],
  summary: "Make an API key; it is shown once",
  request: { body: jsonBody(CreateKey) },
  responses: { 201: jsonAnswer(CreatedKey, "The key") },
});

const deleteKeyRoute = defineRoute({
  method: "delete",
  path: "/api/v1/auth/keys/{key_id}",
  tags: ["people"],
  summary: "End an API key",
  request: { params: z.object({ key_id: z.string().regex(/^[0-9a-f]{16}$/) }) },
  responses: { 204: { description: "Ended" }, 404: problemAnswer("No such key") },
});

const auditRoute = defineRoute({
  method: "get",
  path: "/api/v1/audit",
  tags: ["people"],
  summary: "Who did what, newest first",
  request: {
    query: z.strictObject({ limit: wholeNumber({ min: 1, max: 200 }).optional(), cursor: Cursor.optional() }),
  },
  responses: { 200: jsonAnswer(AuditLog, "One page") },
});

export function addPeopleRoutes(app: ApiApp, deps: RouteDeps): void {
  const { store: { operations }, auth, clock } = deps;

  app.openapi(
    listUsersRoute,
    async (c) => c.json({ users: (await operations.accounts()).map(userRecord) }, 200),
  );

  app.openapi(createUserRoute, async (c) => {
    const { username, password, role } = c.req.valid("json");
    if ((await operations.accounts()).length >= ACCOUNTS_MAX) {
      throw new AppError("conflict", `Cannot add an account: there are ${ACCOUNTS_MAX} already`);
    }
    if (password === username) throw new AppError("validation_failed", "The password is the name");
    const account: Account = {
      username,
      passwordHash: await auth.hashPassword(password),
      role,
      isEnabled: true,
      tokenCounter: newTokenCounter(),
      createdAtMs: clock.nowMs(),
    };
    if (!await operations.putAccount(account, { isNewOnly: true })) {
      throw new AppError("conflict", "Cannot add the account: the name is taken");
    }
    await audit(c, deps, { action: "account.created", resource: `account:${username}`, details: { role } });
    return c.json(userRecord(account), 201);
  });

  app.openapi(changeUserRoute, async (c) => {
    const { username } = c.req.valid("param");
    const { password, role, is_enabled: isEnabled } = c.req.valid("json");
    const known = await required(username);
    const changed: Account = {
      ...known,
      role: role ?? known.role,
      isEnabled: isEnabled ?? known.isEnabled,
      passwordHash: password === undefined ? known.passwordHash : await auth.hashPassword(password),
      tokenCounter: known.tokenCounter + 1,
    };
    if (changed.role !== "Admin" || !changed.isEnabled) await refuseLastAdmin(known);
    const isWritten = await operations.putAccount(changed, {
      isNewOnly: false,
      expectedCounter: known.tokenCounter,
    });
    if (!isWritten) throw new AppError("conflict", "Cannot change the account: somebody else just did");
    await keepAnAdmin(known, changed);
    auth.forget(username);
    await audit(c, deps, {
      action: "account.changed",
      resource: `account:${username}`,
      details: {
        role: changed.role,
        is_enabled: changed.isEnabled,
        is_password_changed: password !== undefined,
      },
    });
    return c.json(userRecord(changed), 200);
  });

  app.openapi(deleteUserRoute, async (c) => {
    const { username } = c.req.valid("param");
    const known = await required(username);
    await refuseLastAdmin(known);
    await operations.deleteAccount(username);
    await keepAnAdmin(known, null);
    auth.forget(username);
    await audit(c, deps, { action: "account.deleted", resource: `account:${username}` });
    return c.body(null, 204);
  });

  app.openapi(listKeysRoute, async (c) => {
    const { items } = await operations.documents.list(API_KEY_KIND, { limit: KEYS_MAX, isNewestFirst: true });
    return c.json({ keys: items.map(keyRecord) }, 200);
  });

  app.openapi(createKeyRoute, async (c) => {
    const { name, role, scopes, expires_at: expiresAtMs } = c.req.valid("json");
    const { key, document } = await auth.keys.create({
      name,
      role,
      scopes,
      expiresAtMs: expiresAtMs ?? null,
      createdBy: c.var.caller.name,
    });
    await audit(c, deps, {
      action: "key.created",
      resource: `key:${document.id}`,
      details: { name, role, scopes },
    });
    return c.json({ ...keyRecord(document), key }, 201);
  });

  app.openapi(deleteKeyRoute, async (c) => {
    const { key_id: id } = c.req.valid("param");
    if (!await auth.keys.revoke(id)) throw new AppError("not_found", "Cannot find the key: no such record");
    await audit(c, deps, { action: "key.revoked", resource: `key:${id}` });
    return c.body(null, 204);
  });

  app.openapi(auditRoute, async (c) => {
    const { limit = 50, cursor = null } = c.req.valid("query");
    const page = await operations.auditLog({ limit, cursor });
    const items = page.items.map((entry) => ({
      id: entry.id,
      at: timeOf(entry.atMs),
      actor: entry.actor,
      action: entry.action,
      resource: entry.resource,
      request_id: entry.requestId,
      details: recordOf(entry.details),
    }));
    return c.json({ items, next_cursor: page.nextCursor }, 200);
  });

  async function required(username: string): Promise<Account> {
    const account = await operations.account(username);
    if (account === null) throw new AppError("not_found", "Cannot find the account: no such user");
    return account;
  }

  /** Somebody must be able to undo mistakes. */
  async function refuseLastAdmin(account: Account): Promise<void> {
    if (account.role !== "Admin" || !account.isEnabled) return;
    const others = (await operations.accounts()).filter((other) =>
      other.username !== account.username && other.role === "Admin" && other.isEnabled
    );
    if (others.length === 0) throw new AppError("conflict", "Cannot change the last administrator");
  }

  /** Two who take the role from each other at once both saw the other: whoever finds nobody left gives it back. */
  async function keepAnAdmin(before: Account, after: Account | null): Promise<void> {
    const isAdmin = ({ role, isEnabled }: Account) => role === "Admin" && isEnabled;
    if (!isAdmin(before) || (after !== null && isAdmin(after))) return;
    if ((await operations.accounts()).some(isAdmin)) return;
    await operations.putAccount({ ...before, tokenCounter: newTokenCounter() }, { isNewOnly: false });
    auth.forget(before.username);
    throw new AppError("conflict", "Cannot change the last administrator");
  }
}

function userRecord(account: Account): z.infer<typeof User> {
  return {
    username: account.username,
    role: account.role,
    is_enabled: account.isEnabled,
    created_at: timeOf(account.createdAtMs),
  };
}

function keyRecord(stored: StoredDocument): z.infer<typeof Key> {
  const { name, role, scopes, expires_at_ms: expiresAtMs, last_used_at_ms: usedAtMs, created_by: by } =
    stored.body;
  return {
    id: stored.id,
    name: String(name),
    role: String(role),
    scopes: Array.isArray(scopes) ? scopes.map(String) : [],
    expires_at: typeof expiresAtMs === "number" ? timeOf(expiresAtMs) : null,
    last_used_at: typeof usedAtMs === "number" ? timeOf(usedAtMs) : null,
    created_by: String(by),
    created_at: timeOf(stored.createdAtMs),
  };
}
