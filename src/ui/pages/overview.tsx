/** Is all well? Figures of the last day, entities by state, and what happened last. */
import type { Pages } from "../app.tsx";
import { EmptyNote } from "../layout.tsx";
import type { HistoryRow, MachineRow, Summary } from "../records.ts";
import { HistoryTable } from "./history_table.tsx";

interface EntityHealth {
  readonly state_distribution: readonly {
    readonly state: string;
    readonly count: number;
    readonly percentage: number;
  }[];
}

export function addOverviewPage(pages: Pages): void {
  pages.get("/", async (visit) => {
    const [summary, health, recent, machines] = await Promise.all([
      visit.api.get<Summary>("/observability/summary"),
      visit.api.get<EntityHealth>("/observability/entity-health"),
      visit.api.get<{ items: HistoryRow[] }>("/observability/transitions?limit=12"),
      visit.api.get<{ machines: MachineRow[] }>("/machines"),
    ]);
    if (!summary.ok) return visit.fail(summary.problem, "The overview could not be read");
    const rows = recent.ok ? recent.data.items : [];
    return visit.show(
      "Overview",
      <>
        <h1>Overview</h1>
        <Figures summary={summary.data} machines={machines.ok ? machines.data.machines.length : 0} />
        {summary.data.active_entities === 0 ? <FirstSteps /> : null}
        <div class="grid wide">
          <section class="card">
            <h2>Entities by state</h2>
            <States rows={health.ok ? health.data.state_distribution : []} />
          </section>
          <section class="card">
            <h2>Latest events</h2>
            {rows.length === 0
              ? <p class="quiet">No event yet</p>
              : <HistoryTable rows={rows} isEntityShown />}
          </section>
        </div>
      </>,
    );
  });
}

function Figures(props: { summary: Summary; machines: number }) {
  const { summary } = props;
  const p95 = summary.p95_transition_duration_ms;
  return (
    <div class="figures">
      <a class="figure" href="/entities">
        <b>{count(summary.active_entities)}</b>active entities
      </a>
      <a class="figure" href="/machines">
        <b>{count(props.machines)}</b>machine versions
      </a>
      <a class="figure" href="/history">
        <b>{count(summary.transitions_total)}</b>events, 24 h
      </a>
      <a class={summary.transitions_failed > 0 ? "figure bad" : "figure"} href="/history?outcome=failed">
        <b>{count(summary.transitions_failed)}</b>refused or failed
      </a>
      <div class="figure">
        <b>{count(summary.worker_pending)}</b>waiting
      </div>
      <a class={summary.worker_dead_letter > 0 ? "figure bad" : "figure"} href="/dead-letters">
        <b>{count(summary.worker_dead_letter)}</b>dead letters
      </a>
      <div class="figure">
        <b>{p95 === null ? "–" : `${Math.round(p95)} ms`}</b>p95 decision
      </div>
    </div>
  );
}

function States(props: { rows: EntityHealth["state_distribution"] }) {
  if (props.rows.length === 0) return <p class="quiet">No entity yet</p>;
  return (
    <table>
      <thead>
        <tr>
          <th>State</th>
          <th>Entities</th>
          <th>Share</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <tr>
            <td>
              <a href={`/entities?state=${encodeURIComponent(row.state)}`}>{row.state}</a>
            </td>
            <td>{count(row.count)}</td>
            <td>
              <meter min={0} max={100} value={row.percentage}>{`${Math.round(row.percentage)} %`}</meter>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const FIRST_COMMANDS = [
  "stator publish machines/order.yaml",
  "stator entity create order-1 --machine order",
  "stator send order-1 EVENT",
].join("\n");

function FirstSteps() {
  return (
    <EmptyNote
      why="Nothing runs yet. Publish a machine, create an entity, send it an event:"
      command={FIRST_COMMANDS}
    />
  );
}

function count(value: number): string {
  return value.toLocaleString("en");
}
