import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decompress } from '@cloudpss/zstd';

/**
 * The labelled corpora, which are not part of the repository: ../shared/corpora beside it, or
 * where PANGATE_CORPORA says. Null where they are absent.
 */
export function corporaFolder(): string | null {
  const beside = fileURLToPath(new URL('../../../../shared/corpora', import.meta.url));
  const folder = process.env['PANGATE_CORPORA'] ?? beside;
  return existsSync(join(folder, 'positives.jsonl')) ? folder : null;
}

/** A labelled span; `bstart` and `bend` are offsets of UTF-8 bytes. */
export interface Label {
  readonly kind: string;
  readonly bstart: number;
  readonly bend: number;
  readonly value: string;
  readonly luhn?: boolean;
}

export interface Item {
  readonly id: string;
  readonly text: string;
  readonly spans: readonly Label[];
  readonly category: string;
  readonly source: string;
}

export function items(folder: string, name: string): readonly Item[] {
  return readFileSync(join(folder, `${name}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Item);
}

/** Each log file by its name, decompressed. */
export function* logs(folder: string): Generator<readonly [name: string, bytes: Buffer]> {
  for (const name of readdirSync(join(folder, 'logs')).sort()) {
    const bytes = readFileSync(join(folder, 'logs', name));
    yield [name, name.endsWith('.zst') ? Buffer.from(decompress(bytes)) : bytes];
  }
}
