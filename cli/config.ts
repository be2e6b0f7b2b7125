import { Command } from 'commander';
import { PangateError } from '../base/errors.ts';
import { ConfigError } from '../engine/config/problem.ts';
import { errorText } from './error-text.ts';
import { EXIT } from './exit.ts';
import { CONFIG_OPTION, type ConfigOption, openConfig } from './open-config.ts';

/** `pangate config check | schema | dump`. */
export function configCommand(): Command {
  const command = new Command('config').description('check, describe or print the configuration');
  command
    .command('check')
    .description('say what is wrong with the configuration, all at once')
    .option(...CONFIG_OPTION)
    .option('--json', 'print the problems as JSON')
    .addHelpText('after', CHECK_HELP)
    .action(check);
  command
    .command('schema')
    .description('print the JSON Schema of the configuration file, for editors')
    .addHelpText('after', '\nExample:\n  $ pangate config schema > pangate.schema.json')
    .action(schema);
  command
    .command('dump')
    .description('print the configuration in effect, defaults filled in')
    .option(...CONFIG_OPTION)
    .option('--redacted', 'without addresses, accounts, paths and options: fit for a bug report')
    .addHelpText('after', '\nExample:\n  $ pangate config dump --redacted')
    .action(dump);
  return command;
}

const CHECK_HELP = `
Shape, names, certificates and keys are checked. Secrets are not read: they may be elsewhere.

Examples:
  $ pangate config check
  $ pangate config check --config /etc/pangate/pangate.yaml --json

Exit codes: 0 nothing wrong, 1 problems, 2 the file cannot be read.`;

async function check(options: ConfigOption & { json?: boolean }): Promise<void> {
  try {
    const { config, plugins } = await openConfig(options);
    const { resolveListeners, resolveTargets } = await import('../engine/config/targets.ts');
    const { maskRules } = await import('../engine/config/rules.ts');
    const { noKey } = await import('../engine/config/mask-keys.ts');
    const { createCleaner } = await import('../engine/cleaner.ts');
    resolveTargets(config, plugins);
    resolveListeners(config);
    for (const target of config.targets) createCleaner(maskRules(config, target.name, noKey));
    const counts = `${config.listeners.length} listener(s), ${config.targets.length} target(s)`;
    process.stdout.write(options.json ? '{"problems":[]}\n' : `${config.file}: nothing wrong; ${counts}\n`);
  } catch (error) {
    if (!(error instanceof PangateError) || error.code !== 'config-invalid') throw error;
    if (options.json) process.stdout.write(`${JSON.stringify({ problems: problemsOf(error) }, null, 2)}\n`);
    else process.stderr.write(errorText(error));
    process.exitCode = EXIT.found;
  }
}

function problemsOf(error: PangateError): readonly unknown[] {
  return error instanceof ConfigError ? error.problems : [{ what: error.message, remedy: error.remedy }];
}

async function schema(): Promise<void> {
  const { configJsonSchema } = await import('../engine/config/schema.ts');
  const { plugins } = await import('../engine/plugins.ts');
  process.stdout.write(`${JSON.stringify(configJsonSchema(plugins), null, 2)}\n`);
}

async function dump(options: ConfigOption & { redacted?: boolean }): Promise<void> {
  const { dumpConfig } = await import('../engine/config/dump.ts');
  const { config } = await openConfig(options);
  process.stdout.write(dumpConfig(config, { redacted: options.redacted ?? false }));
}
