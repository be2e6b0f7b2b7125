/** The independent verifier of docs/formats/verifier agrees with ours, on all that is whole and all that is changed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { FIXTURE_NODE } from '../test/recorder/build.ts';
import { verifyBytes } from '../test/recorder/frames.ts';
import { archiveFor, folderFor, recordingIn } from '../test/recorder/sample.ts';
import { sealerIn } from '../test/recorder/sealed.ts';
import { formatVkey, verifierOf } from './log/note.ts';

const PYTHON = '/usr/bin/python3';
const missing = [
  ['zstd', '--version'],
  ['openssl', 'version'],
  [PYTHON, '--version'],
].find(([command, word]) => spawnSync(command!, [word!]).status !== 0);
const skip = missing !== undefined && `${missing[0]} is not installed`;
const FOLDER = 'fixtures/recordings';

interface Vectors {
  readonly recordings: readonly { readonly file: string; readonly status: string }[];
}

/** What the other verifier says of each file. */
function statuses(words: readonly string[]): string[] {
  const { stdout, stderr } = spawnSync(PYTHON, ['docs/formats/verifier/verify.py', ...words], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (stderr !== '') throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t')[0]!);
}

test('it agrees on every vector', { skip }, async (t) => {
  const { recordings } = JSON.parse(readFileSync('fixtures/vectors/pgr-v1.json', 'utf8')) as Vectors;
  const found = statuses(recordings.map(({ file }) => join(FOLDER, file)));
  for (const [i, { file, status }] of recordings.entries()) t.equal(found[i], status, file);
});

test('it agrees on flipped bits and truncations of a signed recording', { skip }, async (t) => {
  const folder = folderFor(t);
  const vkeys = join(folder, 'vkeys');
  writeFileSync(vkeys, `pangate/vkeys@v1\nnode ${formatVkey(verifierOf(FIXTURE_NODE))}\n`);
  const whole = readFileSync(join(FOLDER, 'signed.pgr.zst'));
  const changed: Buffer[] = [whole];
  for (let bit = 5; bit < whole.length * 8; bit += Math.floor((whole.length * 8) / 90)) {
    const bytes = Buffer.from(whole);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    changed.push(bytes);
  }
  for (let cut = 500; cut < whole.length; cut += Math.floor(whole.length / 40))
    changed.push(whole.subarray(0, cut));
  const paths = changed.map((bytes, i) => {
    const path = join(folder, `${i}.pgr.zst`);
    writeFileSync(path, bytes);
    return path;
  });
  const found = statuses(['--quick', '--vkeys', vkeys, ...paths]);
  const nodes = [verifierOf(FIXTURE_NODE)];
  for (const [i, bytes] of changed.entries()) {
    const { status } = await verifyBytes(bytes, { depth: 'quick', nodes });
    if ((status === 'VALID') !== (found[i] === 'VALID')) t.fail(`variant ${i}: ${status}, and ${found[i]}`);
  }
  t.equal(found.filter((status) => status === 'VALID').length, 1);
});

test('a recording of today is valid to it, and its last signature to openssl alone', { skip }, async (t) => {
  const directory = folderFor(t);
  const { sealer, folder } = sealerIn(directory);
  const archive = await archiveFor(t, { directory, notary: sealer, segmentBytesMax: 2048 });
  const f = await recordingIn(archive, 30);
  const vkeys = join(folder, 'vkeys');
  t.strictSame(statuses(['--vkeys', vkeys, f]), ['VALID']);
  const page = readFileSync('docs/formats/pgr-v1.md', 'utf8');
  const steps = [...page.matchAll(/```sh\n([^`]+)```/g)].map((match) => match[1]!);
  const script = steps.find((step) => step.includes('pkeyutl'))!;
  const cwd = folderFor(t);
  const said = execFileSync('bash', ['-ec', script], {
    cwd,
    env: { ...process.env, f, vkeys },
    encoding: 'utf8',
  });
  t.match(said, /Signature Verified Successfully/);
});
