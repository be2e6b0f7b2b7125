/**
 * What scanners and redaction are measured on: logs made from a seed, the same bytes on every
 * machine, and real ones where the corpora are present.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corporaFolder, logs } from '../test/quality/corpora.ts';
import { type Random, seededRandom } from '../test/random.ts';

/** One input as bytes and, for tools that read files, as a file. */
export interface Input {
  readonly name: string;
  readonly bytes: Buffer;
  readonly file: string;
}

/** A block of generated logs; a longer input is this over and over. */
const BLOCK_BYTES = 8_388_608;
/** One line of so many carries a card number, as in the logs of a shop that masks nothing. */
const CARD_LINES = 1_000;

/** Writes the inputs, `bytes` long each, into a folder of their own, which `work` may use too. */
export async function withInputs<Result>(
  bytes: number,
  work: (inputs: readonly Input[], folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'pangate-bench-'));
  try {
    const inputs = [...contents(bytes)].map(([name, content]) => {
      const file = join(folder, `${name.replaceAll(' ', '-')}.log`);
      writeFileSync(file, content);
      return { name, bytes: content, file };
    });
    return await work(inputs, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function* contents(bytes: number): Generator<readonly [name: string, content: Buffer]> {
  yield ['generated logs', repeated(generatedLogs(), bytes)];
  const folder = corporaFolder();
  if (folder) yield ['real logs', repeated(Buffer.concat([...logs(folder)].map(([, log]) => log)), bytes)];
}

function repeated(block: Buffer, bytes: number): Buffer {
  const whole = Buffer.allocUnsafe(bytes);
  for (let at = 0; at < bytes; at += block.length) block.copy(whole, at);
  return whole;
}

/** Lines of a shop's services: times, addresses, identifiers, amounts, JSON and now and then a card. */
export function generatedLogs(): Buffer {
  const random = seededRandom(2026);
  const lines: string[] = [];
  for (let size = 0, i = 0; size < BLOCK_BYTES; i++) {
    const line = i % CARD_LINES === 500 ? cardLine(random) : plainLine(random);
    lines.push(line);
    size += line.length;
  }
  return Buffer.from(lines.join(''), 'latin1');
}

function plainLine(random: Random): string {
  const time = `2026-${two(random, 12)}-${two(random, 28)}T${two(random, 23)}:${two(random, 59)}:${two(random, 59)}.${digits(random, 3)}Z`;
  const address = `10.${random.below(256)}.${random.below(256)}.${random.below(256)}`;
  if (random.oneIn(3))
    return `{"time":"${time}","level":"info","trace":"${hex(random, 32)}","status":${200 + random.below(4)},"ms":${random.below(900)}.${digits(random, 2)},"msg":"request served"}\n`;
  if (random.oneIn(2))
    return `${address} - - [${time}] "GET /orders/${digits(random, 8)}?page=${random.below(40)} HTTP/1.1" 200 ${digits(random, 5)} "-" "Mozilla/5.0 (X11; Linux x86_64)"\n`;
  return `${time} INFO  [worker-${random.below(16)}] order ${digits(random, 10)} of customer ${hex(random, 8)}-${hex(random, 4)} settled: ${digits(random, 3)}.${digits(random, 2)} EUR in ${random.below(400)} ms\n`;
}

function cardLine(random: Random): string {
  const body = `4${digits(random, 14)}`;
  const card = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((last) => body + last).find(passes)!;
  const shown = random.oneIn(2) ? card : card.replace(/(\d{4})(?=\d)/g, '$1 ');
  return `2026-01-01T00:00:00.000Z WARN  [worker-1] authorisation of ${shown} declined: 05\n`;
}

function passes(number: string): boolean {
  let sum = 0;
  for (let i = 0; i < number.length; i++) {
    const doubled = Number(number[number.length - 1 - i]) * (1 + (i % 2));
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function two(random: Random, most: number): string {
  return String(1 + random.below(most)).padStart(2, '0');
}

function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.below(10)).join('');
}

function hex(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.below(16).toString(16)).join('');
}
