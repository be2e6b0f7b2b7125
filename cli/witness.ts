import { Command } from 'commander';

/** `pangate witness`. */
export function witnessCommand(): Command {
  return new Command('witness')
    .description('watch the logs of others: sign that they only grow')
    .requiredOption('--log <vkey...>', 'vkeys of the logs to watch (from their vkeys files)')
    .option('--directory <folder>', 'where it keeps its key and what it has seen', './witness')
    .option('--listen <host:port>', 'where it listens', '127.0.0.1:7070')
    .addHelpText('after', HELP)
    .action(witness);
}

const HELP = `
Speaks c2sp.org/tlog-witness: POST /add-checkpoint. Run it where those who run the gateway have
no say. It prints its own vkey, for record: { witnesses: [{ url, key }] } and for vkeys files.

Example:
  $ pangate witness --log "$(sed -n 's/^log //p' vkeys)" --listen 0.0.0.0:7070

Exit codes: 0 ended by a signal, 2 could not start.`;

interface WitnessCommandOptions {
  readonly log: readonly string[];
  readonly directory: string;
  readonly listen: string;
}

async function witness({ log, directory, listen }: WitnessCommandOptions): Promise<void> {
  const { openWitness } = await import('../recorder/index.ts');
  const { PangateError } = await import('../base/errors.ts');
  const [, host, port] = /^(.*):(\d{1,5})$/.exec(listen) ?? [];
  if (port === undefined) throw new PangateError('argument-invalid', '--listen is not host:port');
  const { server, vkey } = openWitness(directory, log);
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(Number(port), host?.replace(/^\[|\]$/g, ''), resolve),
  );
  process.stdout.write(`${vkey}\n`);
  await new Promise((resolve) => process.once('SIGTERM', resolve).once('SIGINT', resolve));
  server.closeAllConnections();
  server.close();
}
