/**
 * A process that verifies what is made to exhaust it, one file after the other, and says
 * `<name> <status> <ms> <MiB>` of each: how long it took and how far its memory rose at its highest.
 */
import { FRAME_HEAD_BYTES } from '../../recorder/frame.ts';
import { sha256 } from '../../recorder/hash.ts';
import { openZstd } from '../../recorder/zstd.ts';
import { buildRecording, smallPlan } from './build.ts';
import { joined, type Part, partOf, partsOf, verifyBytes } from './frames.ts';

const zstd = await openZstd();
const parts = await partsOf(buildRecording(smallPlan(zstd, 4, 2)));

/** The first segment with other content, its frame compressed, and a seal that fits both. */
function sealed(raw: Uint8Array, frame: Uint8Array = zstd.compress(raw, 3), count = 3): Uint8Array {
  const seal = Buffer.from(parts[2]!.bytes);
  seal.writeUInt32LE(count, FRAME_HEAD_BYTES + 22);
  seal.writeUInt32LE(raw.length, FRAME_HEAD_BYTES + 26);
  seal.writeUInt32LE(frame.length, FRAME_HEAD_BYTES + 30);
  seal.set(sha256(frame), FRAME_HEAD_BYTES + 82);
  return joined(parts.with(1, { kind: 'data', bytes: frame }).with(2, { kind: 'seal', bytes: seal }));
}

function instead(part: Part): Uint8Array {
  return joined(parts.with(1, part));
}

const MIB = 1 << 20;
const RAW_MAX = 4_325_376;
const bombs: Readonly<Record<string, Uint8Array>> = {
  'declares-4-GiB': instead({ kind: 'data', bytes: Buffer.from('28b52ffda4ffffffff000000', 'hex') }),
  'zeros-of-100-MB': instead({ kind: 'data', bytes: zstd.compress(Buffer.alloc(100 * MIB), 3) }),
  'zeros-of-the-limit': sealed(Buffer.alloc(RAW_MAX)),
  'seal-of-4-GiB': instead({ kind: 'seal', bytes: Buffer.from('512a4d18ffffffff50475331', 'hex') }),
  'index-of-1-GiB': instead({ kind: 'index', bytes: Buffer.from('542a4d180000004050474931', 'hex') }),
  'note-of-64-KiB': instead(partOf('checkpoint', Buffer.alloc(65_536, 10))),
  'nested-a-million-deep': sealed(Buffer.alloc(1_000_000, 0x91)),
  'map-of-4-billion': sealed(Buffer.from('dfffffffff', 'hex')),
  'array-of-2-billion': sealed(Buffer.from('940000a173dd7fffffff', 'hex')),
  'string-of-4-GiB': sealed(Buffer.from('940000dbffffffff', 'hex')),
  'four-million-records': sealed(Buffer.alloc(RAW_MAX, 0x90), undefined, RAW_MAX),
  'a-thousand-seals': joined([
    parts[0]!,
    ...Array.from({ length: 1000 }, () => partOf('seal', Buffer.alloc(178))),
    ...parts.slice(1),
  ]),
};

for (const [name, content] of Object.entries(bombs)) {
  global.gc?.();
  const before = process.memoryUsage.rss();
  const beganMs = performance.now();
  const { status } = await verifyBytes(content);
  const ms = Math.round(performance.now() - beganMs);
  const mib = Math.round((process.memoryUsage.rss() - before) / MIB);
  process.stdout.write(`${name} ${status} ${ms} ${mib}\n`);
}
