/** Planted bugs: stores that break one promise, to prove that the checks notice. */
import type { Store, Turn, TurnWrite } from "../../src/store/store.ts";

export type Mutant = "no_lock" | "no_lock_no_fence";

/** The locks of a turn end as soon as it is loaded; with `no_lock_no_fence` the version is not compared either. */
export function mutantOf(inner: Store, mutant: Mutant): Store {
  return {
    ...inner,
    turns: {
      ...inner.turns,
      async claim(request) {
        const turn = await inner.turns.claim(request);
        return turn === null ? null : await unlocked(turn);
      },
      lock: async (request) => await unlocked(await inner.turns.lock(request)),
    },
  };

  async function unlocked(turn: Turn): Promise<Turn> {
    await turn.rollback();
    return { ...turn, rollback: () => Promise.resolve(), commit: (write) => commitLate(turn, write) };
  }

  async function commitLate(turn: Turn, write: TurnWrite): ReturnType<Turn["commit"]> {
    const again = await inner.turns.lock({
      entityIds: turn.lanes.map((lane) => lane.entityId),
      keys: [],
      eventsPerLaneMax: 1,
    });
    if (mutant === "no_lock") return await again.commit(write);
    const versions = new Map(again.lanes.map((lane) => [lane.entityId, lane.entity?.version ?? 0]));
    return await again.commit({
      ...write,
      lanes: write.lanes.map((lane) => ({ ...lane, expectedVersion: versions.get(lane.entityId) ?? 0 })),
    });
  }
}
