/** The table of methods of the Python client. */
import type { Contract, Operation } from "./contract.ts";

/** The text of `operations.py`. */
export function pythonOperations({ operations }: Contract): string {
  const rows = operations.map((operation) =>
    [
      `    ${text(snake(operation.name))}: Operation(`,
      `        method=${text(operation.method)},`,
      `        path=${text(operation.path)},`,
      `        path_names=${tuple(operation.pathParameters.map(({ name }) => name))},`,
      `        query_names=${tuple(operation.queryParameters.map(({ name }) => name))},`,
      `        body=${text(bodyOf(operation))},`,
      `        answer=${text(operation.answer.kind)},`,
      `        takes_key=${operation.isKeyTaken ? "True" : "False"},`,
      `        summary=${text(operation.summary)},`,
      "    ),",
    ].join("\n")
  );
  return `"""Every operation of the service. Generated from docs/openapi.json by \`deno task clients\`; do not edit."""

from typing import Dict, NamedTuple, Tuple


class Operation(NamedTuple):
    method: str
    path: str
    path_names: Tuple[str, ...]
    query_names: Tuple[str, ...]
    #: "none", "optional", "required"; "machine" = a document, or the text of a machine file
    body: str
    #: "json", "text", "bytes", "stream", "none"
    answer: str
    takes_key: bool
    summary: str


OPERATIONS: Dict[str, Operation] = {
${rows.join("\n")}
}
`;
}

function bodyOf({ body }: Operation): string {
  if (body === null) return "none";
  if (body.isYamlTaken) return "machine";
  return body.isRequired ? "required" : "optional";
}

/** A text of JSON in ASCII means the same in Python. */
function text(value: string): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function tuple(names: readonly string[]): string {
  return names.length === 0 ? "()" : `(${names.map((name) => `${text(name)},`).join(" ")})`;
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
