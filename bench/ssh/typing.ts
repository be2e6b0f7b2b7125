/** From a key that is pressed to its echo on the terminal, beside a connection without the gateway. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import type { Front } from '../../test/ssh/front.ts';
import type { BenchOptions, Measurement } from '../bench.ts';
import { connect, echoes, execute, throughGateway, toServer } from './client.ts';

/** Words and numbers: a digit at the end of the output is held back until its time is over. */
const TYPED = "psql -c 'select * from orders where id = 1027 and card = 4111 1111 1111 1111 or sum > 99' ";
const KEYS = 500;
/** A quick typist's pause. */
const PAUSE_MS = 15;
const ECHO_MS = 5_000;

export async function typing(front: Front, options: BenchOptions): Promise<Measurement> {
  const keys = options.quick ? KEYS / 5 : KEYS;
  const clients = [await connect(toServer(front)), await connect(throughGateway(front))] as const;
  const [direct, gateway] = [await terminal(clients[0]), await terminal(clients[1])];
  const added: number[] = [];
  const median: number[] = [];
  for (let round = 0; round <= options.rounds; round++) {
    options.progress(`typing, ${round === 0 ? 'warming up' : `round ${round} of ${options.rounds}`}`);
    const times = { direct: [] as number[], gateway: [] as number[] };
    for (let i = 0; i < keys; i++) {
      const key = TYPED[i % TYPED.length]!;
      times.direct.push(await echoMs(direct, key));
      times.gateway.push(await echoMs(gateway, key));
      await sleep(PAUSE_MS);
    }
    for (const channel of [direct, gateway]) channel.write('\x15');
    await sleep(100);
    if (round === 0) continue;
    added.push(at(times.gateway, 0.99) - at(times.direct, 0.99));
    median.push(at(times.gateway, 0.5) - at(times.direct, 0.5));
  }
  for (const client of clients) client.end();
  return {
    measure: "echo of typing, added to a connection's own",
    unit: 'ms',
    better: 'less',
    samples: { 'gateway, p99': added, 'gateway, p50': median },
    bars: { 'gateway, p99': 30 },
  };
}

/** A terminal in its ordinary mode: the server's kernel echoes each key at once. */
async function terminal(client: Client): Promise<ClientChannel> {
  const channel = await execute(client, 'cat', true);
  await sleep(200);
  channel.on('data', () => undefined);
  return channel;
}

async function echoMs(channel: ClientChannel, key: string): Promise<number> {
  const beganMs = performance.now();
  if (!(await echoes(channel, key, ECHO_MS))) throw new Error('a key was not echoed');
  return performance.now() - beganMs;
}

function at(times: number[], share: number): number {
  const sorted = times.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}
