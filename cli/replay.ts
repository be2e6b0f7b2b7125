import { Command } from 'commander';

/** One file a verb, in the order of the help; only the one that is asked for is loaded. */
const VERBS: Readonly<Record<string, () => Promise<Command>>> = {
  ls: async () => (await import('./replay/ls.ts')).lsCommand(),
  show: async () => (await import('./replay/show.ts')).showCommand(),
  sql: async () => (await import('./replay/sql.ts')).sqlCommand(),
  http: async () => (await import('./replay/requests.ts')).requestsCommand(),
  grep: async () => (await import('./replay/grep.ts')).grepCommand(),
  diff: async () => (await import('./replay/diff.ts')).diffCommand(),
  index: async () => (await import('./replay/contents.ts')).indexCommand(),
  play: async () => (await import('./replay/play.ts')).playCommand(),
  verify: async () => (await import('./replay/verify.ts')).verifyCommand(),
  scrub: async () => (await import('./replay/scrub.ts')).scrubCommand(),
  prove: async () => (await import('./replay/prove.ts')).proveCommand(),
  export: async () => (await import('./replay/export.ts')).exportCommand(),
  review: async () => (await import('./replay/review.ts')).reviewCommand(),
  report: async () => (await import('./replay/report.ts')).reportCommand(),
  decode: async () => (await import('./replay/decode.ts')).decodeCommand(),
  decrypt: async () => (await import('./replay/decrypt.ts')).decryptCommand(),
  recover: async () => (await import('./replay/recover.ts')).recoverCommand(),
  redact: async () => (await import('./replay/redact.ts')).redactCommand(),
  hold: async () => (await import('./replay/hold.ts')).holdCommand(),
  unhold: async () => (await import('./replay/hold.ts')).unholdCommand(),
  restore: async () => (await import('./replay/restore.ts')).restoreCommand(),
  purge: async () => (await import('./replay/purge.ts')).purgeCommand(),
};

/** `pangate replay`, and `pangate-replay`, for a verb of it; for any other word, the whole. */
export async function replayCommand(verb: string): Promise<Command> {
  const command = new Command('replay').description('list, show, verify and export recorded sessions');
  command.addHelpText('after', HELP);
  const asked = Object.hasOwn(VERBS, verb) ? [VERBS[verb]!] : Object.values(VERBS);
  for (const load of asked) command.addCommand((await load()).addHelpText('after', CODES));
  return command;
}

const CODES = '\nExit codes: pangate replay --help';

const HELP = `
A recording is named by its file, its session id, the beginning of that id, or last.

Examples:
  $ pangate replay ls --last 24h
  $ pangate replay sql last --rows
  $ pangate replay verify --all

Exit codes:
  0   done, and what was read is valid
  1   could not be done; nothing was found; there is a difference, or something to review
  2   a recording was changed
  3   a recording has no end: it is open, was cut off or truncated
  4   a recording cannot be verified
  5   a recording is missing
  64  the command line is not understood`;
