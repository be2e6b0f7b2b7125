/**
 * Figures of slow tests: what was done, on what, how often. Each run writes one file into
 * build/figures; scripts/assurance.mjs makes the table of docs/assurance.md from them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'build/figures';

/** One run of one slow test. */
export interface Figures {
  /** Number of the group in docs/assurance.md, 1 to 16. */
  readonly group: number;
  /** What was done, in one line. */
  readonly what: string;
  /** What it was done to. */
  readonly input: string;
  /** Counts by name, in the order of the page. */
  readonly counts: Readonly<Record<string, number | string>>;
}

/** Writes the figures of one run under a name; the last run counts. */
export function writeFigures(name: string, figures: Figures): void {
  mkdirSync(FOLDER, { recursive: true });
  const { node } = process.versions;
  const about = { ...figures, at: new Date().toISOString(), node, seconds: Math.round(process.uptime()) };
  writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(about, null, 1)}\n`);
}
