/** Others that speak SFTP, through the gateway: paramiko and sshfs. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { run, succeed } from '../clients/run.ts';
import { missing } from '../servers/available.ts';
import { startFront } from './front.ts';

const base = missing('ssh', 'sshd', 'ssh-keygen');
const paramiko = missing('/usr/bin/python3', '/usr/lib/python3/dist-packages/paramiko/__init__.py');
const PAN = '4111111111111111';
const MASKED = '411111******1111';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

test('paramiko reads ahead, backwards, in pieces; and is told why a file is refused', {
  skip: base || paramiko,
}, async (t) => {
  const front = await startFront(t);
  const { folder, port, token } = front;
  const text = `a line with ${PAN} and ${PAN.replace(/(\d{4})/g, '$1 ')}in it\n`.repeat(6_000);
  const clean = text.replaceAll(PAN, MASKED).replaceAll('4111 1111 1111 1111', '4111 11** **** 1111');
  writeFileSync(join(folder, 'cards'), text);
  writeFileSync(join(folder, 'database'), `\0\0\0${PAN}\0`);
  mkdirSync(join(folder, 'names'));
  for (const name of ['plain', PAN]) writeFileSync(join(folder, 'names', name), '');
  const args = ['test/ssh/paramiko_files.py', String(port), token, folder];
  const seen = JSON.parse(String((await succeed('/usr/bin/python3', args)).stdout));
  t.equal(seen.prefetched, sha256(clean), 'prefetched');
  t.equal(seen.small, sha256(clean), 'piece by piece');
  t.equal(seen.backwards, sha256(clean), 'backwards');
  t.equal(seen.readv, sha256(clean.slice(0, 20_000)), 'readv');
  t.equal(seen.written, 207_000);
  t.match(seen.database, 'this file is no text and has card data in it');
  t.same(seen.names, [MASKED, 'plain']);
});

test('a folder that sshfs has mounted shows files masked', {
  skip: base || missing('sshfs', 'fusermount3'),
}, async (t) => {
  const front = await startFront(t);
  const { folder, clientConfig } = front;
  const [there, here] = [join(folder, 'there'), join(folder, 'here')];
  mkdirSync(there);
  mkdirSync(here);
  const text = `a line with ${PAN}\n`.repeat(50_000);
  writeFileSync(join(there, 'cards'), text);
  const mounted = await run('sshfs', ['-F', clientConfig, `gw:${there}`, here]);
  if (mounted.code !== 0) return void t.comment(`no file systems can be mounted here: ${mounted.stderr}`);
  try {
    const read = await run('cat', [join(here, 'cards')]);
    t.equal(sha256(String(read.stdout)), sha256(text.replaceAll(PAN, MASKED)));
    const tail = await run('tail', ['-c', '1000', join(here, 'cards')]);
    t.equal(String(tail.stdout), text.replaceAll(PAN, MASKED).slice(-1000));
    t.equal((await run('cp', [join(here, 'cards'), join(here, 'copy')])).code, 0);
    t.equal(readFileSync(join(there, 'copy'), 'utf8'), text.replaceAll(PAN, MASKED));
    const names = Array.from({ length: 60 }, (_, i) => `f${i}`);
    await succeed('sh', ['-c', names.map((name) => `echo ${name} > ${join(here, name)}`).join('; ')]);
    t.equal(String((await run('ls', [here])).stdout).split('\n').length, 63);
    t.equal(readdirSync(there).length, 62);
  } finally {
    await run('fusermount3', ['-u', '-z', here]);
  }
});
