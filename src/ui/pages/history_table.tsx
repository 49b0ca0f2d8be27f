/** One row a consumed event: the same table wherever history is shown. */
import { StateChips, Time } from "../layout.tsx";
import type { HistoryRow } from "../records.ts";

export function HistoryTable(props: { rows: readonly HistoryRow[]; isEntityShown: boolean }) {
  return (
    <table>
      <thead>
        <tr>
          <th>Time</th>
          {props.isEntityShown ? <th>Entity</th> : null}
          <th>Trigger</th>
          <th>From → to</th>
          <th>Outcome</th>
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <tr>
            <td>
              <Time at={row.created_at ?? row.occurred_at ?? null} />
            </td>
            {props.isEntityShown
              ? (
                <td>
                  <a href={`/entities/${encodeURIComponent(row.entity_id)}`}>{row.entity_id}</a>
                </td>
              )
              : null}
            <td>
              <code>{row.trigger}</code>
            </td>
            <td>
              <StateChips state={row.source_state} /> → <StateChips state={row.target_state} />
            </td>
            <td>
              <Outcome row={row} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Outcome(props: { row: HistoryRow }) {
  const { row } = props;
  if (!row.success) {
    return (
      <>
        <span class="chip bad">✕ refused</span> <span class="quiet">{row.error_message}</span>
      </>
    );
  }
  if (row.source_state === row.target_state) return <span class="chip">state unchanged</span>;
  return <span class="chip good">✓ moved</span>;
}
