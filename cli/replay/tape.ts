/**
 * A recording as beats, from any segment on. Each segment is checked when it is read; what does
 * not hold becomes a beat of damage in its place. Bounded: a few segments are kept.
 */
import { FACT } from '../../base/recording.ts';
import {
  FOLLOW_MS,
  type LiveRecording,
  type Recording,
  type RecordRead,
  type SegmentPlace,
  type Verification,
} from '../../recorder/index.ts';
import type { Beat } from './beat.ts';
import { Narrator, type Persona, STREAMS } from './narrator.ts';
import type { Checked } from './reading.ts';
import { safeText } from './safe-text.ts';
import { textIn } from './session.ts';

const SEGMENTS_KEPT = 32;
/** Segments that are looked through for the first terminal. */
const LOOK_MAX = 8;
/** None was seen yet. */
const NO_CHANNEL = -1;

/** Options of `openTape`. */
export interface TapeOptions {
  /** Whose terminal is shown where a session has several; else the first. */
  readonly channel?: number;
  /** Goes with a session that is being recorded, until it ends. */
  readonly follow?: boolean;
  /** Columns that results of statements may take; as many as they need unless told. */
  readonly columns?: number;
}

/** One recording under a player. */
export class Tape {
  readonly persona: Persona;
  readonly verification: Verification;
  /** Wall time of microsecond 0. */
  readonly startedUs: number;
  readonly sid: string;
  readonly path: string;
  readonly #recording: Recording;
  readonly #isFollowed: boolean;
  readonly #columns: number;
  #live: LiveRecording | null = null;
  #places: readonly SegmentPlace[] = [];
  #isOpen = false;
  #isTerminal = false;
  #durationUs = 0;
  #channel = NO_CHANNEL;
  readonly #kept = new Map<number, readonly RecordRead[]>();
  #damages: readonly { readonly offset: number; readonly why: string }[] = [];

  constructor({ recording, opening, verification, header }: Checked, options: TapeOptions) {
    this.#recording = recording;
    this.#isFollowed = options.follow ?? false;
    this.#columns = options.columns ?? Number.POSITIVE_INFINITY;
    this.verification = verification;
    this.startedUs = header.wallUs;
    this.sid = header.sid;
    this.path = recording.path;
    this.#channel = options.channel ?? NO_CHANNEL;
    this.persona = {
      user: textIn(opening, 'user', 'id'),
      database: textIn(opening, 'target', 'database'),
      target: textIn(opening, 'target', 'name'),
    };
  }

  /** Segments with records, in order. */
  get places(): readonly SegmentPlace[] {
    return this.#places;
  }

  /** How many parts there are: the segments, and what is not sealed yet. */
  get parts(): number {
    return this.#places.length + (this.#tail.length > 0 ? 1 : 0);
  }

  /** Number of the first record behind a part. */
  endOf(index: number): number {
    const seal = this.#places[index]?.seal;
    if (seal !== undefined) return seal.firstSeq + seal.records;
    return (this.#tail.at(-1)?.seq ?? -1) + 1;
  }

  /** Length of the session so far. */
  get durationUs(): number {
    return this.#tail.at(-1)?.dtUs ?? this.#durationUs;
  }

  get #tail(): readonly RecordRead[] {
    return this.#live?.tail ?? [];
  }

  /** The session was a terminal's: its screen is one state, and can only be entered where it is known. */
  get isTerminal(): boolean {
    return this.#isTerminal;
  }

  /** More may come. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** What did not hold when the recording was walked. */
  get damages(): readonly { readonly offset: number; readonly why: string }[] {
    return this.#damages;
  }

  /** Walks the seals; of a session that is followed again and again. True if there is more than before. */
  async look(): Promise<boolean> {
    const more = this.#isFollowed ? await this.#lookLive() : await this.#lookOnce();
    const places = this.#places;
    this.#isTerminal ||=
      places.some(({ seal }) => (seal.kinds & FACT.terminal) !== 0) || this.#tail.some(isOfTerminal);
    this.#durationUs = places.at(-1)?.seal.monoLastUs ?? 0;
    if (this.#channel === NO_CHANNEL) this.#channel = await this.#firstChannel();
    return more;
  }

  async #lookOnce(): Promise<boolean> {
    const damages: { offset: number; why: string }[] = [];
    const onDamage = (offset: number, why: string): void => void damages.push({ offset, why });
    const summary = await this.#recording.summary({ onDamage });
    this.#places = summary.segments;
    this.#damages = damages;
    this.#isOpen = summary.footer === null;
    return true;
  }

  async #lookLive(): Promise<boolean> {
    this.#live ??= await this.#recording.follow();
    const more = await this.#live.look();
    this.#places = this.#live.places;
    this.#isOpen = this.#live.state === 'open';
    return more;
  }

  /**
   * All beats in order; of a session that is followed also those that come until it ends. An empty
   * list says that there are no more for a moment.
   */
  async *told(narrator: Narrator): AsyncGenerator<readonly Beat[]> {
    for (let next = 0, index = 0; ; ) {
      for (; index < this.#places.length; index++) {
        if (this.endOf(index) > next) yield await this.beats(index, narrator, next);
        next = Math.max(next, this.endOf(index));
      }
      if (this.endOf(index) > next) yield await this.beats(index, narrator, next);
      next = Math.max(next, this.endOf(index));
      if (!this.#isFollowed || !this.#isOpen) return;
      yield [];
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
      await this.look();
    }
  }

  /** A narrator for records from any segment on. */
  narrator(): Narrator {
    const channel = this.#channel === NO_CHANNEL ? 0 : this.#channel;
    return new Narrator(this.persona, this.#isTerminal, channel, this.#columns);
  }

  /** The beats of a part from a record on, told by a narrator that has told what is before, or begins here. */
  async beats(index: number, narrator: Narrator, fromSeq = 0): Promise<readonly Beat[]> {
    const place = this.#places[index];
    const beats: Beat[] = [];
    const gap = place === undefined || fromSeq > place.seal.firstSeq ? null : this.#gapBefore(index);
    if (gap !== null) beats.push(gap);
    try {
      for (const record of await this.records(index))
        if (record.seq >= fromSeq) beats.push(...narrator.tell(record));
    } catch (error) {
      beats.push(damage(place!, (error as Error).message));
    }
    return beats;
  }

  /** A part holds a copy of the screen. */
  async hasScreen(index: number): Promise<boolean> {
    const records = await this.records(index).catch(() => []);
    return records.some(({ type }) => type === 'tty.k');
  }

  /** The records of a part, without seeds. Throws `archive-damaged`. */
  async records(index: number): Promise<readonly RecordRead[]> {
    const place = this.#places[index];
    if (place === undefined) return this.#tail.filter(({ type }) => type !== 'seed');
    const known = this.#kept.get(index);
    if (known !== undefined) return known;
    const records = (await this.#recording.segment(place)).slice(1);
    this.#kept.set(index, records);
    if (this.#kept.size > SEGMENTS_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return records;
  }

  /** The last part that begins at or before a time or a record; 0 if none does. */
  segmentAt(target: Target): number {
    let low = 0;
    let high = this.parts;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { atUs, seq } = this.startOf(middle);
      const begins = 'seq' in target ? seq <= target.seq : atUs <= target.atUs;
      if (begins) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  /** Where a part begins. */
  startOf(index: number): { readonly atUs: number; readonly seq: number } {
    const seal = this.#places[index]?.seal;
    if (seal !== undefined) return { atUs: seal.monoFirstUs, seq: seal.firstSeq };
    return { atUs: this.#tail[0]!.dtUs, seq: this.#tail[0]!.seq };
  }

  async close(): Promise<void> {
    await this.#recording.close();
  }

  /** Records that should stand between this segment and the one before. */
  #gapBefore(index: number): Beat | null {
    const { seal } = this.#places[index]!;
    const before = this.#places[index - 1]?.seal;
    const expected = before === undefined ? 0 : before.firstSeq + before.records;
    if (seal.firstSeq === expected) return null;
    const text = `records ${expected} to ${seal.firstSeq - 1} are missing`;
    return { seq: expected, atUs: before?.monoLastUs ?? 0, kind: 'damage', text, size: null };
  }

  /** A terminal has a size before it has output; what has none is a command's own output. */
  async #firstChannel(): Promise<number> {
    for (let index = 0; index < Math.min(LOOK_MAX, this.parts); index++) {
      const records = await this.records(index).catch(() => []);
      const first = records.find(isOfTerminal);
      if (first === undefined) continue;
      return first.type === 'tty.r' || first.type === 'tty.k' ? Number(first.data['ch'] ?? 0) : STREAMS;
    }
    return NO_CHANNEL;
  }
}

function isOfTerminal({ type }: RecordRead): boolean {
  return /^tty\.[oirk]$/.test(type);
}

/** A time in the session, or a record. */
export type Target = { readonly atUs: number } | { readonly seq: number };

function damage({ seal }: SegmentPlace, why: string): Beat {
  const last = seal.firstSeq + seal.records - 1;
  const text = safeText(`records ${seal.firstSeq} to ${last} cannot be trusted: ${why}`);
  return { seq: seal.firstSeq, atUs: seal.monoFirstUs, kind: 'damage', text, size: null };
}

/** A tape of a recording that may be shown; closes it when it cannot be walked. */
export async function openTape(checked: Checked, options: TapeOptions = {}): Promise<Tape> {
  const tape = new Tape(checked, options);
  try {
    await tape.look();
    return tape;
  } catch (error) {
    await tape.close();
    throw error;
  }
}
