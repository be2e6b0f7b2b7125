/** `pangate replay` on the recordings of fixtures/, as fixtures/replay/*.txt show it. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'tap';
import { recordingPath } from '../../recorder/index.ts';
import { type Ran, runner } from '../../test/replay/runner.ts';
import { temporaryFolder } from '../../test/temporary.ts';

const write = process.env['PANGATE_GOLDENS'] === 'write';
const MAIN = 'build/cli/replay-main.js';
const archive = temporaryFolder('replay');
process.on('exit', () => rmSync(archive, { recursive: true, force: true }));

/** An archive of the sound fixtures, under their session ids. */
const SIDS = { sql: '01M84000000000000000000SQ1', small: '01M84000000000000000000000' };
for (const [name, sid] of Object.entries(SIDS)) {
  const path = recordingPath(archive, sid);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(`fixtures/recordings/${name}.pgr.zst`, path);
}

const pangate = runner({ ...process.env, PANGATE_RECORDINGS: archive });
const replay = (...args: readonly string[]): Ran => pangate('replay', ...args);

const goldens: readonly (readonly [string, readonly string[], number])[] = [
  ['help', ['--help'], 0],
  ['ls-help', ['ls', '--help'], 0],
  ['verify-help', ['verify', '--help'], 0],
  ['ls', ['ls', '--utc'], 0],
  ['ls-json', ['ls', '--json', '--error'], 0],
  ['show', ['show', 'last', '--utc', '--seals'], 0],
  ['show-json', ['show', SIDS.small, '--json'], 0],
  ['sql', ['sql', 'last', '--utc'], 0],
  ['sql-rows', ['sql', 'last', '--utc', '--rows', '--events'], 0],
  ['sql-json', ['sql', 'last', '--json', '--rows', '2', '--masked'], 0],
  ['sql-grep', ['sql', 'last', '--utc', '--grep', 'NOTES'], 0],
  ['sql-tampered', ['sql', 'fixtures/recordings/bit-flipped.pgr.zst', '--utc'], 2],
  ['sql-forced', ['sql', 'fixtures/recordings/bit-flipped.pgr.zst', '--utc', '--force'], 2],
  ['sql-cut', ['sql', 'fixtures/recordings/cut.pgr.zst', '--utc'], 3],
  ['export', ['export', 'last'], 0],
  ['export-csv', ['export', 'last', '--format', 'csv', '--statement', '3'], 0],
  ['verify-all', ['verify', '--all'], 0],
  ['verify-json', ['verify', '--json', 'last'], 0],
];

for (const [name, args, status] of goldens) {
  test(`replay ${args.join(' ')} says what fixtures/replay/${name}.txt shows`, async (t) => {
    const run = replay(...args);
    const path = `fixtures/replay/${name}.txt`;
    const actual = (run.stdout + run.stderr).replaceAll(archive, '<archive>');
    if (write) writeFileSync(path, actual);
    t.equal(run.status, status, run.stderr);
    t.equal(actual, existsSync(path) ? readFileSync(path, 'utf8') : '');
  });
}

test('verify gives each status its exit code, and of several the worst', async (t) => {
  const { recordings } = JSON.parse(readFileSync('fixtures/vectors/pgr-v1.json', 'utf8')) as {
    recordings: { file: string; status: string }[];
  };
  const codes: Record<string, number> = { VALID: 0, TRUNCATED: 3, TAMPERED: 2 };
  for (const { file, status } of recordings) {
    const run = replay('verify', '--quick', `fixtures/recordings/${file}`);
    t.equal(run.status, codes[status], file);
    t.match(run.stdout, status);
  }
  t.equal(replay('verify', 'fixtures/recordings/no-such.pgr.zst').status, 5);
  t.equal(replay('verify', 'package.json/').status, 1);
  t.equal(replay('verify', './package.json').status, 4);
  t.equal(replay('show', 'fixtures/recordings/no-such.pgr.zst').status, 5);
  t.equal(replay('sql', '7ZZZ').status, 5);
  t.equal(
    replay('verify', 'fixtures/recordings/open.pgr.zst', 'fixtures/recordings/bit-flipped.pgr.zst', 'last')
      .status,
    2,
  );
});

test('a command line that is not understood ends with 64', async (t) => {
  for (const args of [
    ['verify'],
    ['verify', '--all', 'last'],
    ['ls', '--last', 'soon'],
    ['export', 'last', '--format', 'csv'],
    ['play-backwards'],
    ['sql'],
    ['sql', '01M84'],
  ])
    t.equal(replay(...args).status, 64, args.join(' '));
});

test('filters of ls keep what they name', async (t) => {
  const sids = (...args: readonly string[]): string[] =>
    replay('ls', '--json', ...args)
      .stdout.split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { sid: string }).sid);
  t.strictSame(sids(), [SIDS.small, SIDS.sql]);
  t.strictSame(sids('--error'), [SIDS.sql]);
  t.strictSame(sids('--user', 'al*', '--target', 'payments'), [SIDS.small, SIDS.sql]);
  t.strictSame(sids('--user', 'bob'), []);
  t.strictSame(sids('--unfinished'), []);
  t.strictSame(sids('--from', '2026-11-23T12:00:00Z', '--to', '2026-11-23T12:00:01Z'), [
    SIDS.small,
    SIDS.sql,
  ]);
  t.strictSame(sids('--to', '2026-11-23T12:00:00Z'), []);
  t.strictSame(sids('--masked', '--protocol', 'sample'), [SIDS.small, SIDS.sql]);
});

test('no control character of a recording reaches the output of any verb but decode and csv', async (t) => {
  for (const args of [
    ['sql', 'last', '--rows', '--events'],
    ['sql', 'last', '--rows', '--json'],
    ['export', 'last'],
    ['show', 'last', '--json'],
    ['ls'],
  ]) {
    const { stdout } = replay(...args);
    t.notMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/, args.join(' '));
  }
});

test('decode gives the bytes that zstd gives', async (t) => {
  const env = { ...process.env, PANGATE_RECORDINGS: archive };
  const ours = spawnSync(process.execPath, [MAIN, 'decode', 'last'], { env });
  t.equal(ours.status, 0);
  const zstd = spawnSync('zstd', ['-dc', recordingPath(archive, SIDS.sql)]);
  if (zstd.status === 0) t.ok(ours.stdout.equals(zstd.stdout));
  const changed = spawnSync(
    process.execPath,
    [MAIN, 'decode', 'fixtures/recordings/segment-deleted.pgr.zst'],
    { env },
  );
  t.equal(changed.status, 2);
});

test('a pager that is left does not make an error', async (t) => {
  const run = spawnSync('sh', ['-c', `${process.execPath} ${MAIN} export last | head -1`], {
    encoding: 'utf8',
    env: { ...process.env, PANGATE_RECORDINGS: archive },
  });
  t.equal(run.stderr, '');
  t.match(run.stdout, '"type":"s.open"');
});
