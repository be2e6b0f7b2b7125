/**
 * kill -9 of real processes under load: docs/assurance.md, group 10. `PANGATE_KILLS` is how often,
 * `PANGATE_KILLS_MS` for how long at most, `PANGATE_SEED` repeats a run: without it each run draws
 * a seed of its own, so that each is new kills.
 */
import { randomInt } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { writeFigures } from '../test/figures.ts';
import { type Random, seededRandom } from '../test/random.ts';
import { type Kill, type KillPlan, killOnce } from '../test/recorder/kill.ts';

const KILLS = Number(process.env['PANGATE_KILLS'] ?? 10_000);
/** No more are begun after so long: what the figures say is what was done. */
const LIMIT_MS = Number(process.env['PANGATE_KILLS_MS'] ?? 3_000_000);
const SEED = Number(process.env['PANGATE_SEED'] ?? randomInt(2 ** 32 - 1));
const SIZES = [
  [131_072, 67_108_864],
  [8192, 400_000],
  [1024, 30_000],
] as const;
/** Most kills meet the load, some the first records of all. */
const LINES_MAX = [4, 60, 200] as const;
/** One in so many has a sealer, which is killed first. */
const SEALED = 5;
/** So many writers run side by side. */
const LANES = 4;
const REMOVALS_MAX = 100;

test('kill -9 under load: every recording verifies up to its last accepted record', {
  timeout: LIMIT_MS + 600_000,
}, async (t) => {
  t.comment(`PANGATE_SEED=${SEED}`);
  const random = seededRandom(SEED);
  const kills: Kill[] = [];
  const faults: string[] = [];
  const lane = async (): Promise<void> => {
    for (let i = 0; kills.length + LANES <= KILLS && performance.now() < LIMIT_MS; i++) {
      const kill = await killIn(planOf(random, i));
      kills.push(kill);
      faults.push(...kill.faults.map((fault) => `kill ${kills.length} of seed ${SEED}: ${fault}`));
      if (kills.length % 50 === 0) report(kills, faults);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  report(kills, faults);
  t.strictSame(faults, []);
  t.ok(kills.length > 0, `${kills.length} kills`);
});

function planOf(random: Random, i: number): Omit<KillPlan, 'directory'> {
  const plan = {
    sizes: SIZES[i % SIZES.length]!,
    afterLines: 1 + random.below(random.pick(LINES_MAX)),
    afterMs: random.below(30),
  };
  return i % SEALED === 0 ? { ...plan, sealerMs: random.below(400) } : plan;
}

async function killIn(plan: Omit<KillPlan, 'directory'>): Promise<Kill> {
  const directory = mkdtempSync(join(tmpdir(), 'pangate-kill-'));
  try {
    return await killOnce({ ...plan, directory });
  } finally {
    await remove(directory);
  }
}

/** A sealer that was just being started again may still write there, on its way out: all of it is removed anew. */
async function remove(directory: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await rm(directory, { recursive: true, force: true });
    } catch (error) {
      if (tries === REMOVALS_MAX) throw error;
      await sleep(100);
    }
  }
}

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
      'seed of the run': String(SEED),
    },
  });
}
