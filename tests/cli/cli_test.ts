/** Verbs, what they print, and how they end. */
import { type CliWorld, createCliWorld } from "./harness.ts";

function check(name: string, test: (world: CliWorld) => Promise<void>): void {
  Deno.test(`stator ${name}`, async () => await test(await createCliWorld()));
}

function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  }
}

function mentions(text: string, ...parts: readonly string[]): void {
  for (const part of parts) {
    if (!text.includes(part)) throw new Error(`no word of ${JSON.stringify(part)} in:\n${text}`);
  }
}

/** Words, exit code, and what must be in either output. */
const ENDS: readonly (readonly [readonly string[], number, string])[] = [
  [[], 2, "Usage: stator"],
  [["--help"], 0, "simulate"],
  [["--version"], 0, "0.0.0"],
  [["frobnicate"], 2, "unknown command"],
  [["get"], 2, "missing required argument"],
  [["get", "o-1", "--colour"], 2, "unknown option"],
  [["get", "nobody"], 3, "nobody"],
  [["history", "nobody"], 0, 'No history for "nobody"'],
  [["history", "nobody", "--limit", "0"], 2, "1 to 200"],
  [["send", "nobody", "go"], 3, "machine"],
  [["send", "o-1", "place", "--machine", "nothing"], 3, "stator machines list"],
  [["send", "o-1", "place", "--payload", "{"], 2, "--payload"],
  [["send", "o-1", "place", "--payload", "[1]"], 2, "JSON object"],
  [["send", "o 1", "place", "--machine", "order"], 1, ""],
  [["validate", "machines/order.yaml"], 0, "machines/order.yaml: ok"],
  [["validate", "machines/nothing.yaml"], 3, "no such file"],
  [["lint", "machines/order.yaml", "machines/ticket.yaml"], 0, "machines/ticket.yaml: ok"],
  [["simulate", "machines/order.yaml", "--semantics", "dutch"], 2, "pystator or scxml"],
  [["diagram", "machines/order.yaml"], 0, "stateDiagram-v2"],
  [["render", "machines/order.yaml", "--format", "dot"], 0, "digraph"],
  [["diagram", "machines/traffic_light.yaml", "--format", "scxml"], 0, "<scxml"],
  [["diagram", "machines/order.yaml", "--format", "json"], 0, '"order"'],
  [["diagram", "machines/order.yaml", "--format", "png"], 2, "svg, mermaid, flowchart, dot, scxml, json"],
  [["schema"], 0, "https://json-schema.org/draft/2020-12/schema"],
  [["schema", "--draft", "draft-7"], 0, "draft-07"],
  [["test"], 0, " passed, 0 failed"],
  [["test", "machines/ticket.yaml"], 0, "4 passed, 0 failed"],
  [["test", "elsewhere"], 3, "elsewhere.scenarios.yaml"],
  [["machines"], 1, "seed"],
  [["machines", "list"], 0, "No machines found."],
  [["machines", "list", "list"], 2, "sqlite:///"],
  [["machines", "get", "order"], 3, "not stored"],
  [["machines", "delete", "order", "1.0.0"], 3, "not stored"],
  [["db"], 1, "upgrade"],
  [["db", "history"], 0, "0002_second.sql\n0001_first.sql"],
  [["db", "current"], 0, "Current database revision"],
  [["db", "check"], 0, "fits"],
  [["db", "upgrade"], 0, "Database upgraded successfully!"],
  [["db", "upgrade", "--revision", "abc"], 2, "abc"],
  [["db", "init"], 1, "stator db upgrade"],
  [["db", "init", "--force"], 2, "--yes"],
  [["db", "init", "--force", "--yes"], 0, "account"],
  [["db", "init", "--db", "sqlite", "--force", "--yes"], 0, "Database initialised."],
  [["db", "truncate"], 2, "--yes"],
  [["db", "truncate", "--force"], 0, "entity"],
  [["db", "downgrade", "--revision", "base"], 2, "backup"],
  [["db", "stamp", "head"], 2, "stator db upgrade"],
  [["db", "import"], 0, "Taken over"],
  [["db", "import", "--dry-run"], 0, "Would be taken over"],
  [["db", "import", "--from", "sqlite:///old.db"], 1, "entity o-1: no"],
  [["docs"], 0, "serve"],
  [["docs", "serve"], 0, "/docs"],
  [["ui", "build"], 0, "stator ui serve"],
  [["dlq", "list"], 0, "No dead letters."],
  [["dlq", "show", "0123456789abcdef0123456789abcdef"], 3, ""],
  [["worker", "status"], 0, "No worker runs"],
  [["lanes"], 0, "No lane is held."],
  [["doctor"], 0, "Nothing found."],
  [["lanes", "--state", "lost"], 1, ""],
  [["park", "nobody", "--reason", "x"], 3, "nobody"],
  [["park", "o-1"], 2, "--reason"],
  [["resume", "nobody", "--reason", "x"], 3, "nobody"],
  [["force", "o-1", "--state", "placed"], 2, "--reason"],
  [["event", "show", "00000000-0000-4000-8000-000000000000"], 3, ""],
];

for (const [args, code, part] of ENDS) {
  check(`${args.join(" ")} ends with ${code}`, async ({ run }) => {
    const result = await run(...args);
    mentions(`${result.out}\n${result.err}`, part);
    same([result.code, code === 0 ? result.err : ""], [code, ""]);
  });
}

check("accepts the words of existing manifests", async ({ run, started }) => {
  for (
    const words of [
      "api --host 0.0.0.0 --port 8000 --no-reload",
      "api --port 8004 --reload",
      "worker",
      "worker --concurrency 5 --poll-interval 500",
      "ui serve --host 0.0.0.0 --port 3000",
      "dev --port 9001",
    ]
  ) same([words, (await run(...words.split(" "))).code], [words, 0]);
  same(started, ["api 8000", "api 8004", "worker 8000", "worker 8000", "ui 8000", "dev 9001"]);
});

check("api --port X ends with 78 and names the setting", async ({ run, started }) => {
  const result = await run("api", "--port", "eighty");
  mentions(result.err, "API_PORT");
  same([result.code, started], [78, []]);
});

check("publish, send, can, explain, history tell one story", async ({ run }) => {
  mentions((await run("publish", "machines/order.yaml")).out, "Published: order@1.0.0");
  mentions((await run("publish", "machines/order.yaml")).out, "Unchanged: order@1.0.0");
  mentions((await run("machines", "list")).out, "order", "1.0.0", "online shop");

  mentions((await run("entity", "create", "o-1", "--machine", "order")).out, "o-1: created in draft");
  const refused = await run("send", "o-1", "place");
  mentions(refused.out, 'refused "place" in draft', "stator explain o-1 place");
  same(refused.code, 1);
  const why = await run("explain", "o-1", "place");
  mentions(why.out, "would be refused in draft", "total");
  mentions((await run("can", "o-1")).out, "set_total", "place", "cancel");

  same((await run("send", "o-1", "set_total", "--payload", '{"amount": 12}')).code, 0);
  mentions(
    (await run("send", "o-1", "place")).out,
    "o-1: draft -> checking:payment=payment_pending,stock=stock_pending",
  );
  const state = JSON.parse((await run("get", "o-1", "--json")).out);
  same([state.machine_name, state.context.total], ["order", 12]);
  const history = JSON.parse((await run("history", "o-1", "--json")).out);
  same(history.map((row: { trigger: string }) => row.trigger), [
    "place",
    "set_total",
    "place",
    "__entity_created__",
  ]);
  mentions((await run("entity", "list", "--machine", "order")).out, "o-1", "checking");
});

check("park, lanes, force and resume hold an entity, change it and let it go on", async ({ run }) => {
  await run("publish", "machines/order.yaml");
  await run("entity", "create", "o-1", "--machine", "order");
  mentions((await run("park", "o-1", "--reason", "ticket 4711")).out, "o-1: parked", "stator resume o-1");
  same((await run("park", "o-1", "--reason", "again")).code, 4);
  const sick = await run("doctor");
  mentions(sick.out, "warning  parked lanes", "-> See why: stator lanes --state parked", "Findings: 1");
  same(sick.code, 1);
  mentions((await run("lanes", "--machine", "order")).out, "o-1", "parked", "ticket 4711");
  const wrong = await run("force", "o-1", "--state", "cheking", "--reason", "stuck");
  mentions(wrong.err, 'did you mean "checking"');
  same(wrong.code, 1);
  same((await run("force", "o-1", "--state", "checking", "--reason", "stuck", "--if-version", "7")).code, 4);
  const forced = await run(
    "force",
    "o-1",
    "--state",
    "checking",
    "--context",
    '{"total": 5}',
    "--merge",
    "--reason",
    "x",
  );
  mentions(forced.out, "o-1: now in checking:", "version 2");
  mentions((await run("resume", "o-1", "--reason", "done")).out, "o-1: goes on, 0 waiting");
  mentions((await run("lanes")).out, "No lane is held.");
});

check("send --async queues, and one key gives one event", async ({ run }) => {
  await run("publish", "machines/ticket.yaml");
  const send = () =>
    run("send", "t-1", "accept", "--machine", "ticket", "--async", "--idempotency-key", "k-1", "--json");
  const [first, second] = [JSON.parse((await send()).out), JSON.parse((await send()).out)];
  same([first.event_id === second.event_id, typeof first.event_id], [true, "string"]);
  mentions((await run("event", "show", first.event_id)).out, "t-1");
});

check("publish refuses another text under a version that is stored", async ({ run, files }) => {
  await run("publish", "machines/order.yaml");
  files.set(
    "machines/order.yaml",
    (files.get("machines/order.yaml") ?? "").replace("An order of", "A purchase in"),
  );
  const result = await run("publish", "machines/order.yaml");
  mentions(result.err, "order@1.0.0", "new meta.version");
  same(result.code, 4);
});

check("machines create, get and delete follow the predecessor's words", async ({ run }) => {
  mentions((await run("machines", "create", "machines/order.yaml")).out, "Created: order@1.0.0 (id: ");
  same((await run("machines", "create", "machines/order.yaml")).code, 4);
  same(JSON.parse((await run("machines", "get", "order", "--json")).out).name, "order");
  mentions((await run("machines", "delete", "order", "1.0.0")).out, "Deleted: order@1.0.0");
});

check("machines seed skips what is broken and says so", async ({ run, files }) => {
  files.set("machines/broken.yaml", "meta: { machine_name: broken }\nstates: []\ntransitions: []\n");
  const result = await run("machines", "seed");
  mentions(result.out, "Skipped: broken.yaml", "Published: order@1.0.0");
  same([result.code, result.out.includes("scenarios")], [0, false]);
});

check("validate tells every finding with its place", async ({ run, files }) => {
  files.set(
    "bad.yaml",
    "meta: { machine_name: bad, version: '1' }\nstates:\n  - { name: a, type: initial }\ntransitions:\n  - { trigger: go, source: a, dest: nowhere }\n  - { trigger: on_, source: gone, dest: a }\n",
  );
  const result = await run("validate", "bad.yaml");
  mentions(result.out, "bad.yaml:5:", "nowhere", "bad.yaml:6:", "gone");
  const [file] = JSON.parse((await run("validate", "bad.yaml", "--json")).out);
  same([result.code, file.valid, file.findings.length >= 2], [1, false, true]);
});

check("simulate prints one object for each macrostep", async ({ run, files }) => {
  files.set(
    "events.jsonl",
    ['{"trigger": "place"}', '{"advance_ms": 60000}', "ship", '{"advance_ms": 1740000}'].join("\n"),
  );
  const { out, code } = await run(
    "simulate",
    "machines/order.yaml",
    "--events",
    "events.jsonl",
    "--context",
    '{"total": 3}',
    "--json",
  );
  const steps = out.split("\n").map((line) => JSON.parse(line));
  same(code, 0);
  same(steps.map((step) => [step.input, step.configuration, step.done, step.error]), [
    [0, ["draft"], false, null],
    [1, ["payment_pending", "stock_pending"], false, null],
    [2, ["payment_pending", "stock_pending"], false, null],
    [3, ["payment_pending", "stock_pending"], false, "invalid_trigger"],
    [4, ["cancelled"], true, null],
  ]);
  same(Object.keys(steps[0]), ["input", "configuration", "context", "done", "sent", "error"]);
});

check("simulate tells what waits, until it is recalled", async ({ run, files }) => {
  files.set("events.jsonl", '["document_received", "nonsense", "document_received", "open"]');
  const { out } = await run("simulate", "machines/claim.yaml", "--events", "events.jsonl", "--json");
  const steps = out.split("\n").map((line) => JSON.parse(line));
  const one = "document_received";
  same(steps.map((step) => [step.input, step.deferred ?? null, step.error]), [
    [0, null, null],
    [1, [one], null],
    [2, [one], "invalid_trigger"],
    [3, [one, one], null],
    [4, null, null],
    [4, null, null],
    [4, null, null],
  ]);
});

check("simulate refuses a line that it does not understand", async ({ run, files }) => {
  files.set("events.jsonl", 'place\n{"triger": "place"}');
  const result = await run("simulate", "machines/order.yaml", "--events", "events.jsonl");
  mentions(result.err, "line 2");
  same(result.code, 2);
});

check("test tells what differs", async ({ run, files }) => {
  files.set(
    "machines/order.scenarios.yaml",
    "machine: order\nscenarios:\n  - name: wrong\n    steps:\n      - send: place\n        expect: { state: ready }\n",
  );
  const result = await run("test", "machines/order.yaml");
  mentions(
    result.out,
    "FAILED  wrong",
    'refused must be null and is "guard_rejected"',
    'state must be ["ready"] and is ["draft"]',
    "0 passed, 1 failed",
  );
  same(result.code, 1);
});

check("test refuses a key that it does not know", async ({ run, files }) => {
  files.set(
    "machines/order.scenarios.yaml",
    "machine: order\nscenarios:\n  - name: x\n    steps:\n      - sent: place\n",
  );
  mentions((await run("test", "machines/order.yaml")).err, 'unknown key "sent"');
});

check("import turns SCXML into a machine file", async ({ run, files }) => {
  files.set(
    "light.scxml",
    '<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" name="light"><state id="a"><transition event="go" target="b"/></state><final id="b"/></scxml>',
  );
  same((await run("import", "light.scxml", "--output", "light.yaml")).code, 0);
  same((await run("validate", "light.yaml")).code, 0);
});

check("publish fills in what the environment has for machine files", async ({ run, files }) => {
  const text = (files.get("machines/order.yaml") ?? "").replace("carrier.example.com", "${MACHINE_HOST}")
    .replace("An order of", "${MACHINE_TITLE:-Orders of}");
  files.set("order.yaml", text);
  same((await run("publish", "order.yaml")).code, 0);
  const { out } = await run("machines", "get", "order");
  mentions(out, "https://carrier.example.com/parcels", "Orders of an online shop");
});

check("--help and docs/cli.md know the same verbs", async ({ run }) => {
  const page = await Deno.readTextFile(new URL("../../docs/cli.md", import.meta.url));
  const { out } = await run("--help");
  const verbs = [...out.slice(out.indexOf("Commands:")).matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name = ""]) =>
    name
  );
  const unknown = verbs.filter((name) => name !== "help" && !new RegExp(`\`${name}\\b`).test(page));
  same([verbs.length > 15, unknown], [true, []]);
});
