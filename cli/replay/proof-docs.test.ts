/** The commands of docs/recording.md on proofs and keys, with the keys that come before them. */
import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { commandsOf, runDocumented } from '../../test/recorder/documented.ts';

test('what docs/recording.md says of proofs and of keys does what it says', async (t) => {
  const keys = ['Encryption', 'Redaction']
    .flatMap(commandsOf)
    .filter((command) => command.startsWith('pangate keys'));
  const commands = [...keys, ...['Proofs', 'Keys'].flatMap(commandsOf)];
  t.ok(commands.length > 12);
  const output = await runDocumented(t, commands);
  t.ok(output.some((text) => /^VALID\t.*\nVALID\t/.test(text)));
  t.match(output.at(-1), /^VALID/, 'with the root alone');
});

test('every section with commands is run by one of the two', async (t) => {
  const all = commandsOf('Encryption').length + ['Retention', 'Redaction'].flatMap(commandsOf).length;
  t.equal(all + ['Proofs', 'Keys'].flatMap(commandsOf).length, countOfAll());
});

function countOfAll(): number {
  const sections = readFileSync('docs/recording.md', 'utf8').matchAll(/^## (.*)$/gm);
  return [...sections].flatMap(([, name]) => commandsOf(name!)).length;
}
