/** CloudEvents are named by what happened, and order as their entity's history does. */
import { assert } from "../assert.ts";
import { cloudEventOf } from "./cloud_event.ts";

const MESSAGE = { id: "1", name: "dead_letter_created", subject: "o-1", atMs: 0, data: { a: 1 } };

Deno.test("cloudEventOf() leaves out what is not known", () => {
  const text = JSON.stringify(cloudEventOf({ ...MESSAGE, machineName: "" }));
  const expected = {
    specversion: "1.0",
    id: "1",
    source: "urn:stator",
    type: "stator.dead_letter_created",
    subject: "o-1",
    time: "1970-01-01T00:00:00.000Z",
    datacontenttype: "application/json",
    data: { a: 1 },
  };
  assert(text === JSON.stringify(expected), text);
});

Deno.test("cloudEventOf() numbers events so that texts order as positions do", () => {
  const sequences = [2, 10, 9_007_199_254_740_991].map((position) =>
    cloudEventOf({ ...MESSAGE, machineName: "order", position }).sequence ?? ""
  );
  assert(sequences.join() === sequences.toSorted().join(), sequences.join());
});
