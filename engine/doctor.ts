/** What an installation runs on, and what of it will not work. Looks; changes nothing. */
import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PangateError } from '../base/errors.ts';
import { expressionEngine } from '../detectors/index.ts';
import { kernelName } from '../detectors/kernels/kernel.ts';
import { BACKLOG, describeZstd, recordingPath } from '../recorder/index.ts';
import type { Config } from './config/config.ts';
import { loadConfig } from './config/load.ts';
import type { Plugins } from './config/plugins.ts';
import { resolveListeners, resolveTargets } from './config/targets.ts';
import { readUsers } from './users/users.ts';

/** One thing that was looked at. */
export interface Check {
  readonly state: 'good' | 'note' | 'bad';
  readonly about: string;
  readonly what: string;
  /** What to do; empty where nothing is needed. */
  readonly remedy: string;
}

const FREE_BYTES_MIN = 1_073_741_824;

/** All checks, in the order to read them. `locate` finds the configuration or throws. */
export async function examine(locate: () => string, plugins: Plugins): Promise<readonly Check[]> {
  const checks: Check[] = [nodeVersion(), kernel(), expressions(), await zstdEngine()];
  const config = attempt(checks, 'configuration', () => {
    const loaded = loadConfig(locate(), plugins);
    return { value: loaded, what: loaded.file };
  });
  if (config === null) return checks;
  attempt(checks, 'certificates', () => {
    const count = resolveListeners(config).filter((listener) => listener.tls !== null).length;
    resolveTargets(config, plugins);
    return { value: true, what: `${count} of ${config.listeners.length} listener(s) with TLS` };
  });
  checks.push(...(await secrets(config, plugins)), ...users(config), recordings(config.record.directory));
  if (config.record.store) checks.push(storeLag(config.record.directory));
  return checks;
}

function nodeVersion(): Check {
  const [major = 0] = process.versions.node.split('.').map(Number);
  const what = `${process.versions.node} on ${process.platform} ${process.arch}`;
  if (major >= 20) return { state: 'good', about: 'Node.js', what, remedy: '' };
  return { state: 'bad', about: 'Node.js', what, remedy: 'Install Node.js 20.15 or newer.' };
}

function kernel(): Check {
  const about = 'detection';
  if (kernelName === 'wasm') return { state: 'good', about, what: 'SIMD kernel in WebAssembly', remedy: '' };
  return {
    state: 'note',
    about,
    what: 'without SIMD: slower',
    remedy: 'Use a processor with SSE4.1 or NEON.',
  };
}

/** Their results are the same, and neither can be stalled by a pattern. */
function expressions(): Check {
  const what = expressionEngine === 're2' ? 're2 (native)' : 're2js (JavaScript)';
  return { state: 'good', about: 'expressions', what, remedy: '' };
}

async function zstdEngine(): Promise<Check> {
  try {
    return { state: 'good', about: 'zstd', what: await describeZstd(), remedy: '' };
  } catch (error) {
    const { message, remedy } = error as PangateError;
    return { state: 'bad', about: 'zstd', what: message, remedy };
  }
}

function attempt<T>(checks: Check[], about: string, work: () => { value: T; what: string }): T | null {
  try {
    const { value, what } = work();
    checks.push({ state: 'good', about, what, remedy: '' });
    return value;
  } catch (error) {
    if (!(error instanceof PangateError)) throw error;
    checks.push({ state: 'bad', about, what: error.message, remedy: error.remedy });
    return null;
  }
}

async function secrets(config: Config, plugins: Plugins): Promise<Check[]> {
  const checks: Check[] = [];
  for (const target of attemptTargets(config, plugins)) {
    const failure = await target.password?.().then(
      () => null,
      (error: PangateError) => error,
    );
    if (failure)
      checks.push({ state: 'bad', about: 'secrets', what: failure.message, remedy: failure.remedy });
  }
  return checks;
}

function attemptTargets(config: Config, plugins: Plugins) {
  try {
    return [...resolveTargets(config, plugins).values()];
  } catch {
    return [];
  }
}

function users(config: Config): Check[] {
  const checks: Check[] = [];
  const { file } = config.users;
  const found = attempt(checks, 'users', () => {
    const { users: list } = readUsers(file);
    return { value: list, what: `${list.length} in ${file}` };
  });
  if (found === null) return checks;
  if (found.length === 0)
    checks.push({
      state: 'note',
      about: 'users',
      what: 'nobody can log in',
      remedy: 'pangate user add ID --target NAME',
    });
  if ((statSync(file).mode & 0o077) !== 0)
    checks.push({
      state: 'note',
      about: 'users',
      what: 'others can read the users file',
      remedy: `chmod 600 ${file}`,
    });
  return checks;
}

function recordings(directory: string): Check {
  const about = 'recordings';
  const folder = existsSync(directory) ? directory : dirname(directory);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return {
      state: 'bad',
      about,
      what: `${directory} cannot be written`,
      remedy: 'Give the account of pangate the right to.',
    };
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = `${Math.floor((bavail * bsize) / 1_048_576)} MiB free`;
  if (bavail * bsize < FREE_BYTES_MIN)
    return {
      state: 'note',
      about,
      what: `${directory}: only ${free}`,
      remedy: 'A full disk ends strict sessions.',
    };
  if (folder === directory && (statSync(folder).mode & 0o077) !== 0)
    return { state: 'note', about, what: `others can read ${directory}`, remedy: `chmod 700 ${directory}` };
  return { state: 'good', about, what: `${directory}, ${free}`, remedy: '' };
}

/** A recording that has grown this long ago and is not in the store: 10.3.3 asks for promptness. */
const BEHIND_MS_MAX = 120_000;

/** What waits for the store. A marker is as old as the last part that was copied. */
function storeLag(directory: string): Check {
  const about = 'store';
  const folder = join(directory, BACKLOG);
  const sids = existsSync(folder) ? readdirSync(folder) : [];
  let lagMs = 0;
  let behind = 0;
  for (const sid of sids) {
    const grown = statSync(recordingPath(directory, sid), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const copied = statSync(join(folder, sid), { throwIfNoEntry: false })?.mtimeMs ?? grown;
    if (grown <= copied || Date.now() - grown < BEHIND_MS_MAX) continue;
    behind++;
    lagMs = Math.max(lagMs, Date.now() - grown);
  }
  if (behind === 0)
    return { state: 'good', about, what: `nothing is behind, ${sids.length} open or waiting`, remedy: '' };
  const what = `${behind} recordings wait, the oldest for ${Math.round(lagMs / 1000)} s`;
  return { state: 'note', about, what, remedy: 'Look for the store in the log of the gateway.' };
}
