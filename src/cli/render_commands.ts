/** Verbs that draw a machine file: as a picture, in the languages of other tools, as data, as numbers. */
import { type Command, Option } from "commander";
import { dotOf } from "../definition/export/dot.ts";
import { machineJson } from "../definition/export/json.ts";
import { mermaidFlowchart, mermaidStateDiagram } from "../definition/export/mermaid.ts";
import { scxmlOf } from "../definition/export/scxml.ts";
import { statisticsOf } from "../definition/export/statistics.ts";
import { AppError } from "../errors.ts";
import { type ChartDirection, chartOf } from "../ui/chart/chart.ts";
import { withOwnStyle } from "../ui/chart/svg.ts";
import type { CliContext } from "./context.ts";
import { type SoundMachine, soundMachineOf } from "./machine_file.ts";

interface RenderOptions {
  readonly format: string;
  readonly output?: string;
  readonly active?: string;
  readonly direction: ChartDirection;
}

type Renderer = (machine: SoundMachine, options: RenderOptions) => string | Promise<string>;

const MERMAID_DIRECTION = { down: "TB", right: "LR" } as const satisfies Record<ChartDirection, string>;

const RENDERERS: Readonly<Record<string, Renderer>> = {
  svg: async ({ document, spec }, options) => {
    const active = activeStates(options.active, spec.states.map((state) => state.name));
    return withOwnStyle(await chartOf(document, { active, direction: options.direction }));
  },
  mermaid: ({ spec }, { direction }) =>
    mermaidStateDiagram(spec, { direction: MERMAID_DIRECTION[direction] }),
  flowchart: ({ spec }, { direction }) => mermaidFlowchart(spec, { direction: MERMAID_DIRECTION[direction] }),
  dot: ({ spec }) => dotOf(spec),
  scxml: ({ spec }) => scxmlOf(spec),
  json: ({ spec }) => jsonText(machineJson(spec)),
  statistics: ({ spec }) => jsonText(statisticsOf(spec)),
};

export function addRenderCommands(program: Command, context: CliContext): void {
  const { deps } = context;
  const add = (name: string, format: string) =>
    program.command(`${name} <machine>`)
      .description(`draw a machine file, as ${format} unless --format says otherwise`)
      .addOption(new Option("-f, --format <format>", "how").choices(Object.keys(RENDERERS)).default(format))
      .option("-o, --output <file>", "write into a file")
      .option("--active <states>", "names of states to mark in a picture, with commas between them")
      .addOption(
        new Option("--direction <direction>", "where arrows lead").choices(["down", "right"]).default("down"),
      )
      .action(async (path: string, options: RenderOptions) => {
        const render = RENDERERS[options.format];
        if (render === undefined) throw new AppError("bad_request", `Cannot draw "${options.format}"`);
        const text = await render(await soundMachineOf(path, { deps, semantics: null }), options);
        if (options.output === undefined) return deps.io.out(text.trimEnd());
        await deps.io.writeText(options.output, `${text.trimEnd()}\n`);
        deps.io.err(`Written to ${options.output}`);
      });
  add("render", "svg");
  add("diagram", "mermaid");
}

function activeStates(text: string | undefined, known: readonly string[]): readonly string[] {
  const names = (text ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return names;
  throw new AppError("bad_request", `Cannot mark "${unknown.join('", "')}": the machine has no such state`);
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
