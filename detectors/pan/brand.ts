import { type IinRow, iinRows } from './iin.ts';

/** A length of a brand is taken anywhere. */
export const STRONG = 1;
/** A length of a brand is taken where something around it says card. */
export const WEAK = 2;
/** The brand gives numbers without a valid check digit. */
export const EXEMPT = 4;

/** One range of the first six digits, with the lengths of its brand as bits. */
interface Range {
  readonly first: number;
  readonly last: number;
  readonly strong: number;
  readonly weak: number;
  readonly exempt: number;
}

/** Ranges by the first two digits. */
const ranges: readonly (readonly Range[])[] = index();

/** What the table of issuers says of a number: STRONG, WEAK and EXEMPT, or 0. */
export function issuer(digits: Uint8Array, count: number): number {
  const two = digits[0]! * 10 + digits[1]!;
  const six = two * 10_000 + digits[2]! * 1000 + digits[3]! * 100 + digits[4]! * 10 + digits[5]!;
  let answer = 0;
  for (const { first, last, strong, weak, exempt } of ranges[two]!) {
    if (six < first || six > last) continue;
    if (((strong >> count) & 1) !== 0) answer |= STRONG | exempt;
    else if (((weak >> count) & 1) !== 0) answer |= WEAK | exempt;
  }
  return answer;
}

function index(): Range[][] {
  const table: Range[][] = Array.from({ length: 100 }, () => []);
  for (const row of iinRows)
    for (const range of row.prefixes.split(' ').map((prefix) => rangeOf(prefix, row)))
      for (let two = Math.floor(range.first / 10_000); two <= Math.floor(range.last / 10_000); two++)
        table[two]!.push(range);
  return table;
}

function rangeOf(prefix: string, { strong, weak, luhn }: IinRow): Range {
  const [first, last = first] = prefix.split('-') as [string, string?];
  return {
    first: Number(first.padEnd(6, '0')),
    last: Number(last.padEnd(6, '9')),
    strong: bits(strong),
    weak: bits(weak),
    exempt: luhn ? 0 : EXEMPT,
  };
}

function bits(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum | (1 << length), 0);
}
