/** A ZIP archive of a few small texts, stored without compression (APPNOTE 6.3.10, sections 4.3.7 to 4.3.16). */

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_CENTRAL = 0x06054b50;
const VERSION_NEEDED = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;
/** 1980-01-01, the oldest date of the format: the same files always give the same archive. */
const DATE = 0x0021;

/** Files in the order of their names. */
export function zipOf(files: ReadonlyMap<string, string>): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const locals: Uint8Array[] = [];
  const centrals: Uint8Array[] = [];
  let offset = 0;
  for (const [name, text] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const nameBytes = encoder.encode(name);
    const data = encoder.encode(text);
    const facts = [VERSION_NEEDED, FLAGS, 0, 0, DATE] as const;
    const sizes = [crc32(data), data.length, data.length] as const;
    const local = [
      ...words32(LOCAL_HEADER),
      ...facts.flatMap(words16),
      ...sizes.flatMap(words32),
      ...words16(nameBytes.length),
      ...words16(0),
    ];
    locals.push(Uint8Array.from(local), nameBytes, data);
    const central = [
      ...words32(CENTRAL_HEADER),
      ...words16(VERSION_NEEDED),
      ...facts.flatMap(words16),
      ...sizes.flatMap(words32),
      ...[nameBytes.length, 0, 0, 0, 0].flatMap(words16),
      ...words32(0),
      ...words32(offset),
    ];
    centrals.push(Uint8Array.from(central), nameBytes);
    offset += local.length + nameBytes.length + data.length;
  }
  const centralBytes = joined(centrals);
  const end = [
    ...words32(END_OF_CENTRAL),
    ...[0, 0, files.size, files.size].flatMap(words16),
    ...words32(centralBytes.length),
    ...words32(offset),
    ...words16(0),
  ];
  return joined([...locals, centralBytes, Uint8Array.from(end)]);
}

function words16(value: number): readonly number[] {
  return [value & 0xff, (value >>> 8) & 0xff];
}

function words32(value: number): readonly number[] {
  return [...words16(value & 0xffff), ...words16(value >>> 16)];
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const POLYNOMIAL = 0xedb88320;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
