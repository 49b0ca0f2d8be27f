/** Where the published sources of a Python package lie once `pip` fetched them; read, never copied in here. */

export type PythonSources =
  | { readonly type: "folder"; readonly path: string }
  | { readonly type: "absent"; readonly why: string };

/** Fetches and unpacks `name==version` below a folder that the caller removes. */
export async function pythonSources(name: string, version: string, into: string): Promise<PythonSources> {
  const wanted = `${name}==${version}`;
  const fetched = await run("pip", ["download", wanted, "--no-deps", "--no-binary", ":all:", "-d", into]);
  if (fetched !== null) return { type: "absent", why: `pip cannot fetch ${wanted}: ${fetched}` };
  for await (const { name: file } of Deno.readDir(into)) {
    if (!file.endsWith(".tar.gz")) continue;
    const unpacked = await run("tar", ["-xzf", `${into}/${file}`, "-C", into]);
    if (unpacked !== null) return { type: "absent", why: `tar cannot unpack ${file}: ${unpacked}` };
    return { type: "folder", path: `${into}/${file.slice(0, -".tar.gz".length)}` };
  }
  return { type: "absent", why: `pip fetched no sources of ${wanted}` };
}

const PATIENCE_MS = 120_000;

/** null, or why it failed. */
async function run(command: string, args: readonly string[]): Promise<string | null> {
  try {
    const { success, stderr } = await new Deno.Command(command, {
      args: [...args],
      stdout: "null",
      stderr: "piped",
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).output();
    return success ? null : new TextDecoder().decode(stderr).trim().split("\n").at(-1) ?? "it failed";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "it is not installed";
    throw error;
  }
}
