/** Signs deliveries the way Standard Webhooks asks: a receiver can tell who sent them and when. */

const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;

/** `whsec_` and 24–64 bytes in base64; null when it is not. */
export function secretBytesOf(secret: string): Uint8Array<ArrayBuffer> | null {
  if (!secret.startsWith("whsec_")) return null;
  try {
    const bytes = Uint8Array.from(atob(secret.slice("whsec_".length)), (char) => char.charCodeAt(0));
    return bytes.length >= SECRET_BYTES_MIN && bytes.length <= SECRET_BYTES_MAX ? bytes : null;
  } catch {
    return null;
  }
}

/** The three headers of one delivery; several secrets during a rotation give several signatures. */
export async function signatureHeaders(
  message: { readonly id: string; readonly timestampS: number; readonly body: string },
  secrets: readonly Uint8Array<ArrayBuffer>[],
): Promise<Readonly<Record<string, string>>> {
  const content = new TextEncoder().encode(`${message.id}.${message.timestampS}.${message.body}`);
  const signatures: string[] = [];
  for (const secret of secrets) {
    const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
    ]);
    const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
    signatures.push(`v1,${btoa(String.fromCharCode(...bytes))}`);
  }
  return {
    "webhook-id": message.id,
    "webhook-timestamp": String(message.timestampS),
    ...(signatures.length === 0 ? {} : { "webhook-signature": signatures.join(" ") }),
  };
}
