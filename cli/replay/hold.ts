import { Command } from 'commander';
import { hold, openRecording, unhold } from '../../recorder/index.ts';
import { actor, withLog } from './acts.ts';
import { guarded } from './exit.ts';
import { print } from './output.ts';
import { PLACE_OPTIONS, type PlaceOption, recordingOf } from './place.ts';

interface HoldOptions extends PlaceOption {
  readonly case: string;
  readonly reason: string;
}

/** `pangate replay hold`. */
export function holdCommand(): Command {
  return options(new Command('hold').description('keep a recording for a case, whatever its age'), holdFor);
}

/** `pangate replay unhold`. */
export function unholdCommand(): Command {
  return options(new Command('unhold').description('end a hold'), unholdFor);
}

function options(command: Command, act: (word: string, options: HoldOptions) => Promise<void>): Command {
  command.argument('<recording>', 'a file, a session id or the beginning of one, or last');
  for (const option of PLACE_OPTIONS) command.option(...option);
  return command
    .requiredOption('--case <name>', 'the case')
    .requiredOption('--reason <text>', 'one line; it goes into the log')
    .addHelpText(
      'after',
      `\nExample:\n  $ pangate replay ${command.name()} 01M84 --case K-17 --reason 'dispute'`,
    )
    .action((word: string, given: HoldOptions) => guarded(() => act(word, given)));
}

async function holdFor(word: string, given: HoldOptions): Promise<void> {
  const { path, sid } = await named(word, given);
  await withLog(given, (log) => hold(path, sid, entryOf(given), log));
  await print(`held  ${sid}\n`);
}

async function unholdFor(word: string, given: HoldOptions): Promise<void> {
  const { path, sid } = await named(word, given);
  const rest = await withLog(given, (log) => unhold(path, sid, entryOf(given), log));
  await print(rest.length === 0 ? `released  ${sid}\n` : `still held  ${sid}  for ${rest.length} more\n`);
}

function entryOf({ case: name, reason }: HoldOptions) {
  return { name, reason, by: actor(), wallUs: Date.now() * 1000 };
}

async function named(word: string, given: HoldOptions): Promise<{ path: string; sid: string }> {
  const path = await recordingOf(word, given);
  const recording = await openRecording(path);
  await recording.close();
  return { path, sid: recording.header.sid };
}
