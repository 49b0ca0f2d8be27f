/** The order machine with everything that a simulation is to go wrong with: ways back, a timer, a deferral. */
import type { LoadedMachine } from "../../src/orchestrator/loaded_machine.ts";
import { increment, named, orderMachine, state, transition } from "./machines.ts";

/** A paid order is reminded after so long. */
export const REMIND_MS = 3_600_000;

/** open ⇄ paid → shipped; `ship` waits until the order is paid; paying asks for a receipt. */
export function simulatedMachine(): LoadedMachine {
  return orderMachine({
    states: [
      state("open", "initial", { defer: ["ship"] }),
      state("paid", "stable"),
      state("shipped", "stable"),
    ],
    transitions: [
      transition("pay", "open", "paid", { actions: [named("send_receipt", { to: "customer" })] }),
      transition("note", "open", "open", { actions: [increment("notes")] }),
      transition("refund", "paid", "open"),
      transition("ship", "paid", "shipped"),
      transition("remind", "paid", "shipped", { afterMs: REMIND_MS }),
      transition("reopen", "shipped", "open"),
      transition("done.send_receipt", "paid", "paid", { actions: [increment("receipts")] }),
    ],
  });
}
