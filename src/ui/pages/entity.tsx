/** One entity: where it stands, what it may do now, what happened, and a form to send it an event. */
import type { Pages, Visit } from "../app.tsx";
import { EmptyNote, StateChips, Time } from "../layout.tsx";
import type {
  EntityRow,
  EventAnswer,
  HistoryRow,
  MachineRecord,
  MachineRow,
  TimerRow,
  TriggerRow,
} from "../records.ts";
import { chartOf } from "../chart/chart.ts";
import { raw } from "hono/html";
import { HistoryTable } from "./history_table.tsx";
import { Standing } from "./entities.tsx";

/** What the send form said and got back; shown in place. */
interface Sent {
  readonly trigger: string;
  readonly payload: string;
  readonly answer: EventAnswer | null;
  readonly error: string | null;
}

export function addEntityPages(pages: Pages): void {
  pages.get("/entities/:id", (visit) => showEntity(visit, null));

  pages.post("/entities/:id/send", async (visit) => {
    const form = await visit.c.req.formData();
    const trigger = String(form.get("trigger") ?? "").trim();
    const payload = String(form.get("payload") ?? "").trim() || "{}";
    let context: unknown;
    try {
      context = JSON.parse(payload);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return showEntity(visit, {
        trigger,
        payload,
        answer: null,
        error: `The payload is not JSON: ${reason}`,
      });
    }
    const id = encodeURIComponent(visit.c.req.param("id") ?? "");
    const answer = await visit.api.post<EventAnswer>(`/entities/${id}/events`, { trigger, context });
    if (!answer.ok && answer.problem.status === 401) return visit.fail(answer.problem, "Sign in again");
    return showEntity(visit, {
      trigger,
      payload,
      answer: answer.ok ? answer.data : null,
      error: answer.ok ? null : answer.problem.detail,
    });
  });
}

async function showEntity(visit: Visit, sent: Sent | null): Promise<Response> {
  const id = visit.c.req.param("id") ?? "";
  const base = `/entities/${encodeURIComponent(id)}`;
  const [state, history, triggers, timers] = await Promise.all([
    visit.api.get<EntityRow>(`${base}/state`),
    visit.api.get<HistoryRow[]>(`${base}/history?limit=50`),
    visit.api.get<{ triggers: TriggerRow[] }>(`${base}/explain`),
    visit.api.get<{ timers: TimerRow[] }>(`${base}/timers`),
  ]);
  if (!state.ok) return visit.fail(state.problem, `Entity ${id} is not here`);
  const entity = state.data;
  const rows = history.ok ? history.data : [];
  return visit.show(
    `${id} · ${entity.machine_name}`,
    <>
      <h1>{id}</h1>
      <div class="grid">
        <div>
          <Now entity={entity} timers={timers.ok ? timers.data.timers : []} />
          <section class="card chart">{await entityChart(visit, entity)}</section>
        </div>
        <div>
          <SendForm
            base={base}
            entity={entity}
            triggers={triggers.ok ? triggers.data.triggers : []}
            sent={sent}
          />
          <section class="card">
            <h2>Context</h2>
            <pre><code>{JSON.stringify(entity.context, null, 2)}</code></pre>
          </section>
        </div>
      </div>
      <section class="card">
        <h2>Timeline</h2>
        {rows.length === 0
          ? <EmptyNote why="Created, no event yet" />
          : <HistoryTable rows={rows} isEntityShown={false} />}
      </section>
    </>,
  );
}

function Now(props: { entity: EntityRow; timers: readonly TimerRow[] }) {
  const { entity, timers } = props;
  const labels = Object.entries(entity.labels ?? {});
  return (
    <section class="card">
      <h2>Now</h2>
      <dl>
        <dt>State</dt>
        <dd>
          <StateChips state={entity.current_state} />
        </dd>
        <dt>Standing</dt>
        <dd>
          <Standing status={entity.workflow_status} />
        </dd>
        <dt>Machine</dt>
        <dd>
          <a href={`/machines/${entity.machine_name}`}>{entity.machine_name}@{entity.machine_version}</a>
        </dd>
        <dt>Created</dt>
        <dd>
          <Time at={entity.created_at} />
        </dd>
        <dt>Changed</dt>
        <dd>
          <Time at={entity.updated_at} />
        </dd>
        {timers.map((timer) => (
          <>
            <dt>Timer</dt>
            <dd>
              <code>{timer.trigger}</code> due <Time at={timer.due_at} />
            </dd>
          </>
        ))}
        {labels.length === 0 ? null : (
          <>
            <dt>Labels</dt>
            <dd>{labels.map(([key, value]) => <span class="chip">{key}={value}</span>)}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

function SendForm(
  props: { base: string; entity: EntityRow; triggers: readonly TriggerRow[]; sent: Sent | null },
) {
  const { base, entity, triggers, sent } = props;
  const command = `stator send ${entity.entity_id} ${sent?.trigger || triggers[0]?.trigger || "EVENT"}`;
  return (
    <section class="card">
      <h2>Send an event</h2>
      <Result sent={sent} />
      <form method="post" action={`${base}/send`}>
        <label for="trigger">Trigger</label>
        <input
          id="trigger"
          name="trigger"
          list="triggers"
          required
          value={sent?.trigger ?? ""}
          autocomplete="off"
        />
        <datalist id="triggers">{triggers.map((row) => <option value={row.trigger} />)}</datalist>
        <label for="payload">Payload (JSON)</label>
        <textarea id="payload" name="payload" spellcheck={false}>{sent?.payload ?? "{}"}</textarea>
        <p>
          <button type="submit">Send</button>
        </p>
      </form>
      <Triggers base={base} triggers={triggers} />
      <p class="quiet">The same from a shell:</p>
      <pre><code>{command}</code></pre>
    </section>
  );
}

/** What may be sent now, what a guard forbids, and what belongs elsewhere. */
function Triggers(props: { base: string; triggers: readonly TriggerRow[] }) {
  const { base, triggers } = props;
  const ready = triggers.filter((row) => row.would_succeed);
  const refused = triggers.filter((row) => !row.would_succeed && row.candidates.length > 0);
  const elsewhere = triggers.filter((row) => !row.would_succeed && row.candidates.length === 0);
  if (triggers.length === 0) {
    return <p class="quiet">Nothing can be sent from here: the entity is at its end</p>;
  }
  return (
    <>
      <h2>Now</h2>
      <ul class="plain">
        {ready.map((row) => <ReadyTrigger base={base} row={row} />)}
        {refused.map((row) => <RefusedTrigger row={row} />)}
      </ul>
      {elsewhere.length === 0 ? null : (
        <details>
          <summary>{elsewhere.length} triggers of other states</summary>
          <p>{elsewhere.map((row) => <span class="chip">{row.trigger}</span>)}</p>
        </details>
      )}
    </>
  );
}

/** One click sends it without a payload; the form above is for those that need one. */
function ReadyTrigger(props: { base: string; row: TriggerRow }) {
  const { base, row } = props;
  return (
    <li>
      <form method="post" action={`${base}/send`}>
        <input type="hidden" name="trigger" value={row.trigger} />
        <button class="quiet" type="submit">{row.trigger}</button>
      </form>
      <span>
        → <StateChips state={row.target_state} />
      </span>
    </li>
  );
}

function RefusedTrigger(props: { row: TriggerRow }) {
  const { row } = props;
  const failing = row.candidates.flatMap((candidate) => candidate.guards).find((guard) => !guard.passed);
  const values = Object.entries(failing?.values ?? {}).map(([key, value]) =>
    `${key} = ${JSON.stringify(value)}`
  );
  return (
    <li>
      <span class="chip warm">✕ {row.trigger}</span>
      <span class="quiet">
        {failing === undefined ? row.message : (
          <>
            not yet: <code>{failing.name}</code>
          </>
        )}
        {values.length === 0 ? null : <>with {values.join(", ")}</>}
      </span>
    </li>
  );
}

function Result(props: { sent: Sent | null }) {
  const { sent } = props;
  if (sent === null) return null;
  if (sent.error !== null) return <p class="note bad lines" role="alert">{sent.error}</p>;
  const answer = sent.answer;
  if (answer === null) return null;
  if (!answer.success) {
    return (
      <div class="note bad" role="alert">
        <p>
          <b>{sent.trigger} was refused.</b> {answer.error_detail?.message}
        </p>
        {answer.error_detail?.details
          ? <pre><code>{JSON.stringify(answer.error_detail.details, null, 2)}</code></pre>
          : null}
      </div>
    );
  }
  const isSame = answer.source_state === answer.target_state;
  return (
    <p class="note good" role="status">
      {isSame
        ? (
          <>
            {sent.trigger}: state unchanged, <StateChips state={answer.target_state} />
          </>
        )
        : (
          <>
            {sent.trigger}: <StateChips state={answer.source_state} /> →{" "}
            <StateChips state={answer.target_state} />
          </>
        )}
    </p>
  );
}

async function entityChart(visit: Visit, entity: EntityRow) {
  const list = await visit.api.get<{ machines: MachineRow[] }>(
    `/machines?name=${encodeURIComponent(entity.machine_name ?? "")}&version=${
      encodeURIComponent(entity.machine_version ?? "")
    }`,
  );
  const row = list.ok ? list.data.machines[0] : undefined;
  const record = row === undefined ? null : await visit.api.get<MachineRecord>(`/machines/${row.id}`);
  if (record === null || !record.ok) return <p class="quiet">The machine's chart is not available</p>;
  return raw(await chartOf(record.data.config, { active: leavesOf(entity.current_state) }));
}

/** `p:a=x,b=y` → x, y; a bare name is itself. */
function leavesOf(state: string): readonly string[] {
  const colon = state.indexOf(":");
  if (colon < 0) return [state];
  return [
    state.slice(0, colon),
    ...state.slice(colon + 1).split(",").map((part) => part.slice(part.indexOf("=") + 1)),
  ];
}
