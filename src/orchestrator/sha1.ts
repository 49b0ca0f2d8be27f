/** SHA-1 of short texts without a hash object of the system, which costs more than the hash itself. */

const CHUNK_BYTES = 64;
/** Behind the text stand one bit and the length. */
const TAIL_BYTES = 9;
const UTF8_BYTES_MAX = 3;

const encoder = new TextEncoder();
/** Signed, so that every word is a small integer to the compiler. Used up within one call. */
const schedule = new Int32Array(80);
const digest = new Int32Array(5);
let padded = new Uint8Array(4 * CHUNK_BYTES);

/** The five words of the digest (FIPS 180-4 §6.1) of `prefix` and the text behind it; valid until the next call. */
export function sha1(prefix: Uint8Array, text: string): Int32Array {
  const needed = prefix.length + text.length * UTF8_BYTES_MAX + TAIL_BYTES + CHUNK_BYTES;
  if (padded.length < needed) padded = new Uint8Array(needed);
  padded.set(prefix);
  const length = prefix.length + write(text, prefix.length);
  const end = Math.ceil((length + TAIL_BYTES) / CHUNK_BYTES) * CHUNK_BYTES;
  padded.fill(0, length, end);
  padded[length] = 0x80;
  // Texts are far shorter than 2^29 bytes: the upper half of the length in bits is 0.
  const bits = length * 8;
  for (let byte = 0; byte < 4; byte++) padded[end - 1 - byte] = bits >>> (byte * 8);

  digest[0] = 0x67452301;
  digest[1] = 0xefcdab89;
  digest[2] = 0x98badcfe;
  digest[3] = 0x10325476;
  digest[4] = 0xc3d2e1f0;
  for (let start = 0; start < end; start += CHUNK_BYTES) mix(padded, start);
  return digest;
}

/** Bytes written at `start`; nearly all texts are ASCII. */
function write(text: string, start: number): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return encoder.encodeInto(text, padded.subarray(start)).written;
    padded[start + i] = code;
  }
  return text.length;
}

function mix(bytes: Uint8Array, start: number): void {
  for (let i = 0; i < 16; i++) {
    const at = start + i * 4;
    schedule[i] = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0);
  }
  for (let i = 16; i < 80; i++) {
    const mixed = (schedule[i - 3] ?? 0) ^ (schedule[i - 8] ?? 0) ^ (schedule[i - 14] ?? 0) ^
      (schedule[i - 16] ?? 0);
    schedule[i] = (mixed << 1) | (mixed >>> 31);
  }
  let a = digest[0] ?? 0, b = digest[1] ?? 0, c = digest[2] ?? 0, d = digest[3] ?? 0, e = digest[4] ?? 0;
  for (let i = 0; i < 80; i++) {
    const chosen = i < 20
      ? ((b & c) | (~b & d)) + 0x5a827999
      : i < 40
      ? (b ^ c ^ d) + 0x6ed9eba1
      : i < 60
      ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
      : (b ^ c ^ d) + 0xca62c1d6;
    const next = (((a << 5) | (a >>> 27)) + (chosen | 0) + e + (schedule[i] ?? 0)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  digest[0] = ((digest[0] ?? 0) + a) | 0;
  digest[1] = ((digest[1] ?? 0) + b) | 0;
  digest[2] = ((digest[2] ?? 0) + c) | 0;
  digest[3] = ((digest[3] ?? 0) + d) | 0;
  digest[4] = ((digest[4] ?? 0) + e) | 0;
}
