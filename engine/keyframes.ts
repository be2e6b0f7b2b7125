/**
 * A terminal beside a recording: it sees what the client sees, writes a screen into the recording now
 * and then (`tty.k`, so that a player need not begin at the beginning), and raises an alert where a
 * number that should be masked stands on the screen in spite of it.
 */
import type { Bytes } from '../base/bytes.ts';
import { utf8 } from '../base/bytes.ts';
import type { Cleaner } from '../base/cleaner.ts';
import type { Clock } from '../base/clock.ts';
import { ANYWHERE } from '../base/finding.ts';
import { type Entry, FACT, type Recorder } from '../base/recording.ts';
import { Screen, SIZE_USUAL, snapshotOf, TerminalFilter } from '../recorder/terminal/index.ts';

/** docs/formats/pgr-v1.md: every 256 KiB of output or 10 s. */
const OUTPUT_BYTES_MAX = 262_144;
const AGE_US_MAX = 10_000_000;
/** The screen is searched no more often than this while output comes. */
const LOOK_US = 50_000;
/** Screens of one session; terminals beyond are recorded without. */
const SCREENS_MAX = 16;
/** Lines that an alert was raised for. */
const SEEN_MAX = 256;

interface Watched {
  readonly screen: Screen;
  readonly filter: TerminalFilter;
  readonly decoder: TextDecoder;
  bytes: number;
  keptUs: number;
  lookedUs: number;
  /** Something was written since the screen was searched. */
  isNew: boolean;
}

/** What the keyframes of one session are made with. */
export interface KeyframeParts {
  readonly recorder: Recorder;
  readonly cleaner: Cleaner;
  readonly clock: Clock;
}

/** Puts keyframes between the records of terminals; everything else is the recorder's own. */
export class KeyframeRecorder implements Recorder {
  readonly #parts: KeyframeParts;
  readonly #inner: Recorder;
  readonly #watched = new Map<unknown, Watched>();
  readonly #seen = new Set<string>();

  constructor(parts: KeyframeParts) {
    this.#parts = parts;
    this.#inner = parts.recorder;
  }

  get sid(): string {
    return this.#inner.sid;
  }

  get written(): number {
    return this.#inner.written;
  }

  get accepted(): number {
    return this.#inner.accepted;
  }

  get pendingBytes(): number {
    return this.#inner.pendingBytes;
  }

  hasten(): void {
    this.#inner.hasten();
  }

  get failure(): Error | null {
    return this.#inner.failure;
  }

  get onProgress(): (() => void) | null {
    return this.#inner.onProgress;
  }

  set onProgress(listener: (() => void) | null) {
    this.#inner.onProgress = listener;
  }

  /** The number of the last record that was written: a keyframe's, where there is one. */
  write(entry: Entry): number {
    const seq = this.#inner.write(entry);
    const { ch, d, c, r } = entry.data;
    if (entry.type === 'tty.o') return this.#output(ch, d as Bytes) ?? seq;
    if (entry.type === 'tty.r') this.#resize(ch, Number(c), Number(r));
    else if (entry.type === 'tty.end') this.#end(ch);
    return seq;
  }

  close(why: string, data?: Readonly<Record<string, unknown>>): Promise<void> {
    for (const ch of [...this.#watched.keys()]) this.#end(ch);
    return this.#inner.close(why, data);
  }

  #resize(ch: unknown, columns: number, rows: number): void {
    const size = columns > 0 && rows > 0 ? { columns, rows } : SIZE_USUAL;
    const known = this.#watched.get(ch);
    if (known !== undefined) return known.screen.resize(size);
    if (this.#watched.size >= SCREENS_MAX) return;
    const nowUs = this.#parts.clock.monotonicUs();
    this.#watched.set(ch, {
      screen: new Screen(size),
      filter: new TerminalFilter(),
      decoder: new TextDecoder(),
      bytes: 0,
      keptUs: nowUs,
      lookedUs: nowUs,
      isNew: false,
    });
  }

  /** Shows output; gives the number of the keyframe behind it, if one was due. */
  #output(ch: unknown, bytes: Bytes): number | null {
    const watched = this.#watched.get(ch);
    if (watched === undefined) return null;
    const { screen, filter, decoder } = watched;
    screen.writeSafe(filter.push(decoder.decode(bytes, { stream: true })));
    watched.bytes += bytes.length;
    watched.isNew = true;
    const nowUs = this.#parts.clock.monotonicUs();
    if (nowUs - watched.lookedUs >= LOOK_US) this.#look(ch, watched, nowUs);
    if (watched.bytes < OUTPUT_BYTES_MAX && nowUs - watched.keptUs < AGE_US_MAX) return null;
    // A character of several bytes may go on in what comes next.
    if (!filter.isWhole || bytes[bytes.length - 1]! >= 0x80) return null;
    watched.bytes = 0;
    watched.keptUs = nowUs;
    const { columns: c, rows: r } = screen.size;
    return this.#inner.write({
      type: 'tty.k',
      data: { ch, c, r, d: snapshotOf(screen) },
      facts: { kinds: FACT.terminal },
    });
  }

  #end(ch: unknown): void {
    const watched = this.#watched.get(ch);
    if (watched?.isNew) this.#look(ch, watched, 0);
    this.#watched.delete(ch);
  }

  /** Searches the screen, line by line; lines that go on in the next row are one. */
  #look(ch: unknown, watched: Watched, nowUs: number): void {
    watched.isNew = false;
    watched.lookedUs = nowUs;
    const { columns } = watched.screen.size;
    let line = '';
    for (const row of watched.screen.texts) {
      line += row;
      if (row.length === columns) continue;
      this.#search(ch, line);
      line = '';
    }
    this.#search(ch, line);
  }

  #search(ch: unknown, line: string): void {
    const [found] = this.#parts.cleaner.find(utf8(line), ANYWHERE);
    if (found === undefined || this.#seen.has(line) || this.#seen.size >= SEEN_MAX) return;
    this.#seen.add(line);
    this.#inner.write({
      type: 'alert',
      data: { ch, rule: 'stands-on-screen', sev: 'high', kind: found.kind },
      facts: { kinds: FACT.alert },
    });
  }
}
