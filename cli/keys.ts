import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { PangateError } from '../base/errors.ts';

/** `pangate keys recipient`. */
export function keysCommand(): Command {
  const command = new Command('keys').description('make keys for those who read recordings');
  command
    .command('recipient')
    .description('make a key that opens encrypted recordings')
    .requiredOption('-o, --out <file>', 'where the secret key goes; the file must not exist')
    .addHelpText('after', RECIPIENT_HELP)
    .action(recipient);
  return command;
}

const RECIPIENT_HELP = `
Prints the public key, for record.encryption.recipients. The gateway needs no secret key: keep
one with those who review, another one offline. Two recipients are the least, so that one lost
key loses nothing.

Example:
  $ pangate keys recipient --out review.key
  $ pangate keys recipient --out escrow.key
  $ pangate replay sql last --key review.key`;

async function recipient({ out }: { readonly out: string }): Promise<void> {
  const { newIdentity } = await import('../recorder/index.ts');
  const { secretText, publicText } = newIdentity();
  const text = `# pangate recipient, ${new Date().toISOString().slice(0, 10)}; public: ${publicText}\n${secretText}\n`;
  writeSecret(out, text);
  process.stdout.write(`${publicText}\n`);
}

/** Writes a file for its owner alone; never over another. Throws `file-unreadable`. */
export function writeSecret(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new PangateError(
      'file-unreadable',
      `cannot write the key: ${(error as Error).message}`,
      'Name a new file in a folder of yours.',
    );
  }
}
