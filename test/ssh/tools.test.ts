/** Tools that run over SSH: scp in its old form, rsync, git, paramiko. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { run, succeed } from '../clients/run.ts';
import { missing } from '../servers/available.ts';
import { startFront } from './front.ts';

const base = missing('ssh', 'sshd', 'ssh-keygen', 'scp', 'rsync', 'git');
const paramiko = missing('/usr/bin/python3', '/usr/lib/python3/dist-packages/paramiko/__init__.py');
const PAN = '4111111111111111';
const MASKED = '411111******1111';
const PARAMIKO = 'test/ssh/paramiko_client.py';

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** Bytes that are not text, the same every time. */
function binary(bytes: number): Buffer {
  const block = createHash('sha512');
  const parts: Buffer[] = [];
  for (let i = 0; i * 64 < bytes; i++) parts.push(block.copy().update(String(i)).digest());
  return Buffer.concat(parts).subarray(0, bytes);
}

test('scp, rsync and git go through exec', { skip: base }, async (t) => {
  const front = await startFront(t);
  const { folder, clientConfig } = front;
  const file = join(folder, 'blob');
  writeFileSync(file, binary(2_000_000));
  const up = await front.client('scp', ['-q', '-O', file, `gw:${file}.up`]);
  t.equal(up.code, 0, up.stderr);
  const down = await front.client('scp', ['-q', '-O', `gw:${file}.up`, `${file}.down`]);
  t.equal(down.code, 0, down.stderr);
  t.equal(digest(`${file}.down`), digest(file), 'scp -O, there and back');
  const cards = join(folder, 'cards.txt');
  writeFileSync(cards, `${PAN}\n`.repeat(50));
  const told = await front.client('scp', ['-q', '-O', `gw:${cards}`, `${cards}.down`]);
  t.equal(told.code, 0);
  t.match(told.stderr, '50 values were masked: what was copied differs from the files.');
  t.equal(
    readFileSync(`${cards}.down`, 'utf8'),
    `${MASKED}\n`.repeat(50),
    'what comes is masked, its size true',
  );

  const tree = join(folder, 'tree');
  mkdirSync(tree);
  for (let i = 0; i < 20; i++) writeFileSync(join(tree, `f${i}`), binary(1000 * i));
  const shell = ['-e', `ssh -F ${clientConfig}`];
  t.equal(
    (await run('rsync', ['-a', ...shell, `${tree}/`, `gw:${tree}.up/`])).code,
    0,
    'rsync to the server',
  );
  const back = await run('rsync', ['-a', ...shell, `gw:${tree}.up/`, `${tree}.down/`]);
  t.equal(back.code, 0, `rsync from the server ${back.stderr}`);
  t.equal((await run('diff', ['-r', tree, `${tree}.down`])).code, 0);
  const masked = await run('rsync', [...shell, `gw:${cards}`, `${cards}.rsync`]);
  t.not(masked.code, 0, 'rsync says itself that a file has changed on the way');
  t.match(masked.stderr, 'masked: what was copied differs from the files.');

  const work = join(folder, 'work');
  const environment = { GIT_SSH_COMMAND: `ssh -F ${clientConfig}`, HOME: folder };
  const git = (...words: string[]) =>
    succeed('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { environment });
  await git('init', '-q', '--bare', join(folder, 'origin.git'));
  await git('clone', '-q', `gw:${folder}/origin.git`, work);
  writeFileSync(join(work, 'blob'), binary(300_000));
  await git('-C', work, 'add', '.');
  await git('-C', work, 'commit', '-q', '-m', 'one');
  await git('-C', work, 'push', '-q', 'origin', 'HEAD:main');
  await git('clone', '-q', '-b', 'main', `gw:${folder}/origin.git`, `${work}2`);
  t.equal(digest(join(`${work}2`, 'blob')), digest(join(work, 'blob')), 'git push and clone');
});

test('a target refuses copies that show no files; sftp goes on', { skip: base }, async (t) => {
  const front = await startFront(t, { target: { files: { streams: 'refuse' } } });
  const { folder, clientConfig } = front;
  const file = join(folder, 'words');
  writeFileSync(file, 'nothing of a card\n');
  const old = await front.client('scp', ['-q', '-O', `gw:${file}`, `${file}.old`]);
  t.not(old.code, 0);
  t.match(old.stderr, /use sftp, or scp without -O/);
  const rsync = await run('rsync', ['-a', '-e', `ssh -F ${clientConfig}`, `gw:${file}`, `${file}.rsync`]);
  t.not(rsync.code, 0);
  t.match(rsync.stderr, /use sftp, or scp without -O/);
  t.equal((await front.client('scp', ['-q', `gw:${file}`, `${file}.new`])).code, 0);
  t.equal(digest(`${file}.new`), digest(file));
});

test('paramiko logs in with a token', { skip: base || paramiko }, async (t) => {
  const { port, token } = await startFront(t);
  const words = [PARAMIKO, String(port), token, `echo ${PAN}; echo ${PAN} >&2; exit 5`];
  const { stdout } = await succeed('/usr/bin/python3', words);
  const seen = JSON.parse(String(stdout));
  t.same({ ...seen, shell: '' }, { out: `${MASKED}\n`, error: `${MASKED}\n`, status: 5, shell: '' });
  t.match(seen.shell, '30 100');
  t.match(seen.shell, MASKED);
  t.notMatch(seen.shell, PAN);
});
