/** What the API is given, and what every handler finds in its context. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Clock } from "../clock.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Store } from "../store/store.ts";
import type { Auth } from "./auth/auth.ts";
import type { AuthSettings, CallOut } from "./auth/settings.ts";
import type { Compute } from "./compute/compute.ts";
import type { OperationGuard } from "./contract.ts";
import type { Quota } from "./guard/rate_limit.ts";
import type { Log } from "../telemetry/log.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { Role } from "./access.ts";

export interface ApiSettings {
  readonly environment: "production" | "development" | "test";
  readonly version: string;
  readonly appName: string;
  readonly theme: string;
  readonly auth: AuthSettings;
  /** Exact origins; empty = no page of another origin may read answers. */
  readonly corsOrigins: readonly string[];
  /** Addresses of proxies whose `X-Forwarded-For` counts. */
  readonly trustedProxies: readonly string[];
  /** Opens `/metrics` beside the role; null = the role only. */
  readonly metricsToken: string | null;
  /** Tools of language models may change things, as far as the role of the caller goes. */
  readonly isMcpWriteAllowed: boolean;
  readonly limits: ApiLimits;
  /** Requests of one caller in a minute; absent or 0 = no limit. */
  readonly rateLimitPerMinute?: number;
  /** Effective settings for people, secrets masked already. */
  readonly configRows: readonly ConfigRow[];
}

export interface ConfigRow {
  readonly id: string;
  readonly envKey: string;
  readonly section: string;
  readonly display: string;
  readonly source: "environment" | "file" | "default";
  readonly isSecret: boolean;
}

export interface ApiLimits {
  readonly bodyBytesMax: number;
  readonly bodyDeadlineMs: number;
  readonly bodyDepthMax: number;
  /** Open event streams of this process. */
  readonly streamsMax: number;
  readonly streamPollMs: number;
  readonly streamHeartbeatMs: number;
  /** Events that may wait before submissions are turned away; 0 = no limit. */
  readonly inboxMax: number;
  /** How long the oldest ready lane may wait before submissions are turned away; 0 = no limit. */
  readonly lagMaxMs: number;
}

export const DEFAULT_API_LIMITS: ApiLimits = {
  bodyBytesMax: 1_048_576,
  bodyDeadlineMs: 10_000,
  bodyDepthMax: 32,
  streamsMax: 200,
  streamPollMs: 500,
  streamHeartbeatMs: 15_000,
  inboxMax: 1_000_000,
  lagMaxMs: 86_400_000,
};

export interface ApiDeps {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly clock: Clock;
  readonly settings: ApiSettings;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Sample machines offered as templates, by file name. */
  readonly templates: ReadonlyMap<string, string>;
  /** A new UUID. */
  readonly newId: () => string;
  /** How identity providers are asked; absent = none is. */
  readonly callOut?: CallOut;
  /** Names of the operator's own guards and actions, beside the built-in ones. */
  readonly registry?: { readonly guards: readonly string[]; readonly actions: readonly string[] };
}

/** Who calls. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
  readonly via: "token" | "key" | "open" | "session" | "oidc" | "service" | "ticket";
  /** Of the token, key or session in hand. */
  readonly tokenId: string | null;
  readonly expiresAtMs: number | null;
  readonly scopes: readonly string[];
}

/** What is known about a request before its handler, filled in on the way. */
export interface RequestFacts {
  readonly requestId: string;
  readonly clientAddress: string;
  /** null until the caller is known, and for public operations. */
  caller: Caller | null;
  /** Path of the contract, never the path of the request. */
  pattern: string;
  /** What the answer tells about limits; null = nothing. */
  quota: Quota | null;
}

export interface ApiEnv {
  Bindings: {
    readonly facts: RequestFacts;
    readonly guard: (c: Context<ApiEnv>, operation: OperationGuard) => Promise<void>;
  };
  Variables: {
    requestId: string;
    /** Anonymous without a role on public operations. */
    caller: Caller;
    /** Throws when whoever sent this request would not be let in any more. */
    checkAgain: () => Promise<unknown>;
    /** As it was sent, before anything is read into it; null = there is none. */
    sent: { readonly mediaType: string; readonly text: string } | null;
    /** A document sent as YAML text; null = the body is JSON. */
    yamlText: string | null;
  };
}

export type ApiApp = OpenAPIHono<ApiEnv>;

/** What routes are given: the deps of the API and what it made of them. */
export interface RouteDeps extends ApiDeps {
  readonly auth: Auth;
  readonly compute: Compute;
  /** Aborted when the process ends: open streams close. */
  readonly closing: AbortSignal;
  readonly contract: () => Record<string, unknown>;
}
