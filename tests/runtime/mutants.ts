/** Planted bugs: stores that break one promise each, to prove that the checks notice. */
import type { Clock } from "../../src/clock.ts";
import type { LaneWrite, LoadedLane } from "../../src/orchestrator/lane.ts";
import type { LeasedAction } from "../../src/orchestrator/outbox.ts";
import type { Store, Turn, TurnWrite } from "../../src/store/store.ts";
import type { Violation } from "./check_store.ts";
import { seededId } from "./random.ts";

export interface MutantTools {
  readonly clock: Clock;
  readonly random: () => number;
}

export interface MutantSpec {
  readonly what: string;
  /** `store` = every process shares the bug; `process` = it sits in the process, which may die in the middle of it. */
  readonly layer: "store" | "process";
  /** One of these rules must be found broken. */
  readonly breaks: readonly Violation["rule"][];
  readonly wrap: (inner: Store, tools: MutantTools) => Store;
}

const EARLY_MS = 60_000;

export const MUTANTS = {
  lock: {
    what: "the locks of a turn end as soon as it is loaded",
    layer: "store",
    breaks: ["lost", "doubled", "order", "position", "replay"],
    wrap: (inner) => unlocked(inner, "fenced"),
  },
  fence: {
    what: "the locks end too soon and nobody compares the version of the entity at the commit",
    layer: "store",
    breaks: ["doubled", "position", "replay"],
    wrap: (inner) => unlocked(inner, "unfenced"),
  },
  unique: {
    what: "a key that was used before is not recognised",
    layer: "store",
    breaks: ["doubled"],
    wrap: (inner) => ({
      ...turnsOf(inner, { onTurn: (turn) => ({ ...turn, answers: [] }) }),
      inbox: {
        ...inner.inbox,
        append: (events) => inner.inbox.append(events.map((event) => ({ ...event, idempotency: null }))),
      },
    }),
  },
  order: {
    what: "what waits in a lane is taken from the end",
    layer: "store",
    breaks: ["order"],
    wrap: (inner) => lanesOf(inner, (lane) => ({ ...lane, events: lane.events.toReversed() })),
  },
  lease: {
    what: "whoever lost a lease reports the result all the same",
    layer: "store",
    breaks: ["doubled"],
    wrap: (inner) => ({
      ...inner,
      outbox: {
        ...inner.outbox,
        async acknowledge(ack) {
          const isKept = await inner.outbox.acknowledge(ack);
          if (!isKept && ack.followUp !== null) {
            await inner.inbox.append([{ ...ack.followUp, idempotency: null }]);
          }
          return isKept;
        },
      },
    }),
  },
  dead_hold: {
    what: "the lease of a dead process never runs out",
    layer: "store",
    breaks: ["not_at_rest"],
    wrap: (inner) => ({
      ...inner,
      outbox: { ...inner.outbox, claim: (options) => inner.outbox.claim({ ...options, leaseMs: 1e12 }) },
    }),
  },
  key: {
    what: "every attempt of an action has a key of its own",
    layer: "store",
    breaks: ["action_unknown"],
    wrap: (inner, { random }) => renamed(inner, random),
  },
  body: {
    what: "a repeated call says something else than the first",
    layer: "store",
    breaks: ["action_body"],
    wrap: (inner) => ({
      ...inner,
      outbox: {
        ...inner.outbox,
        async claim(options) {
          const actions = await inner.outbox.claim(options);
          return actions.map((action) => ({
            ...action,
            params: { ...action.params, attempt: action.attempts },
          }));
        },
      },
    }),
  },
  acknowledgement: {
    what: "an event is acknowledged before it is stored",
    layer: "process",
    breaks: ["lost"],
    wrap: (inner) => ({
      ...inner,
      inbox: {
        ...inner.inbox,
        append(events) {
          inner.inbox.append(events).catch(() => {});
          return Promise.resolve(events.map(({ eventId }) => ({ type: "accepted", eventId })));
        },
      },
    }),
  },
  timer_generation: {
    what: "a timer outlives the stay in its state and fires in the next one",
    layer: "store",
    breaks: ["timer_early", "timer_doubled"],
    wrap: (inner) => oldTimers(inner),
  },
  timer_early: {
    what: "a timer counts as due before its time",
    layer: "store",
    breaks: ["timer_early"],
    wrap: (inner) =>
      lanesOf(inner, (lane) => ({
        ...lane,
        timers: lane.timers.map((timer) => ({ ...timer, dueAtMs: timer.dueAtMs - EARLY_MS })),
      })),
  },
  timer_lost: {
    what: "timers are not stored",
    layer: "store",
    breaks: ["timer_missing"],
    wrap: (inner) => writesOf(inner, (lane) => ({ ...lane, timersSet: [] })),
  },
  outbox: {
    what: "actions are stored after the commit of their event",
    layer: "process",
    breaks: ["action_lost"],
    wrap: (inner) => inTwo(inner, (lane) => ({ ...lane, outbox: [] }), ({ outbox }) => ({ outbox })),
  },
  consumption: {
    what: "events are removed after the commit that decided them",
    layer: "process",
    breaks: ["doubled"],
    wrap: (inner) =>
      inTwo(
        inner,
        (lane) => ({ ...lane, consumedEventIds: [] }),
        ({ consumedEventIds }) => ({ consumedEventIds }),
      ),
  },
  dead_letter: {
    what: "dead letters are stored after the commit that removed their event",
    layer: "process",
    breaks: ["lost"],
    wrap: (inner) =>
      inTwo(inner, (lane) => ({ ...lane, deadLetters: [] }), ({ deadLetters }) => ({ deadLetters })),
  },
  history: {
    what: "one history row of several is forgotten",
    layer: "store",
    breaks: ["lost", "position"],
    wrap: (inner) =>
      writesOf(
        inner,
        (lane) => ({ ...lane, history: lane.history.length > 1 ? lane.history.slice(1) : lane.history }),
      ),
  },
} as const satisfies Readonly<Record<string, MutantSpec>>;

/** Throws when there is none of this name. */
export function mutantOf(name: string): MutantSpec {
  const mutant = Object.entries<MutantSpec>(MUTANTS).find(([one]) => one === name)?.[1];
  if (mutant === undefined) throw new Error(`there is no mutant "${name}"`);
  return mutant;
}

function turnsOf(inner: Store, { onTurn }: { readonly onTurn: (turn: Turn) => Turn | Promise<Turn> }): Store {
  return {
    ...inner,
    turns: {
      ...inner.turns,
      async claim(request) {
        const turn = await inner.turns.claim(request);
        return turn === null ? null : await onTurn(turn);
      },
      lock: async (request) => await onTurn(await inner.turns.lock(request)),
    },
  };
}

function lanesOf(inner: Store, change: (lane: LoadedLane) => LoadedLane): Store {
  return turnsOf(inner, { onTurn: (turn) => ({ ...turn, lanes: turn.lanes.map(change) }) });
}

function writesOf(inner: Store, change: (lane: LaneWrite) => LaneWrite): Store {
  return turnsOf(inner, {
    onTurn: (turn) => ({
      ...turn,
      commit: (write) => turn.commit({ ...write, lanes: write.lanes.map(change) }),
    }),
  });
}

/** The locks of a turn end as soon as it is loaded; `unfenced`: the version is not compared either. */
function unlocked(inner: Store, fence: "fenced" | "unfenced"): Store {
  return turnsOf(inner, {
    async onTurn(turn) {
      await turn.rollback();
      return { ...turn, rollback: () => Promise.resolve(), commit: (write) => commitLate(turn, write) };
    },
  });

  async function commitLate(turn: Turn, write: TurnWrite): ReturnType<Turn["commit"]> {
    const again = await lockAgain(inner, turn);
    if (fence === "fenced") return await again.commit(write);
    const versions = versionsOf(again);
    return await again.commit({
      ...write,
      lanes: write.lanes.map((lane) => ({ ...lane, expectedVersion: versions.get(lane.entityId) ?? 0 })),
    });
  }
}

function lockAgain(inner: Store, turn: Turn): Promise<Turn> {
  return inner.turns.lock({
    entityIds: turn.lanes.map((lane) => lane.entityId),
    keys: [],
    eventsPerLaneMax: 1_000,
  });
}

function versionsOf(turn: Turn): ReadonlyMap<string, number> {
  return new Map(turn.lanes.map((lane) => [lane.entityId, lane.entity?.version ?? 0]));
}

/** A commit without one part, and another commit for that part: the process may die between the two. */
function inTwo(
  inner: Store,
  first: (lane: LaneWrite) => LaneWrite,
  rest: (lane: LaneWrite) => Partial<LaneWrite>,
): Store {
  return turnsOf(inner, {
    onTurn: (turn) => ({
      ...turn,
      async commit(write) {
        const outcome = await turn.commit({ ...write, lanes: write.lanes.map(first) });
        if (outcome.type === "fenced" || write.lanes.length === 0) return outcome;
        const again = await lockAgain(inner, turn);
        const versions = versionsOf(again);
        const lanes = write.lanes.map((lane): LaneWrite => ({
          ...lane,
          entity: null,
          expectedVersion: versions.get(lane.entityId) ?? 0,
          nextSeq: again.lanes.find((one) => one.entityId === lane.entityId)?.nextSeq ?? lane.nextSeq,
          history: [],
          timersSet: [],
          timersCancelled: [],
          outbox: [],
          deadLetters: [],
          consumedEventIds: [],
          ...rest(lane),
        }));
        return await again.commit({ answers: [], lanes });
      },
    }),
  });
}

/** The store knows actions by the keys that it gave them; the world sees others. */
function renamed(inner: Store, random: () => number): Store {
  const keys = new Map<string, string>();
  const known = (action: LeasedAction) => ({
    ...action,
    actionId: keys.get(action.actionId) ?? action.actionId,
  });
  return {
    ...inner,
    outbox: {
      ...inner.outbox,
      async claim(options) {
        return (await inner.outbox.claim(options)).map((action) => {
          const key = seededId(random);
          keys.set(key, action.actionId);
          return { ...action, actionId: key };
        });
      },
      extend: (action, leaseMs) => inner.outbox.extend(known(action), leaseMs),
      postpone: (action, untilMs) => inner.outbox.postpone(known(action), untilMs),
      acknowledge: (ack) => inner.outbox.acknowledge({ ...ack, action: known(ack.action) }),
    },
  };
}

/** The first due time of a timer stays, under whatever generation is current. */
function oldTimers(inner: Store): Store {
  const firstDueAtMs = new Map<string, number>();
  return writesOf(inner, (lane) => ({
    ...lane,
    timersSet: lane.timersSet.map((timer) => {
      const name = `${lane.entityId} ${timer.key}`;
      const dueAtMs = firstDueAtMs.get(name) ?? timer.dueAtMs;
      firstDueAtMs.set(name, dueAtMs);
      return { ...timer, dueAtMs };
    }),
  }));
}
