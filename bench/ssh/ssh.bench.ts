/** OpenSSH's client through the gateway, beside the least of relays and beside no relay at all. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing } from '../../test/servers/available.ts';
import { freePort, startProcess } from '../../test/servers/process.ts';
import { type Front, startFront } from '../../test/ssh/front.ts';
import { type Bench, type BenchOptions, inTurns, type Measurement } from '../bench.ts';
import { copying } from './copying.ts';
import { openSessions } from './open-sessions.ts';
import { typing } from './typing.ts';

const RELAY = fileURLToPath(new URL('./relay.js', import.meta.url));
const BULK_BYTES = 500_000_000;
const CONNECTIONS = 10;
const CIPHER = ['-o', 'Ciphers=aes128-gcm@openssh.com'];
const LINE = 'order 1027 of 2026-03-04: card 4111 1111 1111 1111, 12.50 EUR, paid by the second reminder\n';
const OTHERS = 'not a card in this line, but 12 words and 3 numbers such as 20260304\n'.repeat(99);
/** A card number in each hundredth line, numbers in all. */
const TEXT = `${OTHERS}${LINE}`.repeat(1000);

/** Words in front of a command, by subject. */
type Ways = Readonly<Record<string, readonly string[]>>;

export const bench: Bench = {
  name: 'ssh',
  about: 'OpenSSH through the gateway: output, connections, growth, open sessions, typing',
  missing: () => missing('ssh', 'sshd', 'ssh-keygen', 'scp', 'bash', 'wc'),
  run,
};

async function run(options: BenchOptions): Promise<readonly Measurement[]> {
  const undo: (() => Promise<void>)[] = [];
  try {
    options.progress('starting servers');
    const front = await startFront({ teardown: (end) => void undo.push(end) });
    const { ways, stop } = await startRelay(front);
    undo.push(stop);
    return [
      await bulk(front, ways, options),
      await connections(front, ways, options),
      await typing(front, options),
      await copying(front, TEXT, options),
      ...(await openSessions(front, options)),
    ];
  } finally {
    for (const end of undo.reverse()) await end();
  }
}

async function startRelay({ sshd }: Front): Promise<{ ways: Ways; stop: () => Promise<void> }> {
  const port = await freePort();
  const { stop } = await startProcess({
    command: process.execPath,
    arguments: [RELAY, String(port), String(sshd.port), sshd.user, sshd.keyFile],
    folder: null,
    ready: port,
    asSelf: true,
  });
  const unknown = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'];
  return {
    ways: { relay: ['-p', String(port), ...unknown, 'direct'], gateway: ['gw'], 'no relay': ['direct'] },
    stop,
  };
}

async function bulk(front: Front, ways: Ways, options: BenchOptions): Promise<Measurement> {
  const bytes = options.quick ? BULK_BYTES / 10 : BULK_BYTES;
  const file = join(front.folder, 'bulk');
  writeFileSync(file, TEXT.repeat(Math.ceil(bytes / TEXT.length)).slice(0, bytes));
  const subjects = each(ways, async (way) => {
    const startMs = performance.now();
    const got = await bytesOf(front, [...way, `cat ${file}`]);
    if (got !== bytes) throw new Error(`${got} bytes of ${bytes} came`);
    return bytes / 1e6 / ((performance.now() - startMs) / 1000);
  });
  return {
    measure: `a command's output of ${bytes / 1e6} MB`,
    unit: 'MB/s',
    better: 'more',
    samples: await inTurns(subjects, options),
    yardstick: 'relay',
    bars: { gateway: 0.7 },
  };
}

async function connections(front: Front, ways: Ways, options: BenchOptions): Promise<Measurement> {
  const subjects = each(ways, async (way) => {
    const startMs = performance.now();
    for (let i = 0; i < CONNECTIONS; i++) await bytesOf(front, [...way, 'true']);
    return CONNECTIONS / ((performance.now() - startMs) / 1000);
  });
  return {
    measure: 'connections one after the other, each with a command',
    unit: '1/s',
    better: 'more',
    samples: await inTurns(subjects, options),
    yardstick: 'relay',
  };
}

function each(
  ways: Ways,
  sample: (way: readonly string[]) => Promise<number>,
): Record<string, () => Promise<number>> {
  return Object.fromEntries(Object.entries(ways).map(([name, way]) => [name, () => sample(way)]));
}

/** Runs ssh and lets wc count what comes: that takes less of the machine than to look at it here. */
function bytesOf(front: Front, words: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const all = ['-F', front.clientConfig, ...CIPHER, ...words];
    const child = spawn('bash', ['-c', 'set -o pipefail; ssh "$@" | wc -c', 'ssh', ...all], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (part: Buffer) => {
      text += part;
    });
    child.once('error', reject).once('close', (code) => {
      if (code === 0) resolve(Number(text));
      else reject(new Error(`ssh ended with ${code}`));
    });
  });
}
