/** Kills a recording process under load, or its sealer and then it, and checks what they leave. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  ArchiveVerifier,
  LOG_FOLDER,
  openArchive,
  recordingPath,
  type StartedSealer,
  startSealer,
  type Verification,
  verifyRecording,
} from '../../recorder/index.ts';

/** One kill, as it is to go. */
export interface KillPlan {
  readonly directory: string;
  /** Acceptances before the kill, of 1 to some hundred: how long they take is the machine's affair. */
  readonly afterLines: number;
  /** Milliseconds more. */
  readonly afterMs: number;
  /** segmentBytesMax, journalFileBytesMax. */
  readonly sizes: readonly [number, number];
  /** Recordings are signed by a sealer process, which is killed first, this long before its gateway. */
  readonly sealerMs?: number;
}

/** One kill, as it went. */
export interface Kill {
  /** Sessions of which something was accepted. */
  readonly sessions: number;
  readonly acceptedRecords: number;
  /** What does not hold; empty if all does. */
  readonly faults: readonly string[];
}

/** A sealer ends with its gateway; it may take a moment. */
const STARTS_MAX = 100;

/** Starts a writer, kills it under load, recovers, verifies. */
export async function killOnce(plan: KillPlan): Promise<Kill> {
  const { directory, sealerMs } = plan;
  const accepted = await killedWriter(plan);
  const sealer = sealerMs === undefined ? null : await sealerOf(directory);
  const options = { directory, mode: 'strict', gatewayVersion: '0.0.0', threads: 1 } as const;
  const archive = await openArchive({ ...options, notary: sealer?.notary ?? null });
  await archive.close();
  await sealer?.stop();
  const verify = sealer === null ? verifyRecording : besideLog(directory);
  const faults: string[] = [];
  let records = 0;
  for (const [sid, seq] of accepted) {
    const report = await verify(recordingPath(directory, sid));
    const last = report.trusted.at(-1)?.toSeq ?? -1;
    if (report.status !== 'VALID' || report.trusted.length !== 1 || last < seq)
      faults.push(`${sid}: ${report.status}, up to ${last}, accepted up to ${seq}: ${report.reason}`);
    records += seq + 1;
  }
  return { sessions: accepted.size, acceptedRecords: records, faults };
}

function besideLog(directory: string): (path: string) => Promise<Verification> {
  const verifier = new ArchiveVerifier({ log: join(directory, LOG_FOLDER) });
  return (path) => verifier.verify(path);
}

async function sealerOf(directory: string): Promise<StartedSealer> {
  const folder = join(directory, LOG_FOLDER);
  for (let i = 1; ; i++) {
    try {
      return await startSealer({ folder, durability: 'process' });
    } catch (error) {
      if (i === STARTS_MAX) throw error;
      await sleep(100);
    }
  }
}

function killedWriter({
  directory,
  afterLines,
  afterMs,
  sizes,
  sealerMs,
}: KillPlan): Promise<Map<string, number>> {
  const script = fileURLToPath(new URL('./writer.js', import.meta.url));
  const words = [script, directory, ...sizes.map(String), sealerMs === undefined ? 'plain' : 'signed'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const accepted = new Map<string, number>();
  let [rest, sealerPid, lineCount] = ['', 0, 0];
  let isDoomed = false;
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const [what = '', number] = line.split(' ');
        if (what === 'sealer') sealerPid = Number(number);
        else {
          accepted.set(what, Number(number));
          lineCount++;
        }
      }
      if (lineCount < afterLines || isDoomed) return;
      isDoomed = true;
      void kill(child, afterMs, sealerMs, sealerPid);
    });
    child.on('error', reject);
    child.on('close', (_, signal) => {
      if (signal === 'SIGKILL') resolve(accepted);
      else reject(new Error('the writer ended by itself'));
    });
  });
}

async function kill(
  child: ChildProcess,
  afterMs: number,
  sealerMs: number | undefined,
  sealerPid: number,
): Promise<void> {
  await sleep(afterMs);
  if (sealerMs !== undefined) {
    process.kill(sealerPid, 'SIGKILL');
    await sleep(sealerMs);
  }
  child.kill('SIGKILL');
}
