/** `${NAME}` in texts of an operator's own files; never in a document that came over the network. */

export interface SubstituteSources {
  /** An empty value counts as not given. */
  readonly variables?: Readonly<Record<string, string>> | null;
  readonly environment?: Readonly<Record<string, string>>;
}

const PLACEHOLDER = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::([-?])([^}]*))?\}/g;

/**
 * `${NAME}` = its value or nothing; `${NAME:-default}` = the default when the value is missing or empty;
 * `${NAME:?message}` throws the message when the value is missing. Anything else stays as written, values are not
 * searched again.
 */
export function substitute(text: string, sources: SubstituteSources): string {
  return text.replaceAll(
    PLACEHOLDER,
    (_whole: string, name: string, operator: string | undefined, rest: string | undefined) => {
      const value = valueOf(name, sources);
      if (operator === "-") return value === undefined || value === "" ? rest ?? "" : value;
      if (operator === "?" && value === undefined) {
        throw new Error(`Cannot fill in "${name}": ${rest === undefined || rest === "" ? "not set" : rest}`);
      }
      return value ?? "";
    },
  );
}

function valueOf(name: string, { variables, environment }: SubstituteSources): string | undefined {
  const given = variables !== null && variables !== undefined && Object.hasOwn(variables, name)
    ? variables[name]
    : undefined;
  if (given !== undefined && given !== "") return given;
  return environment !== undefined && Object.hasOwn(environment, name) ? environment[name] : undefined;
}
