/** Login: the same answer and the same time whatever was wrong, and ever longer pauses for whoever keeps guessing. */
import { AppError } from "../../errors.ts";
import type { Clock } from "../../clock.ts";
import type { Account, OperationsStore } from "../../store/store.ts";
import { networkOf } from "../guard/address_range.ts";
import type { Quota } from "../guard/rate_limit.ts";
import type { Passwords } from "./passwords.ts";

const FAILURES_PER_ACCOUNT_MAX = 5;
const FAILURES_PER_ADDRESS_MAX = 40;
const WINDOW_SECONDS = 60;

export interface LoginRequest {
  readonly username: string;
  readonly password: string;
  readonly clientAddress: string;
  /** Told how many tries are left, whatever comes of this one. */
  readonly onQuota?: (quota: Quota) => void;
}

/** Throws `unauthenticated` or, with the pause in `Retry-After`, `too_many_requests`. */
export async function checkLogin(
  request: LoginRequest,
  deps: { readonly operations: OperationsStore; readonly passwords: Passwords; readonly clock: Clock },
): Promise<Account> {
  const { operations, passwords, clock } = deps;
  const accountKey = `account:${request.username}`;
  const address = {
    key: `address:${networkOf(request.clientAddress)}`,
    failuresMax: FAILURES_PER_ADDRESS_MAX,
  };
  const addressUntilMs = await operations.loginBlockedUntilMs([address]);
  if (addressUntilMs !== null) throw held("login-address", FAILURES_PER_ADDRESS_MAX, addressUntilMs);

  // Counted before the comparison, so that guesses made at the same time all count. The address only counts what
  // failed: many people log in from behind one address.
  const attempt = await operations.takeLoginAttempt({
    key: accountKey,
    failuresMax: FAILURES_PER_ACCOUNT_MAX,
  });
  if (attempt.blockedUntilMs !== null) throw held("login", FAILURES_PER_ACCOUNT_MAX, attempt.blockedUntilMs);
  tell("login", { limit: FAILURES_PER_ACCOUNT_MAX, used: attempt.count, seconds: WINDOW_SECONDS });

  const account = await operations.account(request.username);
  const isRight = await passwords.verify(request.password, account?.passwordHash ?? null);
  if (account === null || !isRight || !account.isEnabled) {
    await operations.recordLoginFailure([address.key]);
    throw new AppError("unauthenticated", "Incorrect username or password");
  }
  await operations.clearLoginFailures([accountKey]);
  tell("login", { limit: FAILURES_PER_ACCOUNT_MAX, used: 0, seconds: WINDOW_SECONDS });
  return account;

  function held(name: string, limit: number, untilMs: number): AppError {
    const seconds = Math.max(1, Math.ceil((untilMs - clock.nowMs()) / 1000));
    tell(name, { limit, used: limit, seconds });
    return new AppError("too_many_requests", "Cannot log in: too many failures, wait before the next try", {
      details: { retry_after_seconds: seconds },
    });
  }

  function tell(
    name: string,
    { limit, used, seconds }: { readonly limit: number; readonly used: number; readonly seconds: number },
  ): void {
    request.onQuota?.({
      name,
      limit,
      windowSeconds: WINDOW_SECONDS,
      remaining: Math.max(0, limit - used),
      resetSeconds: seconds,
    });
  }
}
