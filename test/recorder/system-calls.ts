/**
 * One session whose nth system call of a kind fails, or is the last that its process makes:
 * strace puts the fault in, as the kernel would give it. What was accepted is looked for
 * after the next start.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openArchive, recordingPath, verifyRecording } from '../../recorder/index.ts';

/** What is done to a system call. */
export type CallFault = 'EIO' | 'ENOSPC' | 'EINTR' | 'SIGKILL';

/** The calls that an archive makes of a disk, as Node makes them. */
export const CALLS = [
  'openat',
  'mkdir',
  'pwrite64',
  'pwritev',
  'fdatasync',
  'fsync',
  'unlink',
  'rename',
  'link',
  'ftruncate',
  'close',
] as const;

/** What came of one run. */
export interface CallRun {
  /** The fault came: there is such a call. */
  readonly hit: boolean;
  readonly accepted: number;
  /** Empty if all that was accepted is in a recording that verifies. */
  readonly fault: string;
}

const SCRIPT = fileURLToPath(new URL('./appender.js', import.meta.url));
/** A process that hangs is stopped: what it has accepted must be there all the same. */
const LIMIT_MS = 60_000;

/** `nth` counts from 1, in each thread of the process; there are two that use the disk. */
export async function callFault(call: string, nth: number, fault: CallFault): Promise<CallRun> {
  const directory = mkdtempSync(join(tmpdir(), 'pangate-calls-'));
  try {
    const { lines, hit } = await faulty(directory, call, nth, fault);
    const healthy = await openArchive({ directory, mode: 'strict', gatewayVersion: '0', threads: 1 });
    await healthy.close();
    const [sid = '', seq = '-1'] = lines.findLast((line) => /^[0-9A-Z]{26} /.test(line))?.split(' ') ?? [];
    const accepted = Number(seq);
    if (accepted < 0) return { hit, accepted, fault: '' };
    const { status, records } = await verifyRecording(recordingPath(directory, sid));
    const holds = status === 'VALID' && records > accepted;
    const what = holds ? '' : `${status}, ${records} records, accepted up to ${accepted}`;
    return { hit, accepted, fault: what };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function faulty(
  directory: string,
  call: string,
  nth: number,
  fault: CallFault,
): Promise<{ lines: string[]; hit: boolean }> {
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
  const child = spawn(process.execPath, [SCRIPT, directory], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const lines: string[] = [];
  await said(child, lines, 'ready');
  const what = fault === 'SIGKILL' ? 'signal=SIGKILL' : `error=${fault}`;
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:${what}:when=${nth}`];
  const strace = spawn('strace', ['-f', '-p', String(child.pid), ...inject], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let traced = '';
  const attached = new Promise<void>((resolve, reject) => {
    strace.on('error', reject);
    strace.stderr.on('data', (chunk: Buffer) => {
      traced += chunk.toString();
      if (traced.includes('attached')) resolve();
    });
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const untraced = new Promise<void>((resolve) => strace.once('close', () => resolve()));
  await attached;
  child.stdin!.end('\n');
  await Promise.all([ended, untraced]);
  clearTimeout(timer);
  return { lines, hit: traced.includes('INJECTED') || traced.includes('SIGKILL') };
}

function said(child: ChildProcess, lines: string[], word: string): Promise<void> {
  let rest = '';
  return new Promise((resolve, reject) => {
    child.once('close', () => reject(new Error('the process ended before it was ready')));
    child.stdout!.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop()!;
      lines.push(...parts);
      if (parts.includes(word)) resolve();
    });
  });
}
