/**
 * The payments database of tests, benches and `npm start`: card data in every type and shape
 * that a database keeps it in, beside numbers that only look like it. Rows come as lines of
 * PostgreSQL's COPY text format.
 */
import { type Random, seededRandom } from '../random.ts';
import { BRANDS } from './brand.ts';
import { type Card, grouped, luhnDigit, makeCards, makeShortCards } from './pan.ts';

/** Rows of all three tables together. */
export const ROWS = 100_000;

/** How `rows` are shared out. */
export function shares(rows: number): { customers: number; cards: number; payments: number } {
  const customers = Math.ceil(rows / 5);
  const cards = Math.ceil((rows * 3) / 10);
  return { customers, cards, payments: Math.max(0, rows - customers - cards) };
}

/** Every PAN that a database of so many rows holds, digits only. */
export function knownPans(rows: number = ROWS): readonly string[] {
  const { cards } = shares(rows);
  return [...makeCards(cards), ...makeShortCards(shortShare(cards))].map((card) => card.pan);
}

/** One short number for a hundred cards. */
function shortShare(cards: number): number {
  return Math.ceil(cards / 100);
}

export const SCHEMA: string = `
CREATE TYPE card_entry AS (brand text, number text, expiry date);
CREATE TABLE customers (
  id integer PRIMARY KEY, name text NOT NULL, email text NOT NULL, phone text, city text, since date);
CREATE TABLE cards (
  id integer PRIMARY KEY, customer_id integer NOT NULL, brand text NOT NULL,
  pan text NOT NULL, pan_varchar varchar(32), pan_char char(23), pan_bigint bigint, pan_numeric numeric(19,0),
  cvv text, cvv_number integer, expiry text, holder text,
  details jsonb, raw bytea, previous text[], previous_numbers bigint[], entry card_entry, note text);
CREATE TABLE payments (
  id integer PRIMARY KEY, card_id integer NOT NULL, paid_at timestamptz NOT NULL, amount numeric(12,2) NOT NULL,
  currency char(3) NOT NULL, status text NOT NULL, order_number text NOT NULL, reference uuid, description text);
`;

/** A table's rows as COPY lines. */
export interface TableRows {
  readonly table: string;
  readonly lines: Iterable<string>;
}

/** All tables, in the order to fill them. */
export function tables(rows: number = ROWS): readonly TableRows[] {
  const counts = shares(rows);
  const cards = makeCards(counts.cards);
  return [
    { table: 'customers', lines: customerLines(counts.customers) },
    { table: 'cards', lines: cardLines(cards, counts.customers) },
    { table: 'payments', lines: paymentLines(cards, counts.payments) },
  ];
}

const FIRST = ['Ada', 'Bruno', 'Chiara', 'Deniz', 'Emil', 'Fatima', 'Goran', 'Hanne', 'Ines', 'Jonas'];
const LAST = ['Archer', 'Bauer', 'Costa', 'Dahl', 'Eriksen', 'Fischer', 'Garcia', 'Horvat', 'Ito', 'Jansen'];
const CITIES = ['Aarhus', 'Bergamo', 'Coimbra', 'Dresden', 'Espoo', 'Ghent', 'Graz', 'Izmir'];
const CURRENCIES = ['EUR', 'USD', 'GBP', 'DKK', 'JPY'];
const STATUSES = ['settled', 'settled', 'settled', 'authorised', 'refunded', 'declined'];
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2024, 0, 1);

function* customerLines(count: number): Generator<string> {
  const random = seededRandom(1);
  for (let id = 1; id <= count; id++) {
    const first = random.pick(FIRST);
    const last = random.pick(LAST);
    const email = `${first}.${last}.${id}@example.com`.toLowerCase();
    const since = new Date(START_MS - random.below(2000) * DAY_MS).toISOString().slice(0, 10);
    yield `${id}\t${first} ${last}\t${email}\t+45 ${random.digits(8)}\t${random.pick(CITIES)}\t${since}\n`;
  }
}

function* cardLines(cards: readonly Card[], customers: number): Generator<string> {
  const random = seededRandom(2);
  const short = makeShortCards(shortShare(cards.length));
  for (let i = 0; i < cards.length; i++) {
    const around = { older: cards[Math.max(0, i - 1)]!, other: short[Math.floor(i / 100)]! };
    yield cardLine(random, i, { ...around, card: cards[i]!, customer: 1 + random.below(customers) });
  }
}

interface CardRow {
  readonly card: Card;
  readonly customer: number;
  /** The card that this one took the place of. */
  readonly older: Card;
  /** A card with a short number, of which the note tells. */
  readonly other: Card;
}

function cardLine(random: Random, index: number, row: CardRow): string {
  const { card, older, customer } = row;
  const { pan, cvv, brand } = card;
  const year = 2026 + random.below(5);
  const month = String(1 + random.below(12)).padStart(2, '0');
  const holder = `${random.pick(FIRST)} ${random.pick(LAST)}`.toUpperCase();
  const columns = [
    index + 1,
    customer,
    brand,
    written(pan, Math.floor(index / BRANDS.length)),
    grouped(pan, ' '),
    grouped(pan, '-'),
    pan,
    pan,
    cvv,
    Number(cvv),
    `${month}/${year % 100}`,
    holder,
    details(random, card, `${year}-${month}`),
    `\\\\x${Buffer.from(`card=${pan};expiry=${year}${month}`).toString('hex')}`,
    `{${older.pan},"${grouped(pan, ' ')}"}`,
    `{${older.pan},${pan}}`,
    `("${brand}","${grouped(pan, ' ')}",${year}-${month}-01)`,
    index % 100 === 0
      ? `Also pays with card ${row.other.pan}`
      : random.oneIn(3)
        ? '\\N'
        : note(random, card, older),
  ];
  return `${columns.join('\t')}\n`;
}

/** Bare, spaced and dashed in turn. */
function written(pan: string, turn: number): string {
  return turn % 3 === 0 ? pan : grouped(pan, turn % 3 === 1 ? ' ' : '-');
}

function details(random: Random, card: Card, expiry: string): string {
  const number = random.oneIn(4) ? card.pan : `"${written(card.pan, random.below(3))}"`;
  return `{"card": {"number": ${number}, "cvv": "${card.cvv}", "expiry": "${expiry}"}, "risk": 0.${random.digits(3)}}`;
}

function note(random: Random, card: Card, older: Card): string {
  const pan = written(card.pan, random.below(3));
  return random.pick([
    `Customer called about card ${pan}, please ring back`,
    `card number: ${pan} (was ${grouped(older.pan, '-')} until last month)`,
    `Replaced lost card ${grouped(older.pan, ' ')} by card ${pan}.`,
    `No card data here; ticket ${random.digits(6)}, phone +45 ${random.digits(8)}`,
  ]);
}

function* paymentLines(cards: readonly Card[], count: number): Generator<string> {
  const random = seededRandom(3);
  for (let id = 1; id <= count; id++) {
    const card = random.below(cards.length);
    const paidAt = new Date(START_MS + random.below(700 * 86_400) * 1000).toISOString();
    const amount = `${1 + random.below(5000)}.${random.digits(2)}`;
    const columns = [id, card + 1, paidAt, amount, random.pick(CURRENCIES), random.pick(STATUSES)];
    columns.push(orderNumber(random), uuid(random), description(random, cards[card]!));
    yield `${columns.join('\t')}\n`;
  }
}

function description(random: Random, card: Card): string {
  if (!random.oneIn(10)) return `Order of ${1 + random.below(9)} items`;
  return `Paid by phone with card ${written(card.pan, random.below(3))}, code ${random.digits(6)}`;
}

/** Sixteen digits that no card has: they start with 0 and fail the Luhn check. */
function orderNumber(random: Random): string {
  const body = `0${random.digits(14)}`;
  return body + ((Number(luhnDigit(body)) + 1 + random.below(9)) % 10);
}

function uuid(random: Random): string {
  const hex = Buffer.from(random.bytes(16)).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
