/** Actions and guards that an operator wrote: files of a trusted folder, loaded once, run in threads. */
import type { Clock } from "../../clock.ts";
import type { Guards } from "../../orchestrator/decide_input.ts";
import type { Log } from "../../telemetry/log.ts";
import type { ActionHandler } from "../actions.ts";
import { checkActions, createActionCalls } from "./action_calls.ts";
import { createGuardCalls } from "./guard_calls.ts";
import { readModuleFolder } from "./module_folder.ts";

export interface Modules {
  /** By the name that machines use. */
  readonly actions: ReadonlyMap<string, ActionHandler>;
  readonly guards: Guards;
  close(): void;
}

export const NO_MODULES: Modules = { actions: new Map(), guards: new Map(), close: () => {} };

export interface ModulesDeps {
  readonly path: string;
  readonly net: readonly string[];
  readonly log: Log;
  readonly clock: Clock;
  /** `guards`: this process decides events and delivers no action, so it only knows their names. */
  readonly use: "guards" | "guards_and_actions";
}

/** Throws `bad_configuration` when the folder or one of its files cannot be used: nobody starts with half of them. */
export async function loadModules(deps: ModulesDeps): Promise<Modules> {
  const folder = await readModuleFolder(deps.path);
  const actions = createActionCalls({ ...deps, folder });
  if (deps.use === "guards_and_actions") await checkActions(actions);
  const guards = folder.guards.size === 0 ? null : await createGuardCalls(folder);
  deps.log.info("Modules are loaded", {
    folder: folder.root,
    actions: [...folder.actions.keys()],
    guards: [...folder.guards.keys()],
  });
  return {
    actions: actions.handlers,
    guards: guards?.guards ?? new Map(),
    close() {
      actions.close();
      guards?.close();
    },
  };
}
