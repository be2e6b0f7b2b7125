/**
 * kill -9 of a whole gateway under load, again and again on one recordings directory. What a
 * client has been answered must stand in a recording that verifies once the next start has
 * recovered it; and no card number of the seed may stand in any file.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { openRecording, verifyRecording } from '../../recorder/index.ts';
import type { Random } from '../random.ts';
import { type GatewayServer, startGateway } from '../servers/gateway.ts';
import type { Connection } from '../servers/postgres.ts';

const CLIENTS = 4;

export interface KillOutcome {
  /** Statements that were answered before each kill. */
  readonly answered: readonly number[];
  /** What was not as it must be, one sentence each. */
  readonly faults: readonly string[];
}

/** Start (which recovers what the kill before has left), look, load, kill -9; and again. */
export async function killRounds(
  server: Connection,
  folder: string,
  rounds: number,
  random: Random,
): Promise<KillOutcome> {
  const seen = new Set<string>();
  const counts: number[] = [];
  const faults: string[] = [];
  let answered: string[] = [];
  for (let round = 0; round <= rounds; round++) {
    const gateway = await startGateway(server, { folder });
    const paths = files(folder).filter((path) => !seen.has(path));
    faults.push(...(await faultsOf(paths, answered)));
    for (const path of paths) seen.add(path);
    answered = [];
    if (round < rounds) counts.push(await killUnderLoad(gateway, round, answered, random));
    await gateway.stop();
  }
  return { answered: counts, faults };
}

async function killUnderLoad(
  gateway: GatewayServer,
  round: number,
  answered: string[],
  random: Random,
): Promise<number> {
  const clients = Array.from({ length: CLIENTS }, (_, client) =>
    load(gateway, `r${round}c${client}`, answered),
  );
  await underLoad(answered);
  await new Promise((resolve) => setTimeout(resolve, random.below(500)));
  process.kill(gateway.process.pid, 'SIGKILL');
  await Promise.all(clients);
  return answered.length;
}

/** The first answers are there: how long that takes is the machine's affair. */
async function underLoad(answered: readonly string[]): Promise<void> {
  for (let waits = 0; waits < 600 && answered.length < CLIENTS; waits++)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

/** One client: tagged statements one after the other until the connection breaks. */
async function load(gateway: GatewayServer, tag: string, answered: string[]): Promise<void> {
  const client = new Client({ ...gateway, ssl: false });
  client.on('error', () => undefined);
  try {
    await client.connect();
    for (let n = 0; ; n++) {
      const name = `${tag}n${n}`;
      await client.query(`SELECT '${name}' AS tag, note, pan FROM cards OFFSET ${n} LIMIT 3`);
      answered.push(name);
    }
  } catch {
    // The kill: what was answered until here counts.
  }
}

async function faultsOf(paths: readonly string[], answered: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  const recorded = new Set<string>();
  for (const path of paths) {
    const { status, reason } = await verifyRecording(path);
    if (status !== 'VALID') faults.push(`${path} is ${status}: ${reason}`);
    for (const tag of await tagsIn(path)) recorded.add(tag);
  }
  for (const tag of answered) if (!recorded.has(tag)) faults.push(`${tag} was answered and is not recorded`);
  return faults;
}

/** Tags of the statements of a recording. */
async function tagsIn(path: string): Promise<string[]> {
  const recording = await openRecording(path);
  const tags: string[] = [];
  for await (const { type, data } of recording.records()) {
    const tag = type === 'sql.q' ? /r\d+c\d+n\d+/.exec(String(data['text'])) : null;
    if (tag) tags.push(tag[0]);
  }
  await recording.close();
  return tags;
}

/** All recordings below a gateway's folder. */
export function files(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return found.filter((path) => path.endsWith('.pgr.zst') && statSync(path).isFile());
}
