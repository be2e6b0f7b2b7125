/**
 * The least that stands between two ends of SSH: ssh2's Server and Client, a stream piped into a
 * stream, with the gateway's ciphers, no masks and no recording. Started with: port, sshd's port,
 * user, file of a private key.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';

const [port, sshdPort, username, keyFile] = process.argv.slice(2) as [string, string, string, string];
const privateKey = readFileSync(keyFile);
const algorithms = { cipher: ['aes128-gcm@openssh.com'] } as const;
const hostKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs1',
  format: 'pem',
});

function serve(client: Connection): void {
  (client as unknown as { _sock: Socket })._sock.setNoDelay(true);
  const server = new ssh2.Client();
  const ready = new Promise<void>((resolve) => server.once('ready', resolve));
  client.on('error', () => undefined).on('close', () => server.end());
  server.on('error', () => client.end());
  client.on('authentication', (attempt) => void ready.then(() => attempt.accept()));
  client.on('session', (accept) => {
    accept().on('exec', (take, _, { command }) => {
      const channel: ServerChannel = take();
      server.exec(command, (error, to) => {
        if (error) return channel.close();
        channel.pipe(to);
        to.pipe(channel, { end: false });
        to.stderr.pipe(channel.stderr, { end: false });
        to.on('exit', (status: number) => channel.exit(status)).on('close', () => channel.end());
      });
    });
  });
  const where = { host: '127.0.0.1', port: Number(sshdPort), username, privateKey };
  server.connect({ ...where, algorithms: { cipher: [...algorithms.cipher] } });
  (server as unknown as { _sock: Socket })._sock.setNoDelay(true);
}

new ssh2.Server({ hostKeys: [hostKey], algorithms: { cipher: [...algorithms.cipher] } }, serve).listen(
  Number(port),
  '127.0.0.1',
);
