/** SSH: the gateway ends both transports and carries the connection protocol between them. */
import { PangateError } from '../../base/errors.ts';
import type { Host } from '../../base/host.ts';
import type { Target } from '../../base/target.ts';
import type { Link, Wire } from '../../base/wire.ts';
import type { Protocol } from '../protocol.ts';
import { hostKeysOf, loadHostKeys } from './host-keys.ts';
import { SshLane } from './lane.ts';
import { type Arrival, type Attempted, receive } from './login.ts';
import { Disconnect } from './message.ts';
import { type TargetOptions, targetOptions } from './target-options.ts';
import type { Transport } from './transport.ts';
import { logIn } from './upstream.ts';

export const ssh: Protocol = {
  name: 'ssh',
  defaultPort: 22,
  targetOptions,
  prepare: ({ hostKeys }) => ({ fingerprints: loadHostKeys(hostKeys).fingerprints }),
  serve: (client: Wire, host: Host) => serve(client, host),
};

async function serve(client: Link, host: Host): Promise<void> {
  const attempted: Attempted = { user: '', target: '' };
  let arrival: Arrival | null = null;
  try {
    arrival = await receive(client, host, hostKeysOf(host.hostKeys), attempted);
    await open(host, arrival);
  } catch (error) {
    const known =
      error instanceof PangateError
        ? error
        : new PangateError('assertion', 'login failed on an error of ours');
    if (attempted.user !== '') host.denied({ ...attempted, protocol: ssh.name, reason: known.code });
    arrival?.transport.farewell(Disconnect.byApplication, `${known.message} ${known.remedy}`.trim());
    client.end();
    if (known.code === 'assertion') throw error;
  }
}

/** Opens the server's side and runs the session. The client hears of success when both are there. */
async function open(host: Host, { transport, person, method, target: name }: Arrival): Promise<void> {
  const target = host.target(person, name);
  const server = await connect(host, target);
  host.loggedIn();
  transport.authenticated();
  transport.protocol.authSuccess();
  const lane = new SshLane({
    cleaner: host.cleaner(target),
    results: host.results,
    options: target.options as TargetOptions,
    channelsMax: host.limits.channelsMax,
  });
  await host.run(
    {
      person,
      method,
      target,
      client: transport,
      server,
      application: transport.software,
      database: '',
      serverVersion: server.software,
    },
    lane,
  );
}

async function connect(host: Host, target: Target): Promise<Transport> {
  const wire = await host.dial(target);
  const deadline = setTimeout(() => wire.destroy(), host.limits.upstreamTimeoutMs);
  try {
    return await logIn(wire, target);
  } catch (error) {
    wire.destroy();
    throw error;
  } finally {
    clearTimeout(deadline);
  }
}
