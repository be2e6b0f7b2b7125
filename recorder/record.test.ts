import { unpackMultiple } from 'msgpackr';
import { test } from 'tap';
import { encodeBody, readRecordHead, recordBytesBound, writeRecord, writeUint } from './record.ts';
import type { EncodedRecord } from './segment-buffer.ts';

function encoded(record: Partial<EncodedRecord>): Buffer {
  const body = Uint8Array.from(record.body ?? encodeBody({ id: 1 }));
  const whole = { seq: 0, dtUs: 0, type: 'sql.q', tailName: '', tail: null, ...record, body };
  const target = Buffer.alloc(recordBytesBound(whole) + 1, 0xc1);
  const end = writeRecord(target, 0, whole);
  return target.subarray(0, end);
}

test('a record is an array of number, time, type and map in plain msgpack', async (t) => {
  for (const number of [
    0,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 40,
    Number.MAX_SAFE_INTEGER,
  ]) {
    const bytes = encoded({ seq: number, dtUs: number });
    const [record] = unpackMultiple(bytes) as [unknown[]];
    t.strictSame(
      [Number(record[0]), Number(record[1]), record[2], record[3]],
      [number, number, 'sql.q', { id: 1 }],
    );
    t.match(readRecordHead(bytes, 0, bytes.length), {
      seq: number,
      dtUs: number,
      type: 'sql.q',
      to: bytes.length,
    });
  }
});

test('numbers take the shortest form', async (t) => {
  const lengths = [0, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0xffffffff, 0x100000000].map((value) =>
    writeUint(new Uint8Array(9), 0, value),
  );
  t.strictSame(lengths, [1, 1, 2, 2, 3, 3, 5, 5, 9]);
});

test('a tail becomes one more entry of the map, whatever the map held', async (t) => {
  const tail = Buffer.from([0x91, 0x91, 0xa1, 0x61]);
  for (const entries of [0, 1, 13, 14, 15, 16, 17, 300]) {
    const data = Object.fromEntries(Array.from({ length: entries }, (_, i) => [`key${i}`, i]));
    const bytes = encoded({ body: encodeBody(data), tailName: 'rows', tail });
    const [record] = unpackMultiple(bytes) as [unknown[]];
    t.strictSame(record[3], { ...data, rows: [['a']] }, `${entries} entries`);
  }
});

test('what JavaScript has and msgpack has not becomes what msgpack has', async (t) => {
  const data = {
    none: undefined,
    bytes: Uint8Array.of(1, 2),
    buffer: Buffer.from('x'),
    big: 5n,
    float: 0.5,
    large: 2 ** 40,
  };
  const [record] = unpackMultiple(encoded({ body: encodeBody(data) })) as [unknown[]];
  const map = record[3] as Record<string, unknown>;
  t.equal(map['none'], null);
  t.strictSame(Buffer.from(map['bytes'] as Uint8Array), Buffer.from([1, 2]));
  t.equal(Number(map['big']), 5);
  t.equal(map['large'], 2 ** 40);
});

test('names are short ASCII; others are refused', async (t) => {
  for (const type of ['', 'ü', 'with space', 'x'.repeat(32), 'line\n'])
    t.throws(() => encoded({ type }), { code: 'assertion' });
});

test('what is no record has no head', async (t) => {
  const good = encoded({});
  t.equal(readRecordHead(good, 0, good.length - 1), null);
  for (const hex of [
    'c0',
    '93000080',
    '9400a17880',
    '94a10000a17880',
    '9400c0a17880',
    '94000001a180',
    '940000a178c0',
    '94000090a178',
    '9400000080',
  ])
    t.equal(readRecordHead(Buffer.from(hex, 'hex'), 0, hex.length / 2), null, hex);
});
