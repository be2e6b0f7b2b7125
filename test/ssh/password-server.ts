/** A server that lets one user in by a password, by ssh2: sshd would ask the system's accounts. */
import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import ssh2, { type AuthContext } from 'ssh2';
import type { Test } from 'tap';

export interface PasswordServer {
  readonly address: string;
  /** As a line. */
  readonly hostKey: string;
  /** Methods that were tried, in order. */
  readonly tried: string[];
}

/** Commands are answered with their own words. `method` is the only one that it takes. */
export async function startPasswordServer(
  t: Pick<Test, 'teardown'>,
  method: 'password' | 'keyboard-interactive',
  password: string,
): Promise<PasswordServer> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const parsed = ssh2.utils.parseKey(pem) as ssh2.ParsedKey;
  const tried: string[] = [];
  const server = new ssh2.Server({ hostKeys: [pem] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (attempt) => {
      tried.push(attempt.method);
      if (attempt.method !== method) return attempt.reject([method]);
      if (isRight(attempt, password)) return attempt.accept();
      if (attempt.method === 'keyboard-interactive')
        attempt.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) =>
          answer === password ? attempt.accept() : attempt.reject([method]),
        );
      else attempt.reject([method]);
    });
    client.on('session', (accept) => {
      accept().on('exec', (take, _, { command }) => {
        const channel = take();
        channel.write(`${command}\n`);
        channel.exit(0);
        channel.end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    hostKey: `ssh-rsa ${parsed.getPublicSSH().toString('base64')}`,
    tried,
  };
}

function isRight(attempt: AuthContext, password: string): boolean {
  return attempt.method === 'password' && attempt.password === password;
}
