import { EXIT } from './exit.ts';

/** Ends the program because what it says cannot be written: a full disk behind `>`. */
export function outputFailed(error: NodeJS.ErrnoException): never {
  process.stderr.write(`pangate: the output cannot be written: ${error.code ?? error.message}\n`);
  process.exit(EXIT.error);
}
