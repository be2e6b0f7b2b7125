/** Many channels in one connection, by ssh2's own client, which asks for more than OpenSSH's does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'ssh2';
import { test } from 'tap';
import { missing } from '../servers/available.ts';
import { startFront } from './front.ts';

const skip = missing('ssh', 'sshd', 'ssh-keygen');

test('a thousand channels at once are refused at the limit, and the connection goes on', {
  skip,
}, async (t) => {
  const front = await startFront(t, { config: { limits: { channelsMax: 30 } } });
  const client = new Client();
  t.teardown(() => client.end());
  await new Promise((resolve, reject) => {
    client.on('ready', () => resolve(null)).on('error', reject);
    const privateKey = readFileSync(join(front.folder, 'alice'));
    client.connect({ host: '127.0.0.1', port: front.port, username: 'alice#box', privateKey });
  });
  const run = (command: string): Promise<string> =>
    new Promise((resolve) => {
      client.exec(command, (error, channel) => {
        if (error) return resolve(error.message);
        let said = '';
        channel.on('data', (part: Buffer) => {
          said += part;
        });
        channel.on('close', () => resolve(said)).resume();
      });
    });
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => run(`echo ${i}`)));
  const refused = answers.filter((answer) => /no more than 30 channels at once/.test(answer));
  const served = answers.filter((answer, i) => answer === `${i}\n`);
  t.equal(refused.length + served.length, 1000);
  t.ok(served.length >= 30 && served.length < 1000, `${served.length} were served`);
  t.equal(await run('echo still'), 'still\n');
});
