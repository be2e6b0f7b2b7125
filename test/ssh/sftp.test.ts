/** Files through the gateway with OpenSSH's sftp and scp, against OpenSSH's server. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { missing } from '../servers/available.ts';
import { type Front, startFront } from './front.ts';

const skip = missing('ssh', 'sshd', 'ssh-keygen', 'scp', 'sftp');
const PAN = '4111111111111111';
const MASKED = '411111******1111';

type Recorded = Readonly<Record<string, unknown>>;

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('base64');

/** Records of one type of the last session. */
async function records(front: Front, type: string): Promise<readonly Recorded[]> {
  const { stdout } = await front.replay('export', 'last', '--format', 'jsonl');
  const lines = String(stdout).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Recorded).filter((record) => record['type'] === type);
}

test('OpenSSH’s sftp and scp, with files that are masked, recorded and keep their sizes', {
  skip,
}, async (t) => {
  const front = await startFront(t);
  await batch(t, front);
  await scp(t, front);
  await offsets(t, front);
});

async function batch(t: Test, front: Front): Promise<void> {
  const at = (name: string): string => join(front.folder, name);
  const text = `line with ${PAN} in it\n`.repeat(40_000);
  writeFileSync(at('cards.txt'), text);
  writeFileSync(at(`${PAN}.txt`), 'x');
  const lines = [
    `cd ${front.folder}`,
    `get cards.txt ${at('down')}`,
    `put ${at('cards.txt')} up`,
    'ls -l',
    'ln -s up link',
    'rename up moved',
    'chmod 600 moved',
    'mkdir folder',
    'rmdir folder',
    'df',
    'rm moved',
    '-rm missing',
    `-get missing`,
  ];
  const { code, stdout, stderr } = await front.client('sftp', ['-b', '-', 'gw'], { input: lines.join('\n') });
  t.equal(code, 0, stderr);
  t.equal(readFileSync(at('down'), 'utf8'), text.replaceAll(PAN, MASKED));
  t.match(stderr, 'cards.txt: 40000 values were masked: what was read differs from the file.');
  t.match(String(stdout), `${MASKED}.txt`);
  t.notMatch(String(stdout) + stderr, PAN);
  t.notOk(existsSync(at('moved')));
  const recorded = await records(front, 'tty.file');
  const found = (op: string): Recorded[] => recorded.filter((data) => data['op'] === op);
  const closed = found('close').filter(({ path }) => /cards|up/.test(String(path)));
  const digest = { $bytes: sha256(text.replaceAll(PAN, MASKED)) };
  const passed = { bytes: text.length, from: 0, sha256: digest, masked: 40_000 };
  t.match(closed[0], { read: passed, status: 0 });
  t.match(closed[1], { written: passed, status: 0 });
  for (const op of ['symlink', 'posix-rename', 'setstat', 'mkdir', 'rmdir', 'remove'])
    t.same(
      found(op)
        .map(({ status }) => status)
        .slice(0, 2),
      [undefined, 0],
      `${op}, before and after`,
    );
  t.same(found('remove').at(-1)?.['status'], 2, 'a failure too');
  t.notMatch(JSON.stringify(recorded), PAN);
}

async function scp(t: Test, front: Front): Promise<void> {
  const at = (name: string): string => join(front.folder, name);
  mkdirSync(at('tree/sub'), { recursive: true });
  for (let i = 0; i < 10; i++) writeFileSync(at(`tree/sub/f${i}`), 'no card\n'.repeat(i * 5000));
  const down = await front.client('scp', ['-q', '-r', '-p', `gw:${at('tree')}`, at('tree.down')]);
  t.equal(down.code, 0, down.stderr);
  t.equal(down.stderr, '', 'nothing is said where nothing has changed');
  const up = await front.client('scp', ['-q', '-r', at('tree.down'), `gw:${at('tree.up')}`]);
  t.equal(up.code, 0, up.stderr);
  for (let i = 0; i < 10; i++)
    t.equal(readFileSync(at(`tree.up/sub/f${i}`), 'utf8'), 'no card\n'.repeat(i * 5000));
}

/** A number at every offset around the end of an answer, for several sizes of answers. */
async function offsets(t: Test, front: Front): Promise<void> {
  const at = (name: string): string => join(front.folder, name);
  for (const size of [1000, 32_768]) {
    let text = '';
    for (let i = 0; i < 40; i++) text += `${'.'.repeat((i + 1) * size - 20 + i - text.length)}${PAN} `;
    writeFileSync(at('offsets'), text);
    for (const [requests, way] of [
      ['1', 'one by one'],
      ['64', 'all at once'],
    ]) {
      const input = `get ${at('offsets')} ${at('offsets.down')}\n`;
      const args = ['-b', '-', '-B', String(size), '-R', requests!, 'gw'];
      const { code, stderr } = await front.client('sftp', args, { input });
      t.equal(code, 0, stderr);
      t.equal(readFileSync(at('offsets.down'), 'utf8'), text.replaceAll(PAN, MASKED), `${size}, ${way}`);
    }
  }
  const half = 100_008;
  writeFileSync(at('part'), readFileSync(at('offsets.down')).subarray(0, half));
  const { code } = await front.client('sftp', ['-b', '-', 'gw'], {
    input: `reget ${at('offsets')} ${at('part')}\n`,
  });
  t.equal(code, 0);
  t.ok(readFileSync(at('part')).equals(readFileSync(at('offsets.down'))), 'reget goes on masked');
  t.equal(statSync(at('part')).size, statSync(at('offsets')).size);
}
