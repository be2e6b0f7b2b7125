/** What each test of SSH stands on: a real sshd, a gateway before it, and OpenSSH's client set up for both. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { type RunOptions, type RunResult, run } from '../clients/run.ts';
import { freePort, type ServerProcess, serverFolder, startProcess } from '../servers/process.ts';
import { makeKey, type Sshd, startSshd } from '../servers/sshd.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

export interface Front {
  readonly sshd: Sshd;
  readonly folder: string;
  readonly port: number;
  /** alice's token. */
  readonly token: string;
  /** Configuration of OpenSSH's clients: hosts `direct`, `gw` (alice#box) and `token` (no key). */
  readonly clientConfig: string;
  readonly process: ServerProcess;
  /** Runs `ssh`, `scp`, `sftp`, ... with that configuration. */
  client(command: string, args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Starts another gateway in the place of one that was killed; it ends with the front. */
  startAgain(): Promise<ServerProcess>;
  /** Runs `pangate replay ...` on the recordings. */
  replay(...args: readonly string[]): Promise<RunResult>;
  stop(): Promise<void>;
}

export interface FrontOptions {
  readonly sshd?: readonly string[];
  /** What the listener says beside its address. */
  readonly listener?: Readonly<Record<string, unknown>>;
  /** What the target says of itself in the place of sshd's address, user and key. */
  readonly place?: Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Options of the target beside its host keys. */
  readonly target?: Readonly<Record<string, unknown>>;
  /** Sections that take the place of the configuration's own. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** Starts both; they end with the test. */
export async function startFront(t: Pick<Test, 'teardown'>, options: FrontOptions = {}): Promise<Front> {
  const sshd = await startSshd(options.sshd);
  t.teardown(sshd.stop);
  const front = await startGateway(sshd, options);
  t.teardown(front.stop);
  return front;
}

async function startGateway(sshd: Sshd, options: FrontOptions): Promise<Front> {
  const folder = serverFolder('front');
  const port = await freePort();
  const configFile = join(folder, 'pangate.yaml');
  mkdirSync(join(folder, 'recordings'));
  writeFileSync(configFile, JSON.stringify(configuration(sshd, options, port)));
  makeKey(join(folder, 'alice'));
  const token = pangate('user', 'add', 'alice', '--target', '*', '--file', join(folder, 'users.yaml'));
  pangate('user', 'key', 'alice', join(folder, 'alice.pub'), '--file', join(folder, 'users.yaml'));
  const start = (removed: string | null): Promise<ServerProcess> =>
    startProcess({
      command: process.execPath,
      arguments: [MAIN, 'serve', '--config', configFile],
      folder: removed,
      ready: port,
      asSelf: true,
      ...(options.environment && { environment: options.environment }),
    });
  const server = await start(folder);
  const later: ServerProcess[] = [];
  const clientConfig = join(folder, 'ssh_config');
  writeFileSync(clientConfig, clientLines(sshd, folder, port));
  const recordings = join(folder, 'recordings');
  return {
    sshd,
    folder,
    port,
    token,
    clientConfig,
    process: server,
    client: (command, args, more) => run(command, ['-F', clientConfig, ...args], more),
    replay: (...args) =>
      run(process.execPath, [MAIN, 'replay', ...args], { environment: { PANGATE_RECORDINGS: recordings } }),
    startAgain: async () => {
      const again = await start(null);
      later.push(again);
      return again;
    },
    stop: async () => {
      for (const each of later) await each.stop();
      await server.stop();
    },
  };
}

function pangate(...args: readonly string[]): string {
  const done = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`pangate ${args[0]} ended with ${done.status}: ${done.stderr}`);
  return done.stdout.trim();
}

function configuration(sshd: Sshd, options: FrontOptions, port: number): Record<string, unknown> {
  return {
    version: 1,
    listeners: [
      {
        name: 'door',
        protocol: 'ssh',
        address: `127.0.0.1:${port}`,
        hostKeys: './host-keys',
        ...options.listener,
      },
    ],
    targets: [
      {
        name: 'box',
        protocol: 'ssh',
        address: `127.0.0.1:${sshd.port}`,
        ...(options.place ?? { user: sshd.user, key: { file: sshd.keyFile } }),
        options: { hostKeys: [sshd.hostKey], ...options.target },
      },
    ],
    users: { file: 'users.yaml' },
    record: { directory: './recordings', durability: 'process', sealer: 'off' },
    ...options.config,
  };
}

/** The gateway's host keys are known, and only those. */
function clientLines(sshd: Sshd, folder: string, port: number): string {
  const keys = readdirSync(join(folder, 'host-keys')).filter((name) => name.endsWith('.pub'));
  const known = keys.map((name) => `gateway ${readFileSync(join(folder, 'host-keys', name), 'utf8').trim()}`);
  writeFileSync(join(folder, 'known_hosts'), `${[...known, `direct ${sshd.hostKey}`].join('\n')}\n`);
  return [
    'Host *',
    `  UserKnownHostsFile ${join(folder, 'known_hosts')}`,
    '  GlobalKnownHostsFile /dev/null',
    '  IdentitiesOnly yes',
    '  StrictHostKeyChecking yes',
    '  LogLevel ERROR',
    'Host direct',
    '  HostName 127.0.0.1',
    `  Port ${sshd.port}`,
    `  User ${sshd.user}`,
    '  HostKeyAlias direct',
    `  IdentityFile ${sshd.keyFile}`,
    '  BatchMode yes',
    'Host gw',
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    '  User alice#box',
    '  HostKeyAlias gateway',
    `  IdentityFile ${join(folder, 'alice')}`,
    '  BatchMode yes',
    'Host jump',
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    '  User alice',
    '  HostKeyAlias gateway',
    `  IdentityFile ${join(folder, 'alice')}`,
    '  BatchMode yes',
    'Host box elsewhere',
    '  HostName %h',
    '  User somebody',
    '  HostKeyAlias gateway',
    '  PubkeyAuthentication no',
    '  BatchMode yes',
    'Host token',
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    '  User alice%box',
    '  HostKeyAlias gateway',
    '  PubkeyAuthentication no',
    '  NumberOfPasswordPrompts 1',
    '',
  ].join('\n');
}
