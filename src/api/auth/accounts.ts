/** Accounts from the settings: the first administrator, and the listed users kept in step with their list. */
import type { Clock } from "../../clock.ts";
import type { OperationsStore } from "../../store/store.ts";
import type { AuthSettings, ConfiguredUser } from "./settings.ts";
import { HASHES_MAX, type Passwords } from "./passwords.ts";

const COUNTER_START_MAX = 2 ** 40;

/**
 * Where the counter of a new account starts: an account of the same name that was there before had another, so that its
 * tokens open nothing.
 */
export function newTokenCounter(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high * 2 ** 32 + low) % COUNTER_START_MAX + 1;
}

/**
 * Called once at start. The initial user is created only while there is no account at all and never changed later. A
 * listed user whose password or role differs from the list is brought in step, and its tokens end.
 */
export async function syncAccounts(
  settings: AuthSettings & { readonly type: "jwt" },
  deps: {
    readonly operations: OperationsStore;
    readonly passwords: Passwords;
    readonly clock: Clock;
    readonly newId: () => string;
  },
): Promise<void> {
  const { operations, passwords, clock } = deps;
  const { initialUser } = settings;
  if (initialUser !== null && (await operations.accounts()).length === 0) await create(initialUser, 1);
  for (let at = 0; at < settings.users.length; at += HASHES_MAX) {
    await Promise.all(settings.users.slice(at, at + HASHES_MAX).map(bringInStep));
  }

  async function create(user: ConfiguredUser, tokenCounter: number): Promise<void> {
    await operations.putAccount({
      username: user.username,
      passwordHash: await passwords.hash(user.password),
      role: user.role,
      isEnabled: true,
      tokenCounter,
      createdAtMs: clock.nowMs(),
    }, { isNewOnly: true });
  }

  async function bringInStep(user: ConfiguredUser): Promise<void> {
    const known = await operations.account(user.username);
    if (known === null) return await create(user, newTokenCounter());
    const isSamePassword = await passwords.verify(user.password, known.passwordHash);
    if (isSamePassword && known.role === user.role) return;
    await operations.putAccount({
      ...known,
      role: user.role,
      passwordHash: isSamePassword ? known.passwordHash : await passwords.hash(user.password),
      tokenCounter: known.tokenCounter + 1,
    }, { isNewOnly: false });
    await operations.audit({
      id: deps.newId(),
      atMs: clock.nowMs(),
      actor: "settings",
      action: "account.changed",
      resource: `account:${user.username}`,
      requestId: null,
      details: { role: user.role, is_password_changed: !isSamePassword },
    });
  }
}
