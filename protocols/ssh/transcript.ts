/**
 * What a channel leaves in the recording (docs/formats/pgr-v1.md, `tty.*`). What comes here is
 * masked. A terminal is recorded whole; other streams up to a cap, and beyond it by their hash.
 */
import { createHash, type Hash } from 'node:crypto';
import { type Bytes, text, utf8 } from '../../base/bytes.ts';
import type { Cleaner } from '../../base/cleaner.ts';
import { ANYWHERE } from '../../base/finding.ts';
import type { Outlet, ResultPolicy } from '../../base/host.ts';
import { FACT } from '../../base/recording.ts';

/** Bytes of a command, a name or a path that stand in a record. */
const TEXT_BYTES_MAX = 65_536;

/** Records of one session's channels. */
export class Transcript {
  readonly #outlet: Outlet;
  readonly #cleaner: Cleaner;
  readonly #results: ResultPolicy;

  constructor(outlet: Outlet, cleaner: Cleaner, results: ResultPolicy) {
    this.#outlet = outlet;
    this.#cleaner = cleaner;
    this.#results = results;
  }

  /** Bytes of one stream, or one file, that are recorded. */
  get bytesMax(): number {
    return this.#results.bytesMax;
  }

  /** A text for a record: cut at a bound and masked. */
  masked(words: string): string {
    return text(this.#cleaner.clean(utf8(words).subarray(0, TEXT_BYTES_MAX), ANYWHERE));
  }

  event(type: string, data: Readonly<Record<string, unknown>>, kinds = 0): void {
    this.#outlet.record({ type, data, ...(kinds !== 0 && { facts: { kinds } }) });
  }

  /** `tty.exec`: what runs on a channel. */
  started(ch: number, what: Readonly<Record<string, unknown>>): void {
    this.#outlet.record({
      type: 'tty.exec',
      data: { ch, ...what },
      facts: { statements: 1, kinds: FACT.statement },
    });
  }

  /** Something that was asked for and refused. */
  refused(ch: number | null, what: string, rule: string): void {
    const data = { what, rule, ...(ch !== null && { ch }) };
    this.#outlet.record({ type: 'refused', data, facts: { errors: 1, kinds: FACT.deny } });
  }

  /** A tripwire was touched. */
  alert(ch: number, rule: string): void {
    this.event('alert', { ch, rule, sev: 'warning' }, FACT.alert);
  }

  /** So many findings were known only when more of them stood on the screen than may. */
  shownLate(ch: number, n: number): void {
    this.event('alert', { ch, rule: 'shown-late', sev: 'high', n }, FACT.alert);
  }

  size(ch: number, columns: number, rows: number): void {
    this.event('tty.r', { ch, c: columns, r: rows }, FACT.terminal);
  }

  /** What a channel does with files. */
  file(data: Readonly<Record<string, unknown>>, errors: number): void {
    this.#outlet.record({ type: 'tty.file', data, facts: { errors, kinds: FACT.fileTransfer } });
  }

  /** So many values were masked. */
  masks(data: Readonly<Record<string, unknown>>, masked: number): void {
    this.#outlet.record({ type: 'mask.b', data, facts: { masked, kinds: FACT.masked } });
  }

  /** How a channel ended. */
  ended(ch: number, masked: number, how: Readonly<Record<string, unknown>>): void {
    if (masked > 0) this.masks({ ref: ch, n: masked, rule: 'value' }, masked);
    this.event('tty.end', { ch, ...how });
  }

  /** One stream of a channel; `whole`: without a cap; `foreign`: no text, its hash alone. */
  track(ch: number, stream: 'o' | 'e', whole: boolean, foreign = false): Track {
    const { bytesMax, commit } = this.#results;
    const most = foreign ? 0 : whole ? Number.POSITIVE_INFINITY : bytesMax;
    return new Track(this.#outlet, ch, stream, most, commit);
  }
}

/** One stream: its bytes up to the cap, the hash of what is beyond. */
export class Track {
  readonly #outlet: Outlet;
  readonly #ch: number;
  readonly #stream: string;
  readonly #bytesMax: number;
  readonly #commits: boolean;
  #recordedBytes = 0;
  #elidedBytes = 0;
  #hash: Hash | null = null;

  constructor(outlet: Outlet, ch: number, stream: string, bytesMax: number, commits: boolean) {
    this.#outlet = outlet;
    this.#ch = ch;
    this.#stream = stream;
    this.#bytesMax = bytesMax;
    this.#commits = commits;
  }

  add(bytes: Bytes): void {
    const room = this.#bytesMax - this.#recordedBytes;
    if (bytes.length > room) return this.#addBeyond(bytes, room);
    this.#recordedBytes += bytes.length;
    this.#outlet.record({
      type: `tty.${this.#stream}`,
      data: { ch: this.#ch, d: bytes },
      facts: { kinds: FACT.terminal },
    });
  }

  /** `tty.elided`, where there was more than the cap. */
  end(): void {
    if (this.#elidedBytes === 0 || !this.#commits) return;
    const data = {
      ch: this.#ch,
      of: this.#stream,
      bytes: this.#elidedBytes,
      sha256: this.#hash!.digest(),
    };
    this.#elidedBytes = 0;
    this.#outlet.record({ type: 'tty.elided', data });
  }

  #addBeyond(bytes: Bytes, room: number): void {
    if (room > 0) this.add(bytes.subarray(0, room));
    const rest = bytes.subarray(room);
    this.#elidedBytes += rest.length;
    if (!this.#commits) return;
    this.#hash ??= createHash('sha256');
    this.#hash.update(rest);
  }
}
