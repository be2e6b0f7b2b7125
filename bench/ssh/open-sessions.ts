/** Hundreds of sessions at once: what each takes of the gateway's memory, and whether all answer. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import type { Front } from '../../test/ssh/front.ts';
import type { BenchOptions, Measurement } from '../bench.ts';
import { residentKiB } from '../resident.ts';
import { connect, echoes, execute, throughGateway } from './client.ts';

const SESSIONS = 500;
const AT_ONCE = 8;
const SETTLE_MS = 3_000;
const ANSWER_MS = 30_000;

interface Session {
  readonly client: Client;
  readonly channel: ClientChannel;
}

export async function openSessions(front: Front, options: BenchOptions): Promise<readonly Measurement[]> {
  const count = options.quick ? SESSIONS / 10 : SESSIONS;
  options.progress(`opening ${count} sessions`);
  const { pid } = front.process;
  const first = await open(front, AT_ONCE);
  await sleep(SETTLE_MS);
  const before = residentKiB(pid);
  const sessions = await open(front, count);
  await sleep(SETTLE_MS);
  const kib = (residentKiB(pid) - before) / count;
  options.progress(`${count} sessions answer`);
  const answers = await Promise.all(sessions.map(({ channel }) => echoes(channel, 'ping\n', ANSWER_MS)));
  const answered = answers.filter(Boolean).length;
  for (const { client } of [...first, ...sessions]) client.end();
  await sleep(SETTLE_MS);
  return [
    {
      measure: `${count} open sessions: those that answer`,
      unit: 'sessions',
      better: 'more',
      samples: { gateway: [answered] },
      bars: { gateway: count },
    },
    { measure: 'memory per open session', unit: 'KiB', better: 'less', samples: { gateway: [kib] } },
  ];
}

async function open(front: Front, count: number): Promise<Session[]> {
  const sessions: Session[] = [];
  let left = count;
  const work = async (): Promise<void> => {
    while (left-- > 0) {
      const client = await connect(throughGateway(front));
      sessions.push({ client, channel: await execute(client, 'cat') });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return sessions;
}
