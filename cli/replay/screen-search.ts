/**
 * Looks for a text on the screens of a session: as it was seen, not as it was sent. Output of text
 * and colours alone is not rendered: what it shows is what it says, and only its end stands on the
 * screen that the rest needs.
 */
import type { Bytes } from '../../base/bytes.ts';
import { decodeRecords, type RecordRead } from '../../recorder/index.ts';
import { PlainOutput } from '../../recorder/terminal/index.ts';
import type { Hit, Needle } from './grep-search.ts';
import { Narrator, STREAMS } from './narrator.ts';
import { Reader, type SeenLine } from './transcript.ts';

/** Lines behind which nothing of what was left out stands on any screen. */
const LINES_MIN = 200;
/** Segments, and their bytes, that are kept for their last lines. */
const SKIPPED_MAX = 16;
const SKIPPED_BYTES_MAX = 2_097_152;
/** Terminals of one session; those beyond are looked at as if they were one. */
const CHANNELS_MAX = 64;

const NOBODY = { user: '', database: '', target: '' };

interface Channel {
  readonly narrator: Narrator;
  readonly reader: Reader;
}

/** All screens of one session. */
export class ScreenSearch {
  readonly #needle: Needle;
  readonly #channels = new Map<number, Channel>();
  readonly #terminals = new Set<number>();
  readonly #plain: PlainOutput | null;
  /** Content that was left out, as much of it as the screen may still show. */
  #skipped: { readonly raw: Bytes; readonly lines: number }[] = [];
  /** Content before it was left out and not kept. */
  #isGap = false;
  #hits: Hit[] = [];

  constructor(needle: Needle) {
    const { bytes, isFolded } = needle;
    this.#needle = needle;
    this.#plain = bytes === null ? null : new PlainOutput({ isFolded, withTabs: !bytes.includes(0x20) });
  }

  /** True if the records of this content are to be taken; false if nothing in it can be a hit. */
  needs(raw: Bytes): boolean {
    if (this.#plain === null) return true;
    const isPlain = this.#isUsual && this.#plain.take(raw);
    if (isPlain && !this.#plain.text.includes(this.#needle.bytes!) && this.#skip(raw)) return false;
    this.#catchUp();
    this.#plain.reset();
    return true;
  }

  take(record: RecordRead): readonly Hit[] {
    const number = Number(record.data['ch'] ?? 0);
    if (record.type === 'tty.r') this.#terminals.add(number);
    const { narrator, reader } = this.#channel(number);
    for (const beat of narrator.tell(record)) reader.take(beat);
    return this.#taken();
  }

  end(): readonly Hit[] {
    this.#catchUp();
    for (const { reader } of this.#channels.values()) reader.end();
    return this.#taken();
  }

  get #isUsual(): boolean {
    if (this.#channels.size > 1) return false;
    for (const { narrator, reader } of this.#channels.values())
      if (!narrator.isWhole || !reader.isUsual) return false;
    return true;
  }

  /** Keeps what the screen may still show of it; false if that were too much. */
  #skip(raw: Bytes): boolean {
    const kept = [...this.#skipped, { raw, lines: this.#plain!.lines }];
    let from = kept.length;
    for (let lines = 0; from > 0 && lines < LINES_MIN; ) lines += kept[--from]!.lines;
    const bytes = kept.slice(from).reduce((sum, each) => sum + each.raw.length, 0);
    if (kept.length - from > SKIPPED_MAX || bytes > SKIPPED_BYTES_MAX) return false;
    this.#isGap ||= from > 0;
    this.#skipped = kept.slice(from);
    return true;
  }

  /** What was left out stands on the screen again. */
  #catchUp(): void {
    const skipped = this.#skipped;
    const isGap = this.#isGap;
    this.#skipped = [];
    this.#isGap = false;
    const records = skipped.flatMap(({ raw }) => [...decodeRecords(raw)].filter(isOutput));
    const [first] = records;
    if (first === undefined) return;
    const { narrator, reader } = this.#channel(Number(first.data['ch'] ?? 0));
    reader.catchUp(
      records.flatMap((record) => [...narrator.tell(record)]),
      isGap,
    );
  }

  /** Output that went to no terminal is one channel's, whoever's it was. */
  #channel(ch: number): Channel {
    const number = this.#terminals.has(ch) ? ch : STREAMS;
    let channel = this.#channels.get(number);
    if (channel === undefined && this.#channels.size >= CHANNELS_MAX) [channel] = this.#channels.values();
    if (channel === undefined) {
      const reader = new Reader(true, (line) => this.#seen(line), this.#needle.unit);
      channel = { narrator: new Narrator(NOBODY, true, number), reader };
      this.#channels.set(number, channel);
    }
    return channel;
  }

  #seen({ seq, atUs, text }: SeenLine): void {
    if (this.#needle.matches(text)) this.#hits.push({ seq, atUs, where: 'screen', text });
  }

  #taken(): readonly Hit[] {
    const hits = this.#hits;
    if (hits.length > 0) this.#hits = [];
    return hits;
  }
}

function isOutput({ type }: RecordRead): boolean {
  return type === 'tty.o' || type === 'tty.e';
}
