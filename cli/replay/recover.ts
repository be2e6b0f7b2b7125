import { Command } from 'commander';
import { recordingPath, recoverArchive } from '../../recorder/index.ts';
import { guarded } from './exit.ts';
import { print } from './output.ts';
import { directoryOf, identitiesOf, PLACE_OPTIONS, type PlaceOption } from './place.ts';
import { safeText } from './safe-text.ts';

/** `pangate replay recover`. */
export function recoverCommand(): Command {
  const command = new Command('recover').description('complete what a crash has left, without a gateway');
  for (const option of PLACE_OPTIONS) command.option(...option);
  return command.addHelpText('after', HELP).action((options: PlaceOption) => guarded(() => recover(options)));
}

const HELP = `
A gateway does this at its start. It cannot where recordings are encrypted and the key of the
run is gone, because it lay in memory and the machine was restarted: a recipient can. Stop the
gateway for it.

Example:
  $ pangate replay recover --directory ./recordings --key review.key`;

async function recover(options: PlaceOption): Promise<void> {
  const directory = await directoryOf(options);
  const identities = await identitiesOf(options);
  const recoveries = await recoverArchive(directory, identities, (sid) => recordingPath(directory, sid));
  for (const { sid, path, outcome, records, reason } of recoveries) {
    if (outcome === 'failed') process.exitCode = 1;
    await print(`${outcome}  ${sid || safeText(path)}  ${records} records  ${safeText(reason)}\n`);
  }
}
