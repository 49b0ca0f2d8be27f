/** Hashes and compares passwords off the event loop; one request at a time. */
import { argon2id, argon2Verify } from "hash-wasm";

export type PasswordRequest =
  | { readonly type: "hash"; readonly id: number; readonly password: string; readonly salt: Uint8Array }
  | { readonly type: "verify"; readonly id: number; readonly password: string; readonly hash: string };

export interface PasswordReply {
  readonly id: number;
  readonly hash: string | null;
  readonly isEqual: boolean;
}

const MEMORY_KIB = 19_456;
const PASSES = 2;

async function replyTo(request: PasswordRequest): Promise<PasswordReply> {
  if (request.type === "verify") {
    const { id, password, hash } = request;
    return { id, hash: null, isEqual: await argon2Verify({ password, hash }) };
  }
  const hash = await argon2id({
    password: request.password,
    salt: request.salt,
    parallelism: 1,
    iterations: PASSES,
    memorySize: MEMORY_KIB,
    hashLength: 32,
    outputType: "encoded",
  });
  return { id: request.id, hash, isEqual: false };
}

/** The part of a worker's global scope that is used here. */
declare const self: { postMessage(reply: PasswordReply): void };

addEventListener("message", async (event) => {
  if (!(event instanceof MessageEvent)) return;
  const request: PasswordRequest = event.data;
  let reply: PasswordReply;
  try {
    reply = await replyTo(request);
  } catch {
    // A stored hash that is none matches nothing.
    reply = { id: request.id, hash: null, isEqual: false };
  }
  self.postMessage(reply);
});
