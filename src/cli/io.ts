/** The terminal and the files of the machine that the command line runs on. */
import { AppError, messageOf } from "../errors.ts";
import { writeLine } from "../telemetry/log.ts";
import type { CliIo } from "./deps.ts";

const FILE_BYTES_MAX = 64 * 1024 * 1024;

export function createIo(): CliIo {
  return {
    out: writeLine,
    err: writeErrorLine,
    async readText(path) {
      try {
        if (path === "-") return await new Response(Deno.stdin.readable).text();
        const { size } = await Deno.stat(path);
        if (size > FILE_BYTES_MAX) throw new Error(`it is larger than ${FILE_BYTES_MAX} bytes`);
        return await Deno.readTextFile(path);
      } catch (error) {
        throw unreadable(path, error);
      }
    },
    writeText: (path, text) => Deno.writeTextFile(path, text),
    async listFiles(path) {
      try {
        const names: string[] = [];
        for await (const entry of Deno.readDir(path)) if (entry.isFile) names.push(entry.name);
        return names.toSorted();
      } catch (error) {
        throw unreadable(path, error);
      }
    },
    async isFolder(path) {
      const info = await Deno.stat(path).catch(() => null);
      return info?.isDirectory === true;
    },
  };
}

function unreadable(path: string, error: unknown): AppError {
  const isAbsent = error instanceof Deno.errors.NotFound;
  return new AppError(
    isAbsent ? "not_found" : "bad_request",
    `Cannot read "${path}": ${isAbsent ? "there is no such file" : causeOf(error)}`,
    {
      cause: error,
    },
  );
}

function causeOf(error: unknown): string {
  return error instanceof Deno.errors.IsADirectory ? "it is a folder, name a file in it" : messageOf(error);
}

function writeErrorLine(text: string): void {
  const bytes = new TextEncoder().encode(`${text}\n`);
  for (let written = 0; written < bytes.length;) written += Deno.stderr.writeSync(bytes.subarray(written));
}
