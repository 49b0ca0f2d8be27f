/** What `${NAME}` becomes. */
import { strictEqual, throws } from "node:assert/strict";
import { substitute } from "./substitute.ts";

const environment = { HOST: "db1", BLANK: "", NESTED: "${HOST}" };

const CASES: readonly (readonly [text: string, expected: string])[] = [
  ["x ${HOST} y", "x db1 y"],
  ["${UNSET}", ""],
  ["${UNSET:-dflt}", "dflt"],
  ["${BLANK:-dflt}", "dflt"],
  ["${HOST:-dflt}", "db1"],
  ["${HOST:?need}", "db1"],
  ["${UNSET:-a:b}", "a:b"],
  ["$HOST ${HOST", "$HOST ${HOST"],
  ["$${HOST}", "$db1"],
  ["${NESTED}", "${HOST}"],
  ["${constructor}", ""],
];

for (const [text, expected] of CASES) {
  Deno.test(`substitute() fills in ${text}`, () => strictEqual(substitute(text, { environment }), expected));
}

Deno.test("substitute() prefers variables, unless they are empty", () => {
  strictEqual(substitute("${HOST}", { variables: { HOST: "x" }, environment }), "x");
  strictEqual(substitute("${HOST}", { variables: { HOST: "" }, environment }), "db1");
});

Deno.test("substitute() throws the message of what must be set", () => {
  throws(() => substitute("${UNSET:?say where}", { environment }), /UNSET.*say where/);
});
