/**
 * Where a player stands in a tape, and what its screen shows there. Steps forward beat by beat;
 * goes anywhere from the nearest screen that is known: one that was recorded (`tty.k`), one
 * that was kept while playing, or, for transcripts, any segment.
 */
import { Screen, SIZE_USUAL, type Size, snapshotOf } from '../../recorder/terminal/index.ts';
import type { Beat } from './beat.ts';
import type { Narrator } from './narrator.ts';
import type { Tape, Target } from './tape.ts';

/** Output after which a screen is kept. */
const KEEP_EVERY_CHARACTERS = 262_144;
const KEPT_MAX = 1024;
/** Segments that are looked through, backwards, for a recorded screen. */
const KEYFRAME_SEGMENTS_MAX = 12;

/** A known screen: what was before `index` in the beats of `segment` is in it. */
interface Kept {
  readonly segment: number;
  readonly index: number;
  readonly seq: number;
  readonly atUs: number;
  readonly text: string;
  readonly size: Size;
  /** Its segment, where that is told already. */
  readonly told?: { readonly beats: readonly Beat[]; readonly narrator: Narrator };
}

/** Which of the recorded streams are shown. */
export type Streams = ReadonlySet<'output' | 'error' | 'input'>;

/** The state of one player. */
export class Deck {
  readonly tape: Tape;
  readonly screen: Screen;
  /** What is wrong from here on; null where all holds. */
  damage: string | null = null;
  /** The last things typed, for an overlay. */
  typed = '';
  readonly #transcriptSize: Size;
  readonly #streams: Streams;
  #narrator: Narrator;
  #segment = -1;
  #beats: readonly Beat[] = [];
  #index = 0;
  /** The first record that is in no part so far. */
  #next = 0;
  #isTerminal: boolean;
  #atUs = 0;
  #seq = -1;
  readonly #kept: Kept[] = [];
  #sinceKept = 0;

  /** `transcriptSize`: of the screen where the session had none. */
  constructor(
    tape: Tape,
    transcriptSize: Size = SIZE_USUAL,
    streams: Streams = new Set(['output', 'error']),
  ) {
    this.tape = tape;
    this.#transcriptSize = transcriptSize;
    this.#streams = streams;
    this.#narrator = tape.narrator();
    this.#isTerminal = tape.isTerminal;
    this.screen = new Screen(this.#size);
  }

  /** Time of the last beat that was played, or to which the player went. */
  get atUs(): number {
    return this.#atUs;
  }

  /** Record of the last beat that was played. */
  get seq(): number {
    return this.#seq;
  }

  /** The beat that comes next; null at the end. */
  async peek(): Promise<Beat | null> {
    while (this.#index >= this.#beats.length) if (!(await this.#more())) return null;
    return this.#beats[this.#index]!;
  }

  /** The next part, or what has been added to the last one. False if there is nothing more. */
  async #more(): Promise<boolean> {
    if (this.#isTerminal !== this.tape.isTerminal) await this.#enter(this.#start);
    let part = Math.max(0, this.#segment);
    while (part < this.tape.parts && this.tape.endOf(part) <= this.#next) part++;
    if (part >= this.tape.parts) return false;
    this.#segment = part;
    this.#beats = await this.tape.beats(part, this.#narrator, this.#next);
    this.#next = this.tape.endOf(part);
    this.#index = 0;
    return true;
  }

  /** Plays one beat; null at the end. */
  async step(): Promise<Beat | null> {
    const beat = await this.peek();
    if (beat === null) return null;
    this.#index++;
    this.#atUs = Math.max(beat.atUs, 0);
    this.#seq = beat.seq;
    this.#show(beat);
    return beat;
  }

  /** Time between beats passes. */
  wait(untilUs: number): void {
    this.#atUs = Math.max(this.#atUs, untilUs);
  }

  /** Goes to a time, or behind a record. */
  async seek(target: Target): Promise<void> {
    const isBehind = 'seq' in target ? this.#seq > target.seq : this.#atUs > target.atUs;
    const entry = await this.#entry(target);
    const here = this.#segment >= 0 && !isBehind;
    if (
      !here ||
      entry.segment > this.#segment ||
      (entry.segment === this.#segment && entry.index > this.#index)
    )
      await this.#enter(entry);
    for (;;) {
      const next = await this.peek();
      if (next === null || isPast(next, target)) break;
      await this.step();
    }
    if ('atUs' in target) this.#atUs = Math.min(Math.max(target.atUs, 0), this.tape.durationUs);
  }

  /** One beat back, to what stood before the last that changed the screen. */
  async back(): Promise<void> {
    await this.seek({ seq: this.#seq - 1 });
  }

  /** The next or the last marker from here; null if there is none. Does not go there. */
  async marker(step: 1 | -1): Promise<Beat | null> {
    const narrator = this.tape.narrator();
    const first = this.tape.segmentAt({ seq: Math.max(0, this.#seq) });
    for (let index = first; index >= 0 && index < this.tape.parts; index += step) {
      const markers = (await this.tape.beats(index, narrator)).filter((beat) => beat.kind === 'marker');
      const found =
        step === 1
          ? markers.find((beat) => beat.seq > this.#seq)
          : markers.findLast((beat) => beat.seq < this.#seq);
      if (found !== undefined) return found;
    }
    return null;
  }

  get #size(): Size {
    return this.tape.isTerminal ? SIZE_USUAL : this.#transcriptSize;
  }

  #show(beat: Beat): void {
    if (beat.kind === 'damage') this.damage = beat.text;
    else if (beat.kind !== 'marker') this.damage = null;
    if (beat.kind === 'input') this.typed = (this.typed + beat.text).slice(-60);
    if (beat.kind === 'size') this.screen.resize(beat.size!);
    if (beat.kind !== 'output' && beat.kind !== 'error' && beat.kind !== 'input') return;
    if (!this.#streams.has(beat.kind)) return;
    this.screen.writeSafe(beat.text);
    this.#sinceKept += beat.text.length;
    if (this.#sinceKept >= KEEP_EVERY_CHARACTERS) this.#keep();
  }

  /** Keeps the screen as it stands, if nothing is cut here; of too many every second goes. */
  #keep(): void {
    const next = this.#beats[this.#index];
    // Beats of a record that is told in part stand together; between segments no narrator knows more.
    if (next !== undefined || !this.#narrator.isWhole || this.#segment >= this.tape.places.length) return;
    this.#sinceKept = 0;
    const at = { segment: this.#segment + 1, index: 0, seq: this.#seq, atUs: this.#atUs };
    if (this.#kept.some((each) => each.segment === at.segment)) return;
    this.#kept.push({ ...at, text: snapshotOf(this.screen), size: this.screen.size });
    this.#kept.sort((one, other) => one.segment - other.segment);
    if (this.#kept.length > KEPT_MAX)
      this.#kept.splice(0, KEPT_MAX, ...this.#kept.filter((_, index) => index % 2 === 0));
  }

  get #start(): Kept {
    return { segment: 0, index: 0, seq: -1, atUs: 0, text: '', size: this.#size };
  }

  /** The nearest known screen at or before the target. */
  async #entry(target: Target): Promise<Kept> {
    const at = this.tape.segmentAt(target);
    const start = this.#start;
    if (!this.tape.isTerminal) return { ...start, segment: Math.max(0, at - 1) };
    const kept = this.#kept.findLast((each) => each.segment <= at && !isPast(each, target)) ?? start;
    for (let index = at; index >= Math.max(kept.segment, at - KEYFRAME_SEGMENTS_MAX); index--) {
      if (!(await this.tape.hasScreen(index))) continue;
      const narrator = this.tape.narrator();
      const beats = await this.tape.beats(index, narrator);
      const found = beats.findLastIndex((beat) => beat.kind === 'keyframe' && !isPast(beat, target));
      if (found < 0) continue;
      const { seq, atUs, text, size } = beats[found]!;
      return { segment: index, index: found + 1, seq, atUs, text, size: size!, told: { beats, narrator } };
    }
    return kept;
  }

  async #enter(entry: Kept): Promise<void> {
    this.#narrator = entry.told?.narrator ?? this.tape.narrator();
    this.#isTerminal = this.tape.isTerminal;
    this.screen.reset(entry.size);
    this.screen.writeSafe(entry.text);
    this.damage = null;
    this.typed = '';
    this.#sinceKept = 0;
    this.#segment = entry.segment;
    this.#beats = entry.told?.beats ?? (await this.tape.beats(entry.segment, this.#narrator));
    this.#next = this.tape.endOf(entry.segment);
    this.#index = entry.index;
    this.#atUs = entry.atUs;
    this.#seq = entry.seq;
  }
}

function isPast(beat: { readonly seq: number; readonly atUs: number }, target: Target): boolean {
  return 'seq' in target ? beat.seq > target.seq : beat.atUs > target.atUs;
}
