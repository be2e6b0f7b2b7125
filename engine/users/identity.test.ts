import { fork } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'tap';
import { systemClock } from '../../base/clock.ts';
import { temporaryFolder } from '../../test/temporary.ts';
import { addKey, addUser, removeUser, rotateToken } from './edit.ts';
import { createIdentity } from './identity.ts';
import { readUsers } from './users.ts';

function fresh(): string {
  return join(temporaryFolder('users'), 'users.yaml');
}

const lines: string[] = [];
const note = (_: unknown, message: string): void => {
  lines.push(message);
};
const log = { info: note, warn: note, error: note };

const ALICE = { id: 'alice', targets: ['cards'], groups: ['support'] };

test('a user who was added logs in with the token, and the file holds only its verifier', async (t) => {
  const file = fresh();
  const token = await addUser(file, ALICE);
  t.match(token, /^pangate_[A-Za-z0-9_-]{43}$/);
  t.notMatch(readFileSync(file, 'utf8'), token.slice(8));
  t.equal(statSync(file).mode & 0o777, 0o600);
  const identity = await createIdentity(file, systemClock, log);
  t.ok(await identity.token('alice', token));
  t.notOk(await identity.token('alice', `${token}x`));
  t.notOk(await identity.token('bob', token));
  t.same(await identity.person('alice'), ALICE);
  t.equal(await identity.person('bob'), null);
});

test('a change of the file counts at the next login; a broken one leaves the old users', async (t) => {
  const file = fresh();
  const old = await addUser(file, ALICE);
  const identity = await createIdentity(file, systemClock, log);
  const next = await rotateToken(file, 'alice');
  t.notOk(await identity.token('alice', old));
  t.ok(await identity.token('alice', next));
  writeFileSync(file, 'users: [{ id: ');
  t.ok(await identity.token('alice', next));
  t.match(lines.at(-1), /the old one stays/);
  rmSync(file);
  t.ok(await identity.token('alice', next));
  await addUser(file, { ...ALICE, id: 'bob' });
  t.equal(await identity.person('alice'), null);
  t.ok(await identity.person('bob'));
});

test('an expired and a disabled user prove themselves and are told no', async (t) => {
  const file = fresh();
  const token = await addUser(file, { ...ALICE, expires: '2030-01-01T00:00:00Z' });
  let wallUs = Date.parse('2029-12-31T23:59:59Z') * 1000;
  const identity = await createIdentity(file, { wallUs: () => wallUs, monotonicUs: () => 0 }, log);
  t.ok(await identity.person('alice'));
  wallUs += 1_000_000;
  t.equal(await identity.person('alice'), null);
  t.ok(await identity.token('alice', token));
  writeFileSync(file, readFileSync(file, 'utf8').replace(/expires: .*/, 'disabled: true'));
  wallUs = 0;
  t.equal(await identity.person('alice'), null);
});

test('an unknown name gets the same decoy from every gateway that shares the file', async (t) => {
  const file = fresh();
  await addUser(file, ALICE);
  const first = await (await createIdentity(file, systemClock, log)).secret('mallory');
  await addUser(file, { ...ALICE, id: 'bob' });
  const second = await (await createIdentity(file, systemClock, log)).secret('mallory');
  t.same(first, second);
  t.equal(first.iterations, 4096);
});

test('decoys have the count of rounds that most users have', async (t) => {
  const file = fresh();
  await addUser(file, ALICE);
  writeFileSync(file, readFileSync(file, 'utf8').replace('4096', '15000'));
  t.equal((await (await createIdentity(file, systemClock, log)).secret('mallory')).iterations, 15_000);
});

test('edits keep comments and refuse what does not fit', async (t) => {
  const file = fresh();
  writeFileSync(file, '# ours\nusers:\n  # the first\n');
  await addUser(file, ALICE);
  await t.rejects(addUser(file, ALICE), { code: 'argument-invalid' });
  await t.rejects(addUser(file, { ...ALICE, id: 'a b' }), { code: 'argument-invalid' });
  await t.rejects(removeUser(file, 'bob'), { code: 'argument-invalid' });
  await removeUser(file, 'alice');
  t.same(readUsers(file).users, []);
  t.match(readFileSync(file, 'utf8'), '# ours');
  t.same(readdirSync(dirname(file)), ['users.yaml'], 'no lock and no half file is left');
});

test('a symbolic link to the users file stays one', async (t) => {
  const file = fresh();
  await addUser(file, ALICE);
  const link = join(dirname(fresh()), 'link.yaml');
  symlinkSync(file, link);
  await addUser(link, { ...ALICE, id: 'bob' });
  t.equal(readUsers(file).users.length, 2);
});

test('a file with two users of one id is refused, and its verifiers are not repeated', async (t) => {
  const file = fresh();
  await addUser(file, ALICE);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/( {2}- id[\s\S]*)(?=decoyKey)/, '$1$1'));
  await t.rejects(createIdentity(file, systemClock, log), { message: /an id that an earlier user has/ });
  writeFileSync(file, text.replace(/scram: .*/, 'scram: hunter2'));
  const error = await createIdentity(file, systemClock, log).catch((reason: Error) => reason);
  t.match((error as Error).message, /no verifier at users\[0\]\.scram/);
  t.notMatch((error as Error).message, 'hunter2');
});

test('ten processes that add users at once all succeed, past the lock of a dead one', async (t) => {
  const file = fresh();
  writeFileSync(`${file}.lock`, '4194304');
  const program = join(dirname(file), 'add.mjs');
  const edit = new URL('./edit.js', import.meta.url).href;
  writeFileSync(
    program,
    `import { addUser } from ${JSON.stringify(edit)};
await addUser(process.argv[2], { id: process.argv[3], targets: [], groups: [] });`,
  );
  const codes = await Promise.all(
    Array.from({ length: 10 }, (_, i) => {
      const child = fork(program, [file, `user${i}`]);
      return new Promise((resolve) => child.on('exit', resolve));
    }),
  );
  t.same(codes, Array(10).fill(0));
  t.equal(readUsers(file).users.length, 10);
});

test('a public key is one of the user who has it, and of nobody else', async (t) => {
  const file = fresh();
  await addUser(file, ALICE);
  const blob = Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20'), Buffer.alloc(32, 7)]);
  await addKey(file, 'alice', `ssh-ed25519 ${blob.toString('base64')} alice@laptop\n`);
  const identity = await createIdentity(file, systemClock, log);
  t.ok(await identity.key('alice', blob));
  t.notOk(await identity.key('bob', blob));
  t.notOk(await identity.key('alice', blob.subarray(0, -1)));
  const renamed = `ssh-rsa ${blob.toString('base64')}`;
  await t.rejects(addKey(file, 'alice', renamed), { code: 'argument-invalid' });
  await t.rejects(addKey(file, 'bob', `ssh-ed25519 ${blob.toString('base64')}`), {
    code: 'argument-invalid',
  });
});
