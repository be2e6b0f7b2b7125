/**
 * Real servers as child processes that never outlive the test, however it ends.
 *
 * A shell of its own session holds each server on a leash: it waits for the end of its standard
 * input, which comes when the test lets go or dies. It then stops the server with the signal
 * asked for, with SIGKILL after ten seconds, and removes the server's folder. Servers refuse to
 * run as root, so a test that runs as root starts them as an ordinary user of the system.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const OUTPUT_CHARACTERS_MAX = 200_000;
const POLL_MS = 5;

/** Started with: signal, folder to remove or an empty word, command, arguments. */
const LEASH = `
signal=$1 folder=$2; shift 2
"$@" </dev/null 1>&2 & pid=$!
echo "$pid"; exec 1>&- 2>/dev/null
cat >/dev/null
kill -"$signal" "$pid" 2>/dev/null
waited=0
while kill -0 "$pid" 2>/dev/null && [ "$waited" -lt 500 ]; do sleep 0.02; waited=$((waited+1)); done
kill -KILL "$pid" 2>/dev/null
trap '' TERM; kill -TERM 0
left=100
while [ -n "$folder" ] && [ -e "$folder" ] && [ "$left" -gt 0 ]; do rm -rf "$folder" || sleep 0.1; left=$((left-1)); done
kill -KILL 0
`;

/** Who runs servers when the test itself is root. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** What to run and how to know that it is up. */
export interface ProcessOptions {
  readonly command: string;
  readonly arguments: readonly string[];
  /** The server's folder (`serverFolder()`), removed with it; null keeps everything. */
  readonly folder: string | null;
  /** What shows in the server's output when it is up, or the port that then takes connections. */
  readonly ready: RegExp | number;
  /** First signal that asks it to end; `TERM` if not set. */
  readonly signal?: 'INT' | 'QUIT' | 'TERM' | 'KILL';
  readonly environment?: Readonly<Record<string, string>>;
  /** From start to ready; 30 s if not set. */
  readonly timeoutMs?: number;
  /** Runs as the test's own user even if that is root. */
  readonly asSelf?: boolean;
}

/** A running server. */
export interface ServerProcess {
  /** The server's own id (not the leash's), for signals and for reading its memory. */
  readonly pid: number;
  /** What it has printed so far, its last 200,000 characters. */
  output(): string;
  /** Resolves when the server and all that hold its output have ended. */
  readonly ended: Promise<void>;
  /** Sends a signal and waits until it has ended of it; its folder stays until `stop`. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops it, removes its folder; resolves when both are done. Can be called again. */
  stop(): Promise<void>;
}

/** The user for servers, or null where the test's own user will do. Throws if root finds none. */
export function serverUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const wanted of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${wanted}:`))?.split(':');
    if (fields) return { name: wanted, uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error('Servers do not run as root, and /etc/passwd has neither postgres nor nobody.');
}

/** A new temporary folder that the server's user owns. */
export function serverFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `pangate-${name}-`));
  giveToServer(folder);
  return folder;
}

/** Removes a folder with all that is in it when this process ends or stops the guard, not before. */
export function guardFolder(folder: string): Promise<ServerProcess> {
  return startProcess({ command: 'sleep', arguments: ['2000000000'], folder, ready: /^/, asSelf: true });
}

/** Makes a file or folder the server's own, where that is another user. */
export function giveToServer(path: string): void {
  const user = serverUser();
  if (user) chownSync(path, user.uid, user.gid);
}

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Starts a server and waits until it says that it is ready. */
export async function startProcess(options: ProcessOptions): Promise<ServerProcess> {
  const child = spawnLeash(options);
  const heard = listen(child);
  const ended = new Promise<void>((resolve) => child.stderr?.once('close', resolve));
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    hold(child, 'ref');
    child.stdin?.end();
    await gone;
  };
  try {
    await heard.ready(options.ready, options.timeoutMs ?? 30_000, ended);
  } catch (error) {
    await stop();
    throw new Error(`${options.command} did not start: ${(error as Error).message}\n${heard.text()}`);
  }
  hold(child, 'unref');
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    hold(child, 'ref');
    process.kill(heard.pid(), signal);
    await ended;
    hold(child, 'unref');
  };
  return { pid: heard.pid(), output: heard.text, ended, kill, stop };
}

/** Runs a command to its end as the servers' user; throws what it printed if it fails. */
export function runAsServer(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...identity(false), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${command} ended with ${code}:\n${output}`)),
    );
  });
}

function spawnLeash(options: ProcessOptions): ChildProcess {
  const words = [options.signal ?? 'TERM', options.folder ?? '', options.command, ...options.arguments];
  return spawn('/bin/sh', ['-c', LEASH, 'leash', ...words], {
    ...identity(options.asSelf ?? false),
    cwd: options.folder ?? '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', ...options.environment },
  });
}

/** A server that nobody waits for must not keep the test's process alive; one that is stopped must. */
function hold(child: ChildProcess, how: 'ref' | 'unref'): void {
  child[how]();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as Socket | null)?.[how]();
}

function identity(asSelf: boolean): { uid?: number; gid?: number } {
  const user = asSelf ? null : serverUser();
  return user ? { uid: user.uid, gid: user.gid } : {};
}

interface Heard {
  text(): string;
  pid(): number;
  ready(sign: RegExp | number, timeoutMs: number, ended: Promise<void>): Promise<void>;
}

/** Keeps what the leash (its standard output) and the server (its standard error) say. */
function listen(child: ChildProcess): Heard {
  let text = '';
  let pid = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    pid += part;
  });
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    text = (text + part).slice(-OUTPUT_CHARACTERS_MAX);
  });
  const isReady = (sign: RegExp | number): boolean | Promise<boolean> =>
    typeof sign === 'number' ? takesConnections(sign) : sign.test(text);
  return {
    text: () => text,
    pid: () => Number(pid),
    ready: async (sign, timeoutMs, ended) => {
      let over = '';
      ended.then(() => {
        over = 'it ended';
      });
      child.once('error', (error) => {
        over = error.message;
      });
      const endMs = performance.now() + timeoutMs;
      while (!(await isReady(sign))) {
        if (over !== '') throw new Error(over);
        if (performance.now() > endMs) throw new Error(`not ready after ${timeoutMs} ms`);
        await sleep(POLL_MS);
      }
    },
  };
}

/** True if something listens on a port of 127.0.0.1. */
export function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
