/** The settings of the API out of those of the process. */
import { type ApiSettings, DEFAULT_API_LIMITS } from "../api/env.ts";
import type { Config } from "../config_values.ts";
import type { StartDecision } from "../start_check.ts";

/** Pages of a developer's own machine may ask for answers. */
const DEVELOPMENT_ORIGINS = ["3000", "3001", "3004", "8000"].flatMap((port) => [
  `http://localhost:${port}`,
  `http://127.0.0.1:${port}`,
]);

export function apiSettingsOf(
  config: Config,
  facts: { readonly version: string; readonly start: Exclude<StartDecision, { type: "refused" }> },
): ApiSettings {
  const { start, version } = facts;
  return {
    environment: config.environment,
    version,
    appName: config.ui.appName,
    theme: config.ui.theme,
    auth: start.type === "open" ? { type: "open", isDisabledOnPurpose: start.isOnPurpose } : {
      type: "jwt",
      secret: start.jwtSecret,
      previousSecret: config.auth.jwtSecretPrevious,
      initialUser: start.initialUser,
      users: start.users,
      oidc: start.outside.oidc,
      service: start.outside.service,
    },
    corsOrigins: config.api.corsOrigins ?? (config.isProduction ? [] : DEVELOPMENT_ORIGINS),
    trustedProxies: config.api.trustedProxies,
    metricsToken: config.api.metricsToken,
    isMcpWriteAllowed: config.api.isMcpWriteAllowed,
    rateLimitPerMinute: config.api.rateLimitPerMinute,
    limits: {
      ...DEFAULT_API_LIMITS,
      streamPollMs: config.api.streamPollMs,
      inboxMax: config.api.inboxMax,
      lagMaxMs: config.api.lagMaxMs,
    },
    configRows: config.rows,
  };
}
