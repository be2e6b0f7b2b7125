import { type IinRow, iinRows } from './iin.ts';

/** A length of a brand is taken anywhere. */
export const STRONG = 1;
/** A length of a brand is taken where something around it says card. */
export const WEAK = 2;
/** The brand gives numbers without a valid check digit. */
export const EXEMPT = 4;

/** Ranges of the first six digits, as [first, last, row], by the first two digits. */
const ranges: readonly (readonly (readonly [number, number, IinRow])[])[] = index();

/** What the table of issuers says of a number: STRONG, WEAK and EXEMPT, or 0. */
export function issuer(digits: Uint8Array, count: number): number {
  const six = digits.subarray(0, 6).reduce((sum, digit) => sum * 10 + digit, 0);
  let answer = 0;
  for (const [first, last, row] of ranges[Math.floor(six / 10_000)]!) {
    if (six < first || six > last) continue;
    const length = row.strong.includes(count) ? STRONG : row.weak.includes(count) ? WEAK : 0;
    if (length !== 0) answer |= row.luhn ? length : length | EXEMPT;
  }
  return answer;
}

function index(): [number, number, IinRow][][] {
  const table: [number, number, IinRow][][] = Array.from({ length: 100 }, () => []);
  for (const row of iinRows)
    for (const range of row.prefixes.split(' ')) {
      const [first, last = first] = range.split('-') as [string, string?];
      const low = Number(first.padEnd(6, '0'));
      const high = Number(last.padEnd(6, '9'));
      for (let two = Math.floor(low / 10_000); two <= Math.floor(high / 10_000); two++)
        table[two]!.push([low, high, row]);
    }
  return table;
}
