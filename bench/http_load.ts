/** Load over plain connections that stay open: one request at a time on each, no client library in between. */

export interface Load {
  readonly port: number;
  readonly connections: number;
  /** Whole requests as they go over the wire; connections take turns at them. */
  readonly requests: readonly Uint8Array<ArrayBuffer>[];
  /** Ends after so many answers, or so many milliseconds. */
  readonly until: { readonly answers: number } | { readonly durationMs: number };
}

export interface LoadResult {
  /** Milliseconds of each answer, in no order. */
  readonly times: readonly number[];
  readonly passedMs: number;
}

const READ_BYTES = 16_384;
const BLANK_LINE = [13, 10, 13, 10];
const decoder = new TextDecoder();

/** Throws when an answer is not 200. */
export async function load({ port, connections, requests, until }: Load): Promise<LoadResult> {
  const times: number[] = [];
  const startedMs = performance.now();
  const isOver = () =>
    "answers" in until ? times.length >= until.answers : performance.now() - startedMs >= until.durationMs;
  let next = 0;
  await Promise.all(Array.from({ length: connections }, async () => {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    connection.setNoDelay(true);
    const buffer = new Uint8Array(READ_BYTES);
    while (!isOver()) {
      const request = requests[next++ % requests.length];
      if (request === undefined) throw new Error("There is nothing to send");
      const sentMs = performance.now();
      await writeAll(connection, request);
      await readAnswer(connection, buffer);
      times.push(performance.now() - sentMs);
    }
  }));
  return { times, passedMs: performance.now() - startedMs };
}

/** A request as bytes. */
export function requestOf(method: string, path: string, body: string | null = null): Uint8Array<ArrayBuffer> {
  const head = [`${method} ${path} HTTP/1.1`, "host: 127.0.0.1"];
  if (body !== null) head.push("content-type: application/json", `content-length: ${body.length}`);
  return new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n${body ?? ""}`);
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await connection.write(bytes.subarray(written));
}

/** Reads one answer with a length; answers without one are not expected here. */
async function readAnswer(connection: Deno.Conn, buffer: Uint8Array<ArrayBuffer>): Promise<void> {
  let filled = 0;
  let size = Infinity;
  while (filled < size) {
    const read = await connection.read(buffer.subarray(filled));
    if (read === null) throw new Error("The connection ended inside an answer");
    filled += read;
    if (size !== Infinity) continue;
    const headEnd = endOfHead(buffer, filled);
    if (headEnd === -1) continue;
    const head = decoder.decode(buffer.subarray(0, headEnd));
    size = headEnd + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? NaN);
    if (!head.startsWith("HTTP/1.1 200") || !Number.isSafeInteger(size) || size > buffer.length) {
      throw new Error(`Unexpected answer: ${decoder.decode(buffer.subarray(0, filled))}`);
    }
  }
}

function endOfHead(buffer: Uint8Array, filled: number): number {
  for (let at = 0; at + 4 <= filled; at++) {
    if (BLANK_LINE.every((byte, offset) => buffer[at + offset] === byte)) return at + 4;
  }
  return -1;
}
