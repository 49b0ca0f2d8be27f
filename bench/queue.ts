/**
 * What waits is decided and written: 100,000 events beside job queues from npm that keep the order of each key, and
 * beside what PostgreSQL itself can write. Each has a fresh database on the same server.
 */
import type { Store } from "../src/store/store.ts";
import { account, accountRuntime, ACTION_EVERY, drain, fill } from "./account.ts";
import { ceilingPerSecond } from "./ceiling.ts";
import { type PeerName, peerPerSecond } from "./peers/run_peer.ts";
import { aloneRow, type BenchRow, besideRow } from "./row.ts";
import { type BenchServer, execute, withServer, withStore } from "./server.ts";

const EVENTS = 100_000;
const ENTITIES = 10_000;
/** Turns at a time, as many as a store has connections for them. */
const TURNS = 4;
/** Peers are cut off after this: what they did by then gives their rate. */
const PEER_MS = 6_000;
const PREFIX = "c-";

const PEER_WORDS = {
  nothing: "jobs that do nothing",
  state: "jobs that write state and history",
} as const;

export function benchQueue(): Promise<readonly BenchRow[]> {
  return withServer(async (server) => {
    const many = await drainRows(server, ENTITIES);
    const [, drained] = many;
    return [
      ...many,
      ...await besidePeers(server, {
        row: drained,
        entities: ENTITIES,
        peers: ["graphile-worker", "pg-boss"],
      }),
      ...await besideCeiling(server, drained),
      ...await shape(server, 100),
      ...await shape(server, 100_000),
    ];
  });
}

async function shape(server: BenchServer, entities: number): Promise<readonly BenchRow[]> {
  const [, drained] = await drainRows(server, entities);
  return await besidePeers(server, { row: drained, entities, peers: ["graphile-worker"] });
}

/** Rates of appending and of draining; throws when an event is missing afterwards. */
function drainRows(server: BenchServer, entities: number): Promise<readonly [BenchRow, BenchRow]> {
  return withStore(server, async (store, url) => {
    const runtime = await accountRuntime(store);
    const fillMs = await timeOf(() => fill(store, { count: EVENTS, entities, prefix: PREFIX }));
    await execute(url, "vacuum analyze", "checkpoint");
    const drainMs = await timeOf(() => drain(runtime, TURNS));
    await checkDrained(store, { url, entities });
    const shapeText = `${EVENTS} events of ${entities} entities, postgres`;
    return [
      aloneRow(`append ${shapeText}, 1000 a call`, EVENTS / fillMs * 1_000, "events/s"),
      aloneRow(`drain ${shapeText}, ${TURNS} turns at a time`, EVENTS / drainMs * 1_000, "events/s"),
    ];
  });
}

async function checkDrained(
  store: Store,
  { url, entities }: { readonly url: string; readonly entities: number },
): Promise<void> {
  const [row] = await execute(
    url,
    "select (select count(*) from stator.history)::int as history, (select count(*) from stator.inbox)::int as inbox, " +
      "(select count(*) from stator.outbox)::int as outbox, (select count(*) from stator.timer)::int as timer",
  );
  const each = EVENTS / entities;
  const isEven = each % 2 === 0;
  const expected = {
    history: EVENTS + entities,
    inbox: 0,
    outbox: entities * Math.floor(each / ACTION_EVERY),
    // The timer belongs to the state in which every second event leaves the entity.
    timer: isEven ? entities : 0,
  };
  const found = JSON.stringify(row);
  if (found !== JSON.stringify(expected)) throw new Error(`Expected ${JSON.stringify(expected)}: ${found}`);
  const count = (await store.entities.get(`${PREFIX}${entities - 1}`))?.context["count"];
  if (count !== each) throw new Error(`The last entity of ${account.name} counted ${count}, not ${each}`);
}

async function besidePeers(
  server: BenchServer,
  { row, entities, peers }: {
    readonly row: BenchRow;
    readonly entities: number;
    readonly peers: readonly PeerName[];
  },
): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const peer of peers) {
    for (const work of ["nothing", "state"] as const) {
      const url = await server.createDatabase();
      const value = await peerPerSecond(peer, {
        ...{ url, jobs: EVENTS, keys: entities, work, limitMs: PEER_MS, singles: 0, pauseMs: 0 },
      });
      rows.push(besideRow(row, `${peer}, order of each key, ${PEER_WORDS[work]}`, value));
    }
  }
  return rows;
}

async function besideCeiling(server: BenchServer, row: BenchRow): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const connections of [1, TURNS]) {
    const value = await withStore(
      server,
      (_, url) => ceilingPerSecond(url, { events: EVENTS, entities: ENTITIES, connections }),
    );
    rows.push(
      besideRow(
        row,
        `pgbench writing the same rows, 500 events a statement, ${connections} at a time`,
        value,
      ),
    );
  }
  return rows;
}

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await run();
  return performance.now() - startedMs;
}
