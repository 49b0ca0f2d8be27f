/** The peer of a drain: the same work written by hand in SQL, one transaction an event, driven by pgbench. */
import { execute } from "./server.ts";

const SCRIPT = `
\\set entity random(1, 500)
begin;
select count from entity where id = :entity for update;
update entity set count = count + 1, position = position + 1 where id = :entity;
insert into history (entity, payload) values (:entity, '{"amount": 1}');
delete from inbox where id = (select id from inbox where entity = :entity order by id limit 1 for update skip locked);
commit;
`;

const TABLES = `
create schema peer; set search_path to peer;
create table entity (id int primary key, count int not null, position int not null);
create table history (id bigserial primary key, entity int not null, payload json not null);
create table inbox (id bigserial primary key, entity int not null, payload json not null);
create index on inbox (entity, id);
insert into entity select n, 0, 0 from generate_series(1, 500) n;
insert into inbox (entity, payload) select n % 500 + 1, '{"amount": 1}' from generate_series(1, 200000) n;
analyze;
`;

const SECONDS = 5;

/** Transactions per second with so many connections; null = pgbench is not here. */
export async function pgbenchPerSecond(url: string, connections: number): Promise<number | null> {
  await execute(url, TABLES);
  return await runPgbench(`${url}?options=-csearch_path%3Dpeer`, {
    script: SCRIPT,
    args: ["-T", String(SECONDS), "-c", String(connections), "-j", "2"],
  });
}

/** Transactions per second of one script; null = pgbench is not here. */
export async function runPgbench(
  url: string,
  { script, args }: { readonly script: string; readonly args: readonly string[] },
): Promise<number | null> {
  const folder = await Deno.makeTempDir({ prefix: "stator_pgbench_" });
  try {
    await Deno.writeTextFile(`${folder}/event.sql`, script);
    const output = await run("pgbench", ["-n", "-M", "prepared", ...args, "-f", `${folder}/event.sql`, url]);
    const found = /tps = ([\d.]+)/.exec(output)?.[1];
    return found === undefined ? null : Number(found);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const output = await new Deno.Command(program, { args: [...args], stdout: "piped", stderr: "piped" })
    .output();
  const decoder = new TextDecoder();
  if (output.code !== 0) throw new Error(`Cannot run "${program}": ${decoder.decode(output.stderr)}`);
  return decoder.decode(output.stdout);
}
