/** Pages of the database that an event touches beside a million idle entities and a million waiting events. */
import { migrate } from "../tests/chaos/database.ts";
import { type Crowd, crowdBuffers, fillCrowd } from "../tests/testing/crowd.ts";
import { type BenchRow, besideRow } from "./row.ts";
import { type BenchServer, withServer } from "./server.ts";

const FEW: Crowd = { idle: 10_000, pending: 1 };
const MANY: Crowd = { idle: 1_000_000, pending: 1_000_000 };

export function benchFlat(): Promise<readonly BenchRow[]> {
  return withServer(async (server) => {
    const few = await measure(server, FEW);
    const many = await measure(server, MANY);
    return Object.entries(many).map(([name, value]) =>
      besideRow(
        {
          ...{ name: `${name}, beside ${textOf(MANY)}`, value, unit: "pages" },
          ...{ peer: null, peer_value: null, ratio: null },
        },
        `the same beside ${textOf(FEW)}`,
        few[name] ?? null,
      )
    );
  });
}

async function measure(server: BenchServer, crowd: Crowd): Promise<Readonly<Record<string, number>>> {
  const url = await server.createDatabase();
  await migrate(url);
  await fillCrowd(url, crowd);
  return await crowdBuffers(url);
}

function textOf({ idle, pending }: Crowd): string {
  return `${idle} idle entities and ${pending} waiting events`;
}
