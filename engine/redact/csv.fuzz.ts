/** Random tables written as CSV in every legal way: masked, they must be the same table but for the masks. */
import { type Bytes, text, utf8 } from '../../base/bytes.ts';
import type { Fuzzer } from '../../test/fuzz.ts';
import type { Random } from '../../test/random.ts';
import { createCleaner } from '../cleaner.ts';
import { defaultRules } from '../mask-rules.ts';
import { cleanCsv, readHeader } from './csv.ts';

const cleaner = createCleaner(defaultRules);
const CELLS = [
  '',
  'x',
  'a b',
  'say "hi"',
  'one, two',
  'line\nbreak',
  '"',
  '4111111111111111',
  'é',
  '12.50',
  '\r\n;',
];

interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function tableOf(random: Random): Table {
  const header = ['id', ...['cvv', 'note', 'amount', 'pin'].filter(() => random.oneIn(2)), 'last'];
  const rows = Array.from({ length: 1 + random.below(20) }, () =>
    header.map((name) => (name === 'cvv' ? random.digits(3) : random.pick(CELLS))),
  );
  return { header, rows };
}

function written({ header, rows }: Table, random: Random): Bytes {
  const end = random.pick(['\n', '\r\n']);
  const cell = (value: string): string =>
    /[",;\n\r]/.test(value) || random.oneIn(4) ? `"${value.replaceAll('"', '""')}"` : value;
  const lines = [header, ...rows].map((row) => row.map(cell).join(','));
  return utf8(lines.join(end) + (random.oneIn(2) ? end : ''));
}

/** A mask keeps characters and bytes: two bytes become a star that has two. */
function starOf(character: string): string {
  return utf8(character).length === 2 ? '\u066d' : '*';
}

/** What the masks must make of a cell. */
function expected(name: string, value: string): string {
  if (['cvv', 'pin'].includes(name)) return [...value].map(starOf).join('');
  return value.replace('4111111111111111', '411111******1111');
}

/** A reader of its own: character by character, as RFC 4180 has it. */
function parsed(csv: string): string[][] {
  const rows: string[][] = [[]];
  let [cell, isOpen] = ['', false];
  for (let i = 0; i < csv.length; i++) {
    const sign = csv[i]!;
    if (sign === '"' && isOpen && csv[i + 1] === '"') cell += csv[++i]!;
    else if (sign === '"') isOpen = !isOpen;
    else if (isOpen || !/[,\r\n]/.test(sign)) cell += sign;
    else if (sign !== '\r') {
      rows.at(-1)!.push(cell);
      cell = '';
      if (sign === '\n') rows.push([]);
    }
  }
  rows.at(-1)!.push(cell);
  return rows.filter((row) => row.length > 1);
}

function check({ header, rows }: Table, csv: string): void {
  const found = JSON.stringify(
    parsed(csv)
      .slice(1)
      .map((row) => row.map(unquoted)),
  );
  const wanted = JSON.stringify(
    rows.map((row) => row.map((value, i) => unquoted(expected(header[i]!, value)))),
  );
  if (found !== wanted) throw new Error('the table has changed in more than its masks');
}

/** A covered cell with doubled quotes has a star for each of them: how many is no matter. */
function unquoted(value: string): string {
  return /^[*\u066d]+$/.test(value) ? '*' : value;
}

export const fuzzer: Fuzzer = {
  name: 'redact-csv',
  round(random) {
    const table = tableOf(random);
    const bytes = written(table, random);
    const clean = cleanCsv(bytes, readHeader(bytes)!, cleaner, { isFirst: true, report: () => undefined });
    check(table, text(clean));
  },
  /** Takes every comma for a delimiter and every line break for an end. */
  canary(random) {
    const table = tableOf(random);
    const lines = text(written(table, random)).split('\n');
    const cleaned = lines.map((line, i) =>
      i === 0
        ? line
        : line
            .split(',')
            .map((value, k) => expected(table.header[k] ?? '', value))
            .join(','),
    );
    check(table, cleaned.join('\n'));
  },
};
