/** `meta.targets`: how gently the receivers of actions are treated. */
import type { TargetPolicySpec } from "../engine/spec.ts";
import type { JsonValue } from "../json.ts";
import { type Cursor, isObject, kindOf, own, warnUnknownKeys, wrongKind } from "./cursor.ts";
import { parseDelay } from "./delay.ts";
import type { Findings, Path } from "./findings.ts";

export const TARGETS_MAX = 100;
export const CONCURRENCY_MAX = 100;
export const RATE_COUNT_MAX = 1_000;
export const FAILURES_MAX = 1_000;
/** A host with or without port, `*.` and a domain, or a kind or name of actions. */
export const TARGET_PATTERN = "^(?:\\*\\.)?[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?(?::[0-9]{1,5})?$";

const PATTERN = new RegExp(TARGET_PATTERN);
const DAY_MS = 86_400_000;
const POLICY_KEYS = new Set(["concurrency", "rate_limit", "circuit_breaker", "description"]);
const RATE_KEYS = new Set(["count", "per"]);
const BREAKER_KEYS = new Set(["failures", "open_for"]);

/** In file order; what cannot be read is reported and left out. */
export function readTargets({ object, path, findings }: Cursor): readonly TargetPolicySpec[] {
  const value = own(object, "targets");
  const at = [...path, "targets"];
  if (value === undefined || value === null) return [];
  if (!isObject(value)) {
    wrongKind(findings, at, "a mapping of receiver to limits", value);
    return [];
  }
  const entries = Object.entries(value);
  if (entries.length > TARGETS_MAX) {
    findings.error("L01", at, `Cannot use ${entries.length} targets: at most ${TARGETS_MAX}`);
    return [];
  }
  return entries.flatMap(([pattern, policy]) => {
    const read = readPolicy(findings, [...at, pattern], { pattern, policy });
    return read === null ? [] : [read];
  });
}

function readPolicy(
  findings: Findings,
  path: Path,
  { pattern, policy }: { readonly pattern: string; readonly policy: JsonValue },
): TargetPolicySpec | null {
  if (!PATTERN.test(pattern)) {
    findings.error("F04", path, `Cannot use "${pattern}" as a target`, {
      hint:
        "A host such as api.example.com, *.example.com or stock.internal:8080, or a kind or name of actions",
    });
    return null;
  }
  if (!isObject(policy)) {
    wrongKind(findings, path, "a mapping of limits", policy);
    return null;
  }
  const cursor = { object: policy, path, findings };
  warnUnknownKeys(cursor, POLICY_KEYS);
  return {
    pattern,
    concurrency: wholeOf(cursor, "concurrency", CONCURRENCY_MAX),
    rateLimit: rateOf(cursor),
    breaker: breakerOf(cursor),
  };
}

function rateOf(cursor: Cursor): TargetPolicySpec["rateLimit"] {
  const inner = mappingAt(cursor, "rate_limit", RATE_KEYS);
  if (inner === null) return null;
  const count = needed(inner, "count", wholeOf(inner, "count", RATE_COUNT_MAX));
  const perMs = needed(inner, "per", delayOf(inner, "per"));
  return count === null || perMs === null ? null : { count, perMs };
}

function breakerOf(cursor: Cursor): TargetPolicySpec["breaker"] {
  const inner = mappingAt(cursor, "circuit_breaker", BREAKER_KEYS);
  if (inner === null) return null;
  const failures = needed(inner, "failures", wholeOf(inner, "failures", FAILURES_MAX));
  const openForMs = needed(inner, "open_for", delayOf(inner, "open_for"));
  return failures === null || openForMs === null ? null : { failures, openForMs };
}

function mappingAt(cursor: Cursor, key: string, known: ReadonlySet<string>): Cursor | null {
  const value = own(cursor.object, key);
  if (value === undefined || value === null) return null;
  const path = [...cursor.path, key];
  if (!isObject(value)) {
    wrongKind(cursor.findings, path, `a mapping with ${[...known].join(" and ")}`, value);
    return null;
  }
  const inner = { object: value, path, findings: cursor.findings };
  warnUnknownKeys(inner, known);
  return inner;
}

function needed<Value>(cursor: Cursor, key: string, value: Value | null): Value | null {
  const written = own(cursor.object, key) ?? null;
  if (value === null && written === null) {
    wrongKind(cursor.findings, [...cursor.path, key], "a value", written);
  }
  return value;
}

function wholeOf({ object, path, findings }: Cursor, key: string, max: number): number | null {
  const value = own(object, key);
  if (value === undefined || value === null) return null;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max) return value;
  const shown = typeof value === "number" ? String(value) : kindOf(value);
  findings.error(
    "L01",
    [...path, key],
    `Cannot use ${shown} as ${key}: a whole number from 1 to ${max} expected`,
  );
  return null;
}

function delayOf({ object, path, findings }: Cursor, key: string): number | null {
  const value = own(object, key);
  if (value === undefined || value === null) return null;
  const delay = parseDelay(value);
  if (delay.type === "delay" && delay.ms >= 1 && delay.ms <= DAY_MS) return delay.ms;
  const shown = typeof value === "string" || typeof value === "number" ? `"${value}"` : kindOf(value);
  findings.error(
    "L01",
    [...path, key],
    `Cannot use ${shown} as ${key}: a time such as 500ms, 1s or 10m expected`,
    {
      hint: "At most one day",
    },
  );
  return null;
}
