/** OpenSSH's sshd as a process of its own, for one test: it lets the test's own user in by one key. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { path } from './available.ts';
import { freePort, type ServerProcess, serverFolder, startProcess } from './process.ts';

export interface Sshd {
  readonly port: number;
  readonly folder: string;
  /** Who it lets in, and the file of the private key that it asks for. */
  readonly user: string;
  readonly keyFile: string;
  /** Its host key, as a line. */
  readonly hostKey: string;
  readonly process: ServerProcess;
  stop(): Promise<void>;
}

/** Starts sshd; `lines` stand in its configuration before its own. */
export async function startSshd(lines: readonly string[] = []): Promise<Sshd> {
  const folder = serverFolder('sshd');
  const [hostFile, keyFile] = [join(folder, 'host'), join(folder, 'client')];
  for (const file of [hostFile, keyFile]) makeKey(file);
  const port = await freePort();
  // What sshd separates its privileges into, where the system has not made it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const configuration = [
    ...lines,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostFile}`,
    `AuthorizedKeysFile ${keyFile}.pub`,
    `PidFile ${join(folder, 'pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'AcceptEnv LANG LC_* TEST_*',
    'MaxSessions 200',
    'MaxStartups 200:30:400',
    // What the account's own shell files do is no part of a test.
    `SetEnv HOME=${folder}`,
    'PrintMotd no',
    'PrintLastLog no',
    'Subsystem sftp internal-sftp',
  ];
  writeFileSync(join(folder, 'sshd_config'), `${configuration.join('\n')}\n`);
  const server = await startProcess({
    command: path('sshd') ?? 'sshd',
    arguments: ['-D', '-e', '-f', join(folder, 'sshd_config')],
    folder,
    ready: port,
    asSelf: true,
  });
  const hostKey = readFileSync(`${hostFile}.pub`, 'utf8').trim();
  const { username: user } = userInfo();
  return { port, folder, user, keyFile, hostKey, process: server, stop: server.stop };
}

/** A fresh key without a passphrase; its public half beside it, with `.pub`. */
export function makeKey(file: string, type = 'ed25519'): void {
  const made = spawnSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'test', '-f', file]);
  if (made.status !== 0) throw new Error(`ssh-keygen ended with ${made.status}: ${made.stderr}`);
}
