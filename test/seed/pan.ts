/**
 * Card numbers that are none: drawn at random from each brand's ranges, with the check digit
 * of ISO/IEC 7812-1 annex B (Luhn). The same every time.
 */
import { type Random, seededRandom } from '../random.ts';
import { BRANDS, type Brand, SHORT_BRANDS } from './brand.ts';

const SEED = 20_260;

/** A made-up card. */
export interface Card {
  readonly brand: string;
  /** Digits only. */
  readonly pan: string;
  /** Four digits for American Express, else three. */
  readonly cvv: string;
}

/** The first `count` cards of the test data, brand by brand in turn. No PAN comes twice. */
export function makeCards(count: number): readonly Card[] {
  return make(count, BRANDS, SEED);
}

/** The first `count` cards with numbers of 13 and 14 digits. */
export function makeShortCards(count: number): readonly Card[] {
  return make(count, SHORT_BRANDS, SEED + 1);
}

function make(count: number, brands: readonly Brand[], seed: number): readonly Card[] {
  const random = seededRandom(seed);
  const taken = new Set<string>();
  const cards: Card[] = [];
  while (cards.length < count) {
    const brand = brands[cards.length % brands.length]!;
    const pan = makePan(random, brand);
    if (taken.has(pan)) continue;
    taken.add(pan);
    cards.push({ brand: brand.name, pan, cvv: random.digits(brand.name === 'American Express' ? 4 : 3) });
  }
  return cards;
}

/** A random number of a brand that passes the Luhn check. */
export function makePan(random: Random, brand: Brand = random.pick(BRANDS)): string {
  const [from, to] = random.pick(brand.ranges);
  const prefix = String(Number(from) + random.below(Number(to) - Number(from) + 1));
  const body = prefix + random.digits(random.pick(brand.lengths) - prefix.length - 1);
  return body + luhnDigit(body);
}

/** The digit that makes `body` pass when it is put behind it. */
export function luhnDigit(body: string): string {
  let sum = 0;
  for (let i = body.length - 1, doubled = true; i >= 0; i--, doubled = !doubled) {
    const digit = body.charCodeAt(i) - 0x30;
    sum += doubled ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit;
  }
  return String((10 - (sum % 10)) % 10);
}

/** A number written in the groups that stand on its card, with something between them. */
export function grouped(pan: string, separator: string): string {
  const parts: string[] = [];
  let from = 0;
  for (const size of GROUPS[pan.length] ?? [pan.length]) {
    parts.push(pan.slice(from, from + size));
    from += size;
  }
  return parts.join(separator);
}

const GROUPS: Readonly<Record<number, readonly number[]>> = {
  14: [4, 6, 4],
  15: [4, 6, 5],
  16: [4, 4, 4, 4],
  17: [4, 4, 4, 4, 1],
  18: [4, 4, 4, 4, 2],
  19: [4, 4, 4, 4, 3],
};
