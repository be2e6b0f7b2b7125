import { CommanderError } from 'commander';
import { PangateError } from '../base/errors.ts';
import { keepMemoryOutOfCoreFiles } from './core-files.ts';
import { errorText } from './error-text.ts';
import { EXIT } from './exit.ts';
import { outputFailed } from './output-failed.ts';
import { pangateCommand } from './pangate.ts';

/** Runs one command line (`argv` as Node gives it) and gives the exit code. Never throws. */
export async function run(argv: readonly string[]): Promise<number> {
  keepMemoryOutOfCoreFiles();
  process.stdout.on('error', outputEnded);
  try {
    const command = await pangateCommand(argv[2] ?? '', argv[3] ?? '');
    await command.parseAsync(argv);
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    process.stderr.write(errorText(error));
    return error instanceof PangateError && error.code === 'argument-invalid' ? EXIT.usage : EXIT.error;
  }
}

/** A reader that goes away, `| head`, is no failure; a verb that listens itself says what is one. */
function outputEnded(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && process.stdout.listenerCount('error') === 1) outputFailed(error);
}
