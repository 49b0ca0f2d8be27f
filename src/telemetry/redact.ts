/** Takes secrets out of whatever is about to be logged: by the name of the key and by the look of the value. */

const MASK = "***";
const DEPTH_MAX = 8;
const ITEMS_MAX = 100;
const TEXT_MAX = 4_000;

const SECRET_KEY =
  /authorization|cookie|passw|secret|token|api[-_]?key|signature|credential|private[-_]?key|^key$/i;
/** Keys that only look like secrets and that people search the log for. */
const HARMLESS_KEYS = new Set(["idempotency_key", "idempotencyKey", "token_type", "key_prefix"]);

const SECRET_VALUES: readonly (readonly [RegExp, string])[] = [
  [/eyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g, MASK],
  [/\bpsk_[a-z]+_[\w-]+/g, `psk_${MASK}`],
  [/\bwhsec_[\w+/=-]+/g, `whsec_${MASK}`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${MASK}`],
  // user:password@ of a URL
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${MASK}@`],
  [/([?&][^=&\s"']*(?:token|secret|passw|key|sig|auth)[^=&\s"']*=)[^&\s"']+/gi, `$1${MASK}`],
];

export type Redact = (value: unknown) => unknown;

/** `secrets` are values known to this process; those under six characters are too common to search for. */
export function createRedact(secrets: readonly string[]): Redact {
  const known = secrets.filter((secret) => secret.length >= 6).toSorted((a, b) => b.length - a.length);

  return (value) => redact(value, 0, new Set());

  function redact(value: unknown, depth: number, parents: ReadonlySet<unknown>): unknown {
    if (typeof value === "string") return redactText(value);
    if (typeof value === "bigint") return String(value);
    if (typeof value === "function" || typeof value === "symbol") return undefined;
    if (typeof value !== "object" || value === null) return value;
    if (parents.has(value) || depth >= DEPTH_MAX) return "…";
    const within = new Set([...parents, value]);
    if (value instanceof Error) return redactError(value, depth, within);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (Array.isArray(value)) return value.slice(0, ITEMS_MAX).map((item) => redact(item, depth + 1, within));
    const entries = Object.entries(value).slice(0, ITEMS_MAX);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, isSecretKey(key) ? MASK : redact(item, depth + 1, within)]),
    );
  }

  function redactText(value: string): string {
    let result = value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value;
    for (const secret of known) result = result.replaceAll(secret, MASK);
    for (const [pattern, mask] of SECRET_VALUES) result = result.replace(pattern, mask);
    return result;
  }

  function redactError(error: Error, depth: number, parents: ReadonlySet<unknown>): unknown {
    const code = Object.entries(error).find(([key]) => key === "code")?.[1];
    return {
      name: error.name,
      message: redactText(error.message),
      ...(typeof code === "string" ? { code } : {}),
      ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
      ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1, parents) }),
    };
  }
}

function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key) && !HARMLESS_KEYS.has(key);
}
