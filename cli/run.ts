import { CommanderError } from 'commander';
import { PangateError } from '../base/errors.ts';
import { EXIT } from './exit.ts';
import { pangateCommand } from './pangate.ts';

/** Runs one command line (`argv` as Node gives it) and gives the exit code. Never throws. */
export async function run(argv: readonly string[]): Promise<number> {
  const command = pangateCommand();
  try {
    await command.parseAsync(argv);
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    process.stderr.write(errorText(error));
    return error instanceof PangateError && error.code === 'argument-invalid' ? EXIT.usage : EXIT.error;
  }
}

/** What went wrong and what to do about it; a stack only where the fault is ours. */
export function errorText(error: unknown): string {
  if (!(error instanceof PangateError))
    return `pangate: a fault of pangate itself, please report it\n${(error as Error).stack ?? String(error)}\n`;
  return `pangate: ${error.message}\n${error.remedy ? `  ${error.remedy}\n` : ''}`;
}
