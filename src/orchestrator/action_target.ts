/** Who receives an action, and how gently that receiver is to be treated. */
import type { TargetPolicySpec } from "../engine/spec.ts";
import type { OutboxRow } from "./outbox.ts";

export interface TargetPolicy {
  /** Actions with the same key share the limits: what the author wrote, else the receiver itself. */
  readonly key: string;
  /** Deliveries at once; null = as many as the process delivers. */
  readonly concurrency: number | null;
  readonly rateLimit: { readonly count: number; readonly perMs: number } | null;
  /** After so many failures in a row the receiver is left alone for a while; null = never. */
  readonly breaker: { readonly failures: number; readonly openForMs: number } | null;
  /** One receiver: when it asks for a pause, everything for it waits. */
  readonly isPaused: boolean;
}

/** What holds for a host that no machine speaks of. */
export const HOST_DEFAULTS = {
  concurrency: 4,
  breaker: { failures: 5, openForMs: 30_000 },
} as const;

type Sent = Pick<OutboxRow, "kind" | "name" | "params">;

/** The receiver in a word: host and port of a call, `celery`, the name of a named action, or the kind. */
export function receiverOf(action: Sent): string {
  return hostOf(action) ?? (action.kind === "named" ? action.name : action.kind);
}

/** Most exact first: host and port, host, `*.` and a domain, name, kind. */
export function targetPolicyOf(action: Sent, declared: readonly TargetPolicySpec[]): TargetPolicy {
  const receiver = receiverOf(action);
  const isHost = hostOf(action) !== null;
  const spec = matchOf(action, declared);
  return {
    key: spec?.pattern ?? receiver,
    concurrency: spec?.concurrency ?? (isHost ? HOST_DEFAULTS.concurrency : null),
    rateLimit: spec?.rateLimit ?? null,
    breaker: spec?.breaker ?? (isHost ? HOST_DEFAULTS.breaker : null),
    isPaused: action.name !== "publish",
  };
}

function matchOf(action: Sent, declared: readonly TargetPolicySpec[]): TargetPolicySpec | null {
  if (declared.length === 0) return null;
  const host = hostOf(action);
  const names = [
    ...(host === null ? [] : [host, host.replace(/:\d+$/, ""), ...domainsOf(host)]),
    ...(action.kind === "named" || action.kind === "invoke_start" ? [action.name] : []),
    action.kind === "invoke_start" ? "invoke" : action.kind,
  ];
  for (const name of names) {
    const found = declared.find(({ pattern }) => pattern === name);
    if (found !== undefined) return found;
  }
  return null;
}

/** `*.eu.example.com`, `*.example.com`, `*.com` for `api.eu.example.com`. */
function domainsOf(host: string): readonly string[] {
  const labels = host.replace(/:\d+$/, "").split(".");
  return labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join(".")}`);
}

/** The host never comes out of a template, so it stands in the text. */
function hostOf({ kind, params }: Sent): string | null {
  const text = kind === "http"
    ? params.url
    : kind === "send"
    ? params.target
    : kind === "invoke_start"
    ? params.src
    : null;
  if (typeof text !== "string") return null;
  const [, host] = /^https?:\/\/(?:[^/?#@]*@)?([^/?#@{}\s]{1,255})/i.exec(text) ?? [];
  return host === undefined ? null : host.toLowerCase();
}
