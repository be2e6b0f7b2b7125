/** Columns of numbers where the rules keep them numbers: `numbers: zeros`. */
import { test } from 'tap';
import { type Bytes, join, text, utf8 } from '../../base/bytes.ts';
import { createCleaner } from '../../engine/cleaner.ts';
import { defaultRules, type MaskRules } from '../../engine/mask-rules.ts';
import { type Column, maskCell } from '../../protocols/postgres/cell.ts';
import { formOf } from '../../protocols/postgres/types.ts';

const [INT8, FLOAT8, NUMERIC] = [20, 701, 1700];
const ZEROS: MaskRules = { ...defaultRules, numbers: 'zeros' };
const PAN = '4111111111111111';
const ZEROED = '4111110000001111';

function masked(cell: Bytes, typeOid: number, binary: boolean, rules: MaskRules = ZEROS, name = 'n') {
  const cleaner = createCleaner(rules);
  const column: Column = {
    name,
    table: '',
    typeOid,
    binary,
    form: formOf(typeOid, binary),
    place: { name, kind: 'cell', form: 'number' },
    rule: cleaner.column(name, ''),
    heeded: false,
    masked: 0,
  };
  return { cell: maskCell(cell, column, cleaner), count: column.masked };
}

function int8(value: bigint): Bytes {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function float8(value: number): Bytes {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

/** ndigits, weight, sign, dscale and base-10,000 digits. */
function numeric(weight: number, scale: number, ...groups: readonly number[]): Bytes {
  return join(
    [groups.length, weight, 0, scale, ...groups].map((value) => Buffer.from([value >> 8, value & 255])),
  );
}

test('a card number in a column of numbers stays a number of the same type, and no card number', async (t) => {
  t.equal(text(masked(utf8(PAN), INT8, false).cell!), ZEROED);
  t.equal(text(masked(utf8(`-${PAN}`), NUMERIC, false).cell!), `-${ZEROED}`);
  t.equal(text(masked(utf8(`${PAN}.00`), NUMERIC, false).cell!), `${ZEROED}.00`);
  t.same(masked(int8(BigInt(PAN)), INT8, true).cell, int8(BigInt(ZEROED)));
  t.same(masked(int8(-BigInt(PAN)), INT8, true).cell, int8(-BigInt(ZEROED)));
  t.same(masked(float8(Number(PAN)), FLOAT8, true).cell, float8(Number(ZEROED)));
  t.same(
    masked(numeric(3, 0, 4111, 1111, 1111, 1111), NUMERIC, true).cell,
    numeric(3, 0, 4111, 1100, 0, 1111),
  );
  t.equal(masked(int8(BigInt(PAN)), INT8, true).count, 1);
});

test('decimals of a binary numeric become zeros, and left out groups of zeros come back where they are needed', async (t) => {
  t.same(
    masked(numeric(3, 2, 4111, 1111, 1111, 1111, 5000), NUMERIC, true).cell,
    numeric(3, 2, 4111, 1100, 0, 1111, 0),
  );
  const trailing = numeric(3, 0, 4111, 1111, 1109);
  t.same(masked(trailing, NUMERIC, true).cell, numeric(3, 0, 4111, 1100, 0, 0), '4111111111090000');
});

test('what is no card number stays as it is', async (t) => {
  for (const value of [7n, 4111111111111112n, -1n])
    t.same(masked(int8(value), INT8, true), { cell: int8(value), count: 0 });
});

test('a number that its type cannot hold becomes NULL', async (t) => {
  const outcomes = Array.from({ length: 40 }, (_, i) => {
    const value = 4e18 + 512 * (i + 1);
    return { value, ...masked(float8(value), FLOAT8, true) };
  }).filter(({ count }) => count > 0);
  t.ok(outcomes.some(({ cell }) => cell === null));
  for (const { value, cell } of outcomes)
    if (cell !== null) t.match(String(BigInt(Buffer.from(cell).readDoubleBE())), `${value}`.slice(-4));
});

test('without the option a card number becomes NULL', async (t) => {
  for (const [cell, typeOid, binary] of [
    [utf8(PAN), INT8, false],
    [int8(BigInt(PAN)), INT8, true],
    [float8(Number(PAN)), FLOAT8, true],
    [numeric(3, 0, 4111, 1111, 1111, 1111), NUMERIC, true],
  ] as const)
    t.equal(masked(cell, typeOid, binary, defaultRules).cell, null);
});

test("a rule's column of numbers keeps what its mask leaves of a card number; shorter ones become NULL", async (t) => {
  const column = { rule: 'r', columns: ['number'], kind: 'pan', mask: 'last4' };
  const rules: MaskRules = { ...ZEROS, columns: [column] };
  t.same(masked(int8(5n + BigInt(PAN)), INT8, true, rules, 'number').cell, int8(1000000000001116n));
  t.equal(masked(utf8('123'), INT8, false, rules, 'number').cell, null);
  t.equal(masked(int8(123n), INT8, true, rules, 'number').cell, null);
  const absent: MaskRules = { ...rules, columns: [{ ...column, mask: 'null' }] };
  t.equal(masked(int8(BigInt(PAN)), INT8, true, absent, 'number').cell, null);
});
