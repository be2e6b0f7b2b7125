import { Command } from 'commander';
import { indexCommand } from './replay/contents.ts';
import { decodeCommand } from './replay/decode.ts';
import { decryptCommand } from './replay/decrypt.ts';
import { diffCommand } from './replay/diff.ts';
import { exportCommand } from './replay/export.ts';
import { grepCommand } from './replay/grep.ts';
import { holdCommand, unholdCommand } from './replay/hold.ts';
import { lsCommand } from './replay/ls.ts';
import { playCommand } from './replay/play.ts';
import { proveCommand } from './replay/prove.ts';
import { purgeCommand } from './replay/purge.ts';
import { recoverCommand } from './replay/recover.ts';
import { redactCommand } from './replay/redact.ts';
import { reportCommand } from './replay/report.ts';
import { requestsCommand } from './replay/requests.ts';
import { showCommand } from './replay/show.ts';
import { sqlCommand } from './replay/sql.ts';
import { verifyCommand } from './replay/verify.ts';

/** `pangate replay`, and `pangate-replay`. */
export function replayCommand(): Command {
  const command = new Command('replay').description('list, show, verify and export recorded sessions');
  command.addHelpText('after', HELP);
  for (const verb of [
    lsCommand(),
    showCommand(),
    sqlCommand(),
    requestsCommand(),
    grepCommand(),
    diffCommand(),
    indexCommand(),
    playCommand(),
    verifyCommand(),
    proveCommand(),
    exportCommand(),
    decodeCommand(),
    decryptCommand(),
    recoverCommand(),
    redactCommand(),
    holdCommand(),
    unholdCommand(),
    purgeCommand(),
    reportCommand(),
  ])
    command.addCommand(verb);
  return command;
}

const HELP = `
A recording is named by its file, its session id, the beginning of that id, or last.

Examples:
  $ pangate replay ls --last 24h
  $ pangate replay sql last --rows
  $ pangate replay verify --all

Exit codes: 0 done and valid, 1 could not be done, 2 changed, 3 unfinished, 4 not verifiable,
5 missing, 64 not understood.`;
