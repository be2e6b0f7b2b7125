/**
 * Looks for known card numbers in files of any kind: as digits with or without separators,
 * as hex of digits, BCD, binary integers and numerics, UTF-16; in zstd files inside the frames.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Bytes } from '../../base/bytes.ts';
import { type NumberIndex, numberIndex, searchDigits } from './digits.ts';
import { formsOf } from './form.ts';
import { type NeedleSet, needleSet } from './needle.ts';
import { contents } from './zstd.ts';

const LEAKS_MAX = 100;

/** One occurrence. Names the number by its index among those looked for, never the number. */
export interface Leak {
  /** The file; empty for bytes given. */
  readonly file: string;
  /** Offset of the frame in a zstd file, or 0. */
  readonly frameFrom: number;
  /** Offset of the occurrence's end (digits) or beginning (binary) in what was searched. */
  readonly at: number;
  readonly index: number;
  readonly form: string;
}

/** What was searched, and what was found: at most 100 occurrences. */
export interface LeakReport {
  readonly leaks: readonly Leak[];
  readonly files: number;
  /** After decompression. */
  readonly bytes: number;
}

/** Ready to look for these numbers. Takes a second for 30,000 of them: make one per test file. */
export interface LeakScanner {
  scanBytes(bytes: Bytes): readonly Leak[];
  /** Files, and folders with all that is in them. What does not exist is an error. */
  scanFiles(paths: readonly string[]): LeakReport;
}

export function leakScanner(pans: readonly string[]): LeakScanner {
  const numbers = numberIndex(pans);
  const needles = needleSet(pans.flatMap(formsOf));
  return {
    scanBytes: (bytes) => {
      const leaks: Leak[] = [];
      scan({ bytes, file: '', frameFrom: 0 }, { numbers, needles, leaks });
      return leaks;
    },
    scanFiles: (paths) => scanFiles(paths, numbers, needles),
  };
}

interface Search {
  readonly numbers: NumberIndex;
  readonly needles: NeedleSet;
  readonly leaks: Leak[];
}

function scanFiles(paths: readonly string[], numbers: NumberIndex, needles: NeedleSet): LeakReport {
  const search: Search = { numbers, needles, leaks: [] };
  const all = paths.flatMap((path) => (statSync(path).isDirectory() ? everyFile(path) : [path]));
  let bytes = 0;
  for (const file of all) {
    const content = readFileSync(file);
    for (const part of contents(content)) {
      bytes += part.bytes.length;
      scan({ bytes: part.bytes, file, frameFrom: part.from }, search);
    }
  }
  return { leaks: search.leaks, files: all.length, bytes };
}

function scan(part: { bytes: Bytes; file: string; frameFrom: number }, search: Search): void {
  const { file, frameFrom, bytes } = part;
  const report = (at: number, index: number, form: string): void => {
    if (search.leaks.length < LEAKS_MAX) search.leaks.push({ file, frameFrom, at, index, form });
  };
  searchDigits(bytes, search.numbers, report);
  search.needles.search(bytes, (from, needle) => report(from, needle.index, needle.form));
}

function everyFile(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
