/** SSH: the gateway ends both transports and carries the connection protocol between them. */
import { PangateError } from '../../base/errors.ts';
import type { Host } from '../../base/host.ts';
import type { Person } from '../../base/identity.ts';
import type { Target } from '../../base/target.ts';
import type { Link } from '../../base/wire.ts';
import type { Protocol } from '../protocol.ts';
import { HostKeyProofs } from './host-key-proofs.ts';
import { hostKeysOf, loadHostKeys } from './host-keys.ts';
import { serveJumps } from './jump.ts';
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
  serve: (client, host) => serve(client, host, null),
};

/** Who comes through a channel of another connection, and where to. */
interface Jumper {
  readonly person: Person;
  readonly target: string;
}

async function serve(client: Link, host: Host, jumper: Jumper | null): Promise<void> {
  const attempted: Attempted = { user: jumper?.person.id ?? '', target: jumper?.target ?? '' };
  let arrival: Arrival | null = null;
  try {
    arrival = await receive(client, host, attempted, jumper?.person ?? null);
    const target = jumper?.target ?? arrival.target;
    if (target === '' && !host.targetFixed) await jump(host, arrival);
    else await open(host, arrival, target);
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

/** A login without a target: each of its channels is a connection to one. */
async function jump(host: Host, { transport, person }: Arrival): Promise<void> {
  host.loggedIn();
  succeed(transport);
  await serveJumps(transport, {
    channelsMax: host.limits.channelsMax,
    idleMs: host.limits.loginTimeoutMs,
    serve: (link, target) =>
      serve(link, host, { person, target }).catch((error: Error) =>
        host.log.error({ stack: error.stack }, 'a connection failed on a fault of ours'),
      ),
  });
}

function succeed(transport: Transport): void {
  transport.authenticated();
  transport.protocol.authSuccess();
}

/** Opens the server's side and runs the session. The client hears of success when both are there. */
async function open(host: Host, { transport, person, method }: Arrival, name: string): Promise<void> {
  const target = host.target(person, name);
  const server = await connect(host, target);
  host.loggedIn();
  succeed(transport);
  const options = target.options as TargetOptions;
  transport.watch(options.keepAlive);
  server.watch(options.keepAlive);
  const lane = new SshLane({
    cleaner: host.cleaner(target),
    results: host.results,
    options,
    channelsMax: host.limits.channelsMax,
    proofs: new HostKeyProofs(hostKeysOf(host.hostKeys).all, transport.sessionId),
  });
  const application = transport.software;
  const common = { person, method, target, client: transport, server, application };
  await host.run({ ...common, database: '', serverVersion: server.software }, lane);
}

async function connect(host: Host, target: Target): Promise<Transport> {
  // SSH needs no TLS, and a plain socket is read in place.
  const wire = await host.dial({ ...target, tls: { mode: 'disable' } });
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
