/** Work on large or endless machines happens beside the event loop, and ends. */
import { assert } from "../../src/assert.ts";
import { createCompute } from "../../src/api/compute/compute.ts";
import { AppError } from "../../src/errors.ts";
import type { JsonObject } from "../../src/json.ts";
import { assertEquals } from "./assertions.ts";
import { OPEN_SETTINGS, withApi } from "./harness.ts";

const STATES = 1_500;

const LARGE: JsonObject = {
  meta: { machine_name: "large", version: "1.0.0" },
  states: Array.from({ length: STATES }, (_, index) => ({
    name: `s${index}`,
    type: index === 0 ? "initial" : "stable",
  })),
  transitions: Array.from({ length: 2_000 }, (_, index) => ({
    trigger: `t${index % 50}`,
    source: `s${index % STATES}`,
    dest: `s${(index * 7 + 1) % STATES}`,
    guards: [{ expr: "a > 1 and b < 2" }],
  })),
};

Deno.test("while a large machine is read, others are answered", () =>
  withApi(OPEN_SETTINGS, async ({ call }) => {
    const validated = call("POST", "/api/v1/machines/validate", { body: { config: LARGE } });
    let isDone = false;
    void validated.then(() => isDone = true);
    let answered = 0;
    while (!isDone) {
      assertEquals((await call("GET", "/health/live")).status, 200);
      answered += 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const { status, json } = await validated;
    assertEquals([status, json.valid, json.info.state_names.length], [200, true, STATES]);
    assert(answered >= 10, `${answered} answers meanwhile`);
  }));

Deno.test("a job that takes too long is refused, and the next one is done by a new thread", async () => {
  const compute = createCompute({ jobMsMax: 1 });
  const patient = createCompute();
  try {
    const job = { type: "inspect", source: { type: "document", document: LARGE }, isLinted: false } as const;
    const error = await compute.run<"inspect">(job).then(() => null, (thrown: unknown) => thrown);
    assert(error instanceof AppError && error.code === "validation_failed", String(error));
    const again = await compute.run<"inspect">(job).then(() => null, (thrown: unknown) => thrown);
    assert(again instanceof AppError && again.code === "validation_failed", String(again));
    const result = await patient.run<"inspect">(job);
    assertEquals(result.machine?.states.length, STATES);
  } finally {
    compute.close();
    patient.close();
  }
});

Deno.test("mistakes found in the thread keep their code", async () => {
  const compute = createCompute();
  try {
    const document = { ...LARGE, transitions: [{ trigger: "x", source: "nowhere", dest: "s1" }] };
    const error = await compute.run<"process">({
      type: "process",
      document,
      currentState: "s0",
      trigger: "x",
      context: {},
      nowMs: 0,
      areGuardsAssumed: false,
    }).then(() => null, (thrown: unknown) => thrown);
    assert(error instanceof AppError && error.code === "invalid_machine", String(error));
    assert(Array.isArray(error.details["errors"]), JSON.stringify(error.details));
  } finally {
    compute.close();
  }
});
