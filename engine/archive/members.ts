/** Every text behind one file: itself, or what is in it, however archives and compressions nest. */
import { open } from 'node:fs/promises';
import { PangateError } from '../../base/errors.ts';
import { unreadable } from '../config/file.ts';
import { compressionOf, plainName } from '../redact/compression.ts';
import { after, counted, fileIntake, fill, type Intake } from '../redact/intake.ts';
import { fileSource, memorySource, type Source } from './source.ts';
import { isTar, tarMembers } from './tar.ts';
import { isZip, zipMembers } from './zip.ts';

/** Archives in archives. */
const DEPTH_MAX = 8;
/** By which an archive is told: the first block of a tar. */
const HEAD_BYTES = 512;
/** A zip inside another archive, or on standard input, is held in memory. */
const INNER_ZIP_BYTES_MAX = 67_108_864;
/** What may come out of one input: this, and so many times the input itself. */
const OUT_BYTES_MIN = 67_108_864;
const OUT_RATIO_MAX = 1000;

/** One text to be looked at. */
export interface Member {
  /** `archive!/member`; the path of a file that is no archive. */
  readonly path: string;
  /** The name that says how it is to be read. */
  readonly name: string;
  /** Throws `file-unreadable` where it cannot be opened; to be read before the next member. */
  open(): Promise<Intake>;
}

interface Opened {
  readonly path: string;
  readonly name: string;
  readonly intake: Intake;
  /** For a file of the disk. */
  readonly source: Source | null;
  readonly depth: number;
  /** Tells the budget of what comes out. */
  readonly spend: (bytes: number) => void;
}

/** A stream of which no place can be visited twice. `path` is its name in what is said of it. */
export async function* membersOfStream(path: string, stream: Intake): AsyncGenerator<Member> {
  let bytes = 0;
  const intake = counted(stream, (count) => {
    bytes += count;
  });
  yield* within({ path, name: '', intake, source: null, depth: 0, spend: budget(() => bytes) });
}

/** Opens a file. `read` is told of every byte that is read of it in order. Throws PangateError. */
export async function* membersOf(path: string, read: (bytes: number) => void): AsyncGenerator<Member> {
  const handle = await open(path, 'r').catch((error) => {
    throw unreadable(path, error);
  });
  try {
    const { size } = await handle.stat();
    const intake = counted(fileIntake(handle), read);
    const source = fileSource(handle, size);
    yield* within({ path, name: path, intake, source, depth: 0, spend: budget(() => size) });
  } finally {
    await handle.close();
  }
}

/** Throws `limit-exceeded` once more has come out than an input of this size may hold. */
function budget(size: () => number): (bytes: number) => void {
  let out = 0;
  return (bytes) => {
    out += bytes;
    if (out > OUT_BYTES_MIN + OUT_RATIO_MAX * size())
      throw new PangateError(
        'limit-exceeded',
        `more comes out of it than ${OUT_RATIO_MAX} times what went in`,
        'It is made to fill a disk, or unpack it and scan what is in it.',
      );
  };
}

async function* within(outer: Opened): AsyncGenerator<Member> {
  const room = new Uint8Array(HEAD_BYTES);
  const head = room.subarray(0, (await fill(outer.intake, room)).count);
  const intake = after(head, outer.intake);
  const { path, name, depth, spend } = outer;
  const compression = compressionOf(head);
  const isArchive = compression !== null || isZip(head) || isTar(head);
  if (isArchive && depth === DEPTH_MAX)
    throw new PangateError('limit-exceeded', `archives in archives deeper than ${DEPTH_MAX}`);
  if (compression) {
    const plain = counted(compression.decompress(intake), spend);
    yield* within({ ...outer, name: plainName(name), intake: plain, source: null, depth: depth + 1 });
  } else if (isZip(head)) {
    const source = outer.source ?? (await memorySource(intake, INNER_ZIP_BYTES_MAX));
    for await (const member of zipMembers(source)) yield* inside(outer, member.name, member.open);
  } else if (isTar(head)) {
    for await (const member of tarMembers(intake))
      yield* inside(outer, member.name, async () => member.intake);
  } else yield { path, name, open: async () => intake };
}

/** A member that cannot be read does not hide those after it. */
async function* inside(outer: Opened, name: string, open: () => Promise<Intake>): AsyncGenerator<Member> {
  const path = `${outer.path}!/${printable(name)}`;
  try {
    const intake = counted(await open(), outer.spend);
    yield* within({ ...outer, path, name, intake, source: null, depth: outer.depth + 1 });
  } catch (error) {
    if (!(error instanceof PangateError) || error.code === 'limit-exceeded') throw error;
    yield { path, name, open: () => Promise.reject(error) };
  }
}

/** Names of members go to terminals. */
function printable(name: string): string {
  return name.replace(/\p{Cc}/gu, '?');
}
