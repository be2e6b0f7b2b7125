/** Identity (base/identity.ts) out of the users file, which is read again when it changes. */
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/host.ts';
import type { Identity, Person, ScramSecret } from '../../base/identity.ts';
import { decoy, ITERATIONS, matches, parseVerifier } from './scram.ts';
import { keyBlob, readUsers, type User, type Users } from './users.ts';

/** What is looked up at each login. */
interface Register {
  readonly users: ReadonlyMap<string, User>;
  readonly decoyKey: Uint8Array;
  /** The count that most verifiers have: a decoy must not stand out. */
  readonly iterations: number;
  /** What the file's status was when it was read. */
  readonly stamp: string;
}

/**
 * Reads the file now (throws `file-unreadable` or `config-invalid`) and again whenever its status
 * has changed at a login. A changed file that is not valid is reported and the old one stays.
 */
export async function createIdentity(file: string, clock: Clock, log: Log): Promise<Identity> {
  const ownKey = randomBytes(32);
  let register = build(readUsers(file), await stampOf(file), ownKey);
  let reading: Promise<void> | null = null;

  async function refresh(): Promise<void> {
    const stamp = await stampOf(file);
    if (stamp === register.stamp) return;
    try {
      register = build(readUsers(file), stamp, ownKey);
      log.info({ file, users: register.users.size }, 'users file read again');
    } catch (error) {
      register = { ...register, stamp };
      log.error({ file, problem: (error as Error).message }, 'users file not taken: the old one stays');
    }
  }

  async function current(): Promise<Register> {
    reading ??= refresh().finally(() => {
      reading = null;
    });
    await reading;
    return register;
  }

  return {
    secret: async (user) => secretOf(await current(), user),
    token: async (user, token) => {
      const now = await current();
      const right = await matches(token, secretOf(now, user));
      return right && now.users.has(user);
    },
    key: async (user, key) =>
      ((await current()).users.get(user)?.keys ?? []).some((line) => keyBlob(line)!.equals(key)),
    person: async (user) => personOf((await current()).users.get(user), clock),
  };
}

function build({ users, decoyKey }: Users, stamp: string, ownKey: Uint8Array): Register {
  return {
    users: new Map(users.map((user) => [user.id, user])),
    decoyKey: decoyKey ? Buffer.from(decoyKey, 'base64') : ownKey,
    iterations: commonIterations(users),
    stamp,
  };
}

function commonIterations(users: readonly User[]): number {
  const counts = new Map<number, number>();
  let best = ITERATIONS;
  for (const user of users) {
    const { iterations } = parseVerifier(user.scram)!;
    const count = (counts.get(iterations) ?? 0) + 1;
    counts.set(iterations, count);
    if (count > (counts.get(best) ?? 0)) best = iterations;
  }
  return best;
}

function secretOf(register: Register, user: string): ScramSecret {
  const known = register.users.get(user);
  return known ? parseVerifier(known.scram)! : decoy(user, register.decoyKey, register.iterations);
}

function personOf(user: User | undefined, clock: Clock): Person | null {
  if (user === undefined || user.disabled) return null;
  if (user.expires !== undefined && Date.parse(user.expires) * 1000 <= clock.wallUs()) return null;
  return { id: user.id, groups: user.groups, targets: user.targets };
}

/** A file that is gone has a status too: the old users stay until it is back. */
async function stampOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(file);
    return `${ino}:${size}:${mtimeMs}:${ctimeMs}`;
  } catch {
    return 'gone';
  }
}
