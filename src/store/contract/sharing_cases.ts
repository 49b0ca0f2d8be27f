/** Contract between processes that share the data: what one holds, the other does not change. */
import { assertEquals } from "./assertions.ts";
import { entityOf, newEvent, only, outboxOf, present, writeLane, writeOf } from "./fixtures.ts";
import type { ContractCase } from "./harness.ts";

export const sharingCases: readonly ContractCase[] = [
  {
    name: "two processes that fold the same entities lose no change",
    async run({ store, openAgain }) {
      if (openAgain === null) return;
      const other = await openAgain();
      try {
        const rounds = 30;
        await Promise.all([store, other].map(async (one) => {
          for (let done = 0, tries = 0; done < rounds && tries < 2_000; tries++) {
            const turn = await one.turns.lock({ entityIds: ["o-1"], keys: [], eventsPerLaneMax: 5 })
              .catch(() => null);
            if (turn === null) continue;
            const before = only(turn.lanes).entity;
            const version = (before?.version ?? 0) + 1;
            const entity = entityOf("o-1", {
              version,
              context: { count: Number(before?.context["count"] ?? 0) + 1 },
            });
            const outcome = await turn.commit({
              lanes: [writeOf(only(turn.lanes), { entity })],
              answers: [],
            });
            if (outcome.type === "committed") done += 1;
          }
        }));
        const entity = present(await store.entities.get("o-1"));
        assertEquals([entity.version, entity.context["count"]], [2 * rounds, 2 * rounds]);
      } finally {
        await other.close();
      }
    },
  },
  {
    name: "what another process appends while a turn is computed is neither lost nor renumbered",
    async run({ store, openAgain }) {
      if (openAgain === null) return;
      const other = await openAgain();
      try {
        for (let round = 1; round <= 5; round++) {
          await store.inbox.append([newEvent("o-1")]);
          const turn = present(await store.turns.claim({ lanesMax: 1, eventsPerLaneMax: 9 }));
          const appended = other.inbox.append([newEvent("o-1")]);
          await new Promise((resolve) => setTimeout(resolve, 5));
          const outcome = await turn.commit({ lanes: [writeOf(only(turn.lanes))], answers: [] });
          assertEquals(outcome, { type: "committed" });
          await appended;
          const next = present(await store.turns.claim({ lanesMax: 1, eventsPerLaneMax: 9 }));
          const lane = only(next.lanes);
          assertEquals([lane.events.map((event) => event.seq), lane.nextSeq], [[2 * round], 2 * round + 1]);
          await next.commit({ lanes: [writeOf(lane)], answers: [] });
        }
      } finally {
        await other.close();
      }
    },
  },
  {
    name: "workers in two processes consume every event once and in order",
    async run({ store, openAgain }) {
      if (openAgain === null) return;
      const other = await openAgain();
      try {
        const entityIds = Array.from({ length: 10 }, (_, i) => `e-${i}`);
        for (let round = 0; round < 6; round++) await store.inbox.append(entityIds.map((id) => newEvent(id)));
        const seen = new Map<string, number[]>();
        await Promise.all([store, other].map(async (one) => {
          for (let turns = 0; turns < 300; turns++) {
            const turn = await one.turns.claim({ lanesMax: 4, eventsPerLaneMax: 2 });
            if (turn === null) break;
            const lanes = turn.lanes.map((lane) =>
              writeOf(lane, { readyAtMs: lane.isMore ? turn.nowMs : null })
            );
            const outcome = await turn.commit({ lanes, answers: [] });
            if (outcome.type === "fenced") continue;
            for (const lane of turn.lanes) {
              seen.set(lane.entityId, [
                ...seen.get(lane.entityId) ?? [],
                ...lane.events.map((event) => event.seq),
              ]);
            }
          }
        }));
        for (const entityId of entityIds) assertEquals(seen.get(entityId), [1, 2, 3, 4, 5, 6], entityId);
      } finally {
        await other.close();
      }
    },
  },
  {
    name: "an action is leased by one process, and known to the other",
    async run({ store, openAgain }) {
      if (openAgain === null) return;
      const other = await openAgain();
      try {
        await writeLane(store, "o-1", () => ({ outbox: [outboxOf("o-1", 1)] }));
        const claims = await Promise.all(
          [store, other].map((one) => one.outbox.claim({ limit: 5, leaseMs: 60_000, owner: "w" })),
        );
        assertEquals(claims.flat().length, 1);
        assertEquals((await other.outbox.counts()).leased, 1);
      } finally {
        await other.close();
      }
    },
  },
];
