/** Keeps the rows of schedules in step with what the newest versions of machines say. */
import { calendarOf } from "../definition/cron.ts";
import {
  newSchedule,
  type Schedule,
  SCHEDULE_KIND,
  scheduleBody,
  scheduleFrom,
  scheduleIdOf,
  specOf,
} from "../orchestrator/schedule.ts";
import type { LoadedMachine } from "../orchestrator/loaded_machine.ts";
import type { DocumentStore, MachineStore, Page, Store, StoredDocument } from "../store/store.ts";
import type { Log } from "../telemetry/log.ts";

export interface MachineSchedules {
  /** Cheap while no machine changed. */
  align(): Promise<void>;
}

export interface MachineSchedulesDeps {
  readonly documents: DocumentStore;
  readonly machines: Pick<MachineStore, "revision" | "list">;
  readonly ping: Store["ping"];
  /** The newest version that can be used; null = there is none. */
  readonly find: (name: string) => Promise<LoadedMachine | null>;
  readonly log: Log;
}

const PAGE = 200;
/** Rows that are looked through; schedules beyond them are not taken out when their machine drops them. */
const ROWS_MAX = 20_000;

export function createMachineSchedules(deps: MachineSchedulesDeps): MachineSchedules {
  let alignedTo: number | null = null;
  return {
    async align() {
      const revision = await deps.machines.revision();
      if (revision === alignedTo) return;
      const wanted = await wantedOf(deps);
      const stored = await storedOf(deps.documents);
      // Rows of a machine that was published meanwhile must not be taken for left over ones.
      if (await deps.machines.revision() !== revision) return;
      const nowMs = await deps.ping();
      for (const schedule of wanted.values()) {
        await alignOne(deps, { schedule, document: stored.get(schedule.id) ?? null, nowMs });
      }
      for (const [id, document] of stored) {
        if (wanted.has(id)) continue;
        await deps.documents.delete(SCHEDULE_KIND, document.id);
        deps.log.info("A schedule is gone with its machine", { schedule: id });
      }
      alignedTo = revision;
    },
  };
}

async function wantedOf(deps: MachineSchedulesDeps): Promise<ReadonlyMap<string, Schedule>> {
  const names = new Set((await deps.machines.list({})).map((record) => record.name));
  const wanted = new Map<string, Schedule>();
  for (const machineName of names) {
    const loaded = await deps.find(machineName);
    for (const spec of loaded?.spec.schedules ?? []) {
      const id = scheduleIdOf(machineName, spec.name);
      wanted.set(id, newSchedule(spec, { id, machineName, source: "machine" }));
    }
  }
  return wanted;
}

/** Only those that stand in a machine. */
async function storedOf(documents: DocumentStore): Promise<ReadonlyMap<string, StoredDocument>> {
  const found = new Map<string, StoredDocument>();
  let cursor: string | null = null;
  for (let rows = 0; rows < ROWS_MAX; rows += PAGE) {
    const page: Page<StoredDocument> = await documents.list(SCHEDULE_KIND, {
      limit: PAGE,
      cursor,
      isNewestFirst: false,
    });
    for (const document of page.items) {
      if (scheduleFrom(document.body).source === "machine") found.set(document.id, document);
    }
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return found;
}

/** What changed is written; a schedule whose times stay the same keeps its place in them. */
async function alignOne(
  { documents, log }: MachineSchedulesDeps,
  { schedule, document, nowMs }: {
    readonly schedule: Schedule;
    readonly document: StoredDocument | null;
    readonly nowMs: number;
  },
): Promise<void> {
  const known = document === null ? null : scheduleFrom(document.body);
  if (known !== null && isSame(specOf(known), specOf(schedule))) return;
  const isSameTime = known !== null && known.cron === schedule.cron && known.timeZone === schedule.timeZone;
  const next: Schedule = known === null ? schedule : { ...known, ...specOf(schedule), problem: null };
  const dueAtMs = next.isPaused
    ? null
    : isSameTime && document !== null && document.dueAtMs !== null
    ? document.dueAtMs
    : calendarOf(next.cron, next.timeZone).nextAfter(nowMs);
  // Refused = another worker was faster, with the same.
  await documents.put(SCHEDULE_KIND, schedule.id, scheduleBody(next), {
    expectedVersion: document?.version ?? 0,
    expiresAtMs: null,
    dueAtMs,
  });
  log.info("A machine has a schedule", { schedule: schedule.id, cron: schedule.cron });
}

function isSame(a: object, b: object): boolean {
  return textOf(a) === textOf(b);
}

/** Order of keys is no difference: stores may keep documents in their own. */
function textOf(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, inner: unknown) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
  );
}
