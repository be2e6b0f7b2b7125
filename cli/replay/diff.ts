import { Command } from 'commander';
import pc from 'picocolors';
import { guarded } from './exit.ts';
import { print, widthOf } from './output.ts';
import { PLACE_OPTIONS, type PlaceOption } from './place.ts';
import { type Checked, openChecked, PLAY_OPTIONS, type PlayOption } from './reading.ts';
import { differingRecords } from './record-diff.ts';
import { cut, safeJson } from './safe-text.ts';
import { type Tally, tallyOf } from './tally.ts';

interface DiffOptions extends PlaceOption, PlayOption {
  readonly json?: boolean;
}

/** `pangate replay diff`. */
export function diffCommand(): Command {
  const command = new Command('diff')
    .description('compare two sessions, or a recording with its redacted copy')
    .argument('<one>', 'a file, a session id or the beginning of one, or last')
    .argument('<other>', 'the same');
  for (const option of [...PLACE_OPTIONS, ...PLAY_OPTIONS]) command.option(...option);
  return command
    .option('--json', 'one JSON object a line')
    .addHelpText('after', HELP)
    .action((one: string, other: string, options: DiffOptions) => guarded(() => diff([one, other], options)));
}

const HELP = `
Two sessions are compared by what was asked: statements without their literals, requests without
their queries, lines that were typed; how often, with how many rows and errors. Two recordings
of one session are compared record by record. Exit code 1 if there is a difference.

Examples:
  $ pangate replay diff 01M84A 01M84B
  $ pangate replay diff original.pgr.zst redacted.pgr.zst`;

async function diff(words: readonly [string, string], options: DiffOptions): Promise<void> {
  const access = { type: 'view', verb: 'diff' } as const;
  const one = await openChecked(words[0], options, access);
  try {
    const other = await openChecked(words[1], options, access);
    try {
      const isSame = one.header.sid === other.header.sid;
      const differs = isSame ? await records(one, other, options) : await sessions(one, other, options);
      if (differs) process.exitCode = 1;
    } finally {
      await other.recording.close();
    }
  } finally {
    await one.recording.close();
  }
}

async function records(one: Checked, other: Checked, options: DiffOptions): Promise<boolean> {
  let count = 0;
  for await (const each of differingRecords(one, other)) {
    count++;
    const { seq, what, type } = each;
    await print(options.json ? `${safeJson(each)}\n` : `record ${seq}  ${type}  ${what}\n`);
  }
  if (!options.json) await print(`${count === 0 ? 'the same records' : `${count} records differ`}\n`);
  return count > 0;
}

async function sessions(one: Checked, other: Checked, options: DiffOptions): Promise<boolean> {
  const [before, after] = [await tallyOf(one), await tallyOf(other)];
  let differs = false;
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const pair = [before.get(key) ?? null, after.get(key) ?? null] as const;
    if (isEqual(pair)) continue;
    differs = true;
    await print(
      options.json ? `${safeJson({ fingerprint: key, one: pair[0], other: pair[1] })}\n` : line(pair),
    );
  }
  if (!differs && !options.json) await print('the same statements\n');
  return differs;
}

function isEqual([one, other]: readonly [Tally | null, Tally | null]): boolean {
  return (
    one !== null &&
    other !== null &&
    one.count === other.count &&
    one.rows === other.rows &&
    one.errors === other.errors
  );
}

function line([one, other]: readonly [Tally | null, Tally | null]): string {
  const numbers = changes(one, other);
  const sign = one === null ? '+' : other === null ? '-' : '~';
  const room = Math.max(20, widthOf() - numbers.length - 4);
  const text = `${sign} ${numbers}  ${cut((one ?? other)!.text, room)}`;
  return `${sign === '+' ? pc.green(text) : sign === '-' ? pc.red(text) : text}\n`;
}

/** `2 → 3 times, 10 → 12 rows`. */
function changes(one: Tally | null, other: Tally | null): string {
  const change = (name: string, read: (tally: Tally) => number): string => {
    const [before, after] = [one === null ? null : read(one), other === null ? null : read(other)];
    if (before === null || after === null || before === after) return `${before ?? after} ${name}`;
    return `${before} → ${after} ${name}`;
  };
  const parts = [change('times', (tally) => tally.count), change('rows', (tally) => tally.rows)];
  const errors = (one?.errors ?? 0) + (other?.errors ?? 0) > 0;
  return (errors ? [...parts, change('errors', (tally) => tally.errors)] : parts).join(', ');
}
