/** What machines publish reaches whoever listens to its topic, in order, once, and after a break. */
import { assertEquals } from "./assertions.ts";
import { type Harness, OPEN_SETTINGS, withApi } from "./harness.ts";
import { nextEvent, readEvents } from "./stream_reader.ts";

const V1 = "/api/v1";

async function published({ store, clock }: Harness, topic: string, count: number): Promise<void> {
  clock.advance(10);
  const id = crypto.randomUUID();
  await store.operations.documents.put("publication", id, { type: topic, data: { count } }, {
    expectedVersion: 0,
    expiresAtMs: null,
  });
}

Deno.test("publications are told by topic, from now on, and resumed without gap or double", () =>
  withApi(OPEN_SETTINGS, async (harness) => {
    const open = (topics: string, headers: Record<string, string> = {}) =>
      harness.api.fetch(
        new Request(`http://stator.test${V1}/publications/stream?topics=${topics}`, { headers }),
      );
    await published(harness, "order_paid", 0);
    harness.clock.advance(1);
    const events = readEvents(await open("order_paid"));
    for (let count = 1; count <= 3; count++) await published(harness, "order_paid", count);
    await published(harness, "order_lost", 9);
    harness.clock.advance(1_000);
    const first = await nextEvent(events);
    assertEquals([first.event, JSON.parse(first.data)], ["order_paid", {
      type: "order_paid",
      data: { count: 1 },
    }]);
    const second = await nextEvent(events);
    await events.return(undefined);

    await published(harness, "order_paid", 4);
    harness.clock.advance(1_000);
    const again = readEvents(await open("order_paid,order_lost", { "last-event-id": second.id }));
    const rest = [await nextEvent(again), await nextEvent(again), await nextEvent(again)];
    assertEquals(rest.map(({ data }) => JSON.parse(data).data.count), [3, 9, 4]);
    await again.return(undefined);
    assertEquals((await open("order_paid", { "last-event-id": "nonsense" })).status, 400);
    assertEquals((await open("a%20b")).status, 422);
  }));
