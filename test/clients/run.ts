/** Runs a client program to its end. */
import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** What it reads on standard input; nothing if not set. */
  readonly input?: string | Uint8Array;
  /** Sends SIGINT this long after the start. */
  readonly interruptAfterMs?: number;
  readonly folder?: string;
  /** Killed after this long; 60 s if not set. */
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Resolves when the program has ended, whatever its exit code. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.folder,
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...options.environment },
      timeout: options.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
    });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (part: Buffer) => stdout.push(part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      stderr += part;
    });
    const timer = options.interruptAfterMs
      ? setTimeout(() => child.kill('SIGINT'), options.interruptAfterMs)
      : undefined;
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: Buffer.concat(stdout), stderr });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

/** As `run`, and throws what the program said if it failed. */
export async function succeed(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await run(command, args, options);
  if (result.code !== 0) throw new Error(`${command} ended with ${result.code}:\n${result.stderr}`);
  return result;
}
