/** A folder of recordings for the tests of `pangate replay`, and a way to run it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { recordingPath } from '../../recorder/index.ts';
import { openZstd } from '../../recorder/zstd.ts';
import { buildRecording, type Plan, smallPlan } from '../recorder/build.ts';
import { sqlPlan } from '../recorder/fixtures.ts';
import { temporaryFolder } from '../temporary.ts';
import { type Ran, runner } from './runner.ts';
import { httpPlan, terminalPlan } from './sessions.ts';

export const MAIN = 'build/cli/replay-main.js';

/** The archive of one test file; goes away with its process. */
export interface Sample {
  readonly folder: string;
  readonly path: (sid: string) => string;
  readonly replay: (...args: readonly string[]) => Ran;
}

/** Writes a session of SQL, a small one, a terminal's and one of HTTP. */
export async function sampleArchive(): Promise<Sample> {
  const folder = temporaryFolder('replay');
  const zstd = await openZstd('cloudpss');
  for (const plan of [sqlPlan(zstd), smallPlan(zstd, 6, 2), terminalPlan(zstd), httpPlan(zstd)])
    place(folder, plan);
  const pangate = runner({ ...process.env, PANGATE_RECORDINGS: folder });
  const replay = (...args: readonly string[]): Ran => pangate('replay', ...args);
  return { folder, path: (sid) => recordingPath(folder, sid), replay };
}

/** Builds a recording where the archive looks for it; its path. */
export function place(folder: string, plan: Plan): string {
  const path = recordingPath(folder, plan.sid);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, buildRecording(plan));
  return path;
}
