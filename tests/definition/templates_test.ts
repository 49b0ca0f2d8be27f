/** The machines to start from: sound, without a doubt of the linter, and under the names that PyStator's users know. */
import { assert } from "../../src/assert.ts";
import { inspectDefinition } from "../../src/api/definitions.ts";

const FOLDER = new URL("../../machines/", import.meta.url);
const NAMES = [
  "templates/blank.yaml",
  "templates/deployment_pipeline.yaml",
  "templates/document_approval.yaml",
  "templates/ecommerce_order.yaml",
  "templates/loan_application.yaml",
  "templates/reference_full.yaml",
  "templates/support_ticket.yaml",
  "traffic_light.yaml",
];

for (const name of NAMES) {
  Deno.test(`template ${name} is a machine of that name, and nothing is doubtful`, async () => {
    const text = await Deno.readTextFile(new URL(name, FOLDER));
    const { machine, errors, warnings } = inspectDefinition({ type: "text", text });
    const findings = [...errors, ...warnings].map((finding) => finding.message);
    assert(machine !== null && findings.length === 0, findings.join("\n"));
    assert(name.endsWith(`${machine.loaded.name}.yaml`), machine.loaded.name);
  });
}
