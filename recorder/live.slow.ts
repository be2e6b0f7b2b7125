/**
 * Verified over and over while a thousand sessions write: docs/assurance.md, group 7. `PANGATE_LIVE_MS`
 * is for how long. A process of its own writes and signs; this one verifies, alone and beside the log.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { writeFigures } from '../test/figures.ts';
import { seededRandom } from '../test/random.ts';
import { temporaryFolder } from '../test/temporary.ts';
import { ArchiveVerifier, LOG_FOLDER, verifyRecording } from './index.ts';

const LIVE_MS = Number(process.env['PANGATE_LIVE_MS'] ?? 600_000);
const SESSIONS = 1000;
const SCRIPT = fileURLToPath(new URL('../test/recorder/crowd.js', import.meta.url));
/** Paths are looked for so often, and the log is read so often. */
const LOOK_MS = 5000;
/** Whatever is right of a recording that is being written, or has been. */
const RIGHT = new Set(['OPEN', 'VALID']);

function recordings(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.pgr.zst')).map((name) => join(directory, name));
}

test(`${SESSIONS} sessions write for ${LIVE_MS / 1000} s, and no verification calls one of them wrong`, {
  timeout: 3_600_000,
}, async (t) => {
  const directory = temporaryFolder('crowd');
  const child = spawn(process.execPath, [SCRIPT, directory, String(SESSIONS)], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const random = seededRandom(71);
  const seen = new Map<string, number>();
  const wrong: string[] = [];
  let [paths, lookedMs]: [string[], number] = [[], Number.NEGATIVE_INFINITY];
  let verifier: ArchiveVerifier | null = null;
  const untilMs = performance.now() + LIVE_MS;
  while (performance.now() < untilMs) {
    if (performance.now() - lookedMs > LOOK_MS) {
      paths = recordings(directory);
      lookedMs = performance.now();
      verifier = paths.length === 0 ? null : new ArchiveVerifier({ log: join(directory, LOG_FOLDER) });
    }
    if (verifier === null) await new Promise((resolve) => setTimeout(resolve, 100));
    if (verifier === null) continue;
    const path = random.pick(paths);
    const depth = random.pick(['quick', 'full'] as const);
    const isAlone = random.oneIn(2);
    const report = await (isAlone ? verifyRecording(path, { depth }) : verifier.verify(path, { depth }));
    seen.set(report.status, (seen.get(report.status) ?? 0) + 1);
    if (!RIGHT.has(report.status)) wrong.push(`${depth}, ${report.status}: ${report.reason}`);
  }
  child.stdin.end();
  await ended;
  const statuses = new Map<string, number>();
  const last = new ArchiveVerifier({ log: join(directory, LOG_FOLDER) });
  for await (const { status } of last.all(directory, walk(recordings(directory)), { depth: 'quick' }))
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  writeFigures('07-live', {
    group: 7,
    what: `verified in a loop while they are written, for ${LIVE_MS / 1000} s, quick and full, alone and beside the log`,
    input: `${SESSIONS} sessions at a time, signed; short ones followed by others`,
    counts: {
      verifications: [...seen.values()].reduce((sum, count) => sum + count, 0),
      ...Object.fromEntries([...seen].map(([status, count]) => [`while written ${status}`, count])),
      ...Object.fromEntries([...statuses].map(([status, count]) => [`at the end ${status}`, count])),
      'called wrong': wrong.length,
    },
  });
  t.strictSame(wrong, []);
  t.strictSame([...statuses.keys()], ['VALID']);
  t.ok((seen.get('OPEN') ?? 0) > 0 && (seen.get('VALID') ?? 0) > 0);
});

async function* walk(paths: readonly string[]): AsyncGenerator<string> {
  yield* paths;
}
