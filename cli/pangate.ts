import { Command } from 'commander';
import { version } from './version.ts';

const ABOUT =
  'A gateway for card data: it sits between people and databases, masks card numbers in ' +
  'what comes back, records every session, and proves it offline.';

const AFTER = `
Examples:
  $ pangate serve                       run the gateway with ./pangate.yaml
  $ pangate config check                say what is wrong with the configuration
  $ pangate user add alice --target cards
  $ pangate redact < app.log > clean.log

Exit codes: 0 done, 1 found or not as it should be, 2 could not be done, 64 not understood.`;

/** One file a verb, in the order of the help; only the one that is asked for is loaded. */
const VERBS: Readonly<Record<string, (next: string) => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serveCommand(),
  sealer: async () => (await import('./sealer.ts')).sealerCommand(),
  witness: async () => (await import('./witness.ts')).witnessCommand(),
  config: async () => (await import('./config.ts')).configCommand(),
  user: async () => (await import('./user.ts')).userCommand(),
  redact: async () => (await import('./redact.ts')).redactCommand(),
  scan: async () => (await import('./scan.ts')).scanCommand(),
  keys: async () => (await import('./keys.ts')).keysCommand(),
  replay: async (next) => (await import('./replay.ts')).replayCommand(next),
  bench: async () => (await import('./bench.ts')).benchCommand(),
  doctor: async () => (await import('./doctor.ts')).doctorCommand(),
};

/** The command line for a verb and the word behind it; for any other word, the whole. */
export async function pangateCommand(verb: string, next: string): Promise<Command> {
  const command = new Command('pangate')
    .description(ABOUT)
    .version(version(), '--version', 'print the version')
    .addHelpText('after', AFTER);
  const asked = Object.hasOwn(VERBS, verb) ? [VERBS[verb]!] : Object.values(VERBS);
  for (const load of asked) command.addCommand(await load(next));
  tame(command);
  return command;
}

/** Errors in our form and as exceptions, for a command and all below it. */
function tame(command: Command): void {
  command
    .helpOption('-h, --help', command.parent ? 'print this help' : 'print help; after a verb, its help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageText(text, path(command))) });
  for (const verb of command.commands) tame(verb);
}

/** `error: unknown option '--x'\n(Did you mean --y?)` in our form. */
function usageText(text: string, command: string): string {
  const [what = '', hint] = text
    .replace(/^error: /, '')
    .trim()
    .split('\n');
  const remedy = hint ? hint.replace(/^\((.*)\)$/, '$1') : `See: ${command} --help`;
  return `pangate: ${what}\n  ${remedy}\n`;
}

function path(command: Command): string {
  return command.parent ? `${path(command.parent)} ${command.name()}` : command.name();
}
