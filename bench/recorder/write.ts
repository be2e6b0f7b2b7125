/** The write path: records a second, what each costs, and how long one waits until it is accepted. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorder } from '../../base/recording.ts';
import { LOG_FOLDER, openArchive, type RecordingArchive, startSealer } from '../../recorder/index.ts';
import { opening } from '../../test/recorder/sample.ts';
import { temporaryFolder } from '../../test/temporary.ts';
import type { BenchOptions, Measurement } from '../bench.ts';
import { syncTimes } from './parts.ts';
import { EVENTS_PER_STATEMENT, recordMany, recordStatement } from './sessions.ts';

const STATEMENTS = 60_000;
const SESSIONS = 8;
/** Records a second for the latency; recording.md, section 5. */
const PACED_EVENTS = 10_000;
const PACED_MS = 5_000;
const PACED_SESSIONS = 50;
const OPEN_SESSIONS = 2_000;
const SETTLE_MS = 2_000;

/** An archive in a folder of its own, signed by a sealer process. */
async function withArchive<Result>(
  durability: 'disk' | 'process',
  work: (archive: RecordingArchive, directory: string) => Promise<Result>,
): Promise<Result> {
  const directory = temporaryFolder('bench');
  const sealer = await startSealer({ folder: join(directory, LOG_FOLDER), durability });
  const options = { directory, durability, mode: 'strict', gatewayVersion: '0', threads: 1 } as const;
  const archive = await openArchive({ ...options, notary: sealer.notary });
  try {
    return await work(archive, directory);
  } finally {
    await archive.close();
    await sealer.stop();
  }
}

/** Throughput: raw bytes and records a second, and processor time for each record. */
export async function writePath(raw: Uint8Array, options: BenchOptions): Promise<Measurement[]> {
  const statements = options.quick ? STATEMENTS / 10 : STATEMENTS;
  const events = statements * EVENTS_PER_STATEMENT;
  const bytesPerEvent = raw.length / rawEvents(raw);
  const [rates, megabytes, costs]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round <= options.rounds; round++) {
    options.progress(`write path, round ${round} of ${options.rounds}`);
    const { ms, cpuUs } = await withArchive('process', (archive) => timed(archive, statements));
    if (round === 0) continue;
    rates.push((events * 1000) / ms);
    megabytes.push((events * bytesPerEvent) / 1000 / ms);
    costs.push(cpuUs / events);
  }
  const more = { better: 'more' } as const;
  return [
    {
      measure: 'recording',
      unit: 'records/s',
      ...more,
      samples: { recorder: rates },
      bars: { recorder: 100_000 },
    },
    {
      measure: 'recording, raw bytes',
      unit: 'MB/s',
      ...more,
      samples: { recorder: megabytes },
      bars: { recorder: 80 },
    },
    {
      measure: 'processor time of a record, all threads',
      unit: 'us',
      better: 'less',
      samples: { recorder: costs },
      bars: { recorder: 12 },
    },
  ];
}

async function timed(archive: RecordingArchive, statements: number): Promise<{ ms: number; cpuUs: number }> {
  const before = process.cpuUsage();
  const beganMs = performance.now();
  await recordMany(archive, SESSIONS, statements);
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - beganMs, cpuUs: user + system };
}

/** Statements are counted by their first record. */
function rawEvents(raw: Uint8Array): number {
  const word = Buffer.from('sql.done');
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.length);
  let count = 0;
  for (let at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + 1)) count++;
  return count * EVENTS_PER_STATEMENT;
}

/** Strict, on the medium: from a record to its acceptance, at 10,000 records a second. */
export async function strictLatency(options: BenchOptions): Promise<Measurement[]> {
  const samples: Record<string, number[]> = { fdatasync: [], 'strict recording': [] };
  const late: Record<string, number[]> = { fdatasync: [], 'strict recording': [] };
  for (let round = 0; round <= options.rounds; round++) {
    options.progress(`strict latency, round ${round} of ${options.rounds}`);
    const ms = options.quick ? PACED_MS / 5 : PACED_MS;
    const recorded = await withArchive('disk', (archive) => paced(archive, ms));
    const synced = syncTimes(temporaryFolder('bench'), 200);
    if (round === 0) continue;
    for (const [name, times] of [
      ['fdatasync', synced],
      ['strict recording', recorded],
    ] as const) {
      samples[name]!.push(quantile(times, 0.5));
      late[name]!.push(quantile(times, 0.99));
    }
  }
  const measure = `until a record is on the medium, ${PACED_EVENTS} a second`;
  const less = { unit: 'ms', better: 'less' } as const;
  return [
    { measure: `${measure}: half of all`, ...less, samples, bars: { 'strict recording': 1 } },
    { measure: `${measure}: 99 of 100`, ...less, samples: late, bars: { 'strict recording': 10 } },
  ];
}

/** Waiting times of the last record of each statement. */
async function paced(archive: RecordingArchive, ms: number): Promise<number[]> {
  const times: number[] = [];
  const waits = Array.from({ length: PACED_SESSIONS }, () => waiting(archive.open(opening), times));
  const perMs = PACED_EVENTS / EVENTS_PER_STATEMENT / 1000;
  const beganMs = performance.now();
  for (let done = 0; ; ) {
    const elapsedMs = performance.now() - beganMs;
    if (elapsedMs >= ms) break;
    for (; done < elapsedMs * perMs; done++) waits[done % PACED_SESSIONS]!.write(done);
    await sleep(1);
  }
  await Promise.all(waits.map(({ recorder }) => recorder.close('client left')));
  return times;
}

function waiting(recorder: Recorder, times: number[]): { recorder: Recorder; write: (id: number) => void } {
  const pending: [seq: number, atMs: number][] = [];
  recorder.onProgress = () => {
    while (pending.length > 0 && pending[0]![0] <= recorder.accepted)
      times.push(performance.now() - pending.shift()![1]);
  };
  return {
    recorder,
    write: (id) => {
      const atMs = performance.now();
      pending.push([recordStatement(recorder, id), atMs]);
      // As the gateway does whose client waits for it.
      recorder.hasten();
    },
  };
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Memory of sessions that have recorded a statement and wait. */
export async function openSessions(options: BenchOptions): Promise<Measurement> {
  const count = options.quick ? OPEN_SESSIONS / 10 : OPEN_SESSIONS;
  options.progress(`${count} open sessions`);
  const kib = await withArchive('process', async (archive) => {
    const before = process.memoryUsage.rss();
    const recorders = Array.from({ length: count }, () => archive.open(opening));
    for (const recorder of recorders) recordStatement(recorder, 1);
    await sleep(SETTLE_MS);
    return (process.memoryUsage.rss() - before) / 1024 / count;
  });
  return {
    measure: `memory of an open session, ${count} of them`,
    unit: 'KiB',
    better: 'less',
    samples: { recorder: [kib] },
    bars: { recorder: 300 },
  };
}
