/** Every command in `docs/tools.md` prints what the page says it prints. */
import { strict as assert } from "node:assert";
import { createCliWorld } from "../cli/harness.ts";

const PAGE = new URL("../../docs/tools.md", import.meta.url);
const PROMPT = "$ stator ";

interface Block {
  /** Name of a file that the block shows; null for a terminal. */
  readonly file: string | null;
  readonly lines: readonly string[];
}

/** Blocks with a file name or of a terminal, in order; other blocks are only to be read. */
function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(.+)\n([\s\S]*?)^```/gm)].flatMap(([, info = "", body = ""]) => {
    const file = /^\w+ (\S+)$/.exec(info)?.[1];
    if (file === undefined && info !== "console") return [];
    return [{ file: file ?? null, lines: body.trimEnd().split("\n") }];
  });
}

interface Shown {
  readonly command: string;
  readonly output: readonly string[];
}

function shownIn(lines: readonly string[]): readonly Shown[] {
  const shown: { command: string; output: string[] }[] = [];
  for (const line of lines) {
    if (line.startsWith(PROMPT)) shown.push({ command: line.slice(PROMPT.length), output: [] });
    else shown.at(-1)?.output.push(line);
  }
  return shown;
}

/** `…` stands for what is different each time. */
function isSame(found: string, shown: string): boolean {
  const parts = shown.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(found);
}

Deno.test("commands of docs/tools.md print what the page shows", async (t) => {
  const world = await createCliWorld();
  let commands = 0;
  for (const { file, lines } of blocksOf(await Deno.readTextFile(PAGE))) {
    if (file !== null) {
      world.files.set(file, `${lines.join("\n")}\n`);
      continue;
    }
    for (const { command, output } of shownIn(lines)) {
      commands++;
      await t.step(command, async () => {
        const { out, err, code } = await world.run(...command.split(" "));
        const end = code === 0 ? "" : `# exit ${code}`;
        const found = [err, out, end].filter((text) => text !== "").join("\n").split("\n");
        const differing = found.findIndex((line, index) => !isSame(line, output[index] ?? ""));
        const isComplete = differing === -1 && found.length === Math.max(1, output.length);
        assert(isComplete, `line ${differing + 1} differs, printed was:\n${found.join("\n")}`);
      });
    }
  }
  assert(commands >= 10, `${commands} commands on the page`);
});
