/**
 * `deno task pack`: the engine as an npm package, `dist/stator-engine-VERSION.tgz`.
 *
 * The rooms that the package is made of are laid into an empty folder with a manifest of their own, and packed there:
 * nothing of the service can get in.
 */

const ROOT = new URL("../", import.meta.url);
const NAME = "@stator/engine";
const FOLDERS = ["src/expression", "src/engine", "src/definition"];
const FILES = [
  "src/json.ts",
  "src/assert.ts",
  "src/errors.ts",
  "pack/engine.ts",
  "pack/convert.ts",
  "LICENSE",
];
const ENTRIES = { ".": "./pack/engine.ts", "./convert": "./pack/convert.ts" };
/** The only packages that the rooms above may use; a further one fails here. */
const PACKAGES = ["js-yaml", "re2js", "acorn", "saxes", "croner"];

/** Builds the package into `folder` and answers the path of its file. */
export async function buildPackage(folder: string): Promise<string> {
  const stage = await Deno.makeTempDir({ prefix: "stator-pack-" });
  try {
    const { version } = await stageSources(stage);
    await Deno.mkdir(folder, { recursive: true });
    const file = `${await Deno.realPath(folder)}/stator-engine-${version}.tgz`;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["pack", "--quiet", "--allow-dirty", "--no-source-maps", "--output", file],
      cwd: stage,
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`Cannot pack ${NAME}: ${new TextDecoder().decode(stderr)}`);
    return file;
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

async function stageSources(stage: string): Promise<{ readonly version: string }> {
  const manifest: Manifest = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  for (const folder of FOLDERS) await copyFolder(folder, stage);
  for (const file of FILES) await copyFile(file, stage, file);
  await copyFile("pack/README.md", stage, "README.md");
  const own = {
    name: NAME,
    version: manifest.version,
    license: manifest.license,
    exports: ENTRIES,
    imports: Object.fromEntries(PACKAGES.map((name) => [name, manifest.imports[name]])),
    compilerOptions: manifest.compilerOptions,
  };
  await Deno.writeTextFile(`${stage}/deno.json`, JSON.stringify(own, null, 2));
  return { version: manifest.version };
}

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly imports: Readonly<Record<string, string>>;
  readonly compilerOptions: unknown;
}

async function copyFolder(folder: string, stage: string): Promise<void> {
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) await copyFolder(path, stage);
    else if (!entry.name.endsWith("_test.ts")) await copyFile(path, stage, path);
  }
}

async function copyFile(path: string, stage: string, target: string): Promise<void> {
  const destination = `${stage}/${target}`;
  await Deno.mkdir(destination.slice(0, destination.lastIndexOf("/")), { recursive: true });
  await Deno.copyFile(new URL(path, ROOT), destination);
}

if (import.meta.main) {
  const file = await buildPackage(new URL("dist", ROOT).pathname);
  Deno.stdout.writeSync(new TextEncoder().encode(`${file}\n`));
}
