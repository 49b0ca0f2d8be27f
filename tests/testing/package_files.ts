/** Where the files of an npm package lie once they were fetched: they are read there, never copied in here. */

/** Fetches `name@version` through the package registry and answers its folder. Throws when it cannot be had. */
export async function packageFolder(name: string, version: string): Promise<string> {
  await run(["cache", "--no-config", "--no-lock", `npm:${name}@${version}/package.json`]);
  const info: unknown = JSON.parse(await run(["info", "--json"]));
  const cache = typeof info === "object" && info !== null && "npmCache" in info ? String(info.npmCache) : "";
  for await (const registry of Deno.readDir(cache)) {
    const folder = `${cache}/${registry.name}/${name}/${version}`;
    if (registry.isDirectory && await isFolder(folder)) return folder;
  }
  throw new Error(`Cannot find ${name}@${version} among the fetched packages in ${cache}`);
}

async function run(args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args] }).output();
  if (!success) throw new Error(`Cannot run deno ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    return false;
  }
}
