/** The README and the pages of docs tell the truth: the quick start runs, links lead somewhere, every setting is named. */
import { METRICS } from "../src/telemetry/metrics.ts";
import { SETTING_NAMES } from "../src/settings.ts";
import { startProcess } from "./testing/process.ts";

const ROOT = new URL("../", import.meta.url);
const DENO = "npx -y deno@2.9.6";
const START = `${DENO} task dev`;
const COMMAND_MS = 30_000;

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
    language,
    text,
  }));
}

function sectionOf(markdown: string, title: string): string {
  const sections = markdown.split(/^## /m);
  return sections.find((section) => section.startsWith(`${title}\n`)) ?? "";
}

Deno.test("README quick start does what it says", async () => {
  const blocks = blocksOf(sectionOf(await Deno.readTextFile(new URL("README.md", ROOT)), "Quick start"));
  const [install, ...rest] = blocks;
  if (rest.length < 8) throw new Error("the quick start is shorter than it was");
  if (install === undefined || !install.text.includes(START)) {
    throw new Error("the first block does not start anything");
  }
  const folder = await Deno.makeTempDir();
  const server = await startProcess({
    args: ["task", "--quiet", "dev"],
    cwd: ROOT,
    env: { PORT: "0", PYSTATOR_DATABASE_URL: `sqlite:///${folder}/quick_start.db` },
    isReady: (line) => line.message === "Stator is ready",
  });
  try {
    const { host } = new URL(String(server.ready.url));
    let answer: unknown = null;
    for (const block of rest) {
      if (block.language === "sh") answer = await run(block.text.replaceAll("localhost:8000", host), folder);
      else if (block.language === "json") contains(answer, JSON.parse(block.text), "");
    }
  } finally {
    await server.stop();
    await Deno.remove(folder, { recursive: true });
  }
});

/** The JSON in the output of the last command. */
async function run(script: string, folder: string): Promise<unknown> {
  const child = new Deno.Command("sh", {
    args: [
      "-euc",
      script.replaceAll(`${DENO} task stator`, `deno run -A --quiet ${new URL("main.ts", ROOT).pathname}`),
    ],
    cwd: folder,
    signal: AbortSignal.timeout(COMMAND_MS),
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder().decode(stdout);
  if (code !== 0) throw new Error(`exit ${code}: ${script}\n${text}${new TextDecoder().decode(stderr)}`);
  return JSON.parse(text.slice(Math.max(0, text.search(/^\{/m))));
}

function contains(found: unknown, expected: unknown, path: string): void {
  if (typeof expected !== "object" || expected === null) {
    if (found !== expected) {
      throw new Error(`${path}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
    }
    return;
  }
  const record: Readonly<Record<string, unknown>> = typeof found === "object" && found !== null
    ? { ...found }
    : {};
  for (const [key, value] of Object.entries(expected)) contains(record[key], value, `${path}/${key}`);
}

async function pages(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const names = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"];
  for await (const entry of Deno.readDir(new URL("docs/", ROOT))) {
    if (entry.name.endsWith(".md")) names.push(`docs/${entry.name}`);
  }
  for (const name of names) texts.set(name, await Deno.readTextFile(new URL(name, ROOT)));
  return texts;
}

Deno.test("links between pages lead somewhere", async () => {
  const broken: string[] = [];
  for (const [name, text] of await pages()) {
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)) {
      const file = new URL(target, new URL(name, ROOT));
      if ((await Deno.stat(file).catch(() => null)) === null) broken.push(`${name}: ${target}`);
    }
  }
  if (broken.length > 0) throw new Error(broken.join("\n"));
});

Deno.test("docs/configuration.md names every setting and no other", async () => {
  const text = await Deno.readTextFile(new URL("docs/configuration.md", ROOT));
  const missing = [...SETTING_NAMES].filter((name) => !text.includes(`\`${name}\``));
  const named = [...text.matchAll(/`(PYSTATOR_[A-Z_]+[A-Z])`/g)].map(([, name = ""]) => name);
  const unknown = named.filter((name) => !SETTING_NAMES.has(name));
  if (missing.length + unknown.length > 0) throw new Error(`missing: ${missing}; unknown: ${unknown}`);
});

Deno.test("docs and alerts name metrics that exist", async () => {
  const files = ["deploy/prometheus/alerts.yaml", "deploy/grafana/dashboard.json"];
  const texts = [
    ...(await pages()).values(),
    ...await Promise.all(files.map((file) => Deno.readTextFile(new URL(file, ROOT)))),
  ];
  const names = new Set(Object.keys(METRICS));
  const found = texts.flatMap((
    text,
  ) => [
    ...text.matchAll(/\b(?:pystator_worker|stator)_[a-z_]*(?:total|seconds|depth|letters)(?=\b|_bucket)/g),
  ]);
  const unknown = found.map(([name]) => name).filter((name) => !names.has(name));
  if (unknown.length > 0) throw new Error(`unknown: ${[...new Set(unknown)]}`);
});
