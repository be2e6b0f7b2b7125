/**
 * asciicast, versions 3 and 2 (docs.asciinema.org/manual/asciicast): what was seen, for stock
 * players. Output has passed the filter: a player writes it to its viewer's terminal as it is.
 * What is lost: bytes that are no UTF-8 (they are U+FFFD), and everything that the filter drops.
 */
import { SIZE_USUAL, type Size } from '../../../recorder/terminal/index.ts';
import type { Beat } from '../beat.ts';
import { safeText } from '../safe-text.ts';
import { textIn } from '../session.ts';
import type { Tape } from '../tape.ts';
import type { ExportFormat, ExportJob } from './format.ts';

/** Of a transcript, which had no terminal. */
const WIDE: Size = { columns: 120, rows: 36 };
const CODES: Partial<Record<Beat['kind'], string>> = {
  output: 'o',
  error: 'o',
  input: 'i',
  marker: 'm',
  size: 'r',
};

/** Version 3: intervals, and where it comes from in comments. */
export const asciicast: ExportFormat = {
  about: 'asciicast version 3',
  columns: WIDE.columns,
  write: async (job) => {
    const tape = await job.tape();
    const { columns: cols, rows } = await sizeOf(tape);
    const head = { version: 3, term: { cols, rows }, ...titleOf(tape) };
    await job.sink.write(`${JSON.stringify(head)}\n${provenance(tape, job)}`);
    let beforeUs = 0;
    for await (const beat of beatsOf(tape)) {
      await event(job, (beat.atUs - beforeUs) / 1e6, beat);
      beforeUs = beat.atUs;
    }
    const status = await exitStatus(tape);
    if (status !== '')
      await job.sink.write(`${JSON.stringify([(tape.durationUs - beforeUs) / 1e6, 'x', status])}\n`);
  },
};

/** Version 2, for asciinema before 3.0: times since the start; no comments. */
export const asciicast2: ExportFormat = {
  about: 'asciicast version 2, for asciinema before 3.0',
  columns: WIDE.columns,
  write: async (job) => {
    const tape = await job.tape();
    const { columns: width, rows: height } = await sizeOf(tape);
    await job.sink.write(`${JSON.stringify({ version: 2, width, height, ...titleOf(tape) })}\n`);
    for await (const beat of beatsOf(tape)) await event(job, beat.atUs / 1e6, beat);
  },
};

async function* beatsOf(tape: Tape): AsyncGenerator<Beat> {
  const narrator = tape.narrator();
  for await (const beats of tape.told(narrator)) for (const beat of beats) if (isShown(beat)) yield beat;
}

function isShown({ kind, text }: Beat): boolean {
  return kind === 'damage' || kind === 'size' || (kind in CODES && text !== '');
}

function event(job: ExportJob, seconds: number, beat: Beat): Promise<void> {
  const { kind, text, size } = beat;
  const data = kind === 'size' ? `${size!.columns}x${size!.rows}` : text;
  const whole =
    kind === 'damage' ? [seconds, 'o', `\r\n\x1b[41;97m ${text} \x1b[m\r\n`] : [seconds, CODES[kind], data];
  return job.sink.write(`${JSON.stringify(whole)}\n`);
}

/** The first size that was recorded. */
async function sizeOf(tape: Tape): Promise<Size> {
  if (!tape.isTerminal) return WIDE;
  const beats = await tape.beats(0, tape.narrator());
  return beats.find((beat) => beat.size !== null)?.size ?? SIZE_USUAL;
}

/** As `s.close` has it; empty where none was recorded. */
async function exitStatus(tape: Tape): Promise<string> {
  const last = tape.places.length - 1;
  const records = last < 0 ? [] : await tape.records(last).catch(() => []);
  return textIn(records.findLast(({ type }) => type === 's.close')?.data, 'rc');
}

function titleOf({ startedUs, persona }: Tape): object {
  return { timestamp: Math.floor(startedUs / 1e6), title: safeText(`${persona.user} on ${persona.target}`) };
}

function provenance(tape: Tape, { version }: ExportJob): string {
  const { status, digest, records } = tape.verification;
  const lines = [
    `made by pangate ${version} from the recording ${tape.sid}`,
    `verification: ${status}, ${records} records`,
    `fingerprint (SHA-256 of the footer frame): ${digest || 'none, the recording has no end'}`,
    'left out: titles, clipboard, queries and other sequences that act on a viewer’s terminal',
    'bytes that are no UTF-8 are U+FFFD',
  ];
  return lines.map((line) => `# ${line}\n`).join('');
}
