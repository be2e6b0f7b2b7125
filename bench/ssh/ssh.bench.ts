/** OpenSSH's client through the gateway, beside the least of relays and beside no relay at all. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing } from '../../test/servers/available.ts';
import { freePort, startProcess } from '../../test/servers/process.ts';
import { type Front, startFront } from '../../test/ssh/front.ts';
import { type Bench, type BenchOptions, inTurns, type Measurement } from '../bench.ts';

const RELAY = fileURLToPath(new URL('./relay.js', import.meta.url));
const BULK_BYTES = 500_000_000;
const CONNECTIONS = 20;
const CIPHER = ['-o', 'Ciphers=aes128-gcm@openssh.com'];

/** Words in front of a command, by subject. */
type Ways = Readonly<Record<string, readonly string[]>>;

export const bench: Bench = {
  name: 'ssh',
  about: 'OpenSSH through the gateway: bytes of a command, connections set up',
  missing: () => missing('ssh', 'sshd', 'ssh-keygen'),
  run,
};

async function run(options: BenchOptions): Promise<readonly Measurement[]> {
  const undo: (() => Promise<void>)[] = [];
  try {
    const front = await startFront({ teardown: (end) => void undo.push(end) });
    const relay = await freePort();
    const { sshd } = front;
    const words = [RELAY, String(relay), String(sshd.port), sshd.user, sshd.keyFile];
    const relayed = await startProcess({
      command: process.execPath,
      arguments: words,
      folder: null,
      ready: relay,
      asSelf: true,
    });
    undo.push(relayed.stop);
    const loose = [
      '-p',
      String(relay),
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      'UserKnownHostsFile=/dev/null',
    ];
    const ways: Ways = { relay: [...loose, 'direct'], gateway: ['gw'], 'no relay': ['direct'] };
    return [await bulk(front, ways, options), await connections(front, ways, options)];
  } finally {
    for (const end of undo.reverse()) await end();
  }
}

async function bulk(front: Front, ways: Ways, options: BenchOptions): Promise<Measurement> {
  const bytes = options.quick ? BULK_BYTES / 10 : BULK_BYTES;
  const file = join(front.folder, 'bulk');
  const line = 'order 1027 of 2026-03-04: card 4111 1111 1111 1111, 12.50 EUR, paid by the second reminder\n';
  writeFileSync(
    file,
    `${'not a card in this line, but 12 words and 3 numbers such as 20260304\n'.repeat(99)}${line}`
      .repeat(Math.ceil(bytes / 6900))
      .slice(0, bytes),
  );
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

/** Runs ssh and counts what comes. */
function bytesOf(front: Front, words: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', ['-F', front.clientConfig, ...CIPHER, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let bytes = 0;
    child.stdout.on('data', (part: Buffer) => {
      bytes += part.length;
    });
    child.once('error', reject).once('close', (code) => {
      if (code === 0) resolve(bytes);
      else reject(new Error(`ssh ended with ${code}`));
    });
  });
}
