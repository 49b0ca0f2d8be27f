import { zipOf } from "./zip.ts";

Deno.test("zipOf() writes what the format says", () => {
  const bytes = zipOf(new Map([["b.yaml", "two"], ["a.yaml", "123456789"]]));
  const view = new DataView(bytes.buffer);
  const name = new TextDecoder().decode(bytes.slice(30, 36));
  // The check value of CRC-32 for "123456789".
  const facts = [view.getUint32(0, true), name, view.getUint32(14, true), view.getUint32(18, true)];
  const expected = [0x04034b50, "a.yaml", 0xcbf43926, 9];
  if (facts.join() !== expected.join()) throw new Error(`got ${facts}`);
  const end = bytes.length - 22;
  if (view.getUint32(end, true) !== 0x06054b50 || view.getUint16(end + 10, true) !== 2) {
    throw new Error("no end");
  }
  const central = view.getUint32(end + 16, true);
  if (view.getUint32(central, true) !== 0x02014b50) throw new Error("no directory");
});
