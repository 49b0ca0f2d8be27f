/** Secrets that actions name: what they are, and where each of them may go. */

/** A value that `http` actions name, and the only hosts it may be sent to. */
export interface ActionSecret {
  readonly name: string;
  readonly value: string;
  /** `host` or `host:port`. */
  readonly hosts: readonly string[];
}

const SECRETS_MAX = 200;
const VALUE_LENGTH_MAX = 8_192;
const NAME = /^[a-z0-9_]{1,100}$/;
const HOST = /^[a-z0-9.-]{1,253}(?::\d{1,5})?$|^\[[0-9a-f:]{2,45}\](?::\d{1,5})?$/;
const SHAPE =
  'PYSTATOR_ACTION_SECRETS must be JSON like {"carrier": {"value": "…", "hosts": ["api.example.com"]}}';

/** Reads the JSON text; adds what is wrong with it to `problems`, without any value. */
export function actionSecretsOf(text: string | null, problems: string[]): readonly ActionSecret[] {
  if (text === null) return [];
  const entries = Object.entries(parsed(text) ?? { "": null });
  const found = entries.slice(0, SECRETS_MAX).flatMap(([name, entry]) => {
    const secret = secretOf(name, entry);
    return secret === null ? [] : [secret];
  });
  if (found.length < entries.length) problems.push(SHAPE);
  return found;
}

function secretOf(name: string, entry: unknown): ActionSecret | null {
  const { value, hosts }: { readonly value?: unknown; readonly hosts?: unknown } = Object(entry);
  const named = Array.isArray(hosts)
    ? hosts.filter((host) => typeof host === "string" && HOST.test(host))
    : [];
  const isUsable = NAME.test(name) && typeof value === "string" && value !== "" &&
    // deno-lint-ignore no-control-regex
    value.length <= VALUE_LENGTH_MAX && !/[\u0000-\u001f\u007f]|[^\u0000-\u00ff]/.test(value) &&
    Array.isArray(hosts) && named.length > 0 && named.length === hosts.length;
  return isUsable ? { name, value, hosts: named } : null;
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
