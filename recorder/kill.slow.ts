/**
 * kill -9 of real processes under load: docs/assurance.md, group 10. `PANGATE_KILLS` is how often:
 * 10,000 take some hours on a quiet machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { writeFigures } from '../test/figures.ts';
import { seededRandom } from '../test/random.ts';
import { type Kill, type KillPlan, killOnce } from '../test/recorder/kill.ts';

const KILLS = Number(process.env['PANGATE_KILLS'] ?? 10_000);
/** No more are begun after so long: what the figures say is what was done. */
const LIMIT_MS = Number(process.env['PANGATE_KILLS_MS'] ?? 3_000_000);
const SIZES = [
  [131_072, 67_108_864],
  [8192, 400_000],
  [1024, 30_000],
] as const;
/** One in so many has a sealer, which is killed first. */
const SEALED = 5;

test('kill -9 under load: every recording verifies up to its last accepted record', {
  timeout: 3_600_000,
}, async (t) => {
  const random = seededRandom(11);
  const kills: Kill[] = [];
  const faults: string[] = [];
  for (let i = 0; i < KILLS && performance.now() < LIMIT_MS; i++) {
    const directory = mkdtempSync(join(tmpdir(), 'pangate-kill-'));
    const plan = { directory, sizes: SIZES[i % SIZES.length]!, afterMs: random.below(300) };
    const sealed: Pick<KillPlan, 'sealerMs'> = i % SEALED === 0 ? { sealerMs: random.below(600) } : {};
    const kill = await killOnce({ ...plan, ...sealed });
    // A sealer that was just being started again may still be on its way out.
    rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    kills.push(kill);
    faults.push(...kill.faults.map((fault) => `kill ${i}: ${fault}`));
    if (i % 50 === 49 || i === KILLS - 1) report(kills, faults);
  }
  report(kills, faults);
  t.strictSame(faults, []);
  t.ok(kills.length > 0, `${kills.length} kills`);
});

function report(kills: readonly Kill[], faults: readonly string[]): void {
  const sum = (of: (kill: Kill) => number): number => kills.reduce((total, kill) => total + of(kill), 0);
  writeFigures('10-kills', {
    group: 10,
    what: `kill -9 of a recording process under load; every ${SEALED}th time of its sealer first`,
    input: 'eight sessions at a time, segments of 1 KiB to 128 KiB, journal files of 30 KB to 64 MiB',
    counts: {
      kills: kills.length,
      sessions: sum(({ sessions }) => sessions),
      'accepted records': sum(({ acceptedRecords }) => acceptedRecords),
      'lost or not VALID': faults.length,
    },
  });
}
