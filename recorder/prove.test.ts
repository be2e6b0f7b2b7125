/** Proofs hold without the recording, for this verifier and for the independent one, and nothing but what was recorded is proven. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { archiveFor, folderFor, recordingIn } from '../test/recorder/sample.ts';
import { sealerIn } from '../test/recorder/sealed.ts';
import { checkProof, newApprover, openRecording, proveRecords, proveSession } from './index.ts';
import { parseTlogProofs } from './log/tlog-proof.ts';
import { readTrust, type Trust } from './log/trust.ts';
import { rootOf } from './merkle.ts';
import { rangeProof, rootOfRange } from './range-proof.ts';

const PYTHON = '/usr/bin/python3';
const lacks = [
  [PYTHON, '--version'],
  ['openssl', 'version'],
].some(([command, word]) => spawnSync(command!, [word!]).status !== 0);
const skip = lacks && 'python3 or openssl is not installed';
const NOW_US = Date.now() * 1000;

interface Made {
  readonly path: string;
  readonly log: string;
  readonly trust: Trust;
}

async function made(t: Test, statements = 30): Promise<Made> {
  const directory = folderFor(t);
  const { sealer, folder: log } = sealerIn(directory);
  const archive = await archiveFor(t, { directory, notary: sealer, segmentBytesMax: 1024 });
  await recordingIn(archive, 1);
  const path = await recordingIn(archive, statements);
  await recordingIn(archive, 1);
  await archive.close();
  return { path, log, trust: readTrust(readFileSync(join(log, 'vkeys'))) };
}

async function recordsOf({ path, log }: Made, fromSeq: number, toSeq: number): Promise<Buffer> {
  const recording = await openRecording(path);
  try {
    return Buffer.from(await proveRecords(recording, log, { fromSeq, toSeq }));
  } finally {
    await recording.close();
  }
}

async function sessionOf({ path, log }: Made): Promise<Buffer> {
  const recording = await openRecording(path);
  try {
    return Buffer.from(await proveSession(recording, log));
  } finally {
    await recording.close();
  }
}

/** What the verifier in Python says of each file. */
function others(t: Test, log: string, files: readonly Buffer[]): string[] {
  const folder = folderFor(t);
  const paths = files.map((bytes, i) => {
    writeFileSync(join(folder, `${i}.tlog-proof`), bytes);
    return join(folder, `${i}.tlog-proof`);
  });
  const words = ['docs/formats/verifier/verify.py', '--vkeys', join(log, 'vkeys'), ...paths];
  const { stdout, stderr } = spawnSync(PYTHON, words, { encoding: 'utf8', maxBuffer: 1 << 26 });
  t.equal(stderr, '');
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t')[0]!);
}

test('leaves side by side lead to the root of their tree, wherever they stand', async (t) => {
  for (let size = 1; size <= 13; size++) {
    const leaves = Buffer.concat(Array.from({ length: size }, (_, i) => Buffer.alloc(32, i + 1)));
    const all = Array.from({ length: size }, (_, i) => leaves.subarray(i * 32, (i + 1) * 32));
    const root = Buffer.from(rootOf(Uint8Array.from(leaves)));
    for (let from = 0; from < size; from++)
      for (let to = from + 1; to <= size; to++) {
        const hashes = rangeProof(leaves, from, to);
        const given = all.slice(from, to);
        if (!root.equals(rootOfRange(given, { from, size }, hashes)!)) t.fail(`${from} to ${to} of ${size}`);
        const elsewhere = rootOfRange(given, { from: from + 1, size }, hashes);
        if (elsewhere !== null && root.equals(elsewhere)) t.fail(`${from} to ${to} of ${size}, moved`);
      }
  }
  t.equal(rootOfRange([], { from: 0, size: 3 }, []), null);
});

test('a session is proven by its first and its last entry', async (t) => {
  const one = await made(t, 3);
  const checked = checkProof(await sessionOf(one), one.trust, NOW_US);
  t.match(checked, { status: 'VALID', sid: one.path.slice(-34, -8) });
  t.match(
    checked.parts.map(({ type }) => type),
    ['open', 'close'],
  );
  t.equal(checked.parts[0]!.header!['ordinal'], 1);
});

test('records of one and of several segments are proven, and their neighbours stay unknown', async (t) => {
  const one = await made(t);
  for (const [from, to] of [
    [2, 2],
    [1, 3],
    [5, 40],
    [0, 60],
  ] as const) {
    const proof = await recordsOf(one, from, to);
    const checked = checkProof(proof, one.trust, NOW_US);
    t.equal(checked.status, 'VALID', checked.reason);
    const seqs = [...checked.records.map(({ seq }) => seq), ...checked.withheld].sort((a, b) => a - b);
    t.strictSame(
      seqs,
      Array.from({ length: to - from + 1 }, (_, i) => from + i),
    );
    t.ok(
      checked.records.every(({ type }) => type !== 'seed'),
      'no seed is given away',
    );
  }
  await t.rejects(recordsOf(one, 5, 100_000), { code: 'argument-invalid' });
  await t.rejects(recordsOf(one, 9000, 9001), { code: 'argument-invalid' });
});

test('a proof is nothing to who does not trust the log, or wants a witness', async (t) => {
  const one = await made(t, 2);
  const stranger = await made(t, 1);
  const proof = await recordsOf(one, 2, 3);
  t.equal(checkProof(proof, stranger.trust, NOW_US).status, 'UNVERIFIABLE');
  t.equal(checkProof(proof, { ...one.trust, quorum: 1 }, NOW_US).status, 'UNVERIFIABLE');
  t.equal(checkProof(Buffer.from(newApprover('x').publicText), one.trust, NOW_US).status, 'UNVERIFIABLE');
});

test('no flipped bit and no truncation of a proof is valid, and the other verifier agrees', {
  skip,
}, async (t) => {
  const one = await made(t, 8);
  const proofs = [await sessionOf(one), await recordsOf(one, 2, 2), await recordsOf(one, 3, 20)];
  t.strictSame(others(t, one.log, proofs), ['VALID', 'VALID', 'VALID']);
  const whole = proofs[1]!;
  let valid = 0;
  for (let bit = 0; bit < whole.length * 8; bit += 11) {
    const bytes = Buffer.from(whole);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    if (checkProof(bytes, one.trust, NOW_US).status === 'VALID') valid++;
  }
  for (let cut = 0; cut < whole.length; cut += 3) {
    const { status } = checkProof(whole.subarray(0, cut), one.trust, NOW_US);
    // Cut between two of its parts it proves the first.
    if (status === 'VALID' && parseTlogProofs(whole.subarray(0, cut))!.length === 2) t.fail(`cut at ${cut}`);
  }
  t.equal(valid, 0);
  const some = Array.from({ length: 30 }, (_, i) => {
    const bytes = Buffer.from(whole);
    bytes[Math.floor((i * whole.length) / 30)]! ^= 1 << (i & 7);
    return bytes;
  });
  t.strictSame(
    [...new Set(others(t, one.log, some))].filter((status) => status === 'VALID'),
    [],
  );
});

test('both verifiers say of the published proofs what is published', { skip }, async (t) => {
  const { proofs } = JSON.parse(readFileSync('fixtures/vectors/proofs.json', 'utf8')) as {
    proofs: readonly { file: string; status: string }[];
  };
  const folder = 'fixtures/proofs';
  const trust = readTrust(readFileSync(join(folder, 'vkeys')));
  const files = proofs.map(({ file }) => readFileSync(join(folder, file)));
  const expected = proofs.map(({ status }) => status);
  t.strictSame(
    files.map((bytes) => checkProof(bytes, trust, NOW_US).status),
    expected,
  );
  t.strictSame(others(t, folder, files), expected);
});

test('what is put together from true parts of two sessions is refused', async (t) => {
  const one = await made(t, 4);
  const recording = await openRecording(one.path);
  t.teardown(() => recording.close());
  const mine = await recordsOf(one, 2, 3);
  const other = (await made(t, 4)).path;
  t.ok(other !== one.path);
  const [first, second] = mine.toString().split(/(?=c2sp\.org\/tlog-proof@v1\n)/) as [string, string];
  const tied = checkProof(Buffer.from(second + first), one.trust, NOW_US);
  t.equal(tied.status, 'VALID', 'their order says nothing');
  const index = /index (\d+)/.exec(second)![0];
  const moved = checkProof(Buffer.from(second.replace(index, 'index 0')), one.trust, NOW_US);
  t.not(moved.status, 'VALID');
});
