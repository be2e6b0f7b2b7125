import { Command } from 'commander';
import { CONFIG_OPTION, type ConfigOption } from './open-config.ts';

/** `pangate sealer`. */
export function sealerCommand(): Command {
  return new Command('sealer')
    .description('run the process that signs recordings and keeps their log')
    .option(...CONFIG_OPTION)
    .option('-d, --directory <folder>', 'where the recordings lie (else the configuration says)')
    .addHelpText('after', HELP)
    .action(sealer);
}

const HELP = `
pangate serve starts one of its own. Run this one instead, as a user of its own, where those who
run the gateway must not be able to read its keys: with record: { sealer: external }. It keeps
its keys and the log in <recordings>/log, and listens there on the socket sealer.sock; the
gateway's user needs the folder's group. The first start makes the keys.

Examples:
  $ sudo -u pangate-sealer pangate sealer --config /etc/pangate/pangate.yaml

Exit codes: 0 ended by a signal, 2 could not start or could not go on.`;

async function sealer(options: ConfigOption & { readonly directory?: string }): Promise<void> {
  const { join } = await import('node:path');
  const { LOG_FOLDER, runSealer } = await import('../recorder/index.ts');
  const { openConfig } = await import('./open-config.ts');
  const record =
    options.directory === undefined
      ? (await openConfig(options)).config.record
      : { directory: options.directory, durability: 'disk' as const, witnesses: [] };
  const ended = new Promise((resolve) => process.once('SIGTERM', resolve).once('SIGINT', resolve));
  const { directory, durability, witnesses } = record;
  const stamps = 'timestamps' in record && record.timestamps ? { timestamps: record.timestamps } : {};
  await runSealer({ folder: join(directory, LOG_FOLDER), durability, witnesses, ...stamps }, ended);
}
