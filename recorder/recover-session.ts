/**
 * Completes one recording from the journal: the longest prefix of its file that holds stays,
 * what is torn behind it is copied aside first, what the journal has and the file has not is
 * appended, and all is sealed as recovered. docs/formats/pgr-v1.md, "Recovery".
 */
import { dirname } from 'node:path';
import { type Bytes, equal, join, keep } from '../base/bytes.ts';
import { PangateError } from '../base/errors.ts';
import type { JournalKeys } from './boot-key.ts';
import { Chain, type WallTime } from './chain.ts';
import { ChainReader } from './chain-reader.ts';
import { type Disk, type DiskFile, readFull, syncFolders, writeAll } from './disk.ts';
import { openSlice, type SessionKeys, sealSegment } from './envelope.ts';
import { FactSum } from './facts.ts';
import { FileWindow } from './file-window.ts';
import { FOOTER_FLAG } from './footer.ts';
import { FRAME_HEAD_BYTES } from './frame.ts';
import { sha256 } from './hash.ts';
import { isEncrypted } from './header.ts';
import type { JournaledSession, SliceAt } from './journal-scan.ts';
import type { Notary } from './notary.ts';
import { readRecordHead } from './record.ts';
import { SEAL_FLAG } from './seal.ts';
import { closeSegment, packSegment, recordEnds, SEED_TYPE } from './segment.ts';
import { decodeSessionNote } from './session-note.ts';
import { writeWrappedKey } from './wrapped-key.ts';
import type { Zstd } from './zstd.ts';

const COPY_BYTES = 1_048_576;

/** What became of one recording that was not complete. */
export interface Recovery {
  readonly sid: string;
  readonly path: string;
  /**
   * `complete`: it was. `recovered`: sealed up to the last record there is. `quarantined`: the
   * file holds damage that the journal cannot mend; it was renamed aside. `failed`: for want
   * of space or rights; the journal keeps the records for the next start.
   */
  readonly outcome: 'complete' | 'recovered' | 'quarantined' | 'failed';
  readonly records: number;
  readonly tornBytes: number;
  readonly reason: string;
}

export interface RecoveryContext {
  readonly disk: Disk;
  readonly directory: string;
  readonly zstd: Zstd;
  readonly wall: () => WallTime;
  readonly pathOf: (sid: string) => string;
  readonly notary: Notary | null;
  /** Bytes of the file that can be relied on. */
  readonly trustedBytes: number;
  readonly keys: JournalKeys;
}

/** Completes one session. Never throws. */
export async function recoverSession(session: JournaledSession, context: RecoveryContext): Promise<Recovery> {
  const path = context.pathOf(session.sid);
  const rescue = new Rescue(session, context, path);
  try {
    return await rescue.run();
  } catch (error) {
    return rescue.outcome('failed', (error as Error).message);
  } finally {
    await rescue.close();
  }
}

class Rescue {
  readonly #session: JournaledSession;
  readonly #context: RecoveryContext;
  readonly #path: string;
  readonly #chain: Chain;
  /** Index, footer and note of a file that lacks its seek table at most; whatever of them is there. */
  readonly #end: Bytes[] = [];
  #file: DiskFile | null = null;
  /** Journal files that were read from. */
  readonly #journals = new Map<string, DiskFile>();
  #tornBytes = 0;
  /** The session's, if it is encrypted. */
  #keys: SessionKeys | null = null;
  /** Why the sealer will not sign what there is. */
  #refusal = '';

  constructor(session: JournaledSession, context: RecoveryContext, path: string) {
    this.#session = session;
    this.#context = context;
    this.#path = path;
    this.#chain = new Chain(context.notary !== null);
  }

  async run(): Promise<Recovery> {
    const { disk, directory } = this.#context;
    await disk.mkdir(dirname(this.#path));
    if (isEncrypted(this.#session.header)) await this.#unlock();
    const { key } = this.#session;
    if (key !== null) await writeWrappedKey(disk, this.#path, key.text, directory);
    this.#file = await this.#open();
    const bytes = await this.#file.size();
    const prefix = await this.#walk(bytes);
    if (prefix === 'complete') return this.outcome('complete', '');
    const last = (await this.#context.notary?.last(this.#session.sid)) ?? null;
    if (last !== null && (await this.#completes(last, bytes))) return this.outcome('complete', '');
    const slices = missing(this.#session.slices, this.#chain.nextSeq);
    if (prefix === 'damaged' && (slices === null || slices.length === 0)) return await this.#quarantine();
    if (slices === null) await this.#keepUnplaced();
    this.#tornBytes = bytes - this.#chain.position;
    if (this.#tornBytes > 0) await this.#setAside(bytes);
    if (this.#chain.position === 0) await this.#begin();
    if (last !== null) await this.#takeUp(last);
    const fromSeq = this.#chain.nextSeq;
    const starts = await this.#seedStarts(slices ?? []);
    for (const segment of segmentsOf(slices ?? [], starts)) await this.#append(segment);
    await this.#finish({ why: 'recovered', from_seq: fromSeq, torn: this.#tornBytes });
    if (slices === null)
      return this.outcome('quarantined', 'records are missing between the file and the journal');
    return this.#refusal === '' ? this.outcome('recovered', '') : this.outcome('quarantined', this.#refusal);
  }

  /** Without the session's key its records stay where they are. */
  async #unlock(): Promise<void> {
    const { header, key, slices } = this.#session;
    this.#keys = await this.#context.keys.of(header, key);
    if (this.#keys === null && slices.length > 0)
      throw new Error('its key is not here: complete it with a recipient’s key (pangate replay recover)');
  }

  outcome(outcome: Recovery['outcome'], reason: string): Recovery {
    const { sid } = this.#session;
    return {
      sid,
      path: this.#path,
      outcome,
      reason,
      records: this.#chain.nextSeq,
      tornBytes: this.#tornBytes,
    };
  }

  async close(): Promise<void> {
    for (const file of [this.#file, ...this.#journals.values()]) {
      try {
        await file?.close();
      } catch {
        // Nothing was left unwritten: every write that counts was followed by a sync.
      }
    }
  }

  async #open(): Promise<DiskFile> {
    try {
      return await this.#context.disk.open(this.#path, 'change');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return await this.#context.disk.open(this.#path, 'create');
    }
  }

  /** Follows the chain as far as it holds. `damaged`: sealed segments follow behind where it breaks. */
  async #walk(bytes: number): Promise<'complete' | 'torn' | 'damaged'> {
    const reader = new ChainReader(new FileWindow(this.#file!, bytes));
    for (;;) {
      const step = await reader.next();
      if (step.kind === 'complete') return 'complete';
      if (step.kind === 'header') {
        if (!(await this.#isOurHeader())) return 'damaged';
        this.#chain.begin(this.#session.header);
      }
      if (step.kind === 'incomplete' || ('to' in step && step.to > this.#context.trustedBytes)) return 'torn';
      const holds =
        step.kind !== 'broken' && !('linked' in step && !step.linked) && !('fault' in step && step.fault);
      if (!holds) return (await reader.resume(step.from)) === null ? 'torn' : 'damaged';
      if (step.kind === 'segment' || step.kind === 'silence') this.#chain.adopt(step.seal);
      if (step.kind === 'index' || step.kind === 'footer') this.#end.push(await this.#bytes(step));
      if (step.kind === 'note' && this.#end.length === 0) this.#chain.note(keep(step.frame));
    }
  }

  /** The session had ended, and its last note is signed: puts note and seek table behind the footer. */
  async #completes(last: Bytes, bytes: number): Promise<boolean> {
    const footer = this.#end[1];
    const note = decodeSessionNote(last.subarray(FRAME_HEAD_BYTES));
    if (footer === undefined || note === null || !equal(note.head, sha256(footer))) return false;
    this.#chain.adoptEnd(this.#end.slice(0, 2));
    this.#chain.note(last);
    await this.#write([last, this.#chain.table()]);
    if (bytes > this.#chain.position) await this.#file!.truncate(this.#chain.position);
    await this.#onMedium();
    return true;
  }

  /** The last note may be in the log alone: what is signed was in the file before. */
  async #takeUp(last: Bytes): Promise<void> {
    const note = decodeSessionNote(last.subarray(FRAME_HEAD_BYTES));
    if (note === null || !equal(note.head, this.#chain.head)) return;
    this.#chain.note(last);
    await this.#write([last]);
  }

  async #bytes({ from, to }: { readonly from: number; readonly to: number }): Promise<Bytes> {
    const bytes = new Uint8Array(to - from);
    await readFull(this.#file!, bytes, from);
    return bytes;
  }

  /** Copies what is behind the prefix to a file of its own, durably, before it is cut off. */
  async #setAside(bytes: number): Promise<void> {
    const { disk, directory } = this.#context;
    const path = await this.#freeName('.torn');
    const torn = await disk.open(path, 'create');
    try {
      const buffer = new Uint8Array(COPY_BYTES);
      for (let at = this.#chain.position; at < bytes; ) {
        const read = await readFull(this.#file!, buffer, at);
        if (read === 0) break;
        await writeAll(torn, [buffer.subarray(0, read)], at - this.#chain.position);
        at += read;
      }
      await torn.datasync();
    } finally {
      await torn.close();
    }
    await syncFolders(disk, path, directory);
    await this.#file!.truncate(this.#chain.position);
    await this.#file!.datasync();
  }

  async #isOurHeader(): Promise<boolean> {
    const { header } = this.#session;
    const found = new Uint8Array(header.length);
    return (await readFull(this.#file!, found, 0)) === header.length && equal(found, header);
  }

  async #begin(): Promise<void> {
    await writeAll(this.#file!, [this.#session.header], 0);
    this.#chain.begin(this.#session.header);
  }

  async #append(segment: readonly SliceAt[]): Promise<void> {
    const raw = await this.#read(segment);
    const plain = packSegment(this.#context.zstd, raw);
    const facts = new FactSum();
    for (const slice of segment) facts.add(slice.facts);
    const ends = recordEnds(raw);
    const first = readRecordHead(raw, 0, ends[0]!)!;
    const last = readRecordHead(raw, ends.at(-2) ?? 0, raw.length)!;
    const close = this.#keys === null ? null : { keys: this.#keys, firstSeq: first.seq };
    const packed = closeSegment(plain, close);
    const at = { firstSeq: first.seq, rawBytes: raw.length, monoFirstUs: first.dtUs, monoLastUs: last.dtUs };
    await this.#write(
      this.#chain.seal({ ...packed, ...at, facts }, this.#context.wall(), SEAL_FLAG.recovered),
    );
  }

  async #finish(map: Readonly<Record<string, unknown>>): Promise<void> {
    const { notary } = this.#context;
    await this.#write(this.#chain.finish(this.#context.wall(), FOOTER_FLAG.recovered, map));
    if (notary !== null) await this.#sign(notary);
    await this.#write([this.#chain.table()]);
    await this.#onMedium();
  }

  /** What does not follow what was signed stays without its last note: it is kept, and is not valid. */
  async #sign(notary: Notary): Promise<void> {
    await this.#file!.datasync();
    try {
      const note = await notary.sign(this.#session.sid, this.#chain.unsigned, true);
      this.#chain.note(note);
      await this.#write([note]);
    } catch (error) {
      if (!(error instanceof PangateError) || error.code !== 'seal-refused') throw error;
      this.#refusal = error.message;
    }
  }

  /** Writes frames that the chain has just counted. */
  async #write(frames: readonly Bytes[]): Promise<void> {
    let bytes = 0;
    for (const frame of frames) bytes += frame.length;
    await writeAll(this.#file!, frames, this.#chain.position - bytes);
  }

  async #onMedium(): Promise<void> {
    await this.#file!.datasync();
    await syncFolders(this.#context.disk, this.#path, this.#context.directory);
  }

  /** Renames the file aside and keeps what the journal still has beside it. */
  async #quarantine(): Promise<Recovery> {
    const { disk, directory } = this.#context;
    await this.#keepUnplaced();
    await disk.rename(this.#path, await this.#freeName('.damaged'));
    await syncFolders(disk, this.#path, directory);
    return this.outcome('quarantined', 'the file holds damage that the journal cannot mend');
  }

  /** All records that the journal has, as plain msgpack (in E frames if encrypted), since their place is not there. */
  async #keepUnplaced(): Promise<void> {
    if (this.#session.slices.length === 0) return;
    const file = await this.#context.disk.open(await this.#freeName('.unplaced'), 'create');
    try {
      let at = 0;
      for (const slice of this.#session.slices) {
        const raw = await this.#read([slice]);
        const kept = this.#keys === null ? raw : sealSegment(this.#keys, raw, slice.firstSeq);
        at = await writeAll(file, [kept], at);
      }
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  /** `<sid>.torn`, or with a number where that name is taken. */
  async #freeName(suffix: string): Promise<string> {
    const taken = new Set(await this.#context.disk.list(dirname(this.#path)));
    const base = this.#path.replace(/\.pgr\.zst$/, '');
    const name = (i: number): string => (i === 0 ? `${base}${suffix}` : `${base}.${i}${suffix}`);
    for (let i = 0; ; i++) if (!taken.has(name(i).slice(dirname(base).length + 1))) return name(i);
  }

  /** For each slice, whether it begins with a seed and so begins a segment. */
  async #seedStarts(slices: readonly SliceAt[]): Promise<boolean[]> {
    const starts: boolean[] = [];
    for (const slice of slices) {
      const bytes = slice.sealed ? slice.bytes : Math.min(slice.bytes, SEED_RECORD_BYTES_MAX);
      const head = await this.#read([{ ...slice, bytes }]);
      starts.push(readRecordHead(head, 0, head.length)?.type === SEED_TYPE);
    }
    return starts;
  }

  async #read(slices: readonly SliceAt[]): Promise<Bytes> {
    const parts: Bytes[] = [];
    for (const slice of slices) {
      const file = this.#journals.get(slice.path) ?? (await this.#context.disk.open(slice.path, 'read'));
      this.#journals.set(slice.path, file);
      const stored = new Uint8Array(slice.bytes);
      await readFull(file, stored, slice.from);
      parts.push(slice.sealed ? this.#opened(stored, slice.firstSeq) : stored);
    }
    return join(parts);
  }

  #opened(stored: Bytes, firstSeq: number): Bytes {
    const records = this.#keys === null ? null : openSlice(this.#keys, stored, firstSeq);
    if (records === null) throw new Error('records in the journal do not open with the session’s key');
    return records;
  }
}

/** No seed record is longer: array, two numbers, type, map with 32 bytes. */
const SEED_RECORD_BYTES_MAX = 64;

/**
 * The slices that go on from `nextSeq` without a hole; null if the first of them is missing.
 * A batch that was written twice (the first time in vain) gives several that begin alike: the
 * longest holds the others.
 */
function missing(slices: readonly SliceAt[], nextSeq: number): SliceAt[] | null {
  const longest = new Map<number, SliceAt>();
  let later = false;
  for (const slice of slices) {
    if (slice.firstSeq < nextSeq) continue;
    later = true;
    const known = longest.get(slice.firstSeq);
    if (known === undefined || known.count < slice.count) longest.set(slice.firstSeq, slice);
  }
  const chosen: SliceAt[] = [];
  for (let seq = nextSeq; ; ) {
    const slice = longest.get(seq);
    if (slice === undefined) break;
    chosen.push(slice);
    seq += slice.count;
  }
  return chosen.length === 0 && later ? null : chosen;
}

/** Slices by segment. */
function segmentsOf(slices: readonly SliceAt[], starts: readonly boolean[]): SliceAt[][] {
  const segments: SliceAt[][] = [];
  for (const [i, slice] of slices.entries()) {
    if (starts[i] === true || segments.length === 0) segments.push([slice]);
    else segments.at(-1)!.push(slice);
  }
  return segments;
}
