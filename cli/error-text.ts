import { PangateError } from '../base/errors.ts';

/** What went wrong and what to do about it; a stack only where the fault is ours. */
export function errorText(error: unknown): string {
  if (!(error instanceof PangateError))
    return `pangate: a fault of pangate itself, please report it\n${(error as Error).stack ?? String(error)}\n`;
  return `pangate: ${error.message}\n${error.remedy ? `  ${error.remedy}\n` : ''}`;
}
