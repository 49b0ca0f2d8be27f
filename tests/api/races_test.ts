/** Requests that race: losers are told so, nothing is lost, nothing happens twice. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "./assertions.ts";
import { type Answer, type Harness, OPEN_SETTINGS, withApi } from "./harness.ts";
import { ORDER, publish } from "./machines.ts";

const V1 = "/api/v1";
const COUNTER = {
  meta: { machine_name: "counter", version: "1.0.0" },
  states: [{ name: "on", type: "initial" }],
  transitions: [{ trigger: "tick", source: "on", dest: "on", actions: [{ increment: "n" }] }],
};

Deno.test("every acknowledged increment counts", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, COUNTER);
    const created = await harness.call("POST", `${V1}/entities/c-1/create`, {
      body: { machine_name: "counter", context: { n: 0 } },
    });
    assertEquals(created.status, 200, created.text);
    const answers = await Promise.all(
      Array.from({ length: 60 }, () =>
        harness.call("POST", `${V1}/entities/c-1/events`, { body: { trigger: "tick" } })),
    );
    const acknowledged = answers.filter((answer) =>
      answer.json.success === true
    ).length;
    assertEquals(acknowledged, 60);
    const { json } = await harness.call("GET", `${V1}/entities/c-1/state`);
    assertEquals([json.context.n, json.version, json.position], [60, 61, 61]);
  }));

Deno.test("one key sent many times at once happens once", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, COUNTER);
    await harness.call("POST", `${V1}/entities/c-1/create`, {
      body: { machine_name: "counter", context: { n: 0 } },
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        harness.call("POST", `${V1}/entities/c-1/events`, {
          body: { trigger: "tick" },
          headers: { "idempotency-key": "once" },
        })),
    );
    assertEquals(new Set(answers.map((answer) => answer.text)).size, 1);
    assertEquals((await harness.call("GET", `${V1}/entities/c-1/state`)).json.context.n, 1);
  }));

Deno.test("a key makes publishing a machine and a bulk call harmless to repeat", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const post = (path: string, body: unknown, key: string) =>
      harness.call("POST", `${V1}${path}`, { body, headers: { "idempotency-key": key } });
    const machine = () => post("/machines", { config: ORDER }, "m");
    const racing = await Promise.all([machine(), machine(), machine()]);
    assertEquals(racing.map(statusOf).filter((status) => status === 201).length >= 1, true);
    assert(racing.every((answer) => [201, 409].includes(answer.status)), String(racing.map(statusOf)));
    const again = await machine();
    assertEquals([again.status, again.headers.get("idempotency-replayed")], [201, "true"]);
    assertEquals((await post("/machines", { config: COUNTER }, "m")).json.code, "idempotency_conflict");

    const items = [{ entity_id: "b-1", machine_name: "order" }];
    const first = await post("/entities/bulk/create", { items }, "b");
    const second = await post("/entities/bulk/create", { items }, "b");
    assertEquals([first.json.succeeded, second.json], [1, first.json]);
    const failing = { entity_ids: ["b-1"], trigger: "pay", machine_version: "!" };
    assertEquals((await post("/entities/bulk/events", failing, "e")).status, 422);
    const sent = await post("/entities/bulk/events", { entity_ids: ["b-1", "b-1"], trigger: "pay" }, "e");
    assertEquals(
      sent.json.results.map((row: { success: boolean }) => row.success),
      [true, false],
      "in order",
    );
  }));

Deno.test("creations, events, deletions, labels and purges that race give no 5xx and no gap in history", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    await publish(harness, ORDER);
    const answers = await Promise.all(Array.from({ length: 240 }, (_, index) => oneOf(harness, index)));
    const odd = answers.filter((answer) => ![200, 202, 404, 409, 412, 429].includes(answer.status));
    assertEquals(odd.map((answer) => [answer.status, answer.text]), []);
    for (let entity = 0; entity < 4; entity++) {
      const { json } = await harness.call("GET", `${V1}/entities/r-${entity}/events?limit=200`);
      const sequences = json.events.filter(isNumbered).map((event: Numbered) => event.sequence);
      const expected = sequences.map((_: number, index: number) => (sequences[0] ?? 0) + index);
      assertEquals(sequences, expected, `entity ${entity}`);
    }
  }));

interface Numbered {
  readonly sequence: number;
  readonly trigger: string;
}

/** An event that creates its entity has a second row, for the creation, under the same number. */
function isNumbered(event: Numbered, index: number, all: readonly Numbered[]): boolean {
  return event.trigger !== "__entity_created__" || all[index + 1]?.sequence !== event.sequence;
}

function oneOf({ call }: Harness, index: number): Promise<Answer> {
  const path = `${V1}/entities/r-${index % 4}`;
  switch (Math.floor(index / 4) % 6) {
    case 0:
      return call("POST", `${path}/create`, { body: { machine_name: "order" } });
    case 1:
      return call("POST", `${path}/events`, { body: { trigger: "pay", machine_name: "order" } });
    case 2:
      return call("PATCH", `${path}/labels`, { body: { labels: { n: String(index) } } });
    case 3:
      return call("POST", `${path}/archive`);
    case 4:
      return call("POST", `${path}/restore`);
    default:
      return call("POST", `${path}/queue-event`, { body: { trigger: "ship", machine_name: "order" } });
  }
}

function statusOf(answer: Answer): number {
  return answer.status;
}
