/** Kills a recording process under load and checks what it leaves. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openArchive, recordingPath, verifyRecording } from '../../recorder/index.ts';

/** One kill, as it went. */
export interface Kill {
  /** Sessions of which something was accepted. */
  readonly sessions: number;
  readonly acceptedRecords: number;
  /** What does not hold; empty if all does. */
  readonly faults: readonly string[];
}

/** Starts a writer, kills it `afterMs` after its first acceptance, recovers, verifies. */
export async function killOnce(
  directory: string,
  afterMs: number,
  sizes: readonly [number, number],
): Promise<Kill> {
  const accepted = await killedWriter(directory, afterMs, sizes);
  const archive = await openArchive({ directory, mode: 'strict', gatewayVersion: '0.0.0', threads: 1 });
  await archive.close();
  const faults: string[] = [];
  let records = 0;
  for (const [sid, seq] of accepted) {
    const report = await verifyRecording(recordingPath(directory, sid));
    const last = report.trusted.at(-1)?.toSeq ?? -1;
    if (report.status !== 'VALID' || report.trusted.length !== 1 || last < seq)
      faults.push(`${sid}: ${report.status}, up to ${last}, accepted up to ${seq}: ${report.reason}`);
    records += seq + 1;
  }
  return { sessions: accepted.size, acceptedRecords: records, faults };
}

function killedWriter(
  directory: string,
  afterMs: number,
  sizes: readonly [number, number],
): Promise<Map<string, number>> {
  const script = fileURLToPath(new URL('./writer.js', import.meta.url));
  const child = spawn(process.execPath, [script, directory, ...sizes.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const accepted = new Map<string, number>();
  let rest = '';
  let isDoomed = false;
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (!isDoomed) setTimeout(() => child.kill('SIGKILL'), afterMs);
      isDoomed = true;
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop()!;
      for (const line of lines) accepted.set(line.slice(0, 26), Number(line.slice(27)));
    });
    child.on('error', reject);
    child.on('close', (_, signal) => {
      if (signal === 'SIGKILL') resolve(accepted);
      else reject(new Error('the writer ended by itself'));
    });
  });
}
