/** Takes over what a database of the predecessor holds: machines, entities with their history, what waits, dead letters. */
import { readDefinition } from "../api/definitions.ts";
import { hashOf } from "../api/commands.ts";
import { AppError } from "../errors.ts";
import { isJsonObject } from "../json.ts";
import type { DeadLetter } from "../orchestrator/dead_letter.ts";
import { isEntityId } from "../orchestrator/entity_id.ts";
import { keptLane, type LaneWrite, type LoadedLane } from "../orchestrator/lane.ts";
import { type LoadedMachine } from "../orchestrator/loaded_machine.ts";
import { adoptEntity, type OldEntity, type OldMachine } from "../orchestrator/predecessor.ts";
import { compareVersions } from "../orchestrator/version_order.ts";
import type { OldEvent, PredecessorSource } from "../store/predecessor/port.ts";
import type { Store, Turn } from "../store/store.ts";

/** How many of a kind were taken over, were there already, and could not be. */
export interface ImportCount {
  imported: number;
  present: number;
  refused: number;
}

export interface ImportReport {
  readonly machines: ImportCount;
  readonly entities: ImportCount;
  readonly events: ImportCount;
  readonly dead_letters: ImportCount;
  history_rows: number;
  /** What was refused and why; the first hundred. */
  readonly problems: { readonly what: string; readonly message: string }[];
}

export interface ImportOptions {
  /** Read and judge everything, write nothing. */
  readonly isDryRun: boolean;
  readonly newId: () => string;
  /** Called after every page of entities. */
  readonly onProgress: (entities: number) => void;
}

const PAGE = 50;
/** Rows of history that are kept of one entity, the newest. */
const HISTORY_MAX = 10_000;
/** Events that wait in each of the two queues. */
const EVENTS_MAX = 100_000;
const EVENTS_PAGE = 500;
const PROBLEMS_MAX = 100;
const ACTOR = "import";

/** May be called again: what was taken over already is counted as present and left alone. */
export async function importPredecessorInto(
  store: Store,
  source: PredecessorSource,
  options: ImportOptions,
): Promise<ImportReport> {
  const report: ImportReport = {
    machines: emptyCount(),
    entities: emptyCount(),
    events: emptyCount(),
    dead_letters: emptyCount(),
    history_rows: 0,
    problems: [],
  };
  const machines = new Map<string, LoadedMachine>();
  for (const machine of await source.machines()) await takeMachine(machine);
  let after = "";
  for (let count = 0;;) {
    const page = await source.entities(after, PAGE);
    if (page.length === 0) break;
    await takeEntities(page);
    after = page.at(-1)?.entityId ?? "";
    options.onProgress(count += page.length);
  }
  const events = await source.events(EVENTS_MAX);
  for (let from = 0; from < events.length; from += EVENTS_PAGE) {
    await takeEvents(events.slice(from, from + EVENTS_PAGE));
  }
  for (let record = "";;) {
    const page = await source.deadLetters(record, PAGE);
    if (page.length === 0) break;
    for (const letter of page) await takeLetter(letter);
    record = page.at(-1)?.recordId ?? "";
  }
  return report;

  function refuse(kind: ImportCount, what: string, message: string): void {
    kind.refused += 1;
    if (report.problems.length < PROBLEMS_MAX) report.problems.push({ what, message });
  }

  async function takeMachine({ name, version, config }: OldMachine): Promise<void> {
    const what = `machine ${name}@${version}`;
    const { machine, errors } = isJsonObject(config)
      ? readDefinition({ type: "document", document: config })
      : { machine: null, errors: [] };
    if (machine === null) {
      return refuse(report.machines, what, errors[0]?.message ?? "Its definition is not an object");
    }
    const { loaded, document } = machine;
    machines.set(`${loaded.name}@${loaded.version}`, loaded);
    if (options.isDryRun) {
      const known = await store.machines.find(loaded.name, loaded.version);
      report.machines[known === null ? "imported" : "present"] += 1;
      return;
    }
    const nowMs = await store.ping();
    const { type } = await store.machines.insert({
      id: options.newId(),
      name: loaded.name,
      version: loaded.version,
      description: loaded.spec.description === "" ? null : loaded.spec.description,
      isStrict: loaded.spec.isStrictEvents,
      config: document,
      sourceText: null,
      hash: await hashOf(document),
      revision: 1,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      createdBy: ACTOR,
      updatedBy: ACTOR,
    });
    report.machines[type === "inserted" ? "imported" : "present"] += 1;
  }

  /** Its own version; where none was noted, the newest of its name. Machines kept in files may be in the store already. */
  async function machineOf(old: OldEntity): Promise<LoadedMachine | null> {
    const { machineName: name, machineVersion: version } = old;
    if (name === null) return null;
    const known = [...machines.values()].filter((loaded) => loaded.name === name)
      .toSorted((left, right) => compareVersions(right.version, left.version));
    const match = known.find((loaded) => version === null || loaded.version === version);
    if (match !== undefined) return match;
    const records = await store.machines.list({ name, ...(version === null ? {} : { version }) });
    const [record] = records.toSorted((left, right) => compareVersions(right.version, left.version));
    const read = record === undefined ? null : readDefinition({ type: "document", document: record.config });
    const loaded = read?.machine?.loaded ?? null;
    if (loaded !== null) machines.set(`${loaded.name}@${loaded.version}`, loaded);
    return loaded;
  }

  async function takeEntities(page: readonly OldEntity[]): Promise<void> {
    const valid = page.filter((old) => {
      if (isEntityId(old.entityId)) return true;
      refuse(report.entities, `entity ${old.entityId}`, "Its id has characters beside A-Z, a-z, 0-9, . _ -");
      return false;
    });
    if (options.isDryRun) {
      for (const old of valid) {
        await writeOf(old, { entity: await store.entities.get(old.entityId), nextSeq: 1 }, 0);
      }
      return;
    }
    await withLanes(valid.map((old) => old.entityId), async (lanes, nowMs) => {
      const writes = [];
      for (const old of valid) {
        const lane = lanes.get(old.entityId);
        const write = lane === undefined ? null : await writeOf(old, lane, nowMs);
        if (write !== null) writes.push(write);
      }
      return writes;
    });
  }

  async function writeOf(
    old: OldEntity,
    lane: Pick<LoadedLane, "entity" | "nextSeq">,
    nowMs: number,
  ): Promise<LaneWrite | null> {
    const what = `entity ${old.entityId}`;
    if (lane.entity !== null) {
      report.entities.present += 1;
      return null;
    }
    if (lane.nextSeq > 1) {
      refuse(report.entities, what, "Events for it were accepted here before the import");
      return null;
    }
    const loaded = await machineOf(old);
    if (loaded === null) {
      const name = old.machineName === null
        ? "no machine"
        : `machine ${old.machineName}@${old.machineVersion}`;
      refuse(report.entities, what, `It has ${name}: publish that version first`);
      return null;
    }
    const history = await source.history(old.entityId, HISTORY_MAX);
    const adopted = adoptEntity(loaded, old, { history, nowMs, actor: ACTOR });
    if (adopted.type === "misfit") {
      refuse(report.entities, what, adopted.message);
      return null;
    }
    report.entities.imported += 1;
    report.history_rows += history.length;
    return adopted.write;
  }

  async function takeEvents(page: readonly OldEvent[]): Promise<void> {
    const fresh: OldEvent[] = [];
    for (const event of page) {
      if (await store.inbox.status(event.id) === null) fresh.push(event);
      else report.events.present += 1;
    }
    if (options.isDryRun) report.events.imported += fresh.length;
    if (options.isDryRun || fresh.length === 0) return;
    const results = await store.inbox.append(
      await Promise.all(fresh.map(async ({ id, idempotencyKey, firesAtMs, ...event }) => ({
        eventId: id,
        entityId: event.entityId,
        machineName: event.machineName,
        machineVersion: null,
        command: event.command,
        notBeforeMs: firesAtMs,
        idempotency: idempotencyKey === null
          ? { scope: "import", key: id, requestHash: await hashOf(event.command) }
          : {
            scope: `machine:${event.machineName}`,
            key: idempotencyKey,
            requestHash: await hashOf(event.command),
          },
        attemptsMax: event.attemptsMax,
        traceparent: null,
        actor: ACTOR,
      }))),
    );
    for (const { type } of results) report.events[type === "accepted" ? "imported" : "present"] += 1;
  }

  async function takeLetter(letter: DeadLetter): Promise<void> {
    const { recordId, entityId } = letter;
    if (!isEntityId(entityId)) {
      return refuse(report.dead_letters, `dead letter ${recordId}`, "It names no entity");
    }
    if (await store.deadLetters.get(recordId) !== null) {
      report.dead_letters.present += 1;
      return;
    }
    report.dead_letters.imported += 1;
    if (options.isDryRun) return;
    await withLanes([entityId], (lanes, nowMs) => {
      const lane = lanes.get(entityId);
      // Whether anything is due is for a worker to see.
      const readyAtMs = lane?.parkedReason === null ? nowMs : null;
      return Promise.resolve(
        lane === undefined ? [] : [{ ...keptLane(lane, readyAtMs), deadLetters: [letter] }],
      );
    });
  }

  async function withLanes(
    entityIds: readonly string[],
    decide: (lanes: ReadonlyMap<string, LoadedLane>, nowMs: number) => Promise<readonly LaneWrite[]>,
  ): Promise<void> {
    if (entityIds.length === 0) return;
    const turn: Turn = await store.turns.lock({ entityIds, keys: [], eventsPerLaneMax: 1 });
    const lanes = new Map(turn.lanes.map((lane) => [lane.entityId, lane]));
    const writes = await decide(lanes, turn.nowMs).catch(async (error) => {
      await turn.rollback();
      throw error;
    });
    const { type } = await turn.commit({ lanes: writes, answers: [] });
    if (type === "fenced") throw new AppError("conflict", "Cannot import: entities changed. Run it again");
  }
}

function emptyCount(): ImportCount {
  return { imported: 0, present: 0, refused: 0 };
}
