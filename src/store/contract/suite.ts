/** Runs the one contract over one implementation. */
import type { ContractCase, OpenHarness } from "./harness.ts";
import { deadLetterCases } from "./dead_letter_cases.ts";
import { dueCases } from "./due_cases.ts";
import { entityCases } from "./entity_cases.ts";
import { historyCases } from "./history_cases.ts";
import { inboxCases } from "./inbox_cases.ts";
import { laneCases } from "./lane_cases.ts";
import { machineCases } from "./machine_cases.ts";
import { operationCases } from "./operation_cases.ts";
import { outboxCases } from "./outbox_cases.ts";
import { sharingCases } from "./sharing_cases.ts";
import { turnCases } from "./turn_cases.ts";

const CASES: Readonly<Record<string, readonly ContractCase[]>> = {
  turns: turnCases,
  inbox: inboxCases,
  lanes: laneCases,
  entities: entityCases,
  history: historyCases,
  outbox: outboxCases,
  "dead letters": deadLetterCases,
  machines: machineCases,
  operations: operationCases,
  due: dueCases,
  sharing: sharingCases,
};

/** Registers one test for each case; each gets an empty store of its own. */
export function testContract(name: string, open: OpenHarness): void {
  for (const [room, cases] of Object.entries(CASES)) {
    for (const contractCase of cases) {
      Deno.test(`${name} store, ${room}: ${contractCase.name}`, async () => {
        const harness = await open();
        try {
          await contractCase.run(harness);
        } finally {
          await harness.close();
        }
      });
    }
  }
}
