/** Those who send: by HTTP and by SQL, one by one and in bulk, everything again until it is acknowledged. */
import postgres from "postgres";
import { pick, seededId } from "../runtime/random.ts";

/** What was acknowledged; over HTTP for a single event only the history row is told. */
export interface Acknowledged {
  readonly entityId: string;
  readonly eventId: string | null;
  readonly historyId: string | null;
}

export interface ProducersDeps {
  readonly random: () => number;
  readonly isRunning: () => boolean;
  readonly apiPorts: readonly number[];
  readonly databaseUrl: string;
  /** Everything is well again this long after the end: what is not taken then is a failure. */
  readonly giveUpAtMs: number;
  /** Events a second that producers in bulk send together. */
  readonly rate: number;
}

export interface Producers {
  run(): Promise<void>;
  close(): Promise<void>;
  readonly acknowledged: Acknowledged[];
  readonly sentBy: Record<string, number>;
  readonly failures: string[];
}

interface Sent {
  readonly eventId: string;
  readonly entityId: string;
  readonly trigger: string;
}

const BULK_PRODUCERS = 8;
const BULK_ENTITIES = 40;
const CHUNK_ENTITIES = 10;
const CHUNK_EVENTS = 150;
const SINGLE_PRODUCERS = 12;
const SINGLE_PAUSE_MS = 150;
const SQL_MS_MAX = 8_000;
const HTTP_MS_MAX = 5_000;
const ATTEMPTS_MAX = 20;
const TRIGGERS = [...Array.from({ length: 20 }, () => "add"), "work", "work", "rest", "rest", "nonsense"];
const TRIGGERS_SINGLE = ["add", "add", "add", "work", "work", "rest", "nonsense"];

export function createProducers(deps: ProducersDeps): Producers {
  const { random } = deps;
  const acknowledged: Acknowledged[] = [];
  const sentBy: Record<string, number> = {};
  const failures: string[] = [];
  const connect = () =>
    postgres(deps.databaseUrl, { max: 4, onnotice: () => {}, connect_timeout: 5, prepare: false });
  let sql = connect();
  const doors = { table: byTable, function: byFunction, batch: byBatch };
  return {
    acknowledged,
    sentBy,
    failures,
    close: () => sql.end({ timeout: 1 }),
    async run() {
      await Promise.all([
        ...Array.from({ length: BULK_PRODUCERS }, (_, index) => runBulk(index)),
        ...Array.from({ length: SINGLE_PRODUCERS }, (_, index) => runSingle(`single-${index}`)),
      ]);
    },
  };

  /** Sends for its own entities, so that the order of what it sent is known. */
  async function runBulk(index: number): Promise<void> {
    const startedAtMs = Date.now();
    let count = 0;
    while (deps.isRunning()) {
      const first = Math.floor(random() * BULK_ENTITIES);
      const events = Array.from({ length: CHUNK_EVENTS }, (_, place) => {
        const entity = (first + (place % CHUNK_ENTITIES)) % BULK_ENTITIES;
        return eventOf(`bulk-${index}-${entity}`, pick(random, TRIGGERS));
      });
      const door = pick(random, ["table", "function", "batch"] as const);
      if (!(await untilTaken(() => doors[door](events), events.length, door))) return;
      for (const { eventId, entityId } of events) acknowledged.push({ entityId, eventId, historyId: null });
      count += events.length;
      await pause(startedAtMs + (count * BULK_PRODUCERS * 1_000) / deps.rate - Date.now());
    }
  }

  async function runSingle(entityId: string): Promise<void> {
    while (deps.isRunning()) {
      const event = eventOf(entityId, pick(random, TRIGGERS_SINGLE));
      const door = random() < 0.7 ? "single" : "table";
      let taken: Acknowledged = { entityId, eventId: event.eventId, historyId: null };
      const send = door === "table" ? () => byTable([event]) : async () => {
        const historyId = await bySingle(event);
        taken = { entityId, eventId: null, historyId };
        return historyId !== null;
      };
      if (!(await untilTaken(send, 1, door))) return;
      acknowledged.push(taken);
      await pause(random() * SINGLE_PAUSE_MS);
    }
  }

  /** False = nobody took it although everything is well again. */
  async function untilTaken(send: () => Promise<boolean>, count: number, door: string): Promise<boolean> {
    while (!(await send())) {
      if (Date.now() > deps.giveUpAtMs) {
        failures.push(`nobody took ${count} events by ${door} although the chaos is over`);
        return false;
      }
      await pause(30 + random() * 150);
    }
    sentBy[door] = (sentBy[door] ?? 0) + count;
    return true;
  }

  function eventOf(entityId: string, trigger: string): Sent {
    return { eventId: seededId(random), entityId, trigger };
  }

  function byTable(events: readonly Sent[]): Promise<boolean> {
    const rows = events.map(({ eventId, entityId, trigger }) => ({
      id: eventId,
      machine_name: "chaos",
      entity_id: entityId,
      trigger,
      context_json: "{}",
      max_attempts: ATTEMPTS_MAX,
    }));
    return bySql((current) =>
      current`insert into pystator.worker_events ${current(rows)} on conflict (id) do nothing`
    );
  }

  /** The id of an event is given by the function: the key makes it the same every time. */
  async function byFunction(events: readonly Sent[]): Promise<boolean> {
    const lines = JSON.stringify(events);
    return await bySql(async (current) => {
      const rows = await current`
        select e."eventId" as key, stator.append_event(
          machine => 'chaos', entity => e."entityId", trigger => e.trigger, idempotency_key => e."eventId",
          attempts_max => ${ATTEMPTS_MAX}) as id
        from rows from (json_to_recordset(${lines}::text::json) as ("eventId" text, "entityId" text, trigger text))
          with ordinality as e order by e.ordinality`;
      rename(events, new Map(rows.map((row) => [String(row["key"]), String(row["id"])])));
    });
  }

  async function byBatch(events: readonly Sent[]): Promise<boolean> {
    const answer = await post("events/batch", {
      events: events.map(({ eventId, entityId, trigger }) => ({
        entity_id: entityId,
        trigger,
        machine_name: "chaos",
        idempotency_key: eventId,
        max_attempts: ATTEMPTS_MAX,
      })),
    }, null);
    if (answer?.status !== 202 || !Array.isArray(answer.body["results"])) return false;
    const ids = answer.body["results"].map((result) => String(result.event_id));
    rename(events, new Map(events.map((event, index) => [event.eventId, ids[index] ?? "none"])));
    return true;
  }

  async function bySingle(event: Sent): Promise<string | null> {
    const body = { trigger: event.trigger, machine_name: "chaos", context: {} };
    const answer = await post(`entities/${event.entityId}/events`, body, event.eventId);
    return answer?.status === 200 ? String(answer.body["transition_id"]) : null;
  }

  /** Null = refused, cut off or too slow: nobody knows, so it is sent again with the same key. */
  async function post(path: string, body: object, key: string | null) {
    try {
      const response = await fetch(`http://127.0.0.1:${pick(random, deps.apiPorts)}/api/v1/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(key === null ? {} : { "idempotency-key": key }) },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(HTTP_MS_MAX),
      });
      return { status: response.status, body: await response.json() };
    } catch {
      return null;
    }
  }

  async function bySql(run: (current: postgres.Sql) => Promise<unknown>): Promise<boolean> {
    const current = sql;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error("late")), SQL_MS_MAX);
    try {
      await Promise.race([run(current), late]);
      return true;
    } catch {
      // The connections may be in any state now: all of them are replaced, once for each set.
      if (sql === current) {
        sql = connect();
        void current.end({ timeout: 0 });
      }
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Puts the ids that were given in the place of those that were sent. */
function rename(events: readonly Sent[], ids: ReadonlyMap<string, string>): void {
  for (const event of events) Object.assign(event, { eventId: ids.get(event.eventId) ?? event.eventId });
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, durationMs)));
}
