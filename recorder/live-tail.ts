/**
 * What the journals hold of a session that is being recorded: its records are there within
 * milliseconds, in its recording with the next seal. Frames of the journal are checked one by one;
 * each look reads only what has come since the last one.
 */
import type { Bytes } from '../base/bytes.ts';
import { systemDisk } from './disk.ts';
import { openSlice, type SessionKeys } from './envelope.ts';
import { FileWindow } from './file-window.ts';
import { FRAME_HEAD_BYTES } from './frame.ts';
import { decodeHeader } from './header.ts';
import { isJournalHead, JOURNAL_HEAD_BYTES, type JournalFrame } from './journal-frame.ts';
import { archiveAround, journalFolders, journalFrameAt, journalPaths } from './journal-scan.ts';
import { lockHolder } from './lock.ts';

/** Whole records with numbers that follow one another. */
export interface TailSlice {
  readonly firstSeq: number;
  readonly count: number;
  readonly bytes: Bytes;
}

interface Read {
  at: number;
  /** Numbers that the file gives to the session. */
  readonly numbers: Set<number>;
}

/** The journals around one recording. */
export class LiveTail {
  readonly #path: string;
  readonly #sid: string;
  readonly #keys: SessionKeys | null;
  readonly #read = new Map<string, Read>();
  #slices: TailSlice[] = [];
  /** The folder whose journals name the session. */
  #folder: string | null = null;

  /** `keys`: the session's, where it is encrypted. */
  constructor(path: string, sid: string, keys: SessionKeys | null) {
    this.#path = path;
    this.#sid = sid;
    this.#keys = keys;
  }

  /** True while the process that records lives; false as well where no journal names the session. */
  async isRecorded(): Promise<boolean> {
    return this.#folder !== null && (await lockHolder(this.#folder)) !== null;
  }

  /** Reads what has come. A file that goes meanwhile is none that is needed: its records are sealed. */
  async look(): Promise<void> {
    for (const folder of await journalFolders(systemDisk, archiveAround(this.#path)))
      for (const path of await journalPaths(systemDisk, folder).catch(() => []))
        await this.#file(folder, path).catch(() => undefined);
  }

  /** The slices from a record on, as far as none is missing; what is before it is let go. */
  from(seq: number): readonly TailSlice[] {
    this.#slices = this.#slices.filter(({ firstSeq, count }) => firstSeq + count > seq);
    let next = seq;
    return this.#slices.filter(({ firstSeq, count }) => {
      if (firstSeq > next || firstSeq + count <= next) return false;
      next = firstSeq + count;
      return true;
    });
  }

  async #file(folder: string, path: string): Promise<void> {
    const file = await systemDisk.open(path, 'read');
    try {
      const window = new FileWindow(file, await file.size());
      const read = this.#read.get(path) ?? (await begun(window));
      if (read === null) return;
      this.#read.set(path, read);
      for (;;) {
        const found = await journalFrameAt(window, read.at);
        if (found === null) return;
        this.#take(found.frame, read, folder);
        read.at = found.to;
      }
    } finally {
      await file.close();
    }
  }

  #take(frame: JournalFrame, { numbers }: Read, folder: string): void {
    if (frame.kind === 'open') {
      if (decodeHeader(frame.header.subarray(FRAME_HEAD_BYTES))?.sid !== this.#sid) return;
      numbers.add(frame.session);
      this.#folder = folder;
    } else if (frame.kind === 'records' && numbers.has(frame.session)) {
      const { firstSeq, count, bytes, sealed } = frame.slice;
      const plain = sealed ? this.#opened(bytes, firstSeq) : Uint8Array.from(bytes);
      if (plain !== null) this.#slices.push({ firstSeq, count, bytes: plain });
    }
  }

  #opened(bytes: Bytes, firstSeq: number): Bytes | null {
    return this.#keys === null ? null : openSlice(this.#keys, bytes, firstSeq);
  }
}

/** Null for a file that has no head yet. */
async function begun(window: FileWindow): Promise<Read | null> {
  if (!isJournalHead(await window.view(0, JOURNAL_HEAD_BYTES))) return null;
  return { at: JOURNAL_HEAD_BYTES, numbers: new Set() };
}
