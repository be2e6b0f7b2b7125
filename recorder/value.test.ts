import { pack } from 'msgpackr';
import { test } from 'tap';
import { recordingLimits } from './limits.ts';
import { countValues, valueEnd } from './value.ts';

/** One of each head byte that plain msgpack has, as hex. */
const values: readonly string[] = [
  '00',
  '7f',
  'e0',
  'ff',
  'c0',
  'c2',
  'c3',
  'cc80',
  'cd0100',
  'ce00010000',
  'cf0000000100000000',
  'd0df',
  'd1ff00',
  'd2ffff0000',
  'd3ffffffff00000000',
  'ca3f800000',
  'cb3ff0000000000000',
  'a0',
  'a161',
  'bf'.padEnd(64, '61'),
  'd90161',
  'da000161',
  'db0000000161',
  'c40100',
  'c5000100',
  'c60000000100',
  '80',
  '8101c0',
  '90',
  '9101',
  '92a16101',
  'dc000101',
  'dd0000000101',
  'de00010102',
  'df000000010102',
  '82a161920102a16281a16393c0c2c3',
];

test('a value ends where msgpack says, whatever follows it', async (t) => {
  for (const hex of values) {
    const bytes = Buffer.from(`ff${hex}c1c1`, 'hex');
    t.equal(valueEnd(bytes, 1, bytes.length), bytes.length - 2, hex);
  }
});

test('a value cut at any offset has no end', async (t) => {
  for (const hex of values) {
    const bytes = Buffer.from(hex, 'hex');
    for (let to = 0; to < bytes.length; to++)
      if (valueEnd(bytes, 0, to) !== -1) t.fail(`${hex} cut at ${to}`);
    t.equal(valueEnd(bytes, 0, bytes.length), bytes.length);
  }
});

test('the walk agrees with the encoder on nested values', async (t) => {
  const nested = {
    a: [1, -1, 1.5, 'ü'.repeat(200), null, true],
    b: { c: Buffer.alloc(70_000), d: Array(20).fill({ e: 2 ** 33 }) },
  };
  const bytes = Buffer.concat([pack(nested), pack('x'), pack(7)]);
  t.equal(countValues(bytes, 0, bytes.length), 3);
  t.equal(countValues(bytes, 0, bytes.length - 1), 2);
});

test('extension types and the byte that msgpack never uses are refused', async (t) => {
  for (const hex of [
    'c1',
    'c70100',
    'c8000100',
    'c9000000010000',
    'd40000',
    'd5000000',
    'd600',
    'd700',
    'd800',
  ]) {
    const bytes = Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(32)]);
    t.equal(valueEnd(bytes, 0, bytes.length), -1, hex);
  }
});

test('nesting up to the limit is taken, one level more is not', async (t) => {
  const nested = (depth: number): Buffer => Buffer.concat([Buffer.alloc(depth, 0x91), Buffer.from([0xc0])]);
  const most = nested(recordingLimits.depthMax);
  t.equal(valueEnd(most, 0, most.length), most.length);
  const more = nested(recordingLimits.depthMax + 1);
  t.equal(valueEnd(more, 0, more.length), -1);
});

test('a length beyond the bytes there are is refused at once', async (t) => {
  const beganAt = performance.now();
  for (const hex of ['ddffffffff', 'dfffffffff', 'dbffffffff', 'c6ffffffff', 'dcffff', 'deffff'])
    t.equal(valueEnd(Buffer.from(hex, 'hex'), 0, hex.length / 2), -1, hex);
  t.ok(performance.now() - beganAt < 100);
});
