/** Every engine that loads writes and reads the same kind of frame, and refuses the same. */
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'tap';
import { seededRandom } from '../test/random.ts';
import { crc32, crc32Table } from './crc32.ts';
import { dataFrame } from './frame.ts';
import { xxh64Low } from './xxh64.ts';
import { describeZstd, openZstd, tryZstd, ZSTD_NAMES, type Zstd } from './zstd.ts';

const engines = (await Promise.all(ZSTD_NAMES.map(tryZstd))).filter(
  (engine): engine is Zstd => engine !== null,
);
const noTool = spawnSync('zstd', ['--version']).status !== 0 && 'the zstd command is not installed';
const random = seededRandom(7);
const contents: readonly Uint8Array[] = [
  new Uint8Array(0),
  Buffer.from('a'),
  Buffer.from('pangate '.repeat(1000)),
  random.bytes(200_000),
  Buffer.alloc(1_000_000),
  ...[31, 32, 33, 63, 255, 256, 257, 65_535, 65_536, 131_072].map((length) => random.bytes(length)),
];

test('an engine loads, and says its name', async (t) => {
  t.ok(engines.length > 0);
  t.ok(ZSTD_NAMES.includes(await describeZstd()));
  await t.rejects(openZstd('no-such-engine'), { code: 'native-missing' });
});

for (const engine of engines) {
  test(`${engine.name}: what is compressed comes back, with size and checksum in the frame`, async (t) => {
    for (const content of contents) {
      for (const level of [1, 3]) {
        const frame = engine.compress(content, level);
        t.match(dataFrame(frame, 0, frame.length), { bytes: frame.length, contentBytes: content.length });
        t.ok(Buffer.from(content).equals(engine.decompress(frame, content.length)));
      }
    }
  });

  test(`${engine.name}: every other engine reads its frames`, async (t) => {
    for (const other of engines)
      for (const content of contents)
        t.ok(
          Buffer.from(content).equals(other.decompress(engine.compress(content, 3), content.length)),
          other.name,
        );
  });

  test(`${engine.name}: the zstd command reads its frames and finds the checksum right`, {
    skip: noTool,
  }, async (t) => {
    for (const content of contents) {
      const input = engine.compress(content, 3);
      t.ok(Buffer.from(content).equals(execFileSync('zstd', ['-dc'], { input, maxBuffer: 1 << 24 })));
    }
  });

  test(`${engine.name}: anything but one whole frame is refused`, async (t) => {
    const frame = engine.compress(Buffer.from('pangate '.repeat(100)), 3);
    const skippable = Buffer.from('502a4d180100000000', 'hex');
    const wrong: readonly (readonly [string, Uint8Array])[] = [
      ['two frames', Buffer.concat([frame, frame])],
      ['a skippable frame in front', Buffer.concat([skippable, frame])],
      ['a skippable frame behind', Buffer.concat([frame, skippable])],
      ['a byte behind', Buffer.concat([frame, Buffer.alloc(1)])],
      ['nothing', Buffer.alloc(0)],
    ];
    for (const [name, bytes] of wrong)
      t.throws(() => engine.decompress(bytes, 1 << 20), { code: 'archive-damaged' }, name);
    for (let length = 0; length < frame.length; length++)
      t.throws(() => engine.decompress(frame.subarray(0, length), 1 << 20), { code: 'archive-damaged' });
    t.throws(
      () => engine.decompress(frame, 799),
      { code: 'archive-damaged' },
      'more content than is allowed',
    );
    t.equal(engine.decompress(frame, 800).length, 800);
  });

  test(`${engine.name}: no flipped bit changes content unseen`, async (t) => {
    const content = Buffer.from('pangate records what passes '.repeat(8));
    const frame = Uint8Array.from(engine.compress(content, 3));
    let refused = 0;
    for (let bit = 0; bit < frame.length * 8; bit++) {
      frame[bit >> 3]! ^= 1 << (bit & 7);
      try {
        if (!content.equals(engine.decompress(frame, 1 << 20))) t.fail(`bit ${bit}`);
      } catch {
        refused++;
      }
      frame[bit >> 3]! ^= 1 << (bit & 7);
    }
    t.ok(refused > frame.length * 7, `${refused} of ${frame.length * 8} refused`);
  });
}

test('the checksum is XXH64: the known values', async (t) => {
  // XXH64("") is ef46db3751d8e999, XXH64("a") is d24ec4f1a98c6e5b, XXH64("abc") is 44bc2cf5ad770999.
  t.equal(xxh64Low(new Uint8Array(0)), 0x51d8e999);
  t.equal(xxh64Low(Buffer.from('a')), 0xa98c6e5b);
  t.equal(xxh64Low(Buffer.from('abc')), 0xad770999);
});

test('CRC-32 is the same with and without native help', async (t) => {
  t.equal(crc32Table(Buffer.from('123456789')), 0xcbf43926);
  for (const content of contents) t.equal(crc32(content), crc32Table(content));
  const [one, two] = [random.bytes(100), random.bytes(333)];
  t.equal(crc32(two, crc32(one)), crc32Table(Buffer.concat([one, two])));
  t.equal(crc32Table(two, crc32Table(one)), crc32Table(Buffer.concat([one, two])));
});
