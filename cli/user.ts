import { Command } from 'commander';
import { PangateError } from '../base/errors.ts';
import { parseExpiry } from './expiry.ts';
import { CONFIG_OPTION, type ConfigOption, openConfig } from './open-config.ts';
import { table } from './table.ts';

interface UserOptions extends ConfigOption {
  readonly file?: string;
  readonly json?: boolean;
}

interface AddOptions extends UserOptions {
  readonly target?: readonly string[];
  readonly group?: readonly string[];
  readonly expires?: string;
}

/** `pangate user add | list | remove | token | key`. */
export function userCommand(): Command {
  const command = new Command('user').description('who may log in: add, list, remove, new token, key');
  place(command.command('add <id>'))
    .description('add a user and print a fresh token, once')
    .option('-t, --target <name>', 'a target they may reach; repeat for more, `*` for all', collect)
    .option('-g, --group <name>', 'a group they are in; repeat for more', collect)
    .option('-e, --expires <when>', '30d, 12h, 90m, or a time such as 2030-01-31T12:00:00Z')
    .addHelpText('after', ADD_HELP)
    .action(add);
  place(command.command('list'))
    .description('list the users')
    .addHelpText('after', '\nExample:\n  $ pangate user list --json')
    .action(list);
  place(command.command('remove <id>'))
    .description('remove a user; sessions that are open stay open')
    .addHelpText('after', '\nExample:\n  $ pangate user remove alice')
    .action(remove);
  place(command.command('token <id>'))
    .description('give a user a new token in place of the old one, and print it, once')
    .option('-e, --expires <when>', 'a new end: 30d, 12h, 90m, or a time')
    .addHelpText('after', '\nExample:\n  $ pangate user token alice --expires 30d')
    .action(rotate);
  place(command.command('key <id> <file>'))
    .description('add a public key to those of a user, for SSH')
    .addHelpText('after', '\nExample:\n  $ pangate user key alice ~/.ssh/id_ed25519.pub')
    .action(addPublicKey);
  return command;
}

const ADD_HELP = `
The users file holds a verifier, from which the token cannot be found. Who loses the token
gets a new one with \`pangate user token\`. The gateway sees changes at the next login.

Examples:
  $ pangate user add alice --target cards --expires 30d
  $ PGPASSWORD=$(pangate user add ci --target cards --target ledger) psql -h gw -U ci cards`;

function place(command: Command): Command {
  return command
    .option(...CONFIG_OPTION)
    .option('-f, --file <file>', 'the users file (else the one that the configuration names)')
    .option('--json', 'print JSON');
}

function collect(value: string, so: readonly string[] = []): readonly string[] {
  return [...so, value];
}

async function usersFile(options: UserOptions, targets: readonly string[] = []): Promise<string> {
  if (options.file !== undefined) return options.file;
  const { config } = await openConfig(options);
  const names = config.targets.map((target) => target.name);
  const unknown = targets.find((name) => name !== '*' && !names.includes(name));
  if (unknown === undefined) return config.users.file;
  throw new PangateError('argument-invalid', `there is no target ${unknown}`, `Known: ${names.join(', ')}.`);
}

async function add(id: string, options: AddOptions): Promise<void> {
  const { target: targets = [], group: groups = [] } = options;
  if (targets.length === 0)
    throw new PangateError(
      'argument-invalid',
      'no target named',
      'Add --target NAME, or --target "*" for all.',
    );
  const expires = options.expires ? parseExpiry(options.expires, Date.now()) : null;
  const file = await usersFile(options, targets);
  const { addUser } = await import('../engine/users/edit.ts');
  const user = { id, targets, groups, ...(expires && { expires }) };
  printToken(options, user, await addUser(file, user), file);
}

async function rotate(id: string, options: UserOptions & { expires?: string }): Promise<void> {
  const expires = options.expires ? parseExpiry(options.expires, Date.now()) : undefined;
  const file = await usersFile(options);
  const { rotateToken } = await import('../engine/users/edit.ts');
  printToken(options, { id, ...(expires && { expires }) }, await rotateToken(file, id, expires), file);
}

async function addPublicKey(id: string, keyFile: string, options: UserOptions): Promise<void> {
  const { readText } = await import('../engine/config/file.ts');
  const line = readText(keyFile);
  const file = await usersFile(options);
  const { addKey } = await import('../engine/users/edit.ts');
  await addKey(file, id, line);
  process.stdout.write(
    options.json ? `${JSON.stringify({ id, added: true })}\n` : `a key of ${id} was added\n`,
  );
}

/** The token alone on stdout, so that a script can take it; words about it on stderr. */
function printToken(options: UserOptions, user: { readonly id: string }, token: string, file: string): void {
  if (options.json) process.stdout.write(`${JSON.stringify({ ...user, token })}\n`);
  else {
    process.stderr.write(`The token of ${user.id}, shown this once (${file} holds its verifier):\n`);
    process.stdout.write(`${token}\n`);
  }
}

async function remove(id: string, options: UserOptions): Promise<void> {
  const file = await usersFile(options);
  const { removeUser } = await import('../engine/users/edit.ts');
  await removeUser(file, id);
  process.stdout.write(options.json ? `${JSON.stringify({ id, removed: true })}\n` : `removed ${id}\n`);
}

async function list(options: UserOptions): Promise<void> {
  const file = await usersFile(options);
  const { readUsers } = await import('../engine/users/users.ts');
  const rows = readUsers(file).users.map(({ scram: _, ...user }) => ({ ...user, state: state(user) }));
  if (options.json) process.stdout.write(`${JSON.stringify({ users: rows }, null, 2)}\n`);
  else if (rows.length === 0) process.stdout.write('no users\n');
  else {
    const cells = rows.map((row) => [
      row.id,
      row.targets.join(' '),
      row.groups.join(' '),
      row.expires ?? 'never',
      row.state,
    ]);
    process.stdout.write(table(['ID', 'TARGETS', 'GROUPS', 'EXPIRES', 'STATE'], cells));
  }
}

function state(user: { readonly disabled: boolean; readonly expires?: string }): string {
  if (user.disabled) return 'disabled';
  return user.expires !== undefined && Date.parse(user.expires) <= Date.now() ? 'expired' : 'active';
}
