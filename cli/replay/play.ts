/** Reads a recording for a person: what was changed is not shown as if it were not. */
import pc from 'picocolors';
import { PangateError } from '../../base/errors.ts';
import { openRecording, type Recording, type RecordRead, verifyRecording } from '../../recorder/index.ts';
import { STATUS_EXIT } from './exit.ts';
import { identitiesOf, type PlaceOption, recordingOf } from './place.ts';
import { safeText } from './safe-text.ts';

export interface PlayOption {
  readonly force?: boolean;
}

/** `--force` of every subcommand that shows records. */
export const PLAY_OPTIONS: readonly (readonly [string, string])[] = [
  ['--force', 'show what is left of a recording that was changed'],
];

/** What a record belongs to. */
export interface Played {
  readonly header: Recording['header'];
  readonly opening: Readonly<Record<string, unknown>> | null;
}

/** Gives every record that holds, in order. Throws `archive-damaged` for a changed recording unless forced. */
export async function play(
  word: string,
  options: PlaceOption & PlayOption,
  show: (record: RecordRead, played: Played) => Promise<void>,
): Promise<void> {
  const path = await recordingOf(word, options);
  await check(path, options.force ?? false);
  const recording = await openRecording(path, await identitiesOf(options));
  try {
    const played = { header: recording.header, opening: await recording.opening() };
    const onDamage = options.force ? warn : undefined;
    for await (const record of recording.records(onDamage ? { onDamage } : {})) await show(record, played);
  } finally {
    await recording.close();
  }
}

async function check(path: string, force: boolean): Promise<void> {
  const { status, reason } = await verifyRecording(path, { depth: 'quick' });
  if (status === 'VALID' || status === 'VALID-REDACTED') return;
  process.exitCode = STATUS_EXIT[status];
  process.stderr.write(`${pc.yellow(status)}: ${safeText(reason)}\n`);
  if (status === 'TAMPERED' && !force)
    throw new PangateError(
      'archive-damaged',
      'a recording that was changed is not shown',
      'See what holds: pangate replay verify; show that: --force',
    );
}

function warn(offset: number, why: string): void {
  process.stderr.write(`${pc.red(`damage at byte ${offset}`)}: ${safeText(why)}\n`);
}
