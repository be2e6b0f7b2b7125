import { Command } from 'commander';
import { CONFIG_OPTION, type ConfigOption } from './open-config.ts';

/** `pangate serve`. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the gateway')
    .option(...CONFIG_OPTION)
    .addHelpText('after', HELP)
    .action(serve);
}

const HELP = `
The log goes to standard error. SIGTERM or SIGINT drains: no new connections, sessions at rest
are ended, others get limits.drainTimeoutMs; a second signal ends everything at once. SIGHUP
reads the configuration again for new connections: certificates, targets, masks, limits.

Examples:
  $ pangate serve
  $ pangate serve --config /etc/pangate/pangate.yaml

Exit codes: 0 drained, 1 ended by a second signal, 2 could not start.`;

async function serve(options: ConfigOption): Promise<void> {
  const { openConfig } = await import('./open-config.ts');
  const { runGateway } = await import('../engine/serve.ts');
  const { version } = await import('./version.ts');
  const { config } = await openConfig(options);
  await runGateway(config, version());
}
