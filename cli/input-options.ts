import { InvalidArgumentError, Option } from 'commander';
import type { RunOptions } from '../engine/redact/run.ts';
import type { Shard } from '../engine/redact/walk.ts';

/** What `redact` and `scan` are told of their inputs alike. */
export interface InputOption {
  readonly resume?: string;
  readonly shard?: Shard;
  readonly format: RunOptions['format'];
  readonly binary?: boolean;
  /** 0: as many as the machine runs at once. */
  readonly threads: number;
  readonly progress: boolean;
}

/** `--resume`. */
export function resumeOption(): Option {
  return new Option('--resume <file>', 'keep in this file what is done, and skip it the next time');
}

/** `--shard`. */
export function shardOption(): Option {
  return new Option('--shard <i/n>', 'take the i-th of n parts of the files, from 0').argParser(parseShard);
}

/** `--format`. */
export function formatOption(): Option {
  return new Option('--format <format>', 'how to read: auto goes by the name')
    .choices(['auto', 'text', 'csv', 'ndjson'])
    .default('auto');
}

/** `--binary`. */
export function binaryOption(): Option {
  return new Option('--binary', 'take inputs that are not text as they are');
}

/** `--threads`. */
export function threadsOption(): Option {
  return new Option('--threads <n>', '0: as many as the machine has').argParser(parseThreads).default(0);
}

/** `--no-progress`. */
export function progressOption(): Option {
  return new Option('--no-progress', 'no progress on a terminal');
}

/** Of an option that may be given more than once. */
export function collect(value: string, so: readonly string[] = []): readonly string[] {
  return [...so, value];
}

/** Throws for what is not i/n. */
function parseShard(text: string): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match && index < count) return { index, count };
  throw new InvalidArgumentError('Write i/n with i from 0 to n-1, such as 0/4.');
}

/** Throws for what is no number of threads. */
function parseThreads(text: string): number {
  if (/^\d{1,2}$/.test(text) && Number(text) <= 64) return Number(text);
  throw new InvalidArgumentError('Write a number from 0 to 64.');
}
