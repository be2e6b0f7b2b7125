/** `pangate replay scrub` over real archives, whole, changed, missing; and its rate. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { scrub, type Verification, verifyRecording } from '../../recorder/index.ts';
import { archiveFor, folderFor, recordingIn } from '../../test/recorder/sample.ts';
import { entriesIn, sealerIn } from '../../test/recorder/sealed.ts';

const main = join(process.cwd(), 'build/cli/main.js');
const { PANGATE_CONFIG: _, ...rest } = process.env;
const env = { ...rest, NO_COLOR: '1' };

interface Here {
  readonly directory: string;
  readonly paths: readonly string[];
}

async function signedArchive(t: Test): Promise<Here> {
  const directory = folderFor(t);
  const { sealer } = sealerIn(directory);
  const archive = await archiveFor(t, { directory, notary: sealer });
  const paths: string[] = [];
  for (let i = 0; i < 3; i++) paths.push(await recordingIn(archive, 3));
  await archive.close();
  await sealer.close();
  return { directory, paths };
}

function run(directory: string, ...words: readonly string[]) {
  const all = [main, 'replay', 'scrub', '--directory', directory, ...words];
  return spawnSync(process.execPath, all, { encoding: 'utf8', env });
}

function logged(directory: string, type: string): unknown[] {
  return entriesIn(join(directory, 'log')).filter((entry) => entry.type === type);
}

test('a whole archive: counted, in the log, and as metrics', async (t) => {
  const { directory } = await signedArchive(t);
  const metrics = join(directory, 'pangate.prom');
  const { status, stdout } = run(directory, '--rate', '1000', '--metrics', metrics);
  t.equal(status, 0);
  t.match(stdout, /^3 recordings, .*, 3 VALID\n$/);
  t.match(logged(directory, 'verify'), [
    { scrub: true, whole: true, depth: 'full', recordings: 3, statuses: { VALID: 3 } },
  ]);
  t.match(readFileSync(metrics, 'utf8'), /status="VALID"} 3\n(.*\n)*.*status="TAMPERED"} 0\n/);
});

test('a changed and a missing recording: told, alerted in the log, and the exit code', async (t) => {
  const { directory, paths } = await signedArchive(t);
  const bytes = readFileSync(paths[0]!);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(paths[0]!, bytes);
  rmSync(paths[1]!);
  const { status, stdout, stderr } = run(directory, '--quick', '--rate', '1000');
  t.equal(status, 2);
  t.match(stderr, /^TAMPERED/m);
  t.match(stderr, /^MISSING/m);
  t.match(stdout, /1 MISSING, 1 TAMPERED, 1 VALID/);
  const alerts = logged(directory, 'alert') as { status: string }[];
  t.strictSame(alerts.map((alert) => alert.status).sort(), ['MISSING', 'TAMPERED']);
});

test('it begins again until it is ended', async (t) => {
  const { directory } = await signedArchive(t);
  const words = [main, 'replay', 'scrub', '--directory', directory, '--rate', '1000', '--every', '0.00001'];
  const child: ChildProcess = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split('\n').length > 3 && !child.killed) child.kill('SIGTERM');
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  t.equal(code, 0);
  t.ok(logged(directory, 'verify').length >= 3);
  t.ok(existsSync(join(directory, 'log', 'checkpoint')));
});

test('it goes no quicker than the rate, and no slower by much', async (t) => {
  const archive = await archiveFor(t);
  const path = await recordingIn(archive, 3);
  const report = await verifyRecording(path);
  async function* reports(): AsyncGenerator<Verification> {
    for (let i = 0; i < 10; i++) yield report;
  }
  const beganMs = performance.now();
  const bytesPerSecond = report.fileBytes * 20;
  const { bytes, recordings } = await scrub(reports(), { bytesPerSecond, onFinding: async () => undefined });
  const ms = performance.now() - beganMs;
  t.equal(recordings, 10);
  t.equal(bytes, report.fileBytes * 10);
  t.ok(ms >= 490 && ms < 5000, `${Math.round(ms)} ms of 500`);
});
