/** Login: the same answer and the same time whatever was wrong, and ever longer pauses for whoever keeps guessing. */
import { AppError } from "../../errors.ts";
import type { Clock } from "../../clock.ts";
import type { Account, OperationsStore } from "../../store/store.ts";
import type { Passwords } from "./passwords.ts";

const FAILURES_PER_ACCOUNT_MAX = 5;
const FAILURES_PER_ADDRESS_MAX = 40;

export interface LoginRequest {
  readonly username: string;
  readonly password: string;
  readonly clientAddress: string;
}

/** Throws `unauthenticated` or, with the pause in `Retry-After`, `too_many_requests`. */
export async function checkLogin(
  request: LoginRequest,
  deps: { readonly operations: OperationsStore; readonly passwords: Passwords; readonly clock: Clock },
): Promise<Account> {
  const { operations, passwords, clock } = deps;
  const accountKey = `account:${request.username}`;
  const addressKey = `address:${request.clientAddress}`;
  const blockedUntilMs = await operations.loginBlockedUntilMs([
    { key: accountKey, failuresMax: FAILURES_PER_ACCOUNT_MAX },
    { key: addressKey, failuresMax: FAILURES_PER_ADDRESS_MAX },
  ]);
  if (blockedUntilMs !== null) {
    throw new AppError("too_many_requests", "Cannot log in: too many failures, wait before the next try", {
      details: { retry_after_seconds: Math.ceil((blockedUntilMs - clock.nowMs()) / 1000) },
    });
  }

  // Counted before the comparison, so that guesses made at the same time all count. The address only counts what
  // failed: many people log in from behind one address.
  await operations.recordLoginFailure([accountKey]);
  const account = await operations.account(request.username);
  const isRight = await passwords.verify(request.password, account?.passwordHash ?? null);
  if (account === null || !isRight || !account.isEnabled) {
    await operations.recordLoginFailure([addressKey]);
    throw new AppError("unauthenticated", "Incorrect username or password");
  }
  await operations.clearLoginFailures([accountKey]);
  return account;
}
