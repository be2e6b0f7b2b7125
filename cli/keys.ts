import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { PangateError } from '../base/errors.ts';

/** `pangate keys recipient | approver | root | sign`. */
export function keysCommand(): Command {
  const command = new Command('keys').description(
    'make keys for those who read recordings, approve redactions or say whom to trust',
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
  command
    .command('root <name>')
    .description('make the key with which an organisation says whom it trusts')
    .requiredOption('-o, --out <file>', 'where the secret key goes; the file must not exist')
    .addHelpText('after', ROOT_HELP)
    .action(root);
  command
    .command('sign <vkeys>')
    .description('print a vkeys file as the root key has signed it')
    .requiredOption('--root <file>', 'the secret key: pangate keys root')
    .addHelpText('after', SIGN_HELP)
    .action(sign);
  return command;
}

const ROOT_HELP = `
Prints the public key, for those who verify: they need no other one. Keep the secret key offline.

Example:
  $ pangate keys root example.com --out root.key`;

async function root(name: string, { out }: { readonly out: string }): Promise<void> {
  const { newRoot } = await import('../recorder/index.ts');
  const { secretText, publicText } = newRoot(name);
  writeSecret(out, secretText);
  process.stdout.write(`${publicText}\n`);
}

const SIGN_HELP = `
Look at what you sign: each line of the file lets somebody sign recordings, logs or redactions.
Sign it again when a key comes or goes.

Example:
  $ pangate keys sign vkeys --root root.key > vkeys.signed
  $ pangate replay verify --all --vkeys vkeys.signed --root pangate/root/example.com+...`;

async function sign(file: string, { root: key }: { readonly root: string }): Promise<void> {
  const { readApprover, signTrust } = await import('../recorder/index.ts');
  process.stdout.write(signTrust(readVkeys(file), readApprover(key)));
}

function readVkeys(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new PangateError('file-unreadable', `cannot read: ${(error as Error).message}`);
  }
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
