/** Own decoders and encoders beside the programs that everybody has. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { test } from 'tap';
import { type Bytes, join, keep } from '../../base/bytes.ts';
import { missing } from '../../test/servers/available.ts';
import { compressionOf } from './compression.ts';
import { streamIntake } from './intake.ts';

/** Contents that take every path: empty, short, runs, repetitions, text, noise. */
const contents: Readonly<Record<string, Buffer>> = {
  empty: Buffer.alloc(0),
  'one byte': Buffer.from('a'),
  'a sentence': Buffer.from('pay 4111111111111111 now'),
  zeros: Buffer.alloc(300_000),
  'runs of every length': Buffer.from(Array.from({ length: 600 }, (_, i) => 'x'.repeat(i)).join('y')),
  repetitions: Buffer.from('abcabcabd'.repeat(40_000)),
  'all bytes': Buffer.from(Array.from({ length: 30_000 }, (_, i) => (i * i) % 256)),
  log: Buffer.from(
    Array.from({ length: 9000 }, (_, i) => `18:15:${i % 60} GET /a/${i * 7919} ${i % 7}`).join('\n'),
  ),
  noise: noise(160_000),
};

/** The same on every run. */
function noise(bytes: number): Buffer {
  const parts = Array.from({ length: bytes / 32 }, (_, i) =>
    createHash('sha256').update(`noise ${i}`).digest(),
  );
  return Buffer.concat(parts);
}

async function decompressed(bytes: Bytes, cut = 65_536): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += cut) pieces.push(Buffer.from(bytes.subarray(at, at + cut)));
  const compression = compressionOf(bytes)!;
  const intake = compression.decompress(streamIntake(Readable.from(pieces, { objectMode: false })));
  const out: Bytes[] = [];
  const room = new Uint8Array(100_000);
  for (let count = await intake.read(room); count > 0; count = await intake.read(room))
    out.push(keep(room.subarray(0, count)));
  return Buffer.from(join(out));
}

async function compressed(head: Bytes, content: Buffer): Promise<Buffer> {
  const out: Bytes[] = [];
  const outlet = compressionOf(head)!.compress({
    write: async (bytes) => void out.push(keep(bytes)),
    end: async () => undefined,
  });
  for (let at = 0; at < content.length; at += 300_000) await outlet.write(content.subarray(at, at + 300_000));
  await outlet.end();
  return Buffer.from(join(out));
}

function tool(name: string, args: readonly string[], input: Bytes): Buffer {
  const run = spawnSync(name, args, { input, maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`${name}: ${run.stderr}`);
  return run.stdout;
}

const HEADS: Readonly<Record<string, Buffer>> = {
  zstd: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
  bzip2: Buffer.from('BZh9'),
  gzip: gzipSync(''),
};

for (const [name, content] of Object.entries(contents)) {
  test(`zstd: ${name}, at every kind of level, and what is written here`, {
    skip: missing('zstd'),
  }, async (t) => {
    for (const args of [['-1'], ['-19'], ['--fast=4'], ['--no-check', '-3'], ['--long=27', '-3']])
      t.ok((await decompressed(tool('zstd', ['-cq', ...args], content))).equals(content), args.join(' '));
    t.ok(tool('zstd', ['-dcq'], await compressed(HEADS['zstd']!, content)).equals(content), 'written here');
  });
  test(`bzip2: ${name}, and what is written here`, { skip: missing('bzip2') }, async (t) => {
    for (const level of ['-1', '-9'])
      t.ok((await decompressed(tool('bzip2', ['-c', level], content))).equals(content));
    const own = await compressed(HEADS['bzip2']!, content);
    t.ok(tool('bzip2', ['-dc'], own).equals(content), 'written here');
    t.ok(own.length <= tool('bzip2', ['-9c'], content).length * 1.02 + 16, 'and as small');
  });
}

test('several members, frames and streams behind each other are one content', async (t) => {
  const gzip = Buffer.concat([gzipSync('one '), gzipSync('two')]);
  t.equal(String(await decompressed(gzip)), 'one two');
  for (const name of ['zstd', 'bzip2']) {
    const parts = [
      await compressed(HEADS[name]!, Buffer.from('one ')),
      await compressed(HEADS[name]!, Buffer.from('two')),
    ];
    if (name === 'zstd') parts.splice(1, 0, Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]));
    t.equal(String(await decompressed(Buffer.concat(parts))), 'one two', name);
  }
  t.equal(String(gunzipSync(await compressed(HEADS['gzip']!, Buffer.from('three')))), 'three');
});

test('cut anywhere on the way in, the content is the same', async (t) => {
  const content = contents['log']!.subarray(0, 30_000);
  for (const name of ['zstd', 'bzip2', 'gzip']) {
    const packed = await compressed(HEADS[name]!, content);
    for (const cut of [1, 2, 3, 7, 1000])
      t.ok((await decompressed(packed, cut)).equals(content), `${name} ${cut}`);
  }
});

test('a truncated or changed file is an error or its own content, never a hang and never another one', async (t) => {
  const content = contents['log']!.subarray(0, 1500);
  for (const name of ['zstd', 'bzip2', 'gzip']) {
    const packed = await compressed(HEADS[name]!, content);
    let wrong = 0;
    for (let length = 8; length < packed.length; length++)
      if (await isWrong(packed.subarray(0, length), null)) wrong++;
    for (let bit = 40; bit < packed.length * 8; bit += 5) {
      const broken = Buffer.from(packed);
      broken[bit >> 3]! ^= 1 << (bit & 7);
      if (await isWrong(broken, content)) wrong++;
    }
    t.equal(wrong, 0, name);
  }
});

/** True unless decompressing ends in the one error that it should, or in the content that is allowed. */
async function isWrong(packed: Bytes, allowed: Buffer | null): Promise<boolean> {
  const outcome = await decompressed(packed).catch((error: Error & { code?: string }) => error);
  if (outcome instanceof Error) return outcome.code !== 'file-unreadable';
  return allowed === null || !outcome.equals(allowed);
}
