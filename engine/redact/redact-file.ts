/** One file to its place: standard output, another folder, or where it is. */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { PangateError } from '../../base/errors.ts';
import { unreadable, unwritable } from '../config/file.ts';
import { syncFolder } from '../users/atomic.ts';
import { counted, fileIntake } from './intake.ts';
import { fileOutlet, noOutlet, type Outlet } from './outlet.ts';
import { type InputOptions, redactInput } from './redact-input.ts';
import type { Findings } from './redact-stream.ts';

/** Where the clean text of a file goes. */
export type Goal =
  | { readonly kind: 'nowhere' }
  | { readonly kind: 'outlet'; readonly outlet: Outlet }
  /** Over the file itself, or at another path; a reader sees the old content or the new one. */
  | { readonly kind: 'path'; readonly path: string };

/** What became of a file. */
export interface Done {
  readonly findings: Findings;
  /** False where a file in place had nothing to mask and was left alone. */
  readonly isWritten: boolean;
}

/** Cleans a file. `read` is told of every byte that was read. Throws PangateError. */
export async function redactFile(
  path: string,
  goal: Goal,
  options: InputOptions,
  read: (bytes: number) => void,
): Promise<Done> {
  const handle = await open(path, 'r').catch((error) => {
    throw unreadable(path, error);
  });
  try {
    const intake = counted(fileIntake(handle), read);
    if (goal.kind === 'path')
      return await replace(path, goal.path, handle, (outlet) => redactInput(intake, path, outlet, options));
    const outlet = goal.kind === 'outlet' ? goal.outlet : noOutlet;
    return { findings: await redactInput(intake, path, outlet, options), isWritten: goal.kind === 'outlet' };
  } finally {
    await handle.close();
  }
}

/** Writes beside the goal and renames over it once all is on the disk. */
async function replace(
  source: string,
  goal: string,
  handle: FileHandle,
  work: (outlet: Outlet) => Promise<Findings>,
): Promise<Done> {
  const before = await handle.stat();
  const target = await realpath(goal).catch(() => goal);
  const isInPlace = target === (await realpath(source));
  const part = partName(target);
  const out = await begin(part, before.mode & 0o777).catch((error) => {
    throw unwritable(target, error);
  });
  try {
    const findings = await work(fileOutlet(out))
      .then(async (found) => {
        await keepOwner(out, before);
        await out.sync();
        return found;
      })
      .finally(() => out.close());
    await refuseChanged(source, before);
    const isWritten = !isInPlace || Object.keys(findings.counts).length > 0;
    if (isWritten) {
      await rename(part, target);
      await syncFolder(dirname(target));
    }
    return { findings, isWritten };
  } catch (error) {
    throw unwritable(target, error);
  } finally {
    await rm(part, { force: true });
    writing.delete(basename(part));
  }
}

/** Names of the half-written files of this very process. */
const writing = new Set<string>();

async function begin(part: string, mode: number): Promise<FileHandle> {
  await mkdir(dirname(part), { recursive: true });
  // In a container each start has the same number: what lies there is of a start before.
  if (!writing.has(basename(part))) await rm(part, { force: true });
  const handle = await open(part, 'wx', mode);
  writing.add(basename(part));
  return handle;
}

type Status = Stats;

async function keepOwner(out: FileHandle, before: Status): Promise<void> {
  await out.chmod(before.mode & 0o7777);
  if (process.getuid?.() === 0) await out.chown(before.uid, before.gid);
}

/** A file that somebody writes to while it is replaced would lose what they wrote. */
async function refuseChanged(path: string, before: Status): Promise<void> {
  const now = await stat(path);
  if (now.size === before.size && now.mtimeMs === before.mtimeMs && now.ino === before.ino) return;
  throw new PangateError(
    'file-unreadable',
    `${path} has changed while it was read`,
    'Stop its writer, or use --follow.',
  );
}

const PART = /^\.(.+)\.pangate-([0-9a-f]{8})-(\d+)\.part$/;
const HOST: string = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** The half-written form of a file: hidden, and named after the process that writes it. */
function partName(path: string): string {
  return join(dirname(path), `.${basename(path)}.pangate-${HOST}-${process.pid}.part`);
}

/** True for the name of a half-written file, which is never an input. */
export function isPart(name: string): boolean {
  return PART.test(name);
}

/** Removes half-written files that processes of this machine, dead by now, have left in a folder. */
export async function removeParts(folder: string, names?: readonly string[]): Promise<void> {
  for (const name of names ?? (await readdir(folder))) {
    const match = PART.exec(name);
    if (match?.[2] === HOST && !writing.has(name) && !isAlive(Number(match[3])))
      await rm(join(folder, name), { force: true });
  }
}

/** Our own number from before a restart is a dead process's. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
