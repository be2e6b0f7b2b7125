import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { PangateError } from '../../base/errors.ts';
import {
  applyRedaction,
  approveRedaction,
  markForStore,
  numbersOf,
  parseProposal,
  proposeRedaction,
  rangesOf,
  readApprover,
  readRedaction,
} from '../../recorder/index.ts';
import { approversFor, configOf, withLog } from './acts.ts';
import { guarded } from './exit.ts';
import { print } from './output.ts';
import { directoryOf, identitiesOf, PLACE_OPTIONS, type PlaceOption, recordingOf } from './place.ts';
import { safeText } from './safe-text.ts';

interface ProposeOptions extends PlaceOption {
  readonly records: string;
  readonly reason: string;
  readonly out: string;
}

interface ApplyOptions extends PlaceOption {
  readonly approvers?: string;
}

/** `pangate replay redact propose | approve | apply`. */
export function redactCommand(): Command {
  const command = new Command('redact').description('remove records that should not have been recorded');
  const propose = command.command('propose <recording>');
  for (const option of PLACE_OPTIONS) propose.option(...option);
  propose
    .description('say which records, and why; changes nothing')
    .requiredOption('--records <numbers>', 'their numbers (seq): 12,15-17')
    .requiredOption('--reason <text>', 'one line; it stays in the recording and in the log')
    .requiredOption('-o, --out <file>', 'the proposal, for two approvers')
    .action((word: string, options: ProposeOptions) => guarded(() => proposeTo(word, options)));
  command
    .command('approve <proposal>')
    .description('sign a proposal; shows what it says')
    .requiredOption('--approver <file>', 'your key: pangate keys approver')
    .action((file: string, options: { approver: string }) => guarded(() => approve(file, options.approver)));
  const apply = command.command('apply <recording> <proposal>');
  for (const option of PLACE_OPTIONS) apply.option(...option);
  apply
    .description('carry out what two have approved')
    .option('--approvers <file>', 'public keys of those who may approve (else record.approvers says)')
    .action((word: string, file: string, options: ApplyOptions) =>
      guarded(() => apply_(word, file, options)),
    );
  return command.addHelpText('after', HELP);
}

const HELP = `
Only the segment's data is rewritten: a leaf hash stands for each removed record, so that seals,
signatures and the log still hold. Copies in a store are older versions: they go when their
lock ends.

Examples:
  $ pangate replay redact propose last --records 12 --reason 'card number in a comment' --out p.json
  $ pangate replay redact approve p.json --approver alice.key
  $ pangate replay redact approve p.json --approver bob.key
  $ pangate replay redact apply last p.json`;

async function proposeTo(word: string, options: ProposeOptions): Promise<void> {
  const records = numbersOf(options.records);
  const identities = await identitiesOf(options);
  const wish = { records, reason: options.reason, wallUs: Date.now() * 1000, identities };
  const proposal = await proposeRedaction(await recordingOf(word, options), wish);
  write(options.out, JSON.stringify(proposal), 'wx');
}

async function approve(file: string, keyFile: string): Promise<void> {
  const proposal = parseProposal(read(file));
  const signed = approveRedaction(proposal, readApprover(keyFile));
  for (const { note } of signed.parts) {
    const about = readRedaction(note.slice(0, note.indexOf('\n\n') + 1))!;
    await print(`${about.sid}  records ${rangesOf(about.records)}  ${safeText(about.reason)}\n`);
  }
  write(file, JSON.stringify(signed), 'w');
}

async function apply_(word: string, file: string, options: ApplyOptions): Promise<void> {
  const path = await recordingOf(word, options);
  const proposal = parseProposal(read(file));
  const approvers = await approversFor(options);
  const done = await withLog(options, (log) => applyRedaction(path, proposal, approvers, log));
  const isCopied = (await configOf(options))?.record.store !== undefined;
  if (isCopied) await markForStore(await directoryOf(options), proposal.sid);
  for (const { sid, records } of done) await print(`redacted  ${sid}  records ${rangesOf(records)}\n`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new PangateError('file-unreadable', `cannot read: ${(error as Error).message}`);
  }
}

function write(file: string, text: string, flag: 'w' | 'wx'): void {
  try {
    writeFileSync(file, `${text}\n`, { flag, mode: 0o600 });
  } catch (error) {
    throw new PangateError('file-unreadable', `cannot write: ${(error as Error).message}`);
  }
}
