/** Published machines, and one machine with its chart, states and text. */
import { raw } from "hono/html";
import type { Pages } from "../app.tsx";
import { EmptyNote, Time } from "../layout.tsx";
import { chartOf } from "../chart/chart.ts";
import type { MachineRecord, MachineRow } from "../records.ts";

export function addMachinePages(pages: Pages): void {
  pages.get("/machines", async (visit) => {
    const answer = await visit.api.get<{ machines: MachineRow[] }>("/machines");
    if (!answer.ok) return visit.fail(answer.problem, "Machines could not be listed");
    const rows = answer.data.machines;
    return visit.show(
      "Machines",
      <>
        <h1>Machines</h1>
        {rows.length === 0
          ? <EmptyNote why="No machine is published yet:" command="stator publish machines/order.yaml" />
          : <MachineTable rows={rows} />}
      </>,
    );
  });

  pages.get("/machines/:name", async (visit) => {
    const [name = "", version] = (visit.c.req.param("name") ?? "").split("@");
    const query = new URLSearchParams({ name, ...(version === undefined ? {} : { version }) });
    const list = await visit.api.get<{ machines: MachineRow[] }>(`/machines?${query}`);
    if (!list.ok) return visit.fail(list.problem, "The machine could not be read");
    const row = list.data.machines[0];
    const missing = {
      status: 404,
      detail: `No machine "${name}" is published`,
      code: "machine_not_found",
      requestId: "",
    };
    if (row === undefined) return visit.fail(missing, "Not here");
    const record = await visit.api.get<MachineRecord>(`/machines/${row.id}`);
    if (!record.ok) return visit.fail(record.problem, "The machine could not be read");
    return visit.show(`${row.name}@${row.version}`, await machinePage(record.data, list.data.machines));
  });
}

function MachineTable(props: { rows: readonly MachineRow[] }) {
  return (
    <section class="card">
      <table>
        <thead>
          <tr>
            <th>Name</th>
            <th>Version</th>
            <th>Description</th>
            <th>Changed</th>
            <th>Entities</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr>
              <td>
                <a href={`/machines/${row.name}@${row.version}`}>{row.name}</a>
              </td>
              <td>{row.version}</td>
              <td>{row.description}</td>
              <td>
                <Time at={row.updated_at} />
              </td>
              <td>
                <a href={`/entities?machine_name=${row.name}`}>list</a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

async function machinePage(record: MachineRecord, versions: readonly MachineRow[]) {
  return (
    <>
      <h1>
        {record.name} <span class="quiet">{record.version}</span>
      </h1>
      <p>{record.description}</p>
      {versions.length < 2 ? null : (
        <p>
          Versions:{" "}
          {versions.map((row) => (
            <a class="chip" href={`/machines/${row.name}@${row.version}`}>{row.version}</a>
          ))}
        </p>
      )}
      <section class="card chart">{raw(await chartOf(record.config, { active: [] }))}</section>
      <section class="card">
        <h2>Use</h2>
        <pre><code>{`stator entity create ${record.name}-1 --machine ${record.name}\nstator send ${record.name}-1 EVENT`}</code></pre>
      </section>
      <section class="card">
        <h2>Definition</h2>
        <pre><code>{JSON.stringify(record.config, null, 2)}</code></pre>
      </section>
    </>
  );
}
