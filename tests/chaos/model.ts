/** The machine of a chaos run written down a second time, and what its history must therefore look like. */

/** One row of the history, as the tables say it. */
export interface Row {
  readonly entityId: string;
  readonly position: number;
  readonly eventId: string;
  readonly type: string;
  readonly trigger: string;
  readonly isSuccess: boolean;
  readonly fromState: string;
  readonly toState: string | null;
  readonly createdAtMs: number;
}

export interface Replayed {
  readonly state: string;
  readonly count: number;
  /** Positions whose step calls the outside world. */
  readonly calls: readonly number[];
  readonly problems: readonly { readonly rule: string; readonly what: string }[];
}

const TIRED_MS = 3_000;
const STEPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  idle: { add: "idle", work: "busy" },
  busy: { add: "busy", rest: "idle", tired: "idle" },
};

/** Goes through the history of one entity, in the order of its positions, when nothing waits any more. */
export function replay(rows: readonly Row[]): Replayed {
  let state = "idle";
  let count = 0;
  let busySinceMs = 0;
  const calls: number[] = [];
  const problems: { rule: string; what: string }[] = [];
  const problem = (rule: string, row: Row, what: string) =>
    problems.push({ rule, what: `${row.entityId} at ${row.position}: ${what}` });
  rows.forEach((row, index) => {
    if (row.position !== index + 1) problem("position", row, `instead of ${index + 1}`);
    if (row.type === "created") return;
    const next = STEPS[state]?.[row.trigger] ?? null;
    if (next === null) {
      if (row.isSuccess) problem("replay", row, `${row.trigger} cannot happen in ${state}`);
      return;
    }
    if (!row.isSuccess || row.fromState !== state || row.toState !== next) {
      problem("replay", row, `${row.trigger}: ${row.fromState} to ${row.toState}, not ${state} to ${next}`);
    }
    if (row.trigger === "add") count += 1;
    if (row.trigger === "work") {
      calls.push(row.position);
      busySinceMs = row.createdAtMs;
    }
    if (row.trigger === "tired") {
      if (row.type !== "timer") problem("timer", row, "a timer that nobody set");
      if (row.createdAtMs < busySinceMs + TIRED_MS) {
        problem("timer", row, `early by ${busySinceMs + TIRED_MS - row.createdAtMs} ms`);
      }
    }
    state = next;
  });
  const last = rows.at(-1);
  if (last !== undefined && state === "busy") problem("timer", last, "has not fired");
  return { state, count, calls, problems };
}
