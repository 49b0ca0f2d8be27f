/** The examples of docs/clients.md, run as they stand. */
import { assert } from "../../src/assert.ts";
import { assertEquals } from "../api/assertions.ts";
import { missing, outputOf, withServer } from "./server.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGE = await Deno.readTextFile(new URL("docs/clients.md", ROOT));
const MACHINE = await Deno.readTextFile(new URL("machines/order.yaml", ROOT));

function blockOf(language: string): string {
  const blocks = [...PAGE.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].filter(([, info]) => info === language);
  assert(blocks.length === 1, `${blocks.length} blocks of ${language}`);
  return blocks[0]?.[2] ?? "";
}

const node = await missing("node");
const python = await missing("python3");

Deno.test({
  name: `the example in JavaScript runs under Node${node === null ? "" : `: ${node}`}`,
  ignore: node !== null,
  fn: () =>
    withServer(MACHINE, async ({ url, token }) => {
      const client = new URL("clients/typescript/js/client.js", ROOT).href;
      const program = blockOf("js").replace('"@stator/client"', JSON.stringify(client));
      const output = await outputOf("node", ["--input-type=module", "--eval", program], {
        STATOR_URL: url,
        STATOR_TOKEN: token,
      });
      assertEquals(output.trimEnd().split("\n").map((line) => line.split(":")[0]), [
        "order-17 draft",
        '404 entity_not_found Cannot read entity "order-18"',
      ]);
    }),
});

Deno.test({
  name: `the example in Python runs${python === null ? "" : `: ${python}`}`,
  ignore: python !== null,
  fn: () =>
    withServer(MACHINE, async ({ url, token }) => {
      const output = await outputOf("python3", ["-B", "-c", blockOf("python")], {
        STATOR_URL: url,
        STATOR_TOKEN: token,
        PYTHONPATH: new URL("clients/python", ROOT).pathname,
      });
      const lines = output.trimEnd().split("\n").map((line) => line.split(" ").slice(1, 3).join(" "));
      assertEquals(lines.toSorted(), [
        "__entity_created__ transitioned",
        "entity_not_found Cannot",
        "set_total transitioned",
      ]);
    }),
});

Deno.test("the message to the tools is answered", () =>
  withServer(MACHINE, async ({ url, token }) => {
    const response = await fetch(`${url}/mcp`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: blockOf("json"),
    });
    const { result } = await response.json();
    assertEquals([result.isError, result.structuredContent.context.total], [false, 40]);
  }));
