import { Packr } from 'msgpackr';
import { test } from 'tap';
import { plainMapBound, writePlainMap } from './plain-map.ts';

const general = new Packr({ useRecords: false, variableMapSize: true });

const PLAIN: readonly Record<string, unknown>[] = [
  {},
  { id: 1, op: 'simple', text: 'SELECT abalance FROM pgbench_accounts WHERE aid = 1;' },
  {
    id: 0x7f,
    rows: 0x80,
    more: 0xff,
    a: 0x100,
    b: 0xffff,
    c: 0x10000,
    d: 0x7fffffff,
    e: 0x80000000,
    f: 0xffffffff,
  },
  { params: [], more: ['1', '', null, 7, 'x'.repeat(40)], none: null, last: Array(15).fill('y') },
  { empty: '', text: 'x'.repeat(31), longer: 'x'.repeat(32), longest: 'x'.repeat(255) },
  Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`k${i}`, i])),
];

test('plain maps are written as the general encoder writes them, within their bound', async (t) => {
  for (const data of PLAIN) {
    const bound = plainMapBound(data);
    const target = new Uint8Array(bound + 3);
    const end = writePlainMap(target, 3, data);
    t.ok(end - 3 <= bound);
    t.same([...target.subarray(3, end)], [...general.encode(data)], JSON.stringify(data));
  }
});

test('everything else is left to the general encoder', async (t) => {
  const more = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`k${i}`, i]));
  const others = [
    -1,
    0.5,
    2 ** 32,
    Number.NaN,
    1n,
    true,
    undefined,
    [-1],
    [[]],
    [undefined],
    Array(16).fill(1),
    {},
    new Uint8Array(1),
    'x'.repeat(256),
  ];
  for (const value of others) t.equal(plainMapBound({ value }), -1, String(value));
  t.equal(plainMapBound(more), -1);
  t.equal(plainMapBound({ ['n'.repeat(32)]: 1 }), -1);
  for (const value of ['é', 'a\u{1f600}', ['a', 'é', 'b']])
    t.equal(writePlainMap(new Uint8Array(64), 0, { value }), -1);
  t.equal(writePlainMap(new Uint8Array(64), 0, { é: 1 }), -1);
});
