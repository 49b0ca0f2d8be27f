/** The trusted folder of an operator: which names its files give to actions and guards, listed once at start. */
import { AppError, messageOf } from "../../errors.ts";

export interface ModuleFolder {
  /** Without links. */
  readonly root: string;
  /** Name → address of its file, by name. */
  readonly actions: ReadonlyMap<string, string>;
  readonly guards: ReadonlyMap<string, string>;
}

const FILES_MAX = 500;
const DEPTH_MAX = 5;
const FILE_BYTES_MAX = 1_048_576;
const NAME = /^[a-z0-9_]{1,200}$/;
const CODE = /\.(?:ts|js|mjs)$/;
const TEST = /_test\.(?:ts|js|mjs)$/;
const WRITABLE_BY_ALL = 0o002;

/** What every process does already; a file cannot take these names. */
const RESERVED: ReadonlySet<string> = new Set([
  "noop",
  "log",
  "trace",
  "set_context",
  "snapshot",
  "copy_key",
  "validate_keys",
  "write_local_file",
  "publish",
  "emit_metric",
  "always",
  "never",
  "key_present",
  "key_missing",
]);

/**
 * Reads `FOLDER/actions/NAME.ts` and `FOLDER/guards/NAME.ts` (also `.js`, `.mjs`); other folders may hold what those
 * import. Throws `bad_configuration` when anybody may write there, when a link leads outside, or when a name cannot be
 * used: a folder that is not what its operator believes is not used at all.
 */
export async function readModuleFolder(path: string): Promise<ModuleFolder> {
  try {
    const root = await Deno.realPath(path);
    if (!(await Deno.stat(root)).isDirectory) throw refused(`"${path}" is not a folder`);
    await checkTree(root, { root, depth: 0, counted: { files: 0 } });
    return { root, actions: await namesIn(root, "actions"), guards: await namesIn(root, "guards") };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw refused(messageOf(error));
  }
}

interface Walk {
  readonly root: string;
  readonly depth: number;
  readonly counted: { files: number };
}

async function checkTree(folder: string, walk: Walk): Promise<void> {
  if (walk.depth > DEPTH_MAX) throw refused(`folders lie deeper than ${DEPTH_MAX}`);
  checkMode(folder, await Deno.stat(folder));
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isSymlink) {
      const target = await Deno.realPath(path);
      if (!target.startsWith(`${walk.root}/`)) throw refused(`the link "${path}" leads outside`);
    }
    walk.counted.files += 1;
    if (walk.counted.files > FILES_MAX) throw refused(`there are more than ${FILES_MAX} files`);
    const info = await Deno.stat(path);
    checkMode(path, info);
    if (info.size > FILE_BYTES_MAX && info.isFile) {
      throw refused(`"${path}" is larger than ${FILE_BYTES_MAX} bytes`);
    }
    // A link inside is checked where it leads; walking through it could go round for ever.
    if (entry.isDirectory) await checkTree(path, { ...walk, depth: walk.depth + 1 });
  }
}

function checkMode(path: string, { mode }: Deno.FileInfo): void {
  if (mode !== null && (mode & WRITABLE_BY_ALL) !== 0) throw refused(`everybody may write to "${path}"`);
}

async function namesIn(root: string, kind: "actions" | "guards"): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const file of await filesIn(`${root}/${kind}`)) {
    if (!CODE.test(file) || TEST.test(file)) continue;
    const name = file.replace(CODE, "");
    if (!NAME.test(name)) {
      throw refused(`"${kind}/${file}" is no name: small letters, digits and underscores`);
    }
    if (RESERVED.has(name)) throw refused(`"${kind}/${file}" has the name of something built in`);
    if (found.has(name)) throw refused(`"${kind}/${name}" stands there twice`);
    found.set(name, fileUrl(`${root}/${kind}/${file}`));
  }
  return new Map([...found].toSorted(([a], [b]) => a < b ? -1 : 1));
}

/** Names of the files; none when there is no such folder. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.isFile || entry.isSymlink) names.push(entry.name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.toSorted();
}

function fileUrl(path: string): string {
  const url = new URL("file:///");
  url.pathname = path.replaceAll("%", "%25");
  return url.href;
}

function refused(reason: string): AppError {
  return new AppError("bad_configuration", `Cannot use PYSTATOR_MODULES_DIR: ${reason}`);
}
