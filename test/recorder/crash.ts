/** Honest sessions whose machine loses power, or whose process is killed, at any moment: in memory, so many thousand times. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive, recordingPath } from '../../recorder/index.ts';
import { recoverFolder } from '../../recorder/recover.ts';
import type { Recovery } from '../../recorder/recover-session.ts';
import { verifyFile } from '../../recorder/verify.ts';
import { type Random, seededRandom } from '../random.ts';
import { temporaryFolder } from '../temporary.ts';
import { memoryDisk, memoryFile } from './disks.ts';
import { acceptance, opening, writeStatement } from './sample.ts';
import { volatileDisk } from './volatile-disk.ts';

/** What came of many. */
export interface Crashes {
  readonly sessions: number;
  readonly crashes: number;
  readonly acceptedRecords: number;
  /** Recoveries that kept aside what was never accepted: pages behind one that a loss of power took. */
  readonly aside: number;
  /** Accepted records that no recording had after the recovery. */
  readonly lost: number;
  /** What does not hold, with the seed that repeats it. */
  readonly faults: readonly string[];
}

interface Moment {
  readonly files: Map<string, Buffer>;
  /** Accepted up to this number, by session. */
  readonly accepted: ReadonlyMap<string, number>;
  readonly isKill: boolean;
  readonly what: string;
}

interface Total {
  sessions: number;
  crashes: number;
  acceptedRecords: number;
  aside: number;
  lost: number;
  readonly faults: string[];
}

/** Sessions of one archive each, from consecutive seeds, until so many moments were looked at. */
export async function crashes(seed: number, moments: number): Promise<Crashes> {
  const total: Total = { sessions: 0, crashes: 0, acceptedRecords: 0, aside: 0, lost: 0, faults: [] };
  for (let run = 0; total.crashes < moments; run++) {
    const random = seededRandom(seed + run);
    for (const moment of await momentsOf(random, total)) await judge(moment, `seed ${seed + run}`, total);
  }
  return total;
}

/** One archive with some sessions, and what a crash at each of some moments would leave. */
async function momentsOf(random: Random, total: Total): Promise<Moment[]> {
  const directory = temporaryFolder('crash');
  mkdirSync(join(directory, 'journal'), { recursive: true });
  const disk = volatileDisk();
  const accepted = new Map<string, number>();
  const found: Moment[] = [];
  const step = 1 + random.below(12);
  let operations = 0;
  disk.onOperation = () => {
    if (++operations % step !== 0) return;
    const isKill = random.oneIn(3);
    const files = isKill ? disk.kill() : disk.crash(random);
    found.push({
      files,
      accepted: new Map(accepted),
      isKill,
      what: `${isKill ? 'killed' : 'no power'} at ${operations}`,
    });
  };
  const archive = await openArchive({
    directory,
    disk,
    mode: random.oneIn(4) ? 'best-effort' : 'strict',
    gatewayVersion: '0',
    threads: 1,
    segmentBytesMax: random.pick([300, 1000, 5000, 131_072]),
    journalFileBytesMax: random.pick([2000, 20_000, 1_000_000]),
  });
  const sessions = 1 + random.below(3);
  total.sessions += sessions;
  await Promise.all(Array.from({ length: sessions }, () => session(archive, random, accepted)));
  await archive.close();
  return found;
}

async function session(
  archive: Awaited<ReturnType<typeof openArchive>>,
  random: Random,
  accepted: Map<string, number>,
): Promise<void> {
  const recorder = archive.open(opening);
  const statements = random.below(25);
  for (let id = 0; id < statements; id++) {
    const rows = Array.from({ length: random.below(12) }, () => 'x'.repeat(1 + random.below(100)));
    const seq = writeStatement(recorder, id, rows);
    if (!random.oneIn(3)) continue;
    await acceptance(recorder, seq);
    accepted.set(recorder.sid, recorder.accepted);
  }
  await recorder.close('client left');
}

/** Recovers what the moment has left and looks for what was accepted. */
async function judge({ files, accepted, isKill, what }: Moment, seed: string, total: Total): Promise<void> {
  total.crashes++;
  const directory = [...files.keys()].map((path) => path.replace(/\/(journal|\d{4})\/.*$/, ''))[0] ?? '';
  const recoveries: Recovery[] = [];
  await recoverFolder(join(directory, 'journal'), {
    disk: memoryDisk(files),
    directory,
    wall: () => ({ us: 1_795_000_000_000_000, errorUs: 0 }),
    pathOf: (sid) => recordingPath(directory, sid),
    notary: null,
    onRecovery: (recovery) => recoveries.push(recovery),
  });
  for (const { outcome, reason } of recoveries)
    if (outcome === 'quarantined' && !isKill) total.aside++;
    else if (outcome !== 'recovered') total.faults.push(`${seed}, ${what}: ${outcome}: ${reason}`);
  for (const [path, content] of files) {
    if (!path.endsWith('.pgr.zst')) continue;
    const report = await verifyFile(memoryFile(content), path);
    if (report.status !== 'VALID')
      total.faults.push(`${seed}, ${what}: ${path.slice(-34)} is ${report.status}: ${report.reason}`);
  }
  for (const [sid, seq] of accepted) {
    total.acceptedRecords += seq + 1;
    const content = files.get(recordingPath(directory, sid));
    const records = content && (await verifyFile(memoryFile(content), '/x/y/z/a/b')).records;
    if ((records ?? 0) > seq) continue;
    total.lost += seq + 1 - (records ?? 0);
    total.faults.push(`${seed}, ${what}: ${sid} has ${records} records, accepted up to ${seq}`);
  }
}
