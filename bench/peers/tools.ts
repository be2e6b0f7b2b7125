/** Tools that search and replace, as peers: what each is asked, and whether it is on this machine. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../test/clients/run.ts';
import { missing } from '../../test/servers/available.ts';

/**
 * The same question for every tool: thirteen to nineteen digits, a blank or a dash between any
 * two. None of them can ask for a check digit, an issuer or context, which pangate does.
 */
export const PATTERN = '(?:[0-9][ -]?){12,18}[0-9]';
/** As POSIX has it, which knows no group that is not numbered. */
const POSIX_PATTERN = PATTERN.replace('?:', '');
const REPLACEMENT = '[PAN]';
const SOURCE = fileURLToPath(new URL('../../../bench/peers/hyperscan.c', import.meta.url));

/** Commands that replace in a file and write to standard output, by the tool's name. */
export function replacing(file: string): Readonly<Record<string, readonly string[]>> {
  const rg = [
    'rg',
    '--no-config',
    '-a',
    '-N',
    '--color=never',
    '--passthru',
    '-r',
    REPLACEMENT,
    PATTERN,
    file,
  ];
  const sed = ['sed', '-E', `s/${POSIX_PATTERN}/${REPLACEMENT}/g`, file];
  return present({ 'ripgrep --passthru -r': rg, 'GNU sed': sed });
}

/** Commands that count the lines with a match, by the tool's name. */
export function counting(file: string): Readonly<Record<string, readonly string[]>> {
  return present({
    'ripgrep -c': ['rg', '--no-config', '-a', '-c', PATTERN, file],
    'GNU grep -c': ['grep', '-a', '-c', '-E', POSIX_PATTERN, file],
  });
}

function present(commands: Readonly<Record<string, readonly string[]>>): typeof commands {
  return Object.fromEntries(Object.entries(commands).filter(([, [tool]]) => !missing(tool!)));
}

/** Seconds that a command takes, its output into a file. `core` keeps it on one core. */
export async function timed(command: readonly string[], output: string, core: boolean): Promise<number> {
  const words = core ? ['taskset', '-c', '0', ...command] : command;
  const beganMs = performance.now();
  const result = await run('/bin/sh', ['-c', `exec "$@" > ${output}`, 'sh', ...words], {
    environment: { LC_ALL: 'C' },
    timeoutMs: 600_000,
  });
  if (result.code !== 0) throw new Error(`${words.join(' ')} ended with ${result.code}: ${result.stderr}`);
  return (performance.now() - beganMs) / 1000;
}

/** Scans a file's bytes in memory and gives the seconds of its fastest pass. */
export type MemoryScan = (file: string, chunkBytes: number, passes: number) => Promise<number>;

/** Hyperscan, built from the C program beside this; null without a compiler or the library. */
export function hyperscan(folder: string): MemoryScan | null {
  if (missing('cc', 'pkg-config')) return null;
  const flags = spawnSync('pkg-config', ['--cflags', '--libs', 'libhs'], { encoding: 'utf8' });
  const program = join(folder, 'hyperscan');
  const words = ['-O3', '-march=native', '-o', program, SOURCE, ...flags.stdout.trim().split(/\s+/)];
  if (flags.status !== 0 || spawnSync('cc', words).status !== 0) return null;
  return async (file, chunkBytes, passes) => {
    const result = await run(program, [file, String(chunkBytes), String(passes), PATTERN], {
      timeoutMs: 600_000,
    });
    if (result.code !== 0) throw new Error(`hyperscan: ${result.stderr}`);
    const lines = result.stdout.toString().trim().split('\n');
    return Math.min(...lines.map((line) => Number(line.split(' ')[0]))) / 1e9;
  };
}

interface NativeExpression {
  lastIndex: number;
  exec(bytes: Buffer): ({ readonly index: number } & readonly Buffer[]) | null;
}

/** RE2 over the bytes of one chunk, counting matches; null where npm's `re2` is not built. */
export function re2(): ((chunk: Buffer) => number) | null {
  try {
    const Expression = createRequire(import.meta.url)('re2') as new (
      source: string,
      flags: string,
    ) => NativeExpression;
    const expression = new Expression(PATTERN, 'gu');
    return (chunk) => {
      let matches = 0;
      expression.lastIndex = 0;
      while (expression.exec(chunk) !== null) matches++;
      return matches;
    };
  } catch {
    return null;
  }
}
