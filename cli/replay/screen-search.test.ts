/** What grep finds without rendering is what it finds with it. */
import { test } from 'tap';
import type { RecordRead } from '../../recorder/index.ts';
import { decodeRecords } from '../../recorder/index.ts';
import { encodeBody, recordBytesBound, writeRecord } from '../../recorder/record.ts';
import { type Random, seededRandom } from '../../test/random.ts';
import { type Hit, type Needle, needleOf } from './grep-search.ts';
import { ScreenSearch } from './screen-search.ts';

const WORDS = [
  'needle',
  'nee',
  'dle',
  'a word ',
  'x'.repeat(90),
  '\x1b[31m',
  '\x1b[0m',
  'Needle',
  '\t',
  '\r\n',
  '\r\n',
];
const OTHER = [
  '\b',
  '\r',
  '\x1b[2K',
  '\x1b[5;5H',
  '\x1b[?1049h',
  '\x1b[?1049l',
  '中',
  '\x1b[2;9r',
  '\x1b[r',
  '\x1b]0;needle\x07',
];

/** A segment's content: output, what was typed, another size. */
function content(random: Random, firstSeq: number, records: number): Uint8Array {
  const isPlain = !random.oneIn(4);
  const parts: Uint8Array[] = [];
  for (let seq = firstSeq; seq < firstSeq + records; seq++) {
    let text = '';
    for (let i = random.below(8); i >= 0; i--)
      text += !isPlain && random.oneIn(5) ? random.pick(OTHER) : random.pick(WORDS);
    const isTyped = random.oneIn(9);
    const data = isTyped ? { ch: 0, d: Buffer.from('needle') } : { ch: 0, d: Buffer.from(text) };
    const size = !isPlain && random.oneIn(20);
    const type = size ? 'tty.r' : isTyped ? 'tty.i' : random.oneIn(9) ? 'tty.e' : 'tty.o';
    const body = Uint8Array.from(encodeBody(size ? { ch: 0, c: 60, r: 10 } : data));
    const record = { seq, dtUs: seq * 1000, type, body, tailName: '', tail: null };
    const target = new Uint8Array(recordBytesBound(record));
    parts.push(target.subarray(0, writeRecord(target, 0, record)));
  }
  return Buffer.concat(parts);
}

function search(contents: readonly Uint8Array[], needle: Needle): { hits: Hit[]; skipped: number } {
  const screens = new ScreenSearch(needle);
  const hits: Hit[] = [];
  let skipped = 0;
  for (const raw of contents) {
    if (!screens.needs(raw)) skipped++;
    else
      for (const record of decodeRecords(raw)) if (isOfTerminal(record)) hits.push(...screens.take(record));
  }
  hits.push(...screens.end());
  return { hits, skipped };
}

/** What a full-screen program showed comes when a line behind it is told, which may be left out. */
function sorted(hits: readonly Hit[]): string[] {
  return hits.map(({ seq, text }) => `${seq} ${text}`).sort();
}

function isOfTerminal({ type }: RecordRead): boolean {
  return type.startsWith('tty.');
}

test('lines are found alike, whether output was rendered or left out', async (t) => {
  let skipped = 0;
  let found = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const random = seededRandom(seed);
    const contents = Array.from({ length: 1 + random.below(12) }, (_, i) =>
      content(random, i * 100, 1 + random.below(random.oneIn(3) ? 100 : 12)),
    );
    const isFolded = random.oneIn(2);
    const text = random.pick(['needle', 'rare', 'word x', 'xxneedle']);
    const needle = needleOf(text, { ignoreCase: isFolded });
    const fast = search(contents, needle);
    const slow = search(contents, { ...needle, bytes: null, unit: -1 });
    skipped += fast.skipped;
    found += fast.hits.length;
    t.strictSame(sorted(fast.hits), sorted(slow.hits), `seed ${seed}, ${text}`);
  }
  t.ok(skipped > 100 && found > 100, `${skipped} segments were left out, ${found} lines found`);
});

test('a text that wraps, and one that was cleared away, are found', async (t) => {
  const write = (text: string): Uint8Array => {
    const body = Uint8Array.from(encodeBody({ d: Buffer.from(text) }));
    const record = { seq: 1, dtUs: 1, type: 'tty.o', body, tailName: '', tail: null };
    const target = new Uint8Array(recordBytesBound(record));
    return target.subarray(0, writeRecord(target, 0, record));
  };
  const wrapped = write(`${'a'.repeat(76)}needle and more\b\r\n`);
  const cleared = write('a needle\r\n\x1b[H\x1b[2Jnew\r\n');
  for (const raw of [wrapped, cleared]) t.equal(search([raw], needleOf('needle', {})).hits.length, 1);
});
