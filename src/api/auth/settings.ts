/** How callers prove who they are, as the process was configured. */
import type { Role } from "../access.ts";

export type AuthSettings =
  /** Everybody is an administrator; only ever by an explicit switch or on a developer's own machine. */
  | { readonly type: "open"; readonly isDisabledOnPurpose: boolean }
  | {
    readonly type: "jwt";
    readonly secret: string;
    /** Still accepted, no longer used to sign. */
    readonly previousSecret: string | null;
    /** Created when there is no account at all. */
    readonly initialUser: ConfiguredUser | null;
    /** Kept in step with the settings at every start. */
    readonly users: readonly ConfiguredUser[];
  };

export interface ConfiguredUser {
  readonly username: string;
  readonly password: string;
  readonly role: Role;
}
