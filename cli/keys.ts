import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { PangateError } from '../base/errors.ts';

/** `pangate keys recipient | approver`. */
export function keysCommand(): Command {
  const command = new Command('keys').description(
    'make keys for those who read recordings or approve redactions',
  );
  command
    .command('recipient')
    .description('make a key that opens encrypted recordings')
    .requiredOption('-o, --out <file>', 'where the secret key goes; the file must not exist')
    .addHelpText('after', RECIPIENT_HELP)
    .action(recipient);
  command
    .command('approver <name>')
    .description('make a key with which a person approves redactions')
    .requiredOption('-o, --out <file>', 'where the secret key goes; the file must not exist')
    .addHelpText('after', APPROVER_HELP)
    .action(approver);
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

const APPROVER_HELP = `
Prints the public key, for record.approvers and for those who verify. Each approver makes a key
of their own and keeps the file: two different ones must approve each redaction.

Example:
  $ pangate keys approver alice --out alice.key`;

async function approver(name: string, { out }: { readonly out: string }): Promise<void> {
  const { newApprover } = await import('../recorder/index.ts');
  const { secretText, publicText } = newApprover(name);
  writeSecret(out, secretText);
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
