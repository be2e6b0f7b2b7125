/** Logins to servers by password. */
import { test } from 'tap';
import { missing } from '../servers/available.ts';
import { startFront } from './front.ts';
import { startPasswordServer } from './password-server.ts';

const skip = missing('ssh', 'sshd', 'ssh-keygen');
const PASSWORD = 'opensesame, and more';

for (const method of ['password', 'keyboard-interactive'] as const)
  test(`a server is logged in to by ${method}`, { skip }, async (t) => {
    const server = await startPasswordServer(t, method, PASSWORD);
    const front = await startFront(t, {
      place: { address: server.address, user: 'deploy', password: { env: 'SERVER_PASSWORD' } },
      target: { hostKeys: [server.hostKey] },
      environment: { SERVER_PASSWORD: PASSWORD },
    });
    const said = await front.client('ssh', ['gw', 'uptime']);
    t.equal(String(said.stdout), 'uptime\n', said.stderr);
    t.equal(server.tried.at(-1), method);
    t.notMatch(front.process.output(), PASSWORD);
  });

test('a password that the server does not take ends the login, with what to look at', { skip }, async (t) => {
  const server = await startPasswordServer(t, 'password', PASSWORD);
  const front = await startFront(t, {
    place: { address: server.address, user: 'deploy', password: { env: 'SERVER_PASSWORD' } },
    target: { hostKeys: [server.hostKey] },
    environment: { SERVER_PASSWORD: 'another' },
  });
  const refused = await front.client('ssh', ['gw', 'uptime']);
  t.equal(refused.code, 255);
  t.match(refused.stderr, 'does not take the gateway’s login'.replace('’', "'"));
  t.notMatch(refused.stderr + front.process.output(), 'another');
});
