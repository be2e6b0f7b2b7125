// `npm test`: installs what is missing, builds, runs each test file in a node of its own, two
// at a time, and ends with the line `N passed, N failed`.
//   --slow      runs *.slow.js instead, soaks first: they take an hour whatever runs beside them
//   --coverage  shows line coverage
//   words       only files whose path contains one of them
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setup } from './setup.mjs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const slow = process.argv.includes('--slow');
const coverage = process.argv.includes('--coverage');
setup();

if (coverage) process.exit(covered());

const { Parser } = await import('tap-parser');
const { cacheFolder } = await import('../build/test/servers/cache.js');
const suffix = slow ? '.slow.js' : '.test.js';
const files = [...walk('build')]
  .filter(
    (path) => path.endsWith(suffix) && (words.length === 0 || words.some((word) => path.includes(word))),
  )
  .sort((a, b) => Number(isSoak(b)) - Number(isSoak(a)) || (a < b ? -1 : 1));
const lanes = Number(process.env.PANGATE_TEST_LANES ?? 2);
/** How long one file may take. */
const LIMIT_MS = slow ? 5_400_000 : 300_000;
// Each file has a temporary folder of its own, so that what it leaves behind shows; what is made once
// a machine stays where it is. Servers of other users must get through.
const temporary = mkdtempSync(join(tmpdir(), 'pangate-test-'));
chmodSync(temporary, 0o755);
const running = new Set();
process.once('exit', () => {
  for (const pid of running) killGroup(pid);
  rmSync(temporary, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
const cache = cacheFolder();
/** How long a server that is being stopped may take to remove its folder; its leash waits ten seconds first. */
const LEAVE_MS = 30_000;
let folders = 0;
const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const startedAt = Date.now();
let next = 0;
await Promise.all(Array.from({ length: lanes }, lane));
await again();
for (const { text } of failures) console.log(text);
console.log(`# ${files.length} files, ${Math.round((Date.now() - startedAt) / 1000)} s`);
if (total.passed + total.failed === 0) total.failed = 1;
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed === 0 ? 0 : 1);

/** Runs itself under c8: workers and forked processes count through NODE_V8_COVERAGE. */
function covered() {
  const shown = ['engine', 'protocols', 'detectors', 'recorder'].map((folder) => `--include=${folder}/**`);
  const hidden = ['test', 'slow', 'fuzz'].map((kind) => `--exclude=**/*.${kind}.ts`);
  const reports = ['--reporter=text', '--reporter=lcovonly', '--check-coverage', '--lines=90'];
  const again = [process.execPath, 'scripts/test.mjs', ...words];
  const c8 = [
    'node_modules/c8/bin/c8.js',
    '--all=false',
    '--exclude-after-remap',
    ...shown,
    ...hidden,
    ...reports,
  ];
  return spawnSync(process.execPath, [...c8, ...again], { stdio: 'inherit' }).status ?? 1;
}

/** A file that failed beside others runs once more alone: what fails then is no matter of load. */
async function again() {
  const failed = failures.splice(0);
  if (failed.length > 3) return void failures.push(...failed);
  for (const { path, seen, text } of failed) {
    console.log(`${text}\nonce more, alone: ${path}`);
    for (const key of Object.keys(total)) total[key] -= seen[key];
    await runFile(path);
  }
}

function isSoak(path) {
  return path.includes('soak');
}

async function lane() {
  while (next < files.length) await runFile(files[next++]);
}

function* walk(folder) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* walk(path);
    else yield path;
  }
}

/** Runs one file under a deadline, counts its assertions, keeps what a failure printed. */
function runFile(path) {
  return new Promise((resolve) => {
    const beganAt = Date.now();
    const folder = join(temporary, String(folders++));
    mkdirSync(folder);
    chmodSync(folder, 0o1777);
    const child = spawn(process.execPath, ['--enable-source-maps', path], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: {
        ...process.env,
        TMPDIR: folder,
        PANGATE_TEST_CACHE: cache,
        TAP_BAIL: '0',
        NODE_ENV: 'test',
        TAP: '1',
        TAP_TIMEOUT: String(LIMIT_MS / 1000),
      },
    });
    running.add(child.pid);
    const parser = new Parser();
    const seen = { passed: 0, failed: 0, skipped: 0 };
    let output = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child.pid);
    }, LIMIT_MS);
    watch(parser, seen);
    child.stdout.on('data', (chunk) => {
      output += chunk;
      parser.write(chunk);
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('close', async (code) => {
      clearTimeout(timer);
      parser.end();
      killGroup(child.pid);
      running.delete(child.pid);
      if (code !== 0 && seen.failed === 0) seen.failed++;
      const left = await leftIn(folder);
      if (left.length > 0 && seen.failed === 0) seen.failed++;
      if (left.length > 0) output += `\n# left in the temporary folder: ${left.join(', ')}\n`;
      if (late) output += `\n# stopped after ${LIMIT_MS / 1000} s\n`;
      for (const key of Object.keys(total)) total[key] += seen[key];
      const good = seen.failed === 0;
      console.log(
        `${good ? 'ok  ' : 'FAIL'} ${path.replace(/^build\//, '').replace(/\.js$/, '.ts')}  ${seen.passed} passed${seen.failed ? `, ${seen.failed} failed` : ''}${seen.skipped ? `, ${seen.skipped} skipped` : ''}  ${((Date.now() - beganAt) / 1000).toFixed(1)} s`,
      );
      if (!good) failures.push({ path, seen, text: `\n----- ${path}\n${output.slice(-20_000)}` });
      resolve();
    });
  });
}

/** What is still there some seconds after the end: servers that are stopped take a moment. */
async function leftIn(folder) {
  const ours = () => readdirSync(folder).filter((name) => name.startsWith('pangate-'));
  for (let waitedMs = 0; ours().length > 0 && waitedMs < LEAVE_MS; waitedMs += 100) await sleep(100);
  const left = ours();
  if (left.length === 0) rmSync(folder, { recursive: true, force: true });
  return left;
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    /* already gone */
  }
}

/** Counts leaf assertions: a subtest's own line repeats what its children said. */
function watch(parser, seen) {
  let children = 0;
  parser.on('child', (child) => {
    children++;
    watch(child, seen);
  });
  parser.on('assert', (result) => {
    if (children > 0) {
      children--;
      return;
    }
    if (result.skip || result.todo) seen.skipped++;
    else if (result.ok) seen.passed++;
    else seen.failed++;
  });
}
