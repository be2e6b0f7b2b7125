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

/** The table of issuers, ready to be asked: ranges by the first two digits. */
export type Issuers = readonly (readonly Range[])[];

/** Every brand of the table, by name. */
export const brands: readonly string[] = [...new Set(iinRows.map(({ brand }) => brand))];

/** Brands that give numbers without a valid check digit, as iin.ts has them. */
export const uncheckedBrands: readonly string[] = [
  ...new Set(iinRows.filter(({ luhn }) => !luhn).map(({ brand }) => brand)),
];

/** The table as iin.ts has it. */
export const issuers: Issuers = issuersOf(({ luhn }) => !luhn);

/** The table with these brands, and no others, as those that give numbers without a valid check digit. */
export function issuersWith(unchecked: readonly string[]): Issuers {
  return issuersOf(({ brand }) => unchecked.includes(brand));
}

/** What the table of issuers says of a number: STRONG, WEAK and EXEMPT, or 0. */
export function issuer(digits: Uint8Array, count: number, ranges: Issuers = issuers): number {
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

function issuersOf(isExempt: (row: IinRow) => boolean): Range[][] {
  const table: Range[][] = Array.from({ length: 100 }, () => []);
  for (const row of iinRows)
    for (const range of row.prefixes.split(' ').map((prefix) => rangeOf(prefix, row, isExempt(row))))
      for (let two = Math.floor(range.first / 10_000); two <= Math.floor(range.last / 10_000); two++)
        table[two]!.push(range);
  return table;
}

function rangeOf(prefix: string, { strong, weak }: IinRow, isExempt: boolean): Range {
  const [first, last = first] = prefix.split('-') as [string, string?];
  return {
    first: Number(first.padEnd(6, '0')),
    last: Number(last.padEnd(6, '9')),
    strong: bits(strong),
    weak: bits(weak),
    exempt: isExempt ? EXEMPT : 0,
  };
}

function bits(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum | (1 << length), 0);
}
