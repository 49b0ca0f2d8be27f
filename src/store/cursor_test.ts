/** Cursors are opaque, keep their key, and fit their own list only. */
import { AppError } from "../errors.ts";
import { assertEquals } from "./contract/assertions.ts";
import { cursorScope, decodeCursor, encodeCursor } from "./cursor.ts";

Deno.test("a cursor gives its key back, whatever characters it holds", () => {
  for (const key of [[1, "a"], [1_750_000_000_000, "é😀|\"'%"], ["", 0], [-1.5, "\u2028"]] as const) {
    const cursor = encodeCursor("list", key);
    assertEquals(/^[A-Za-z0-9_-]+$/.test(cursor), true, "safe in a URL");
    assertEquals(decodeCursor("list", cursor, key.length), key);
  }
});

Deno.test("a cursor of another list, of another length, or of nobody is refused", () => {
  const cursor = encodeCursor("list", [1, "a"]);
  const rows = [["other", cursor, 2], ["list", cursor, 1], ["list", "", 2], ["list", "e30", 2], [
    "list",
    "%",
    2,
  ]] as const;
  for (const [scope, text, parts] of rows) {
    let code = "";
    try {
      decodeCursor(scope, text, parts);
    } catch (error) {
      if (error instanceof AppError) code = error.code;
    }
    assertEquals(code, "bad_request", text);
  }
});

Deno.test("the scope of a list is its filter, not its page", () => {
  const scope = cursorScope("list", { machineName: "a", limit: 5, offset: 1, cursor: "x", state: undefined });
  assertEquals(scope, cursorScope("list", { limit: 50, machineName: "a" }));
  assertEquals(scope === cursorScope("list", { machineName: "b" }), false);
});
