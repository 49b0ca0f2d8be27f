/** What the readers of actions share: where findings go, and how a list inside an action is read. */
import type { ActionSpec, Profile } from "../engine/spec.ts";
import type { JsonValue } from "../json.ts";
import { kindOf } from "./cursor.ts";
import type { Findings, Path } from "./findings.ts";

export interface ActionReader {
  readonly findings: Findings;
  readonly profile: Profile;
  /** Where the outermost list stands: the place that PyStator reports findings at. */
  readonly listPath: Path;
  readonly depth: number;
  readonly readList: (
    reader: ActionReader,
    path: Path,
    list: readonly JsonValue[],
  ) => readonly ActionSpec[];
}

/** Finding `B13`: the argument of an action is of another kind. */
export function refuseArgument(findings: Findings, path: Path, wanted: string, value: JsonValue): null {
  findings.error("B13", path, `Cannot read "${path.at(-1)}": ${wanted} expected, ${kindOf(value)} found`);
  return null;
}
