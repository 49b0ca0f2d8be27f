/** Active leaves out of a state as PyStator writes it: a name, or `parallel:region=state,…`. */
import { AppError } from "../errors.ts";

const STATE = /^[A-Za-z0-9_.-]{1,200}$/;
const LEAVES_MAX = 1_000;

/** Throws `validation_failed` for anything else. Whether the states exist is decided by the machine. */
export function statesOfText(text: string): readonly string[] {
  const colon = text.indexOf(":");
  const states = colon === -1
    ? text.split(",")
    : text.slice(colon + 1).split(",").map((part) => part.slice(part.indexOf("=") + 1));
  const trimmed = states.map((state) => state.trim());
  if (trimmed.length > LEAVES_MAX || trimmed.some((state) => !STATE.test(state))) {
    throw new AppError("validation_failed", "Cannot read the state: send a name or parallel:region=state,…");
  }
  return trimmed;
}
