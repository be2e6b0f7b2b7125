import { Command } from 'commander';
import pc from 'picocolors';
import { locateConfig } from '../engine/config/locate.ts';
import type { Check } from '../engine/doctor.ts';
import { EXIT } from './exit.ts';
import { CONFIG_OPTION, type ConfigOption } from './open-config.ts';

/** `pangate doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('say what this installation runs on and what is wrong with it')
    .option(...CONFIG_OPTION)
    .option('--json', 'print the checks as JSON')
    .addHelpText('after', HELP)
    .action(doctor);
}

const HELP = `
Looks at Node.js, the native engines in use, the configuration with its certificates and
secrets, the users file and the folder of the recordings. Changes nothing.

Example:
  $ pangate doctor --config /etc/pangate/pangate.yaml

Exit codes: 0 all well or only remarks, 1 something will not work.`;

async function doctor(options: ConfigOption & { json?: boolean }): Promise<void> {
  const { examine } = await import('../engine/doctor.ts');
  const { plugins } = await import('../engine/plugins.ts');
  const checks = await examine(() => locateConfig(options.config), plugins);
  if (options.json) process.stdout.write(`${JSON.stringify({ checks }, null, 2)}\n`);
  else process.stdout.write(checks.map(line).join(''));
  if (checks.some((check) => check.state === 'bad')) process.exitCode = EXIT.found;
}

const MARK: Readonly<Record<Check['state'], string>> = {
  good: pc.green('ok  '),
  note: pc.yellow('note'),
  bad: pc.red('bad '),
};

function line({ state, about, what, remedy }: Check): string {
  return `${MARK[state]}  ${about.padEnd(16)}${what}\n${remedy ? `${' '.repeat(22)}${remedy}\n` : ''}`;
}
