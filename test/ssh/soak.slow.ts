/**
 * An hour of everything at once: output, terminals, uploads, rekeying and connections that break.
 * PANGATE_SOAK_SECONDS says how long. All recordings verify, nothing leaks, the gateway does not grow.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { missing } from '../servers/available.ts';
import { type Front, startFront } from './front.ts';

const skip = missing('ssh', 'sshd', 'ssh-keygen', 'scp');
const SOAK_MS = 1000 * Number(process.env['PANGATE_SOAK_SECONDS'] ?? 3600);
const PAN = '4111111111111111';
const MASKED = '411111******1111';
const LINE = `card ${PAN} end\n`;
const LINES = 200_000;
/** Each lane rests as long as it has worked, so that an hour is an hour of sessions and not of one busy core. */
const PAUSE_MAX_MS = 5000;
/** Of resident memory, from a tenth of the time on. */
const GROWTH_KIB_MAX = 65_536;

type Round = (front: Front, t: Test) => Promise<void>;

test('a gateway that works for an hour leaks nothing and does not grow', {
  skip,
  timeout: SOAK_MS + 300_000,
}, async (t) => {
  const front = await startFront(t);
  writeFileSync(join(front.folder, 'cards'), LINE.repeat(LINES));
  const startMs = Date.now();
  const endMs = startMs + SOAK_MS;
  let [rounds, recorded] = [0, 0];
  const lane = async (round: Round): Promise<void> => {
    while (Date.now() < endMs) {
      const roundMs = Date.now();
      await round(front, t);
      rounds++;
      // A client that is killed may not have come in yet where the machine is busy.
      if (round !== broken) recorded++;
      await sleep(Math.min(Date.now() - roundMs, PAUSE_MAX_MS));
    }
  };
  const kib: number[] = [];
  const watch = async (): Promise<void> => {
    await sleep(SOAK_MS / 10);
    while (Date.now() < endMs) {
      kib.push(residentKiB(front.process.pid));
      await sleep(2000);
    }
  };
  await Promise.all([...[output, upload, terminal, broken].map(lane), watch()]);
  const [early, late] = [
    Math.max(...kib.slice(0, kib.length >> 2)),
    Math.max(...kib.slice(-(kib.length >> 2))),
  ];
  t.comment(`${rounds} rounds; ${early} KiB at most in the first quarter, ${late} KiB in the last`);
  t.ok(late - early < GROWTH_KIB_MAX, `${early} KiB became ${late} KiB`);
  await front.process.kill('SIGTERM');
  const { code, stdout } = await front.replay('verify', '--all');
  const lines = String(stdout).split('\n');
  const valid = lines.filter((line) => line.startsWith('VALID')).length;
  t.equal(code, 0, lines.filter((line) => !line.startsWith('VALID')).join('\n'));
  t.ok(valid >= recorded, `${valid} valid recordings of ${rounds} rounds, ${recorded} of them to their end`);
});

/** Much output, with keys exchanged in between. */
async function output(front: Front, t: Test): Promise<void> {
  const words = ['-o', 'RekeyLimit=1M', 'gw', `cat ${join(front.folder, 'cards')}`];
  const said = await front.client('ssh', words, { timeoutMs: 300_000 });
  if (said.code !== 0) {
    t.fail(`output: ${said.code} ${said.stderr}`);
    return;
  }
  const text = String(said.stdout);
  if (text.length !== LINES * LINE.length) t.fail(`${text.length} bytes came`);
  if (text.includes(PAN)) t.fail('output shows a number');
}

async function upload(front: Front, t: Test): Promise<void> {
  const said = await front.client('ssh', ['-o', 'RekeyLimit=1M', 'gw', 'wc -c'], {
    input: Buffer.alloc(3_000_000),
    timeoutMs: 300_000,
  });
  if (String(said.stdout).trim() !== '3000000') t.fail(`upload: ${said.code} ${said.stderr}`);
}

async function terminal(front: Front, t: Test): Promise<void> {
  const said = await front.client('ssh', ['-tt', 'gw', 'TERM=dumb bash --norc --noprofile'], {
    input: `echo 41111111''11111111\nsleep 0.3\nexit 3\n`,
    timeoutMs: 300_000,
  });
  if (said.code !== 3) t.fail(`terminal: ${said.code} ${said.stderr}`);
  const text = String(said.stdout);
  if (text.includes(PAN) || !text.includes(MASKED)) t.fail('a terminal shows a number');
}

/** A client that is killed in the middle. */
async function broken(front: Front): Promise<void> {
  const child = spawn('ssh', ['-F', front.clientConfig, 'gw', 'yes 12345 4111 1111 1111 1111'], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await sleep(1500);
  child.kill('SIGKILL');
  await ended;
}

function residentKiB(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
