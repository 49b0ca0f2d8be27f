/** Which operations of the API are tools of language models, and in what words. */

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly method: "GET" | "POST";
  /** As in the contract. */
  readonly path: string;
  /** Changes something: offered only where that is switched on and the role allows it. */
  readonly isChanging: boolean;
  /** The machine may come as the text of a machine file, in argument `yaml`, instead of `config`. */
  readonly isYamlTaken: boolean;
}

const V1 = "/api/v1";

export const TOOLS: readonly Tool[] = [
  reading("list_machines", "List machines", "GET", "/machines", "Published machines, newest version first."),
  reading(
    "get_machine",
    "Read a machine",
    "GET",
    "/machines/{machine_id}",
    "One version of a machine with its whole definition. Take machine_id from list_machines.",
  ),
  reading(
    "validate_machine",
    "Check a machine",
    "POST",
    "/machines/validate",
    "Checks a definition without storing it. Give the file as text in `yaml`, or the document in `config`.",
  ),
  reading(
    "simulate",
    "Simulate a machine",
    "POST",
    "/simulate",
    "Plays events, data and time through a machine on a clock of its own; nothing is stored or done.",
  ),
  reading(
    "list_entities",
    "List entities",
    "GET",
    "/entities",
    "Entities by machine, state, status, labels or time, page by page: pass next_cursor on as cursor.",
  ),
  reading(
    "get_entity",
    "Read an entity",
    "GET",
    "/entities/{entity_id}/state",
    "Where an entity stands: states, context, version.",
  ),
  reading(
    "get_history",
    "Read the history of an entity",
    "GET",
    "/entities/{entity_id}/history",
    "Every event an entity was sent, taken or refused, and why.",
  ),
  reading(
    "explain_entity",
    "Explain an entity",
    "GET",
    "/entities/{entity_id}/explain",
    "Why each transition out of the present state could be taken now or not, guard by guard.",
  ),
  reading(
    "available_triggers",
    "List available triggers",
    "GET",
    "/entities/{entity_id}/available-triggers",
    "The triggers that the present state of an entity knows.",
  ),
  reading(
    "list_dead_letters",
    "List dead letters",
    "GET",
    "/dlq",
    "Events and actions that failed for good, page by page.",
  ),
  changing(
    "create_entity",
    "Create an entity",
    "/entities/{entity_id}/create",
    "Creates an entity of a machine in its initial state. Repeat safely with the same idempotency_key.",
  ),
  changing(
    "send_event",
    "Send an event",
    "/entities/{entity_id}/events",
    "Sends a trigger and waits for the decision; `success: false` tells why it was refused. " +
      "Repeat safely with the same idempotency_key.",
  ),
  changing(
    "redrive_dead_letter",
    "Try a dead letter again",
    "/dlq/{record_id}/replay",
    "Puts a dead letter back in line. Take record_id from list_dead_letters.",
  ),
];

function reading(
  name: string,
  title: string,
  method: Tool["method"],
  path: string,
  description: string,
): Tool {
  const isYamlTaken = path === "/machines/validate";
  return { name, title, description, method, path: `${V1}${path}`, isChanging: false, isYamlTaken };
}

function changing(name: string, title: string, path: string, description: string): Tool {
  return {
    name,
    title,
    description,
    method: "POST",
    path: `${V1}${path}`,
    isChanging: true,
    isYamlTaken: false,
  };
}
