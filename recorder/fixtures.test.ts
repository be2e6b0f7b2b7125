/**
 * fixtures/recordings and fixtures/vectors: for other verifiers, and so that the format does
 * not change unseen. `PANGATE_GOLDENS=write` makes them anew.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { fixtures } from '../test/recorder/fixtures.ts';
import { partsOf, verifyBytes } from '../test/recorder/frames.ts';
import { leavesOf, saltOf } from './merkle.ts';
import { recordEnds, seedOf } from './segment.ts';
import { openZstd } from './zstd.ts';

const FOLDER = 'fixtures/recordings';
const VECTORS = 'fixtures/vectors/pgr-v1.json';
const write = process.env['PANGATE_GOLDENS'] === 'write';
// One engine for all: frames of different libraries differ in their bytes.
const zstd = await openZstd('cloudpss');
const made = await fixtures(zstd);

interface Vectors {
  readonly recordings: readonly object[];
  readonly segment: object;
}

async function vectors(): Promise<Vectors> {
  const recordings: object[] = [];
  for (const { name, content } of made) {
    const { status, sid, records, seals, firstBadOffset, trusted, digest } = await verifyBytes(content);
    recordings.push({
      file: `${name}.pgr.zst`,
      status,
      sid,
      records,
      seals,
      firstBadOffset,
      trusted,
      digest,
    });
  }
  return { recordings, segment: await segmentVector() };
}

/** The first segment of `sql`, step by step: seed, salts, leaves, root. */
async function segmentVector(): Promise<object> {
  const parts = await partsOf(made.find((each) => each.name === 'sql')!.content);
  const raw = zstd.decompress(parts[1]!.bytes, 1 << 20);
  const ends = recordEnds(raw);
  const seed = seedOf(raw, 0, ends[0]!)!;
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const leaves = leavesOf(raw, ends, seed);
  return {
    file: 'sql.pgr.zst',
    seed: hex(seed),
    records: [...ends].map((end, i) => hex(raw.subarray(ends[i - 1] ?? 0, end))),
    salts: [...ends].map((_, i) => (i === 0 ? '' : hex(saltOf(seed, i)))),
    leaves: [...ends].map((_, i) => hex(leaves.subarray(i * 32, i * 32 + 32))),
    root: hex(parts[2]!.bytes.subarray(8 + 114, 8 + 146)),
  };
}

if (write) {
  mkdirSync(FOLDER, { recursive: true });
  mkdirSync('fixtures/vectors', { recursive: true });
  for (const { name, content } of made) writeFileSync(join(FOLDER, `${name}.pgr.zst`), content);
  writeFileSync(VECTORS, `${JSON.stringify(await vectors(), null, 1)}\n`);
}

test('the recordings of fixtures/ are what the code writes, byte by byte', async (t) => {
  for (const { name, content } of made) {
    const path = join(FOLDER, `${name}.pgr.zst`);
    t.ok(existsSync(path) && readFileSync(path).equals(content), name);
  }
});

test('each verifies as its vector says', async (t) => {
  for (const { name, status, content } of made) t.equal((await verifyBytes(content)).status, status, name);
  t.strictSame(JSON.parse(readFileSync(VECTORS, 'utf8')), JSON.parse(JSON.stringify(await vectors())));
});
