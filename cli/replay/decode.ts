import { Command } from 'commander';
import { PangateError } from '../../base/errors.ts';
import { openRecording } from '../../recorder/index.ts';
import { archiveOf, audit, EMERGENCY_OPTION, type EmergencyOption, sidOf } from './audit.ts';
import { guarded } from './exit.ts';
import { print } from './output.ts';
import { identitiesOf, PLACE_OPTIONS, type PlaceOption, recordingOf } from './place.ts';

/** `pangate replay decode`. */
export function decodeCommand(): Command {
  const command = new Command('decode')
    .description('write the records as plain msgpack, each segment checked first')
    .argument('<recording>', 'a file, a session id or the beginning of one, or last');
  for (const option of PLACE_OPTIONS) command.option(...option);
  return command
    .option(...EMERGENCY_OPTION)
    .addHelpText('after', HELP)
    .action((word: string, options: PlaceOption & EmergencyOption) => guarded(() => decode(word, options)));
}

const HELP = `
The same bytes as \`zstd -dc\` gives, but not from a recording that was changed.

Examples:
  $ pangate replay decode last > session.msgpack
  $ pangate replay decode 01M84 | python3 -c 'import msgpack,sys
    for record in msgpack.Unpacker(sys.stdin.buffer): print(record)'`;

async function decode(word: string, options: PlaceOption & EmergencyOption): Promise<void> {
  if (process.stdout.isTTY)
    throw new PangateError(
      'argument-invalid',
      'records are not for a terminal',
      'Send them to a file or a program.',
    );
  const path = await recordingOf(word, options);
  await audit(archiveOf(path), { type: 'export', verb: 'decode', sid: sidOf(path) }, options);
  const recording = await openRecording(path, await identitiesOf(options));
  try {
    for await (const raw of recording.contents()) await print(raw);
  } finally {
    await recording.close();
  }
}
