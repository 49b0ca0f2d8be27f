/** Argon2id for passwords: two hashes at a time in threads of their own, a short queue, then a refusal. */
import { AppError } from "../../errors.ts";
import type { PasswordReply, PasswordRequest } from "./password_worker.ts";

export const HASHES_MAX = 2;
export const WAITING_MAX = 20;

export interface Passwords {
  /** PHC text of a new hash. */
  hash(password: string): Promise<string>;
  /** `hash` null compares with a dummy, so that an unknown account takes as long as a known one. */
  verify(password: string, hash: string | null): Promise<boolean>;
  close(): void;
}

type Work = { readonly type: "hash"; readonly password: string } | {
  readonly type: "verify";
  readonly password: string;
  readonly hash: string;
};

interface Waiting {
  readonly work: Work;
  readonly resolve: (reply: PasswordReply) => void;
  readonly reject: (error: unknown) => void;
}

/** Threads are started when first needed. */
export function createPasswords(): Passwords {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const queue: Waiting[] = [];
  let dummy: Promise<string> | null = null;
  let nextId = 1;

  return {
    async hash(password) {
      const { hash } = await run({ type: "hash", password });
      if (hash === null) throw new AppError("internal", "Cannot hash a password");
      return hash;
    },
    async verify(password, hash) {
      dummy ??= run({ type: "hash", password: crypto.randomUUID() }).then((reply) => reply.hash ?? "");
      const { isEqual } = await run({ type: "verify", password, hash: hash ?? await dummy });
      return isEqual && hash !== null;
    },
    close() {
      for (const worker of all) worker.terminate();
      all.clear();
      idle.length = 0;
      for (const waiting of queue.splice(0)) waiting.reject(new AppError("internal", "Cannot hash: closing"));
    },
  };

  function run(work: Work): Promise<PasswordReply> {
    const isBusy = idle.length === 0 && all.size >= HASHES_MAX;
    if (isBusy && queue.length >= WAITING_MAX) {
      throw new AppError("too_many_requests", "Cannot check a password: too many are being checked", {
        details: { retry_after_seconds: 1 },
      });
    }
    return new Promise((resolve, reject) => {
      queue.push({ work, resolve, reject });
      startNext();
    });
  }

  function startNext(): void {
    const waiting = queue[0];
    if (waiting === undefined) return;
    const worker = idle.pop() ?? (all.size < HASHES_MAX ? startWorker() : undefined);
    if (worker === undefined) return;
    queue.shift();
    const id = nextId++;
    worker.onmessage = (message: MessageEvent<PasswordReply>) => {
      idle.push(worker);
      waiting.resolve(message.data);
      startNext();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      all.delete(worker);
      waiting.reject(new AppError("internal", "Cannot hash a password: its thread ended"));
      startNext();
    };
    worker.postMessage(requestOf(waiting.work, id));
  }

  function startWorker(): Worker {
    const worker = new Worker(import.meta.resolve("./password_worker.ts"), {
      type: "module",
      deno: { permissions: "none" },
    });
    all.add(worker);
    return worker;
  }
}

function requestOf(work: Work, id: number): PasswordRequest {
  return work.type === "hash"
    ? { ...work, id, salt: crypto.getRandomValues(new Uint8Array(16)) }
    : { ...work, id };
}
