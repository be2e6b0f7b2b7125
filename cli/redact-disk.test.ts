/** `pangate redact` where the disk is full: a clear word, exit code 2, and nothing half-written. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { temporaryFolder } from '../test/temporary.ts';

const MIB = 1_048_576;
const PAN = '4111111111111111';

/** A file system of 4 MiB, unmounted with the test; null where none can be had. */
function smallDisk(t: Test): string | null {
  const folder = temporaryFolder('small');
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'pangate-test', folder]).status !== 0) return null;
  t.teardown(() => spawnSync('umount', ['-l', folder]));
  return folder;
}

function redact(command: string): { code: number | null; err: string } {
  const main = `${process.execPath} build/cli/main.js redact`;
  const { status, stderr } = spawnSync('sh', ['-c', command.replace('redact', main)], { encoding: 'utf8' });
  return { code: status, err: stderr };
}

test('a disk that fills up', async (t) => {
  const disk = smallDisk(t);
  if (disk === null) return void t.pass('no file system can be mounted here (needs root)');
  const whole = `card ${PAN}\n`.repeat((3 * MIB) / 22);
  const file = join(disk, 'a.log');
  writeFileSync(file, whole);
  const full = { code: 2, err: /cannot write [^\n]*ENOSPC/ };
  t.match(redact(`redact -i ${file}`), full, 'in place');
  t.equal(readFileSync(file, 'utf8'), whole);
  mkdirSync(join(disk, 'out'));
  t.match(redact(`redact -o ${disk}/out ${file}`), full, 'to a folder');
  t.match(redact(`redact ${file} > ${disk}/out/b.log`), full, 'standard output');
  t.match(redact(`redact --check --report ${disk}/report.json ${file}`), full, 'the report');
  t.match(redact(`redact --check --resume ${disk}/done ${file}`), full, 'the ledger');
  t.same(readdirSync(disk).sort(), ['a.log', 'done', 'out']);
  for (const { err } of [redact(`redact -i ${file}`)]) t.notMatch(err, /fault of pangate/);
});

test('a disk with room does not fail', async (t) => {
  const disk = smallDisk(t);
  if (disk === null) return void t.pass('no file system can be mounted here (needs root)');
  writeFileSync(join(disk, 'a.log'), `card ${PAN}\n`);
  t.match(redact(`redact -i ${disk} --resume ${disk}/done`), { code: 0, err: '' });
  t.match(readFileSync(join(disk, 'a.log'), 'utf8'), /411111\*{6}1111/);
});
