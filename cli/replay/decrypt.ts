import { Command } from 'commander';
import { PangateError } from '../../base/errors.ts';
import { decryptRecording } from '../../recorder/index.ts';
import { archiveOf, audit, EMERGENCY_OPTION, type EmergencyOption, sidOf } from './audit.ts';
import { guarded } from './exit.ts';
import { identitiesOf, PLACE_OPTIONS, type PlaceOption, recordingOf } from './place.ts';

interface DecryptOptions extends PlaceOption, EmergencyOption {
  readonly out: string;
}

/** `pangate replay decrypt`. */
export function decryptCommand(): Command {
  const command = new Command('decrypt')
    .description('write the plain copy of an encrypted recording')
    .argument('<recording>', 'a file, a session id or the beginning of one, or last');
  for (const option of PLACE_OPTIONS) command.option(...option);
  return command
    .requiredOption('-o, --out <file>', 'the file to write; it must not exist')
    .option(...EMERGENCY_OPTION)
    .addHelpText('after', HELP)
    .action((word: string, options: DecryptOptions) => guarded(() => decrypt(word, options)));
}

const HELP = `
The copy is a recording of its own that stock zstd reads: the same records with the same roots,
sealed anew. What is signed and logged is the original; its footer's digest stands in the copy's.

Example:
  $ pangate replay decrypt last --key review.key --out plain.pgr.zst
  $ zstd -dc plain.pgr.zst | python3 -c 'import msgpack,sys
    for record in msgpack.Unpacker(sys.stdin.buffer): print(record)'`;

async function decrypt(word: string, options: DecryptOptions): Promise<void> {
  const identities = await identitiesOf(options);
  if (identities.length === 0)
    throw new PangateError('argument-invalid', 'no key is named', "Name a recipient's: --key FILE.");
  const path = await recordingOf(word, options);
  await audit(archiveOf(path), { type: 'export', verb: 'decrypt', sid: sidOf(path) }, options);
  await decryptRecording(path, options.out, identities);
}
