/** Whether a request comes from whoever holds the secret, and is no old one sent again. */
import { unreachable } from "../../assert.ts";

/** How a sender signs. */
export type Verification =
  /** Standard Webhooks: id, time and body under `webhook-signature`. */
  | { readonly type: "standard"; readonly toleranceSeconds: number }
  /** As Stripe does: `t=TIME,v1=HEX` in one header, over time and body. */
  | { readonly type: "stripe"; readonly header: string; readonly toleranceSeconds: number }
  /** As GitHub does and many others: the body alone under one header. */
  | {
    readonly type: "hmac";
    readonly header: string;
    readonly prefix: string;
    readonly encoding: "hex" | "base64";
    readonly algorithm: "sha256" | "sha512";
  };

const SIGNATURES_MAX = 10;
const TIME = /^[0-9]{1,12}$/;
const HASHES = { sha256: "SHA-256", sha512: "SHA-512" } as const;

/** `secret` null = there is none to compare with; the answer takes as long and is no. */
export async function isSigned(
  request: { readonly headers: Headers; readonly body: string },
  { verification, secret, nowMs }: {
    readonly verification: Verification;
    readonly secret: string | null;
    readonly nowMs: number;
  },
): Promise<boolean> {
  const { headers, body } = request;
  const key = secretBytes(secret ?? NO_SECRET, verification);
  const isRight = await matches();
  return isRight && secret !== null;

  async function matches(): Promise<boolean> {
    switch (verification.type) {
      case "standard": {
        const [id, time] = [headers.get("webhook-id") ?? "", headers.get("webhook-timestamp") ?? ""];
        const given = (headers.get("webhook-signature") ?? "").split(" ")
          .filter((part) => part.startsWith("v1,")).map((part) => fromBase64(part.slice("v1,".length)));
        return await isOne(`${id}.${time}.${body}`, given, "sha256") && id !== "" &&
          isRecent(time, verification.toleranceSeconds, nowMs);
      }
      case "stripe": {
        const parts = (headers.get(verification.header) ?? "").split(",").map((part) => part.trim());
        const time = parts.find((part) => part.startsWith("t="))?.slice("t=".length) ?? "";
        const given = parts.filter((part) => part.startsWith("v1=")).map((part) => fromHex(part.slice(3)));
        return await isOne(`${time}.${body}`, given, "sha256") &&
          isRecent(time, verification.toleranceSeconds, nowMs);
      }
      case "hmac": {
        const { header, prefix, encoding, algorithm } = verification;
        const text = headers.get(header) ?? "";
        const bare = text.startsWith(prefix) ? text.slice(prefix.length) : null;
        const bytes = bare === null ? null : encoding === "hex" ? fromHex(bare) : fromBase64(bare);
        return await isOne(body, [bytes], algorithm);
      }
      default:
        return unreachable(verification);
    }
  }

  async function isOne(
    content: string,
    given: readonly (Uint8Array | null)[],
    algorithm: keyof typeof HASHES,
  ): Promise<boolean> {
    const hmac = { name: "HMAC", hash: HASHES[algorithm] };
    const signer = await crypto.subtle.importKey("raw", key, hmac, false, ["sign"]);
    const expected = new Uint8Array(
      await crypto.subtle.sign("HMAC", signer, new TextEncoder().encode(content)),
    );
    return given.slice(0, SIGNATURES_MAX).map((bytes) => bytes !== null && isSame(expected, bytes)).includes(
      true,
    );
  }
}

/** Compared with when there is no hook, so that nobody learns so from the time that it takes. */
const NO_SECRET = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/** A secret of Standard Webhooks is base64 behind `whsec_`; any other is taken letter by letter. */
function secretBytes(secret: string, { type }: Verification): Uint8Array<ArrayBuffer> {
  const bytes = type === "standard" ? fromBase64(secret.replace(/^whsec_/, "")) : null;
  return bytes ?? new TextEncoder().encode(secret);
}

function isRecent(time: string, toleranceSeconds: number, nowMs: number): boolean {
  return TIME.test(time) && Math.abs(nowMs - Number(time) * 1_000) <= toleranceSeconds * 1_000;
}

/** Without telling how far the two agree. */
function isSame(expected: Uint8Array, given: Uint8Array): boolean {
  let difference = expected.length ^ given.length;
  for (let i = 0; i < expected.length; i++) difference |= (expected[i] ?? 0) ^ (given[i] ?? 0);
  return difference === 0;
}

function fromHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^(?:[0-9a-f]{2}){1,64}$/i.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}
