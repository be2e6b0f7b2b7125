import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compress } from '@cloudpss/zstd';
import { test } from 'tap';
import { utf8 } from '../../base/bytes.ts';
import { seededRandom } from '../random.ts';
import { grouped } from '../seed/pan.ts';
import { knownPans, tables } from '../seed/payments.ts';
import { temporaryFolder } from '../temporary.ts';
import { formsOf } from './form.ts';
import { leakScanner } from './leaks.ts';

const pans = knownPans(1000);
const scanner = leakScanner(pans);

test('every number is found in every form of text', async (t) => {
  for (const [index, pan] of pans.entries())
    for (const text of [
      pan,
      grouped(pan, ' '),
      grouped(pan, '-'),
      `x${pan}7`,
      Buffer.from(pan).toString('hex'),
    ])
      if (scanner.scanBytes(utf8(`a ${text} b`))[0]?.index !== index)
        t.fail(`card ${index} as ${text.length} bytes`);
  t.pass(`${pans.length} numbers`);
});

test('every number is found in every binary form, at every alignment', async (t) => {
  const noise = seededRandom(5).bytes(64);
  for (const [index, pan] of pans.entries())
    for (const { bytes, form } of formsOf(pan, index)) {
      const leaks = scanner.scanBytes(Buffer.concat([noise.subarray(0, index % 7), bytes, noise]));
      if (!leaks.some((leak) => leak.index === index)) t.fail(`card ${index} as ${form}`);
    }
  t.pass(`${pans.length} numbers`);
});

test('masked numbers, other numbers and noise are no leak', async (t) => {
  const other = knownPans(2000)
    .filter((pan) => !pans.includes(pan))
    .join('\n');
  const masked = pans.map((pan) => `${pan.slice(0, 6)}******${pan.slice(-4)}`).join(' ');
  t.strictSame(scanner.scanBytes(utf8(other)), []);
  t.strictSame(scanner.scanBytes(utf8(masked)), []);
  t.strictSame(scanner.scanBytes(seededRandom(3).bytes(1_000_000)), []);
});

test('canary: the payments data leaks every one of its numbers', async (t) => {
  const lines = tables(1000).flatMap((table) => [...table.lines]);
  const found = new Set(lines.flatMap((line) => scanner.scanBytes(utf8(line)).map((leak) => leak.index)));
  t.equal(found.size, pans.length);
});

test('files are searched in folders, and inside zstd frames, whole, skippable and torn', async (t) => {
  const folder = temporaryFolder('leaks');
  mkdirSync(join(folder, 'deep'));
  const noise = Buffer.from(seededRandom(1).bytes(300_000)).toString('hex').replace(/\d/g, 'x');
  const frame = (pan: string): Uint8Array => compress(utf8(`${pan} ${noise} ${noise}`));
  const skippable = Buffer.concat([Buffer.from([0x5d, 0x2a, 0x4d, 0x18, 16, 0, 0, 0]), utf8(pans[2]!)]);
  writeFileSync(join(folder, 'deep', 'plain.log'), `line\n${pans[0]}\n`);
  const torn = frame(pans[3]!);
  const parts = [frame(pans[1]!), skippable, torn.subarray(0, torn.length - 1000)];
  writeFileSync(join(folder, 'recording.zst'), Buffer.concat(parts));
  const report = scanner.scanFiles([folder]);
  t.strictSame(report.leaks.map((leak) => leak.index).sort(), [0, 1, 2, 3]);
  t.equal(report.files, 2);
  t.ok(report.bytes > 1_000_000);
});

test('a folder that is not there is an error, not a clean report', async (t) => {
  t.throws(() => scanner.scanFiles([join(tmpdir(), 'pangate-no-such-folder')]), { code: 'ENOENT' });
});
