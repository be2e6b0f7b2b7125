/**
 * The sealer: it alone holds signing keys. It signs what extends what it has signed, logs it,
 * and only then gives the note away; each note's key is gone when the next one is made.
 * docs/formats/pgr-v1.md, "Sealer".
 */
import type { Bytes } from '../../base/bytes.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { PangateError } from '../../base/errors.ts';
import type { AuditEntry } from '../../base/recording.ts';
import { WALL_ERROR_UNKNOWN } from '../chain.ts';
import { sha256 } from '../hash.ts';
import { newKey } from '../log/ed25519.ts';
import { decodeEntry, noteOf, SEALER_TYPES } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import { TILE_WIDTH, type TileReader } from '../log/tiles.ts';
import type { AcknowledgedHead, Notary } from '../notary.ts';
import { isSid } from '../plain.ts';
import { epochKeyName, frameOfNote, noteFrame, noteOfFrame } from '../session-note.ts';
import type { SealerKeys } from './keys.ts';
import { endBehindNote, extend, headerOf, NO_CHAIN, type SessionState } from './session-state.ts';

/** Sessions that have ended and whose last note is still at hand. */
const ENDED_KEPT = 10_000;
/** Heads in one entry of the log. */
const HEADS_PER_ENTRY = 1000;

/** What a sealer is made of. */
export interface SealerParts {
  readonly keys: SealerKeys;
  readonly log: Log;
  readonly clock?: Clock;
  /** A failure of the log: the process ends, and the next one begins from what the log holds. */
  readonly onFailure?: (error: Error) => void;
}

/** The sealer of one log. */
export class Sealer implements Notary {
  readonly trouble = null;
  readonly #parts: SealerParts;
  readonly #clock: Clock;
  readonly #open = new Map<string, SessionState>();
  readonly #ended = new Map<string, Bytes>();
  /** Sessions with a note on its way to the log. */
  readonly #busy = new Set<string>();

  constructor(parts: SealerParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
  }

  /** Takes up the sessions that the log knows; of each only the last note is looked into. */
  load(reader: TileReader, size: number): void {
    const open = new Map<string, string>();
    let ended: string[] = [];
    for (let number = 0; number * TILE_WIDTH < size; number++)
      for (const bytes of reader.bundle(number)) {
        const entry = decodeEntry(bytes);
        const note = entry === null ? null : noteOf(entry);
        if (entry === null || note === null) continue;
        const sid = String(entry['sid']);
        if (entry.type === 'close') {
          open.delete(sid);
          ended.push(note);
          if (ended.length > 2 * ENDED_KEPT) ended = ended.slice(-ENDED_KEPT);
        } else open.set(sid, note);
      }
    for (const note of [...ended.slice(-ENDED_KEPT), ...open.values()]) this.#adopt(note);
  }

  /** Sessions that are begun and not ended. */
  get sessions(): number {
    return this.#open.size;
  }

  async sign(sid: string, frames: readonly Bytes[], end: boolean): Promise<Bytes> {
    if (!isSid(sid) || this.#busy.has(sid)) throw refusal('it is not the time for it');
    this.#busy.add(sid);
    try {
      return await this.#sign(sid, Buffer.concat(frames), end);
    } finally {
      this.#busy.delete(sid);
    }
  }

  async last(sid: string): Promise<Bytes | null> {
    return this.#open.get(sid)?.last ?? this.#ended.get(sid) ?? null;
  }

  async acknowledge(heads: readonly AcknowledgedHead[]): Promise<void> {
    for (let at = 0; at < heads.length; at += HEADS_PER_ENTRY)
      await this.#log({ type: 'acked', heads: heads.slice(at, at + HEADS_PER_ENTRY) });
  }

  async append(entry: AuditEntry): Promise<number> {
    if (SEALER_TYPES.has(entry.type))
      throw new PangateError('argument-invalid', 'an entry of this type is the sealer’s own');
    return await this.#parts.log.append(entry);
  }

  /** An entry of the sealer's own. */
  async note(entry: AuditEntry): Promise<number> {
    return await this.#log(entry);
  }

  async close(): Promise<void> {
    await this.#parts.log.close();
    this.#open.clear();
  }

  async #sign(sid: string, frames: Bytes, end: boolean): Promise<Bytes> {
    const state = this.#open.get(sid);
    if (this.#ended.has(sid)) throw refusal('the session has ended');
    const header = state === undefined ? headerOf(sid, frames) : null;
    const chain = extend(state?.end ?? NO_CHAIN, state?.notes ?? 0, frames);
    if (chain.isEnded !== end || (chain.isIndexed && !end)) throw refusal('the end is not where it is said');
    const epoch = state?.notes ?? 0;
    const next = end ? null : newKey();
    const signer = state?.key ? { name: epochKeyName(sid, epoch), key: state.key } : this.#parts.keys.node;
    const { records, seals, head } = chain;
    const times = { wallUs: this.#clock.wallUs(), wallErrorUs: WALL_ERROR_UNKNOWN };
    const about = { sid, records, seals, head, epoch, ...times, next: next?.publicKey ?? null };
    const frame = noteFrame(about, signer);
    const note = noteOfFrame(frame);
    const entries: AuditEntry[] = [];
    if (header !== null) {
      const { node, boot, ordinal } = header.map;
      const opened = { type: 'open', sid, node, boot, ordinal, header: firstHash(frames) };
      entries.push(end ? opened : { ...opened, records, note });
    }
    if (end) entries.push({ type: 'close', sid, records, note });
    else if (header === null) entries.push({ type: 'ckpt', sid, records, note });
    await Promise.all(entries.map((entry) => this.#log(entry)));
    this.#keep(
      sid,
      frame,
      end ? null : { end: { ...chain, head: sha256(frame) }, notes: epoch + 1, key: next, last: frame },
    );
    return frame;
  }

  #keep(sid: string, frame: Bytes, state: SessionState | null): void {
    if (state !== null) {
      this.#open.set(sid, state);
      return;
    }
    this.#open.delete(sid);
    this.#ended.set(sid, frame);
    if (this.#ended.size > ENDED_KEPT) this.#ended.delete(this.#ended.keys().next().value!);
  }

  #adopt(note: string): void {
    const frame = frameOfNote(note);
    const read = endBehindNote(frame);
    if (read === null) return;
    const { end, epoch, sid } = read;
    this.#keep(sid, frame, end.isEnded ? null : { end, notes: epoch + 1, key: null, last: frame });
  }

  async #log(entry: AuditEntry): Promise<number> {
    try {
      return await this.#parts.log.append(entry);
    } catch (error) {
      this.#parts.onFailure?.(error as Error);
      throw error;
    }
  }
}

function firstHash(frames: Bytes): Bytes {
  const length = 8 + Buffer.from(frames.buffer, frames.byteOffset, frames.length).readUInt32LE(4);
  return sha256(frames.subarray(0, length));
}

function refusal(why: string): PangateError {
  return new PangateError('seal-refused', `the sealer refuses to sign: ${why}`);
}
