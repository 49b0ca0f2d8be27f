/** Inbound webhooks: what a signed request does, what else does nothing, and what is never shown. */
import { Webhook } from "standardwebhooks";
import { assert } from "../../src/assert.ts";
import { sealSecret, unsealSecret } from "../../src/api/hooks/sealed_secret.ts";
import { assertEquals } from "./assertions.ts";
import { CLOSED_SETTINGS, type Harness, OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const V1 = "/api/v1";
const MAPPING = {
  machine: '"order"',
  entity_id: "body.order.id",
  trigger: "body.action",
  payload: { total: "body.order.total", from: 'headers["x-shop"]' },
};
const BODY = JSON.stringify({ id: "d-1", action: "pay", order: { id: "o-1", total: 40 } });
const SECRET = "a secret of the sender, long enough";

type Headers = Readonly<Record<string, string>>;

interface Sender {
  readonly name: string;
  readonly verification: Record<string, unknown>;
  readonly mapping?: Record<string, unknown>;
  /** Headers of a delivery as this sender makes them. */
  sign(secret: string, body: string, facts: { readonly id: string; readonly atMs: number }): Promise<Headers>;
  /** Signs a time, which must be near. */
  readonly isTimed: boolean;
}

const GITHUB: Sender = {
  name: "GitHub",
  verification: { type: "github" },
  isTimed: false,
  sign: async (secret, body, { id }) => ({
    "x-hub-signature-256": `sha256=${hex(await hmac(secret, body, "SHA-256"))}`,
    "x-github-delivery": id,
  }),
};

const SENDERS: readonly Sender[] = [
  {
    name: "Standard Webhooks",
    verification: { type: "standard" },
    isTimed: true,
    sign: (secret, body, { id, atMs }) =>
      Promise.resolve({
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(atMs / 1_000)),
        "webhook-signature": `v1,AAAA ${new Webhook(secret).sign(id, new Date(atMs), body)}`,
      }),
  },
  GITHUB,
  {
    name: "Stripe",
    verification: { type: "stripe", tolerance_seconds: 60 },
    mapping: { ...MAPPING, delivery_id: "body.id" },
    isTimed: true,
    sign: async (secret, body, { atMs }) => {
      const time = Math.floor(atMs / 1_000);
      const signature = hex(await hmac(secret, `${time}.${body}`, "SHA-256"));
      return { "stripe-signature": `t=${time},v1=${"0".repeat(64)},v1=${signature}` };
    },
  },
  {
    name: "another form of its own",
    verification: {
      type: "hmac",
      header: "X-Shop-Mac",
      encoding: "base64",
      algorithm: "sha512",
      prefix: "mac ",
    },
    isTimed: false,
    sign: async (secret, body) => ({
      "x-shop-mac": `mac ${btoa(String.fromCharCode(...await hmac(secret, body, "SHA-512")))}`,
    }),
  },
];

for (const sender of SENDERS) {
  Deno.test(`a request signed as ${sender.name} moves its entity once; any other does nothing`, () =>
    withApi(CLOSED_SETTINGS, async (harness) => {
      const { call, clock, runtime, store } = harness;
      const token = await harness.login("admin");
      await publish(harness, ORDER, token);
      const { path, secret } = await add(harness, token, sender);
      const delivery = { id: "d-1", atMs: clock.nowMs() };
      const headers = await sender.sign(secret, BODY, delivery);

      const wrong: readonly (readonly [string, string, Headers, string])[] = [
        ["no signature", path, {}, BODY],
        ["another secret", path, await sender.sign(NO_SECRET, BODY, delivery), BODY],
        ["another body", path, headers, BODY.replace("40", "41")],
        ["another hook", path.replace(/.$/, "x"), headers, BODY],
        ["garbage", path, Object.fromEntries(Object.keys(headers).map((name) => [name, "v1,%%"])), BODY],
      ];
      const answers = new Set<string>();
      for (const [name, at, given, text] of wrong) {
        const { status, json } = await call("POST", at, { text, headers: given });
        assertEquals(status, 401, name);
        answers.add(JSON.stringify({ ...json, request_id: null }));
      }
      assertEquals(answers.size, 1, "all refusals look the same");

      const first = await call("POST", path, { text: BODY, headers: { ...headers, "x-shop": "north" } });
      assertEquals([first.status, first.json.status], [202, "queued"], first.text);
      const again = await call("POST", path, { text: BODY, headers: { ...headers, "x-shop": "north" } });
      assertEquals([again.json.status, again.json.event_id], ["duplicate", first.json.event_id]);
      await runtime.turn();
      const { json: state } = await call("GET", `${V1}/entities/o-1/state`, { token });
      assertEquals([state.current_state, state.context], ["paid", { total: 40, from: "north" }]);
      const { json: history } = await call("GET", `${V1}/entities/o-1/history`, { token });
      assertEquals(history.at(0).actor, "hook:shop");

      clock.advance(301_000);
      const late = await call("POST", path, { text: BODY, headers: { ...headers, "x-shop": "north" } });
      assertEquals(late.status, sender.isTimed ? 401 : 202, "an old request");
      const { items } = await store.operations.auditLog({ limit: 50 });
      const actions = items.map((entry) => entry.action);
      assertEquals(actions.filter((action) => action === "hook.created").length, 1);
      assert(actions.includes("hook.refused"), "refusals are noted");
      assert(actions.filter((action) => action === "hook.refused").length <= 2, "and not each of them");
    }));
}

Deno.test("a mapping picks what counts, and tells what does not fit", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const { call } = harness;
    await publish(harness, ORDER);
    const mapping = { ...MAPPING, payload: undefined, when: 'headers["x-github-event"] == "order"' };
    const { path, secret } = await add(harness, "", { ...GITHUB, mapping });
    const send = async (body: unknown, event: string) => {
      const text = JSON.stringify(body);
      const headers = await GITHUB.sign(secret, text, { id: crypto.randomUUID(), atMs: 0 });
      return await call("POST", path, { text, headers: { ...headers, "x-github-event": event } });
    };
    const fitting = { action: "pay", order: { id: "o-1" } };
    assertEquals((await send(fitting, "ping")).json, { status: "ignored", event_id: null });
    assertEquals((await send(fitting, "order")).json.status, "queued");
    const rows: readonly (readonly [unknown, string])[] = [
      [{ action: "pay" }, "entity_id"],
      [{ action: "pay", order: { id: "a/b" } }, "entity_id"],
      [{ action: 5.5, order: { id: "o-1" } }, "trigger: its value"],
      [{ ...fitting, action: "not a trigger" }, "trigger"],
      [{ ...fitting, _x: 1 }, "payload"],
    ];
    for (const [body, words] of rows) {
      const { status, json } = await send(body, "order");
      const isRight = words.startsWith("trigger: its")
        ? status === 202
        : status === 422 && json.detail.includes(words);
      assert(isRight, `${JSON.stringify(body)}: ${status} ${JSON.stringify(json)}`);
    }
  }));

Deno.test("hooks are added, read, changed and removed, and their secret is shown once", () =>
  withApi(CLOSED_SETTINGS, async (harness) => {
    const { call, store } = harness;
    const token = await harness.login("admin");
    const { json: hook } = await call("POST", `${V1}/hooks`, {
      token,
      body: { name: "shop", verification: { type: "standard" }, mapping: MAPPING },
    });
    assert(/^whsec_/.test(hook.secret), "made here");
    const stored = await store.operations.documents.get("hook", hook.id);
    assert(!JSON.stringify(stored).includes(hook.secret.slice(8)), "the store has it sealed");
    for (const path of [`${V1}/hooks`, `${V1}/hooks/${hook.id}`]) {
      const { text } = await call("GET", path, { token });
      assert(text.includes(hook.id) && !text.includes("whsec_") && !text.includes("sealed:"), path);
    }
    const changed = await call("PUT", `${V1}/hooks/${hook.id}`, {
      token,
      body: { enabled: false, secret: SECRET },
    });
    assertEquals([changed.status, changed.json.enabled, changed.json.secret], [200, false, undefined]);
    const off = await call("POST", hook.path, {
      text: BODY,
      headers: await GITHUB.sign(SECRET, BODY, { id: "1", atMs: 0 }),
    });
    assertEquals(off.status, 401, "switched off");
    assertEquals((await call("DELETE", `${V1}/hooks/${hook.id}`, { token })).status, 204);
    assertEquals((await call("GET", `${V1}/hooks/${hook.id}`, { token })).status, 404);
  }));

const MAPPINGS: readonly (readonly [string, Record<string, unknown>])[] = [
  ["an expression that cannot be read", { ...MAPPING, entity_id: "body." }],
  ["a name that nobody knows", { ...MAPPING, trigger: "context.action" }],
  ["a payload that cannot be read", { ...MAPPING, payload: { a: "1 +" } }],
  ["no entity", { trigger: "body.action" }],
  ["a key of the engine", { ...MAPPING, payload: { _a: "1" } }],
];

Deno.test("a mapping is checked when it is written", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    for (const [name, mapping] of MAPPINGS) {
      const body = { name: "shop", verification: { type: "github" }, mapping };
      assertEquals((await call("POST", `${V1}/hooks`, { body })).status, 422, name);
    }
  }));

Deno.test("a sealed secret opens with the present and the previous secret of the process, and with no other", async () => {
  const auth = { ...CLOSED_SETTINGS.auth, type: "jwt" } as const;
  if (!("secret" in auth)) throw new Error("closed settings have a secret");
  const sealed = await sealSecret(SECRET, auth);
  assert(!sealed.includes(SECRET), "sealed");
  assertEquals(await unsealSecret(sealed, auth), SECRET);
  assertEquals(
    await unsealSecret(sealed, { ...auth, secret: "x".repeat(32), previousSecret: auth.secret }),
    SECRET,
  );
  assertEquals(await unsealSecret(sealed, { ...auth, secret: "x".repeat(32) }), null);
});

const NO_SECRET = "whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";

async function add(
  { call }: Harness,
  token: string,
  { verification, mapping = MAPPING }: Pick<Sender, "verification" | "mapping">,
): Promise<{ readonly path: string; readonly secret: string }> {
  const secret = verification["type"] === "standard" ? {} : { secret: SECRET };
  const { status, json, text } = await call("POST", `${V1}/hooks`, {
    ...(token === "" ? {} : { token }),
    body: { name: "shop", verification, mapping, ...secret },
  });
  assertEquals(status, 201, text);
  return { path: json.path, secret: json.secret ?? SECRET };
}

async function hmac(secret: string, text: string, hash: string): Promise<Uint8Array> {
  const bytes = (value: string) => new TextEncoder().encode(value);
  const key = await crypto.subtle.importKey("raw", bytes(secret), { name: "HMAC", hash }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(text)));
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
