/** Machines that tests publish. */
import { assert } from "../../src/assert.ts";
import type { Harness } from "./harness.ts";

export const ORDER = {
  meta: { machine_name: "order", version: "1.0.0", strict_mode: true },
  states: [
    { name: "open", type: "initial" },
    { name: "paid", type: "stable" },
    { name: "shipped", type: "terminal" },
  ],
  transitions: [
    { trigger: "pay", source: "open", dest: "paid" },
    { trigger: "ship", source: "paid", dest: "shipped" },
  ],
};

/** Stores a machine and answers with its record. */
// deno-lint-ignore no-explicit-any
export async function publish({ call }: Harness, config: unknown, token?: string): Promise<any> {
  const { status, json, text } = await call("POST", "/api/v1/machines", {
    body: { config },
    ...(token === undefined ? {} : { token }),
  });
  assert(status === 201, `publish answers ${status}: ${text}`);
  return json;
}
