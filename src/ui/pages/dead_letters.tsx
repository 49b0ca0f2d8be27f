/** What could not be processed: why, and two ways out. */
import type { Pages } from "../app.tsx";
import { EmptyNote, Time } from "../layout.tsx";
import type { DeadLetterRow } from "../records.ts";

export function addDeadLetterPages(pages: Pages): void {
  pages.get("/dead-letters", async (visit) => {
    const cursor = visit.c.req.query("cursor");
    const status = visit.c.req.query("status") ?? "pending";
    const query = new URLSearchParams({
      limit: "50",
      ...(status === "all" ? {} : { status }),
      ...(cursor ? { cursor } : {}),
    });
    const answer = await visit.api.get<
      { records: DeadLetterRow[]; total: number; next_cursor: string | null }
    >(
      `/dlq?${query}`,
    );
    if (!answer.ok) return visit.fail(answer.problem, "Dead letters could not be listed");
    const { records, total, next_cursor } = answer.data;
    return visit.show(
      "Dead letters",
      <>
        <h1>Dead letters</h1>
        <p class="row">
          {["pending", "resolved", "ignored", "all"].map((word) => (
            <a
              class="chip"
              aria-current={word === status ? "page" : undefined}
              href={`/dead-letters?status=${word}`}
            >
              {word}
            </a>
          ))}
          <span class="quiet">{total} in all</span>
        </p>
        {records.length === 0
          ? <EmptyNote why={`No ${status === "all" ? "" : status} dead letters`} />
          : <Letters rows={records} />}
        {next_cursor === null
          ? null
          : <a href={`/dead-letters?status=${status}&cursor=${encodeURIComponent(next_cursor)}`}>Older</a>}
      </>,
    );
  });

  for (const act of ["replay", "discard"] as const) {
    pages.post(`/dead-letters/:id/${act}`, async (visit) => {
      const id = encodeURIComponent(visit.c.req.param("id") ?? "");
      const answer = await visit.api.post(`/dlq/${id}/${act}`, {});
      if (!answer.ok) return visit.fail(answer.problem, `The dead letter could not be ${act}ed`);
      return visit.c.redirect("/dead-letters", 303);
    });
  }
}

function Letters(props: { rows: readonly DeadLetterRow[] }) {
  return (
    <section class="card">
      <table>
        <thead>
          <tr>
            <th>Since</th>
            <th>Machine</th>
            <th>Entity</th>
            <th>Cause</th>
            <th>What</th>
            <th>Attempts</th>
            <th>Do</th>
          </tr>
        </thead>
        <tbody>{props.rows.map((row) => <Letter row={row} />)}</tbody>
      </table>
    </section>
  );
}

function Letter(props: { row: DeadLetterRow }) {
  const { row } = props;
  const entityId = String(row.payload.entity_id ?? "");
  const what = String(row.payload.trigger ?? row.payload.action_name ?? "data");
  return (
    <tr>
      <td>
        <Time at={row.created_at} />
      </td>
      <td>{row.source_name}</td>
      <td>
        <a href={`/entities/${encodeURIComponent(entityId)}`}>{entityId}</a>
      </td>
      <td>
        <span class="chip bad">{row.reason}</span> <span class="quiet">{row.error_message}</span>
      </td>
      <td>
        <code>{what}</code>
      </td>
      <td>{row.attempt}</td>
      <td>{row.status === "pending" ? <Ways id={row.record_id} /> : row.status}</td>
    </tr>
  );
}

function Ways(props: { id: string }) {
  const base = `/dead-letters/${encodeURIComponent(props.id)}`;
  return (
    <div class="row">
      <form method="post" action={`${base}/replay`}>
        <button type="submit">Redrive</button>
      </form>
      <form method="post" action={`${base}/discard`}>
        <button class="quiet" type="submit">Discard</button>
      </form>
    </div>
  );
}
