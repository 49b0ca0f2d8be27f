/**
 * What an event costs the database does not grow with what rests and waits beside it: pages touched, which do not depend on
 * the machine, for every statement of the hot path.
 */
import { createTestDatabase, testDatabaseUrl } from "../../../tests/database.ts";
import { type Crowd, crowdBuffers, fillCrowd } from "../../../tests/testing/crowd.ts";
import { assertEquals } from "../contract/assertions.ts";
import { migrate } from "../migrate.ts";

await testDatabaseUrl();

/** Most pages for each event, action or call. A whole read of any table of the crowd takes hundreds at least. */
const BUDGETS: Readonly<Record<string, number>> = {
  "append, each event": 50,
  "status of an event": 40,
  "turn that fires timers, each timer": 90,
  "turn over many lanes, each event": 90,
  "next time that something is ready": 12,
  "claim of actions, each": 25,
  "acknowledgement of an action": 60,
  "next time that an action is due": 15,
  // Counted to 10,000, estimated from there.
  "count of what waits": 1_000,
};
/** From thousands to hundreds of thousands of rows every search tree that is used may be one page deeper. */
const DEEPER = 1.25;
const PAGES_SPARE = 8;

const FEW: Crowd = { idle: 10_000, pending: 1 };
const CROWDS: readonly Crowd[] = [
  { idle: 150_000, pending: 1 },
  { idle: 10_000, pending: 100_000 },
];

async function check(crowd: Crowd): Promise<Readonly<Record<string, number>>> {
  const database = await createTestDatabase();
  try {
    await migrate(database.url);
    await fillCrowd(database.url, crowd);
    const found = await crowdBuffers(database.url);
    const over = Object.entries(found).filter(([name, pages]) => pages > (BUDGETS[name] ?? 0));
    assertEquals(over, [], `pages beside ${JSON.stringify(crowd)}`);
    assertEquals(Object.keys(found), Object.keys(BUDGETS));
    return found;
  } finally {
    await database.drop();
  }
}

Deno.test("statements of a turn touch no more pages with many idle entities and many waiting events", async () => {
  const few = await check(FEW);
  for (const crowd of CROWDS) {
    const many = await check(crowd);
    const grown = Object.entries(many).filter(([name, pages]) =>
      name !== "count of what waits" && pages > (few[name] ?? 0) * DEEPER + PAGES_SPARE
    );
    assertEquals(grown, [], `pages beside ${JSON.stringify(crowd)}, ${JSON.stringify(few)} with few`);
  }
});
