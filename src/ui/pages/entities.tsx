/** Find entities: filter, page, open. */
import type { Pages } from "../app.tsx";
import { EmptyNote, StateChips, Time } from "../layout.tsx";
import type { EntityRow } from "../records.ts";

const PAGE_SIZE = 50;
const FILTERS = ["machine_name", "state", "workflow_status"] as const;

export function addEntitiesPage(pages: Pages): void {
  pages.get("/entities", async (visit) => {
    const jump = visit.c.req.query("id")?.trim();
    if (jump) return visit.c.redirect(`/entities/${encodeURIComponent(jump)}`, 303);
    const query = new URLSearchParams({ page_size: String(PAGE_SIZE), sort_by: "created_at" });
    for (const filter of [...FILTERS, "cursor"]) {
      const value = visit.c.req.query(filter);
      if (value) query.set(filter, value);
    }
    const answer = await visit.api.get<{ entities: EntityRow[]; total: number; next_cursor: string | null }>(
      `/entities?${query}`,
    );
    if (!answer.ok) return visit.fail(answer.problem, "Entities could not be listed");
    const { entities, total, next_cursor } = answer.data;
    const values = Object.fromEntries(FILTERS.map((filter) => [filter, visit.c.req.query(filter) ?? ""]));
    const next = new URLSearchParams({ ...values, cursor: next_cursor ?? "" });
    return visit.show(
      "Entities",
      <>
        <h1>Entities</h1>
        <FilterForms values={values} />
        {entities.length === 0
          ? (
            <EmptyNote
              why="No entity matches. Clear the filter, or create one:"
              command="stator entity create order-1 --machine order"
            />
          )
          : <EntityTable rows={entities} />}
        <p class="row">
          {next_cursor === null ? null : <a href={`/entities?${next}`}>Next {PAGE_SIZE}</a>}
          <span class="quiet">{total.toLocaleString("en")} in all</span>
        </p>
      </>,
    );
  });
}

function FilterForms(props: { values: Readonly<Record<string, string>> }) {
  return (
    <div class="row">
      <form class="row" method="get" action="/entities">
        <div>
          <label for="machine_name">Machine</label>
          <input id="machine_name" name="machine_name" value={props.values.machine_name} />
        </div>
        <div>
          <label for="state">State</label>
          <input id="state" name="state" value={props.values.state} />
        </div>
        <div>
          <label for="workflow_status">Standing</label>
          <select id="workflow_status" name="workflow_status">
            {["", "active", "complete", "failed"].map((status) => (
              <option value={status} selected={props.values.workflow_status === status}>
                {status || "all"}
              </option>
            ))}
          </select>
        </div>
        <button type="submit">Filter</button>
      </form>
      <form class="row" method="get" action="/entities">
        <div>
          <label for="id">Entity id</label>
          <input id="id" name="id" required />
        </div>
        <button class="quiet" type="submit">Open</button>
      </form>
    </div>
  );
}

function EntityTable(props: { rows: readonly EntityRow[] }) {
  return (
    <section class="card">
      <table>
        <thead>
          <tr>
            <th>Entity</th>
            <th>Machine</th>
            <th>State</th>
            <th>Standing</th>
            <th>Changed</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr>
              <td>
                <a href={`/entities/${encodeURIComponent(row.entity_id)}`}>{row.entity_id}</a>
              </td>
              <td>{row.machine_name}@{row.machine_version}</td>
              <td>
                <StateChips state={row.current_state} />
              </td>
              <td>
                <Standing status={row.workflow_status} />
              </td>
              <td>
                <Time at={row.updated_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Standing(props: { status: string }) {
  if (props.status === "complete") return <span class="chip good">✓ complete</span>;
  if (props.status === "failed") return <span class="chip bad">✕ failed</span>;
  return <span class="chip">● active</span>;
}
