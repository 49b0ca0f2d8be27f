/** Secrets that must be used again, and so cannot be hashed: kept sealed under the secret of the process. */
import type { AuthSettings } from "../auth/settings.ts";

const SEALED = "sealed:";
const PLAIN = "plain:";
const NONCE_BYTES = 12;
const INFO = new TextEncoder().encode("stator inbound webhooks");

/** Text for the store. A process without a secret of its own (authentication off) has nothing to seal with. */
export async function sealSecret(secret: string, auth: AuthSettings): Promise<string> {
  const [current] = sealingSecretsOf(auth);
  if (current === undefined) return `${PLAIN}${secret}`;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const data = new TextEncoder().encode(secret);
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await keyOf(current), data),
  );
  return `${SEALED}${base64(nonce)}.${base64(sealed)}`;
}

/** null = sealed under a secret that this process does not have any more. */
export async function unsealSecret(stored: string, auth: AuthSettings): Promise<string | null> {
  if (stored.startsWith(PLAIN)) return stored.slice(PLAIN.length);
  const [nonce = "", sealed = ""] = stored.slice(SEALED.length).split(".");
  for (const secret of sealingSecretsOf(auth)) {
    try {
      const data = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv: bytesOf(nonce) },
        await keyOf(secret),
        bytesOf(sealed),
      );
      return new TextDecoder().decode(data);
    } catch {
      continue;
    }
  }
  return null;
}

/** The one that seals first, then those that may have sealed before. */
function sealingSecretsOf(auth: AuthSettings): readonly string[] {
  return auth.type === "open" ? [] : [auth.secret, auth.previousSecret].filter((secret) => secret !== null);
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), "HKDF", false, [
    "deriveKey",
  ]);
  const salt = new Uint8Array();
  return await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt, info: INFO },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
