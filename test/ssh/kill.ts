/**
 * kill -9 of a gateway that carries SSH under load, again and again. Every line that a client was
 * shown must stand in a recording that verifies once the next start has recovered it.
 */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { openRecording, verifyRecording } from '../../recorder/index.ts';
import { files } from '../e2e/kill.ts';
import { leakScanner } from '../leaks/leaks.ts';
import { type Random, seededRandom } from '../random.ts';
import type { ServerProcess } from '../servers/process.ts';
import { type Front, startFront } from './front.ts';

const PAN = '4111111111111111';
const CLIENTS = 4;
const TAG = /r\d+c\d+n\d+ card/g;

interface KillOutcome {
  /** Lines that clients were shown before each kill. */
  readonly shown: readonly number[];
  /** What was not as it must be, one sentence each. */
  readonly faults: readonly string[];
}

/** What must hold after so many kills. */
export async function surviveKills(t: Test, rounds: number): Promise<void> {
  const front = await startFront(t);
  const { shown, faults } = await killRounds(front, rounds, seededRandom(5));
  t.strictSame(faults, []);
  t.ok(
    shown.every((lines) => lines > 0),
    `lines before each kill: ${shown}`,
  );
  t.strictSame(leakScanner([PAN]).scanFiles([front.folder]).leaks, []);
}

/** Load, kill -9, start, which recovers, and look; and again. */
async function killRounds(front: Front, rounds: number, random: Random): Promise<KillOutcome> {
  const seen = new Set<string>();
  const counts: number[] = [];
  const faults: string[] = [];
  let gateway: ServerProcess = front.process;
  for (let round = 0; round < rounds; round++) {
    const shown = await killUnderLoad(front, gateway, round, random);
    counts.push(shown.length);
    gateway = await front.startAgain();
    const paths = files(front.folder).filter((path) => !seen.has(path));
    faults.push(...(await faultsOf(paths, shown)));
    for (const path of paths) seen.add(path);
  }
  return { shown: counts, faults };
}

async function killUnderLoad(
  front: Front,
  gateway: ServerProcess,
  round: number,
  random: Random,
): Promise<string[]> {
  let output = '';
  const clients = Array.from({ length: CLIENTS }, (_, client) =>
    load(front, `r${round}c${client}`, client % 2 === 0, (text) => {
      output += text;
    }),
  );
  for (let waits = 0; waits < 600 && tagsIn(output).size < CLIENTS * 3; waits++) await sleep(50);
  await sleep(random.below(500));
  await gateway.kill('SIGKILL');
  await Promise.all(clients);
  return [...tagsIn(output)];
}

/** One client that prints numbered lines, on a terminal or without one, until its connection breaks. */
function load(front: Front, tag: string, isTerminal: boolean, onText: (text: string) => void): Promise<void> {
  const command = `i=0; while :; do i=$((i+1)); echo "${tag}n$i card 4111 1111 1111 1111"; sleep 0.002; done`;
  const words = ['-F', front.clientConfig, ...(isTerminal ? ['-tt'] : []), 'gw', command];
  const child = spawn('ssh', words, { stdio: ['ignore', 'pipe', 'ignore'] });
  // Of two clients' pieces none may make a tag together.
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    const end = text.lastIndexOf('\n') + 1;
    onText(text.slice(0, end));
    text = text.slice(end);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', () => resolve());
  });
}

async function faultsOf(paths: readonly string[], shown: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  const recorded = new Set<string>();
  for (const path of paths) {
    const { status, reason } = await verifyRecording(path);
    if (status !== 'VALID') faults.push(`${path} is ${status}: ${reason}`);
    for (const tag of tagsIn(await outputOf(path))) recorded.add(tag);
  }
  for (const tag of shown) if (!recorded.has(tag)) faults.push(`${tag} was shown and is not recorded`);
  return faults;
}

/** What was shown, as the recording has it. */
async function outputOf(path: string): Promise<string> {
  const recording = await openRecording(path);
  const pieces: Uint8Array[] = [];
  for await (const { type, data } of recording.records())
    if (type === 'tty.o') pieces.push(data['d'] as Uint8Array);
  await recording.close();
  return Buffer.concat(pieces).toString('latin1');
}

function tagsIn(text: string): Set<string> {
  return new Set(text.match(TAG));
}
