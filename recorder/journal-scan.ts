/** Reads journals: which sessions they hold, and where their records lie. */
import { dirname, join, resolve } from 'node:path';
import { type Disk, systemDisk } from './disk.ts';
import { FileWindow } from './file-window.ts';
import { FRAME_HEAD_BYTES } from './frame.ts';
import { decodeHeader } from './header.ts';
import {
  isJournalHead,
  isJournalKind,
  JOURNAL_HEAD_BYTES,
  type JournaledKey,
  type JournalFrame,
  type ReadSlice,
  readFrame,
  readFrameHead,
} from './journal-frame.ts';
import { lockHolder } from './lock.ts';

const HEAD_BYTES = 8;

/** A slice of records in a journal file. */
export interface SliceAt {
  readonly path: string;
  /** Where the records themselves lie. */
  readonly from: number;
  readonly bytes: number;
  readonly firstSeq: number;
  readonly count: number;
  readonly facts: ReadSlice['facts'];
  /** Encrypted. */
  readonly sealed: boolean;
}

/** A session as the journals know it. */
export interface JournaledSession {
  readonly sid: string;
  /** Its header frame. */
  readonly header: Uint8Array;
  readonly slices: SliceAt[];
  /** Its key, if it is encrypted and a journal names it. */
  key: JournaledKey | null;
  closed: boolean;
}

/** What one file held. */
export interface ScannedFile {
  readonly path: string;
  /** Bytes in it that are no frame, though frames follow: damage, not the end of a crash. */
  readonly damagedBytes: number;
}

/** How to scan. */
export interface ScanOptions {
  readonly disk: Disk;
  /** Only this session. */
  readonly sid?: string;
}

/** Reads journal files in order and adds what they hold to `sessions`, by sid. */
export async function scanJournal(
  options: ScanOptions,
  paths: readonly string[],
  sessions: Map<string, JournaledSession>,
): Promise<ScannedFile[]> {
  const scanned: ScannedFile[] = [];
  for (const path of paths) scanned.push({ path, damagedBytes: await scanFile(options, path, sessions) });
  return scanned;
}

/** Paths of the journal files in a folder, oldest first. */
export async function journalPaths(disk: Disk, folder: string): Promise<string[]> {
  const names = await disk.list(folder);
  return names
    .filter((name) => /^\d{8}\.pgj$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

async function scanFile(
  options: ScanOptions,
  path: string,
  sessions: Map<string, JournaledSession>,
): Promise<number> {
  const file = await options.disk.open(path, 'read');
  try {
    const window = new FileWindow(file, await file.size());
    const scan = new FileScan(path, options.sid, sessions);
    let at = isJournalHead(await window.view(0, JOURNAL_HEAD_BYTES)) ? JOURNAL_HEAD_BYTES : 0;
    let damagedBytes = 0;
    for (;;) {
      const bad = await scan.frames(window, at);
      at = await nextFrame(window, bad);
      if (at < 0) return damagedBytes;
      damagedBytes += at - bad;
    }
  } finally {
    await file.close();
  }
}

/** The sessions that one file names, by the numbers that it gives them. */
class FileScan {
  readonly #path: string;
  readonly #sid: string | undefined;
  readonly #sessions: Map<string, JournaledSession>;
  readonly #named = new Map<number, JournaledSession>();

  constructor(path: string, sid: string | undefined, sessions: Map<string, JournaledSession>) {
    this.#path = path;
    this.#sid = sid;
    this.#sessions = sessions;
  }

  /** Takes frames from an offset on; the offset of the first that is none. */
  async frames(window: FileWindow, from: number): Promise<number> {
    for (let at = from; ; ) {
      const found = await journalFrameAt(window, at);
      if (found === null) return at;
      this.#take(found.frame, found.to);
      at = found.to;
    }
  }

  #take(frame: JournalFrame, to: number): void {
    if (frame.kind === 'open') {
      this.#open(frame.session, frame.header);
      return;
    }
    const session = this.#named.get(frame.session);
    if (session === undefined) return;
    if (frame.kind === 'closed') {
      session.closed = true;
      return;
    }
    if (frame.kind === 'key') {
      session.key = { wrapped: Uint8Array.from(frame.key.wrapped), text: frame.key.text };
      return;
    }
    const { bytes, ...slice } = frame.slice;
    const from = to - bytes.length;
    session.slices.push({ ...slice, path: this.#path, from, bytes: bytes.length });
  }

  #open(number: number, header: Uint8Array): void {
    const sid = decodeHeader(header.subarray(FRAME_HEAD_BYTES))?.sid;
    if (sid === undefined || (this.#sid !== undefined && sid !== this.#sid)) return;
    let session = this.#sessions.get(sid);
    if (session === undefined) {
      session = { sid, header: Uint8Array.from(header), slices: [], key: null, closed: false };
      this.#sessions.set(sid, session);
    }
    this.#named.set(number, session);
  }
}

/** The frame at an offset; null if none checks there. Views into the window. */
export async function journalFrameAt(
  window: FileWindow,
  at: number,
): Promise<{ frame: JournalFrame; to: number } | null> {
  const head = readFrameHead(asBuffer(await window.view(at, HEAD_BYTES)), 0);
  if (head === null || at + HEAD_BYTES + head.length > window.bytes) return null;
  const payload = asBuffer(await window.view(at + HEAD_BYTES, head.length));
  if (payload.length !== head.length) return null;
  const frame = readFrame(payload, head.checksum);
  return frame === null ? null : { frame, to: at + HEAD_BYTES + head.length };
}

/** Places in a torn tail that look like a frame and are tried; more than chance would give. */
const CANDIDATES_MAX = 10_000;
const SEARCH_BYTES = 262_144;

/** The next frame that checks behind `from`; -1 if there is none. */
async function nextFrame(window: FileWindow, from: number): Promise<number> {
  let candidates = 0;
  for (let at = from + 1; at < window.bytes && candidates < CANDIDATES_MAX; ) {
    const view = asBuffer(await window.view(at, SEARCH_BYTES + HEAD_BYTES));
    const found = plausible(view, window.bytes - at);
    if (found < 0) at += SEARCH_BYTES;
    else if ((await journalFrameAt(window, at + found)) !== null) return at + found;
    else at += found + 1;
    candidates++;
  }
  return -1;
}

/** The first offset at which a length and a kind stand that a frame could have; -1 if none does. */
function plausible(view: Buffer, bytesLeft: number): number {
  for (let at = 0; at + HEAD_BYTES < view.length; at++) {
    if (!isJournalKind(view[at + HEAD_BYTES]!)) continue;
    const head = readFrameHead(view, at);
    if (head !== null && at + HEAD_BYTES + head.length <= bytesLeft) return at;
  }
  return -1;
}

function asBuffer(view: Uint8Array): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.length);
}

/**
 * What the journals around a recording say of it: `open` while its recorder lives, `crashed`
 * if the recorder is gone and the next start will complete it, null if no journal names it.
 */
export async function isUnfinished(path: string, sid: string): Promise<'open' | 'crashed' | null> {
  for (const folder of await journalFolders(systemDisk, archiveAround(path))) {
    if (!(await sessionsIn(folder)).has(sid)) continue;
    return (await lockHolder(folder)) === null ? 'crashed' : 'open';
  }
  return null;
}

/** Who verifies many recordings asks for each: one scan serves all for a moment. */
const SCAN_VALID_MS = 500;
let scan: {
  readonly folder: string;
  readonly atMs: number;
  readonly sessions: ReadonlyMap<string, JournaledSession>;
} | null = null;

/** The sessions that a folder's journals name and do not call complete. */
async function sessionsIn(folder: string): Promise<ReadonlyMap<string, JournaledSession>> {
  if (scan?.folder === folder && performance.now() - scan.atMs < SCAN_VALID_MS) return scan.sessions;
  const sessions = new Map<string, JournaledSession>();
  try {
    await scanJournal({ disk: systemDisk }, await journalPaths(systemDisk, folder), sessions);
  } catch {
    // A file went while it was read: its sessions are safe, or the next look finds them.
  }
  for (const [sid, { closed }] of sessions) if (closed) sessions.delete(sid);
  scan = { folder, atMs: performance.now(), sessions };
  return sessions;
}

/**
 * The first records of a session that is not complete, as the journal holds them: its recording
 * has them with its first seal, up to a minute later. Null if none are there, or encrypted.
 */
export async function journaledStart(path: string, sid: string): Promise<Uint8Array | null> {
  for (const folder of await journalFolders(systemDisk, archiveAround(path))) {
    const slice = (await sessionsIn(folder)).get(sid)?.slices[0];
    if (slice === undefined || slice.sealed || slice.firstSeq !== 0) continue;
    const file = await systemDisk.open(slice.path, 'read');
    try {
      return Uint8Array.from(await new FileWindow(file, await file.size()).view(slice.from, slice.bytes));
    } finally {
      await file.close();
    }
  }
  return null;
}

/** True if a recorder lives in the archive around a recording. */
export async function isLive(path: string): Promise<boolean> {
  for (const folder of await journalFolders(systemDisk, archiveAround(path))) {
    if ((await lockHolder(folder)) !== null) return true;
  }
  return false;
}

/** The archive that a recording lies in: `<directory>/<yyyy>/<mm>/<dd>/<file>`. */
export function archiveAround(path: string): string {
  return dirname(dirname(dirname(dirname(resolve(path)))));
}

/** Folders of journals in an archive's directory. */
export async function journalFolders(disk: Disk, directory: string): Promise<string[]> {
  try {
    const names = await disk.list(directory);
    return names.filter((name) => name.startsWith('journal')).map((name) => join(directory, name));
  } catch {
    return [];
  }
}
