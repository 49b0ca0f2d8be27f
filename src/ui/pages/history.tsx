/** Every history row of the store, newest first. */
import type { Pages } from "../app.tsx";
import { EmptyNote } from "../layout.tsx";
import type { HistoryRow } from "../records.ts";
import { HistoryTable } from "./history_table.tsx";

const PAGE_SIZE = 50;

export function addHistoryPage(pages: Pages): void {
  pages.get("/history", async (visit) => {
    const machine = visit.c.req.query("machine") ?? "";
    const outcome = visit.c.req.query("outcome") ?? "";
    const offset = Math.max(0, Math.trunc(Number(visit.c.req.query("offset") ?? 0)) || 0);
    const query = new URLSearchParams({ limit: String(PAGE_SIZE), offset: String(offset) });
    if (machine !== "") query.set("machine_name", machine);
    if (outcome === "failed" || outcome === "success") query.set("status", outcome);
    const answer = await visit.api.get<{ items: HistoryRow[]; total: number }>(
      `/observability/transitions?${query}`,
    );
    if (!answer.ok) return visit.fail(answer.problem, "History could not be read");
    const { items, total } = answer.data;
    const filter = new URLSearchParams({ machine, outcome });
    return visit.show(
      "History",
      <>
        <h1>History</h1>
        <form class="row" method="get">
          <div>
            <label for="machine">Machine</label>
            <input id="machine" name="machine" value={machine} />
          </div>
          <div>
            <label for="outcome">Outcome</label>
            <select id="outcome" name="outcome">
              <option value="" selected={outcome === ""}>all</option>
              <option value="success" selected={outcome === "success"}>moved</option>
              <option value="failed" selected={outcome === "failed"}>refused</option>
            </select>
          </div>
          <button type="submit">Filter</button>
        </form>
        {items.length === 0
          ? (
            <EmptyNote
              why={machine === "" && outcome === "" ? "Nothing happened yet" : "Nothing matches this filter"}
            />
          )
          : (
            <section class="card">
              <HistoryTable rows={items} isEntityShown />
            </section>
          )}
        <p class="row">
          {offset > 0
            ? <a href={`/history?${filter}&offset=${Math.max(0, offset - PAGE_SIZE)}`}>Newer</a>
            : null}
          {offset + items.length < total
            ? <a href={`/history?${filter}&offset=${offset + PAGE_SIZE}`}>Older</a>
            : null}
          <span class="quiet">{items.length === 0 ? 0 : offset + 1}–{offset + items.length} of {total}</span>
        </p>
      </>,
    );
  });
}
