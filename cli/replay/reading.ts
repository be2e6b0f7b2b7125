/** Reads a recording for a person: what was changed is not shown as if it were not. */
import pc from 'picocolors';
import { PangateError } from '../../base/errors.ts';
import {
  followRecords,
  type Identity,
  openRecording,
  type Recording,
  type RecordRead,
  type Verification,
  verifyRecording,
} from '../../recorder/index.ts';
import { approversFor } from './acts.ts';
import { type Access, archiveOf, audit, EMERGENCY_OPTION, type EmergencyOption } from './audit.ts';
import { STATUS_EXIT } from './exit.ts';
import { identitiesOf, type PlaceOption, recordingOf } from './place.ts';
import { safeText } from './safe-text.ts';

export interface PlayOption extends EmergencyOption {
  readonly force?: boolean;
  readonly approvers?: string;
  readonly follow?: boolean;
}

/** `--force` and `--approvers` of every subcommand that shows records. */
export const PLAY_OPTIONS: readonly (readonly [string, string])[] = [
  ['--force', 'show what is left of a recording that was changed'],
  ['--approvers <file>', 'public keys of those who may approve redactions (else record.approvers says)'],
  EMERGENCY_OPTION,
];

/** `--follow` of those that go with a session. */
export const FOLLOW_OPTION: readonly [string, string] = [
  '--follow',
  'go with a session that is being recorded, until it ends',
];

/** What a record belongs to. */
export interface Played {
  readonly header: Recording['header'];
  readonly opening: Readonly<Record<string, unknown>> | null;
  readonly verification: Verification;
}

/** A recording that may be shown. The caller closes it. */
export interface Checked extends Played {
  readonly recording: Recording;
  /** Keys of recipients that were named. */
  readonly identities: readonly Identity[];
  /** What to give to `records`: goes on behind damage if that is wanted. */
  readonly onDamage: ((offset: number, why: string) => void) | null;
}

/**
 * Verifies a recording quickly and opens it. What is not VALID is said on standard error and in
 * the exit code. That it is looked at goes into the log. Throws `archive-damaged` for a changed recording unless forced.
 */
export async function openChecked(
  word: string,
  options: PlaceOption & PlayOption,
  access: Omit<Access, 'sid' | 'status'>,
): Promise<Checked> {
  const path = await recordingOf(word, options);
  const verification = await check(path, options);
  const { sid, status } = verification;
  await audit(archiveOf(path), { ...access, sid, status }, options);
  const identities = await identitiesOf(options);
  const recording = await openRecording(path, identities);
  try {
    const opening = await recording.opening();
    const onDamage = options.force ? warn : null;
    return { recording, identities, header: recording.header, opening, verification, onDamage };
  } catch (error) {
    await recording.close();
    throw error;
  }
}

/** Gives every record that holds, in order. Throws as `openChecked` does. */
export async function play(
  word: string,
  options: PlaceOption & PlayOption,
  verb: string,
  show: (record: RecordRead, played: Played) => Promise<void>,
): Promise<void> {
  const checked = await openChecked(word, options, { type: 'view', verb });
  try {
    for await (const record of recordsOf(checked, options.follow ?? false)) await show(record, checked);
    if (options.follow) await sayEnd(checked.recording.path);
  } finally {
    await checked.recording.close();
  }
}

/** All records that hold; of a session that is followed also those that come until it ends. */
export function recordsOf({ recording, onDamage }: Checked, follow: boolean): AsyncGenerator<RecordRead> {
  if (follow) return followRecords(recording);
  return recording.records({ depth: 'quick', ...(onDamage ? { onDamage } : {}) });
}

/** What the verification says of a session that was followed, now that nothing more of it comes. */
export async function sayEnd(path: string): Promise<void> {
  const { status, reason } = await verifyRecording(path, { depth: 'quick' });
  process.exitCode = STATUS_EXIT[status];
  const what = status === 'OPEN' ? 'the session goes on' : 'the session has ended';
  process.stderr.write(`${pc.dim(what)}  ${status}: ${safeText(reason)}\n`);
}

/** Quickly; who may approve is looked up for a redacted recording only. */
async function verified(path: string, options: PlaceOption & PlayOption): Promise<Verification> {
  const verification = await verifyRecording(path, { depth: 'quick' });
  if (verification.redactions.length === 0) return verification;
  const approvers = await approversFor(options).catch((error: PangateError) => {
    if (options.approvers !== undefined) throw error;
    return null;
  });
  return approvers === null ? verification : verifyRecording(path, { depth: 'quick', approvers });
}

async function check(path: string, options: PlaceOption & PlayOption): Promise<Verification> {
  const { force = false } = options;
  const verification = await verified(path, options);
  const { status, reason } = verification;
  if (STATUS_EXIT[status] === 0) return verification;
  process.exitCode = STATUS_EXIT[status];
  process.stderr.write(`${pc.yellow(status)}: ${safeText(reason)}\n`);
  if (status === 'TAMPERED' && !force)
    throw new PangateError(
      'archive-damaged',
      'a recording that was changed is not shown',
      'See what holds: pangate replay verify; show that: --force',
    );
  return verification;
}

function warn(offset: number, why: string): void {
  process.stderr.write(`${pc.red(`damage at byte ${offset}`)}: ${safeText(why)}\n`);
}
