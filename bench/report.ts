/** Measurements as a table for people and as JSON for machines. */
import { cpus, release, totalmem } from 'node:os';
import { type Measurement, median } from './bench.ts';

/** One subject's line: its median, its ratio to the yardstick and whether it holds its bar. */
export interface Line {
  readonly measure: string;
  readonly subject: string;
  readonly unit: string;
  readonly median: number;
  readonly samples: readonly number[];
  /** To the yardstick; above 1 is better. Null without one. */
  readonly ratio: number | null;
  /** Null where nothing is to be reached. */
  readonly bar: number | null;
  readonly holds: boolean | null;
}

/** All lines, in order. */
export function lines(measurements: readonly Measurement[]): Line[] {
  return measurements.flatMap((measurement) =>
    Object.entries(measurement.samples).map(([subject, samples]) => line(measurement, subject, samples)),
  );
}

/** What the figures were taken on: no path, no name. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  /** ISO 8601. */
  readonly at: string;
}

/** This machine, now. */
export function machine(): Machine {
  const [first] = cpus();
  return {
    processor: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release().split('-')[0]!,
    node: process.versions.node,
    at: new Date().toISOString(),
  };
}

/** The lines as a table with aligned columns. */
export function table(all: readonly Line[]): string {
  const cells = all.map((each, index) => [
    each.measure === all[index - 1]?.measure ? '' : each.measure,
    each.subject,
    `${figure(each.median)} ${each.unit}`,
    each.ratio === null ? '' : `${each.ratio.toFixed(2)}x`,
    each.bar === null
      ? ''
      : `${each.holds ? 'holds' : 'MISSES'} ${each.bar}${each.ratio === null ? '' : 'x'}`,
  ]);
  const rows = [['MEASURE', 'SUBJECT', 'MEDIAN', 'RATIO', 'BAR'], ...cells];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const text = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return `${text.join('\n')}\n`;
}

function line(measurement: Measurement, subject: string, samples: readonly number[]): Line {
  const { measure, unit, better, yardstick, bars } = measurement;
  const value = median(samples);
  const base = yardstick === undefined ? null : median(measurement.samples[yardstick] ?? []);
  const ratio = base === null ? null : better === 'more' ? value / base : base / value;
  const bar = bars?.[subject] ?? null;
  return {
    measure,
    subject,
    unit,
    median: value,
    samples,
    ratio,
    bar,
    holds: holds(bar, ratio, value, better),
  };
}

function holds(
  bar: number | null,
  ratio: number | null,
  value: number,
  better: 'more' | 'less',
): boolean | null {
  if (bar === null) return null;
  if (ratio !== null) return ratio >= bar;
  return better === 'more' ? value >= bar : value <= bar;
}

/** Three figures, as many as a noisy machine deserves. */
export function figure(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
