/**
 * A log read and checked from its first entry to its checkpoint: every leaf hash is computed
 * anew, every tile compared. What does not hold is listed; nothing throws on content.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bytes, equal } from '../../base/bytes.ts';
import { NOTHING_SHA256, sha256 } from '../hash.ts';
import { sidMs } from '../plain.ts';
import { RETAIN_DAYS_MIN } from '../retention.ts';
import { frameOfNote } from '../session-note.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { type Cosigner, cosignersOf } from './cosigners.ts';
import { decodeEntry, type LoggedEntry, noteOf } from './entry.ts';
import { isNoteSignedBy, type Note, parseNote } from './note.ts';
import { HASH_BYTES, subtreeOf, TILE_WIDTH, TileReader } from './tiles.ts';
import { leafHash, nodeHash } from './tree.ts';
import type { Trust } from './trust.ts';

/** A session as the log knows it. */
export interface LoggedSession {
  readonly sid: string;
  boot: string;
  ordinal: number;
  /** SHA-256 of the header frame, in hex. */
  header: string;
  /** Number of its first entry. */
  readonly index: number;
  /** When it came into the log, and when its end did. */
  readonly openedUs: number;
  endedUs: number | null;
  /** Notes that are logged, and the C frame of the last one as its SHA-256 in hex. */
  notes: number;
  lastNote: string;
  /** Records that the last note is over. */
  signed: number;
  /** Records that its journal had accepted. */
  acknowledged: number;
  ended: boolean;
  /** Cases for which it is held now. */
  readonly holds: Set<string>;
  /** Null unless it was purged; then what was wrong with that, empty if nothing was. */
  purged: string | null;
  /** Segments from which records were removed. */
  readonly redacted: number[];
}

/** One run of a gateway. */
export interface LoggedRun {
  readonly boot: string;
  /** Sessions by their ordinal. */
  readonly ordinals: Map<number, number>;
  /** How many there were, once it has stopped. */
  sessions: number | null;
}

/** What a log says, and whether it holds. */
export interface LogView {
  readonly checkpoint: Checkpoint | null;
  /** The signed note of the checkpoint. */
  readonly note: Note | null;
  /** What does not hold. */
  readonly problems: readonly string[];
  /** Witnesses that have signed, with the time in seconds. */
  readonly witnesses: readonly Cosigner[];
  readonly sessions: ReadonlyMap<string, LoggedSession>;
  readonly runs: ReadonlyMap<string, LoggedRun>;
  /** Time of the last entry. */
  readonly lastUs: number;
}

const PROBLEMS_MAX = 100;
const DAY_MS = 86_400_000;

/** Reads all of it. */
export function readLogView(folder: string, trust: Trust, nowUs: number): LogView {
  return new LogWalk(folder, trust, nowUs).run();
}

class LogWalk {
  readonly #folder: string;
  readonly #trust: Trust;
  readonly #nowUs: number;
  readonly #problems: string[] = [];
  readonly #sessions = new Map<string, LoggedSession>();
  readonly #runs = new Map<string, LoggedRun>();
  readonly #tree = new RunningRoot();
  #lastUs = 0;
  #cosignedHead: Checkpoint | null = null;

  constructor(folder: string, trust: Trust, nowUs: number) {
    this.#folder = folder;
    this.#trust = trust;
    this.#nowUs = nowUs;
  }

  run(): LogView {
    const note = this.#note();
    const checkpoint = note === null ? null : parseCheckpoint(note.text);
    if (note !== null && checkpoint === null) this.#problem('the checkpoint is malformed');
    const isOurs =
      note !== null &&
      checkpoint !== null &&
      this.#trust.log.some((key) => key.name === checkpoint.origin && isNoteSignedBy(note, key));
    if (checkpoint !== null && !isOurs)
      this.#problem('the checkpoint is not signed by a log that is trusted');
    const witnesses = this.#cosigned(checkpoint);
    if (checkpoint !== null) this.#entries(checkpoint);
    const { sessions, runs } = { sessions: this.#sessions, runs: this.#runs };
    return { checkpoint, note, problems: this.#problems, witnesses, sessions, runs, lastUs: this.#lastUs };
  }

  #note(): Note | null {
    try {
      const note = parseNote(readFileSync(join(this.#folder, 'checkpoint')));
      if (note === null) this.#problem('the checkpoint is malformed');
      return note;
    } catch {
      this.#problem('there is no checkpoint');
      return null;
    }
  }

  /** Witnesses are a second behind: what they have signed has to be the beginning of what there is. */
  #cosigned(newest: Checkpoint | null): LogView['witnesses'] {
    if (this.#trust.witness.length === 0) return [];
    const path = join(this.#folder, 'cosigned');
    const note = existsSync(path) ? parseNote(readFileSync(path)) : null;
    const checkpoint = note === null ? null : parseCheckpoint(note.text);
    if (note === null || checkpoint === null || newest === null) {
      if (this.#trust.quorum > 0) this.#problem('no witness has signed the log');
      return [];
    }
    if (checkpoint.origin !== newest.origin || checkpoint.size > newest.size)
      this.#problem('witnesses have signed more than there is');
    this.#cosignedHead = checkpoint;
    return this.#witnesses(note);
  }

  #witnesses(note: Note): LogView['witnesses'] {
    const { cosigners, problems } = cosignersOf(note, this.#trust, this.#nowUs);
    for (const problem of problems) this.#problem(problem);
    return cosigners;
  }

  #entries({ size, root }: Checkpoint): void {
    const reader = new TileReader(this.#folder, size);
    for (let number = 0; number * TILE_WIDTH < size; number++) {
      try {
        this.#bundle(reader, number);
      } catch (error) {
        this.#problem(`entries from ${number * TILE_WIDTH} on: ${(error as Error).message}`);
        return;
      }
    }
    try {
      this.#tiles(reader, size);
    } catch (error) {
      this.#problem(`tiles: ${(error as Error).message}`);
    }
    if (!equal(this.#tree.root, root)) this.#problem('the entries are not those that the checkpoint signs');
  }

  #bundle(reader: TileReader, number: number): void {
    const tile = reader.tile(0, number);
    for (const [i, bytes] of reader.bundle(number).entries()) {
      const leaf = leafHash(bytes);
      const index = number * TILE_WIDTH + i;
      if (!equal(leaf, tile.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)))
        this.#problem(`entry ${index} is not the one that its tile names`);
      this.#tree.push(leaf);
      if (index + 1 === this.#cosignedHead?.size && !equal(this.#tree.root, this.#cosignedHead.root))
        this.#problem('the entries are not those that the witnesses have signed');
      const entry = decodeEntry(bytes);
      if (entry === null) this.#problem(`entry ${index} is malformed`);
      else this.#take(entry, index);
    }
  }

  /** Tiles above the lowest: each hash is that of the tile below. */
  #tiles(reader: TileReader, size: number): void {
    for (let level = 1, hashes = Math.floor(size / TILE_WIDTH); hashes > 0; level++) {
      for (let i = 0; i < hashes; i++) {
        const stored = reader.tile(level, Math.floor(i / TILE_WIDTH));
        const at = (i % TILE_WIDTH) * HASH_BYTES;
        const below = subtreeOf(reader.tile(level - 1, i), 0, TILE_WIDTH);
        if (!equal(stored.subarray(at, at + HASH_BYTES), below))
          this.#problem(`a tile of level ${level} is not that of the tiles below`);
      }
      hashes = Math.floor(hashes / TILE_WIDTH);
    }
  }

  #take(entry: LoggedEntry, index: number): void {
    this.#lastUs = Math.max(this.#lastUs, entry.time_us);
    const { type, sid, boot } = entry as LoggedEntry & { sid?: string; boot?: string };
    if (type === 'start' && boot !== undefined) this.#run(boot);
    if (type === 'stop' && boot !== undefined) this.#run(boot).sessions = Number(entry['sessions']);
    if (type === 'acked') this.#acknowledged(entry['heads']);
    if (typeof sid !== 'string') return;
    if (type === 'open') this.#open(sid, entry, index);
    const session = this.#sessions.get(sid);
    if (session === undefined) return;
    const note = noteOf(entry);
    if (note !== null) {
      session.notes++;
      session.signed = Number(entry['records'] ?? 0);
      session.lastNote = sha256(frameOfNote(note)).toString('hex');
    }
    if (type === 'close') {
      session.ended = true;
      session.endedUs = entry.time_us;
    }
    if (type === 'hold') session.holds.add(String(entry['case']));
    if (type === 'unhold') session.holds.delete(String(entry['case']));
    if (type === 'purge') session.purged ??= wrongPurge(session, entry.time_us);
    if (type === 'redact') session.redacted.push(Number(entry['segment']));
  }

  #open(sid: string, entry: LoggedEntry, index: number): void {
    if (this.#sessions.has(sid)) {
      this.#problem(`the session ${sid} was opened twice`);
      return;
    }
    const boot = String(entry['boot']);
    const ordinal = Number(entry['ordinal']);
    const header = Buffer.from(entry['header'] as Bytes).toString('hex');
    const state = {
      notes: 0,
      lastNote: '',
      signed: 0,
      acknowledged: 0,
      ended: false,
      openedUs: entry.time_us,
      endedUs: null,
      holds: new Set<string>(),
      purged: null,
      redacted: [],
    };
    this.#sessions.set(sid, { sid, boot, ordinal, header, index, ...state });
    this.#run(boot).ordinals.set(ordinal, entry.time_us);
  }

  /** A session may be acknowledged a moment before it is opened. */
  #acknowledged(heads: unknown): void {
    if (!Array.isArray(heads)) return;
    for (const head of heads) {
      const [sid, records] = head as [string, number];
      const session = this.#sessions.get(sid);
      if (session !== undefined) session.acknowledged = Math.max(session.acknowledged, records);
    }
  }

  #run(boot: string): LoggedRun {
    let run = this.#runs.get(boot);
    if (run === undefined) {
      run = { boot, ordinals: new Map(), sessions: null };
      this.#runs.set(boot, run);
    }
    return run;
  }

  #problem(what: string): void {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(what);
  }
}

/** No rule lets a recording go that is held, or younger than PCI DSS 10.5.1 says. */
function wrongPurge({ sid, holds }: LoggedSession, timeUs: number): string {
  if (holds.size > 0) return `it was held for the case ${[...holds][0]}`;
  const ageDays = (timeUs / 1000 - sidMs(sid)) / DAY_MS;
  return ageDays < RETAIN_DAYS_MIN ? `it was younger than ${RETAIN_DAYS_MIN} days` : '';
}

/** The root of leaves that come one after the other: a hash for each full subtree, largest first. */
class RunningRoot {
  readonly #subtrees: { readonly hash: Bytes; readonly level: number }[] = [];

  push(leaf: Bytes): void {
    let subtree = { hash: leaf, level: 0 };
    while (this.#subtrees.at(-1)?.level === subtree.level)
      subtree = { hash: nodeHash(this.#subtrees.pop()!.hash, subtree.hash), level: subtree.level + 1 };
    this.#subtrees.push(subtree);
  }

  get root(): Bytes {
    const hashes = this.#subtrees.map(({ hash }) => hash);
    let root = hashes.pop() ?? NOTHING_SHA256;
    for (let left = hashes.pop(); left !== undefined; left = hashes.pop()) root = nodeHash(left, root);
    return root;
  }
}
