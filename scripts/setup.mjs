// What every command of a fresh clone needs first: the packages of the lock file and a build.
// Says what it does; does nothing when nothing has changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const STAMP = 'node_modules/.pangate-lock';

/** Installs and builds; ends the process with a clear word if either fails. */
export function setup({ quiet = false } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 15))
    stop(`pangate needs Node.js 20.15 or newer; this is ${process.versions.node}.`);
  install(quiet);
  build(quiet);
}

function install(quiet) {
  const digest = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  // npm would empty the folder that the link leads to, which is somebody else's
  if (lstatSync('node_modules', { throwIfNoEntry: false })?.isSymbolicLink())
    return console.error('node_modules is a link and not of this package-lock.json: taken as it is.');
  if (!quiet) console.error('Installing packages (npm ci) ...');
  run(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    'The packages could not be installed. Is the npm registry reachable?',
  );
  writeFileSync(STAMP, digest);
}

function build(quiet) {
  if (!quiet) console.error('Building (tsc) ...');
  run(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', '.'],
    'The build failed; the lines above say where.',
  );
}

function run(command, args, failure) {
  const result = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (result.status !== 0) stop(failure);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
