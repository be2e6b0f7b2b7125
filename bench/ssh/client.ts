/** A client of its own beside OpenSSH's: hundreds of connections in one process, and single keys. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2, { type Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import type { Front } from '../../test/ssh/front.ts';

/** How to reach the gateway. */
export function throughGateway(front: Front): ConnectConfig {
  return where(front.port, 'alice#box', join(front.folder, 'alice'));
}

/** How to reach the server itself. */
export function toServer({ sshd }: Front): ConnectConfig {
  return where(sshd.port, sshd.user, sshd.keyFile);
}

function where(port: number, username: string, keyFile: string): ConnectConfig {
  const algorithms = { cipher: ['aes128-gcm@openssh.com' as const] };
  return {
    host: '127.0.0.1',
    port,
    username,
    privateKey: readFileSync(keyFile),
    algorithms,
    readyTimeout: 60_000,
  };
}

/** Connects and logs in. */
export function connect(config: ConnectConfig): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.on('error', reject).once('ready', () => {
      client.setNoDelay(true);
      resolve(client);
    });
    client.connect(config);
  });
}

/** Runs a command, on a terminal if asked for. */
export function execute(client: Client, command: string, pty = false): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, { pty }, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

/** Writes and waits for so many bytes; false if they do not come in time. */
export function echoes(channel: ClientChannel, text: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    let missing = text.length;
    const done = (came: boolean): void => {
      clearTimeout(timer);
      channel.off('data', arrived);
      resolve(came);
    };
    const arrived = (bytes: Buffer): void => {
      missing -= bytes.length;
      if (missing <= 0) done(true);
    };
    const timer = setTimeout(done, timeoutMs, false);
    channel.on('data', arrived);
    channel.write(text);
  });
}
