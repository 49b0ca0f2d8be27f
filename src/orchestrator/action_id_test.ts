/** Derived ids: shape, stability, and no two alike. */
import { strictEqual } from "node:assert/strict";
import { actionIdOf, deadLetterIdOf, historyIdOf, uuidV5 } from "./action_id.ts";

Deno.test("uuidV5() has the shape of version 5 and never changes", () => {
  for (let i = 0; i < 200; i++) {
    strictEqual(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuidV5(`n${i}`)),
      true,
    );
  }
  // A receiver that saw this key must know it again after every upgrade.
  strictEqual(actionIdOf("o-1", 2, 0), "8d35af95-ad4e-5a3e-8a28-84a447c3100a");
});

Deno.test("ids of different things differ", () => {
  const ids = new Set<string>();
  for (let position = 1; position <= 50; position++) {
    ids.add(historyIdOf("o-1", position));
    for (let ordinal = 0; ordinal < 5; ordinal++) ids.add(actionIdOf("o-1", position, ordinal));
  }
  strictEqual(ids.size, 50 * 6);
});

Deno.test("deadLetterIdOf() has 32 hex digits", () => {
  strictEqual(/^[0-9a-f]{32}$/.test(deadLetterIdOf("x")), true);
});
