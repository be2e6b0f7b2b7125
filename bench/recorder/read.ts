/** The reading side: verification and its scaling, seeking, searching; and the log. */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import {
  LOG_FOLDER,
  openArchive,
  openRecording,
  startSealer,
  verifyRecording,
} from '../../recorder/index.ts';
import { openZstd } from '../../recorder/zstd.ts';
import { temporaryFolder } from '../../test/temporary.ts';
import { type BenchOptions, inTurns, type Measurement } from '../bench.ts';
import { timed } from '../peers/tools.ts';
import { sha256Rate, zstdRate } from './parts.ts';
import { recordMany } from './sessions.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const WORKER = fileURLToPath(new URL('./verify-worker.js', import.meta.url));
/** Statements of a recording of about a gibibyte of content. */
const STATEMENTS = 520_000;
const SEEKS = 200;
const ENTRIES = 5_000;

/** A recording, its length as stored, and its content. */
export interface Recorded {
  readonly path: string;
  readonly fileBytes: number;
  readonly raw: Uint8Array;
}

/** A long recording. */
export async function record(options: BenchOptions): Promise<Recorded> {
  const directory = temporaryFolder('bench');
  const archive = await openArchive({
    directory,
    durability: 'process',
    mode: 'strict',
    gatewayVersion: '0',
  });
  options.progress('a long recording');
  const [sid] = await recordMany(archive, 1, options.quick ? STATEMENTS / 10 : STATEMENTS);
  await archive.close();
  const path = archive.pathOf(sid!);
  const recording = await openRecording(path);
  const parts: Uint8Array[] = [];
  for await (const part of recording.contents({ depth: 'quick' })) parts.push(Buffer.from(part));
  await recording.close();
  return { path, fileBytes: statSync(path).size, raw: Buffer.concat(parts) };
}

/** Quick beside a hash of the file, full beside compressing; and what one and two threads do. */
export async function verification(recorded: Recorded, options: BenchOptions): Promise<Measurement[]> {
  const { path, fileBytes, raw } = recorded;
  const stored = raw.subarray(0, Math.min(raw.length, fileBytes));
  const quick = await inTurns(
    { sha256: async () => sha256Rate(stored), 'verify --quick': () => rate(path, 'quick', fileBytes) },
    options,
  );
  const sample = raw.subarray(0, Math.min(raw.length, 64_000_000));
  const full = await inTurns(
    {
      'zstd -3': () => zstdRate(sample),
      'zstd -d': () => unpackRate(sample),
      'verify --full': () => rate(path, 'full', raw.length),
    },
    options,
  );
  const threads = await inTurns(
    { 'one thread': () => threadsRate(recorded, 1), 'two threads': () => threadsRate(recorded, 2) },
    options,
  );
  const more = { unit: 'MB/s', better: 'more' } as const;
  return [
    { measure: 'verify quick, bytes of the file', ...more, samples: quick, yardstick: 'sha256' },
    {
      measure: 'verify quick, bytes of the file, target',
      ...more,
      samples: only(quick, 'verify --quick'),
      bars: { 'verify --quick': 1000 },
    },
    { measure: 'verify full, raw bytes', ...more, samples: full, yardstick: 'zstd -3' },
    {
      measure: 'verify full, raw bytes, target',
      ...more,
      samples: only(full, 'verify --full'),
      bars: { 'verify --full': 120 },
    },
    {
      measure: 'verify full, recordings side by side',
      ...more,
      samples: threads,
      yardstick: 'one thread',
      bars: { 'two threads': 1.6 },
    },
  ];
}

function only(samples: Record<string, number[]>, name: string): Record<string, number[]> {
  return { [name]: samples[name]! };
}

async function rate(path: string, depth: 'quick' | 'full', bytes: number): Promise<number> {
  const beganMs = performance.now();
  const { status } = await verifyRecording(path, { depth });
  if (status !== 'VALID') throw new Error(`the recording is ${status}`);
  return bytes / 1000 / (performance.now() - beganMs);
}

async function unpackRate(raw: Uint8Array): Promise<number> {
  const zstd = await openZstd();
  const frames: Uint8Array[] = [];
  for (let at = 0; at < raw.length; at += 131_072)
    frames.push(zstd.compress(raw.subarray(at, at + 131_072), 3));
  const beganMs = performance.now();
  for (const frame of frames) zstd.decompress(frame, 131_072);
  return raw.length / 1000 / (performance.now() - beganMs);
}

/** The same recording in each thread: all read it from memory. */
async function threadsRate({ path, raw }: Recorded, count: number): Promise<number> {
  const workers = Array.from({ length: count }, () => new Worker(WORKER));
  await Promise.all(workers.map((worker) => answer(worker)));
  const beganMs = performance.now();
  await Promise.all(
    workers.map((worker) => {
      worker.postMessage(path);
      return answer(worker);
    }),
  );
  const ms = performance.now() - beganMs;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return (raw.length * count) / 1000 / ms;
}

function answer(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', resolve);
  });
}

/** Any segment of an open recording, decoded and checked. */
export async function seeking({ path, raw }: Recorded, options: BenchOptions): Promise<Measurement> {
  const recording = await openRecording(path);
  const { segments } = await recording.summary();
  const samples = await inTurns(
    {
      'recording open': async () => {
        const beganMs = performance.now();
        for (let i = 0; i < SEEKS; i++) await recording.segment(segments[(i * 7919) % segments.length]!);
        return (performance.now() - beganMs) / SEEKS;
      },
    },
    options,
  );
  await recording.close();
  return {
    measure: `seek in ${Math.round(raw.length / 2 ** 20)} MiB`,
    unit: 'ms',
    better: 'less',
    samples,
    bars: { 'recording open': 50 },
  };
}

/** `replay grep` of a text that is not there, as a user starts it, beside unpacking alone. */
export async function searching({ path, raw }: Recorded, options: BenchOptions): Promise<Measurement[]> {
  const folder = temporaryFolder('bench');
  const command = ['sh', '-c', `"$@"; test $? -le 1`, 'sh', process.execPath, MAIN];
  const grep = [...command, 'replay', 'grep', 'no such text', path];
  const megabytes = raw.length / 1e6;
  const samples = await inTurns(
    {
      'zstd -dc': async () => megabytes / (await timed(['zstd', '-dc', path], '/dev/null', true)),
      'replay grep': async () => megabytes / (await timed(grep, join(folder, 'out'), true)),
    },
    options,
  );
  const more = { unit: 'MB/s', better: 'more' } as const;
  return [
    { measure: 'search of raw bytes, one core', ...more, samples, yardstick: 'zstd -dc' },
    {
      measure: 'search of raw bytes, target (1 GiB in 10 s)',
      ...more,
      samples: only(samples, 'replay grep'),
      bars: { 'replay grep': 107 },
    },
  ];
}

/** Entries that come at once, each on the medium and under a signed checkpoint before it is answered. */
export async function logging(options: BenchOptions): Promise<Measurement> {
  const folder = join(temporaryFolder('bench'), LOG_FOLDER);
  const sealer = await startSealer({ folder, durability: 'disk' });
  const count = options.quick ? ENTRIES / 10 : ENTRIES;
  const digest = createHash('sha256').update('a note').digest();
  const samples = await inTurns(
    {
      'log append': async () => {
        const beganMs = performance.now();
        const entry = { type: 'view', who: 'auditor', what: 'a session', digest };
        await Promise.all(Array.from({ length: count }, () => sealer.notary.append(entry)));
        return (count * 1000) / (performance.now() - beganMs);
      },
    },
    options,
  );
  await sealer.stop();
  return {
    measure: 'log, entries on the medium',
    unit: 'entries/s',
    better: 'more',
    samples,
    bars: { 'log append': 1000 },
  };
}

/** What proves a recording, as a share of it. */
export async function overhead({ path, fileBytes }: Recorded): Promise<Measurement> {
  const recording = await openRecording(path);
  const { segments } = await recording.summary();
  await recording.close();
  const data = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    measure: 'seals, index, footer and seek table in a file',
    unit: '%',
    better: 'less',
    samples: { recorder: [((fileBytes - data) / fileBytes) * 100] },
    bars: { recorder: 1 },
  };
}
